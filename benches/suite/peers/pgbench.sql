-- What one new postback comes to, in a transaction of its own: its click, its conversion, the step of its history and its
-- row in the raw log. The values are those of the service's rows in kind and size; the suite compares the sizes.
\set number random(0, :clicks - 1)
\set transaction random(100000000, 999999999)
begin;
select id as click, received_at as click_time, campaign, affiliate, gen_random_uuid() as conversion, (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::int8), 12, '0') || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid as postback from clicks where id = (:ids::text || lpad(to_hex(:number::int), 12, '0'))::uuid \gset
insert into conversions (id, received_at, updated_at, click_time, click_id, revision, attributed, test, network, event, status, dedupe, transaction_id, payout, currency, campaign, affiliate) values (:conversion::uuid, now(), now(), :click_time::timestamptz, :click::uuid, 1, true, false, 'acme', 'sale', 'approved', 'transaction', 'T' || :transaction::text, '12.50'::numeric, 'USD', :campaign::text, :affiliate::text) on conflict (id) do nothing;
insert into conversion_changes (conversion_id, postback_id, at, revision, kind, status, payout, after) values (:conversion::uuid, :postback::uuid, now(), 1, 'recorded', 'approved', '12.50'::numeric, '{"status": "approved", "payout": "12.50", "currency": "USD", "click_id": "01m815qnmd0000000000000000", "attributed": true}');
insert into postbacks (id, received_at, conversion_id, remote_ip, verdict, network, method, target, headers, body) values (:postback::uuid, now(), :conversion::uuid, '127.0.0.1', 'recorded', 'acme', 'GET', '/postback/acme?click_id=01m815qnmd0000000000000000&transaction_id=T' || :transaction::text || '&event=sale&status=approved&payout=12.50&currency=USD&sig=5d5d139563c95b5967b9bd9a8c9b233a9dedb45072794cd232dc1b74832607d0', '{"host": "track.example", "accept": "*/*", "user-agent": "acme-postbacks/1.0"}', '');
commit;

-- Conversions: the numbers that money is paid on.
--
-- The id is derived from what makes two postbacks the same (network, transaction, event, …), so the primary key is the
-- deduplication, whichever replica gets there first. There is no foreign key to clicks: a click may come later, or have
-- been dropped with its partition, and the conversion stays.
create table conversions (
    id             uuid        not null primary key,
    received_at    timestamptz not null,
    updated_at     timestamptz not null,
    -- When it happened, as the network says.
    event_time     timestamptz,
    -- When its click was received.
    click_time     timestamptz,
    -- The click that it names; null when what was sent cannot be a click id of ours.
    click_id       uuid,
    -- Steps of its history. A writer only replaces the revision that it decided on, so two replicas cannot both win.
    revision       integer     not null check (revision > 0),
    attributed     boolean     not null,
    network        text        not null,
    event          text        not null,
    status         text        not null check (status in ('pending', 'approved', 'rejected', 'reversed')),
    -- The rule that the id was derived by.
    dedupe         text        not null check (dedupe in ('transaction', 'click_transaction', 'click_event')),
    transaction_id text,
    -- Kept with the scale that it was sent with. NaN is greater than every number, so the bounds keep it out.
    payout         numeric     check (payout > -1e12 and payout < 1e12),
    currency       text        check (length(currency) = 3),
    -- The click id as it was sent, where that is not the canonical text of click_id.
    click_id_sent  text,
    campaign       text,
    affiliate      text,
    -- Why no click got it.
    reason         text        check (reason in ('no_click_id', 'malformed_click_id', 'unknown_click',
                                                 'network_not_allowed', 'outside_window')),
    user_id        text,
    device_id      text,
    check (attributed = (reason is null)),
    check (click_id is not null or not attributed)
) with (fillfactor = 90);

-- The private API lists the newest first.
create index conversions_received_at on conversions (received_at desc, id desc);
create index conversions_transaction on conversions (transaction_id, network) where transaction_id is not null;
create index conversions_click on conversions (click_id) where click_id is not null;
-- Conversions that wait for their click; nearly empty on a healthy installation.
create index conversions_unknown_click on conversions (click_id) where reason = 'unknown_click';

-- The history of each conversion: append-only, and enough to explain every state that it has been in. It is always
-- written in the transaction that writes the conversion, by the same statement builder; a foreign key would cost a
-- lookup and a row lock for each step and catch nothing else.
create table conversion_changes (
    conversion_id uuid        not null,
    -- The postback that caused the step; for an attribution the click that came late.
    postback_id   uuid        not null,
    at            timestamptz not null,
    -- When the step happened, as the network says.
    event_time    timestamptz,
    -- The conversion's revision after the step.
    revision      integer     not null check (revision > 0),
    -- recorded: the first postback. updated: a legal change. late: an earlier step that came late; it may have filled the
    -- payout. conflict: a change that is not legal, kept as a proposal. attributed: its click came.
    kind          text        not null check (kind in ('recorded', 'updated', 'late', 'conflict', 'attributed')),
    -- What the postback stood for: a repeat of it is a late retry.
    status        text        not null check (status in ('pending', 'approved', 'rejected', 'reversed')),
    payout        numeric,
    -- The conversion before, null for the first step, and after; for a conflict what was proposed.
    before        jsonb,
    after         jsonb       not null,
    primary key (conversion_id, postback_id)
);

-- Clicks: one row for each visitor that was redirected with a click id.
--
-- The id is a UUIDv7, so it starts with the time of the click. The table is cut into ranges of ids: a lookup by id and the
-- dropping of old data each touch one partition. Partitions are made ahead by the service; what has none lies in the
-- default partition. What reports group by is a column, the rest is jsonb.
create table clicks (
    id          uuid        not null primary key,
    received_at timestamptz not null,
    -- What was noticed: 1 prefetch, 2 known bot, 4 odd query.
    flags       smallint    not null,
    campaign    text        not null,
    affiliate   text,
    sub1        text,
    sub2        text,
    sub3        text,
    sub4        text,
    sub5        text,
    sub6        text,
    sub7        text,
    sub8        text,
    sub9        text,
    sub10       text,
    -- The traffic source's own click id.
    external_id text,
    -- NaN is greater than every number in PostgreSQL, so an upper bound keeps it out as well.
    cost        numeric     check (cost > -1e12 and cost < 1e12),
    currency    text,
    user_id     text,
    device_id   text,
    -- Every other parameter, decoded.
    params      jsonb,
    ip          inet        not null,
    user_agent  text,
    referrer    text,
    -- The query as it was sent, where something in it was odd.
    raw_query   text
) partition by range (id);

create table clicks_default partition of clicks default;

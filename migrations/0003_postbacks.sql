-- The raw log: one row for each request to /postback, refused ones too, with its verdict.
--
-- Secrets, tokens and credentials are cut out before a row is made. Cut into ranges of ids like clicks.
create table postbacks (
    id            uuid        not null primary key,
    received_at   timestamptz not null,
    -- The conversion that it was about.
    conversion_id uuid,
    remote_ip     inet        not null,
    -- What it came to; 'refused' with the code of the refusal.
    verdict       text        not null
        check (verdict in ('recorded', 'duplicate', 'updated', 'conflict', 'ignored', 'refused')),
    -- Why it was refused; for a 401 the true reason, which its sender was not told.
    code          text,
    -- The refusal in words.
    detail        text,
    -- The configured network that it named; null when there is none of that name.
    network       text,
    method        text        not null,
    target        text        not null,
    headers       jsonb       not null,
    body          bytea       not null,
    check ((verdict = 'refused') = (code is not null))
) partition by range (id);

create table postbacks_default partition of postbacks default;

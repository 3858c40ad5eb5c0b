-- The newest conversions are listed first, which an index reads backwards as well. Ascending, its new entries go to its right end,
-- where PostgreSQL remembers the page and fills it up before it splits it: each conversion costs less to store.
drop index conversions_received_at;
create index conversions_received_at on conversions (received_at, id);

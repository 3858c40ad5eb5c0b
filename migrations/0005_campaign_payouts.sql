-- Campaigns' own payouts, for networks that name none.
--
-- `payout` and `currency` are what is paid, whoever says it: reports, lists and totals read nothing else. Where it is the click's
-- campaign that says it, `named_currency` keeps the currency that the network has named, which those two hide; empty where it
-- has named none. It is null in every other row, and takes no room there. A postback is decided by what the network has named.
alter table conversions
    add column named_currency text,
    -- Not valid: no row has one yet, so there is nothing to look through.
    add constraint conversions_campaign_payout check (
        named_currency is null
        or (length(named_currency) in (0, 3) and attributed and payout is not null and currency is not null)
    ) not valid;

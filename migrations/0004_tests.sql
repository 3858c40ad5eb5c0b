-- Conversions of test clicks: whoever sets a network up sends them, nobody is paid for them, and no total counts them.
--
-- A conversion is a test when the click that it names is one (bit 8 of clicks.flags), whether that click got it or not; it is
-- written where the conversion meets its click. A default that is constant rewrites no row.
alter table conversions add column test boolean not null default false;

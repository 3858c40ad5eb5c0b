//! What is paid for conversions, as the columns `payout`, `currency` and `named_currency` hold it.

use crate::domain::money::{Currency, Money};
use crate::domain::paid::Paid;

use super::column::optional;
use super::numeric::Numeric;

/// What `named_currency` says where the network has named none.
const NONE_NAMED: &str = "";

/// Reads a row.
pub(super) fn read(payout: Option<Numeric>, currency: Option<&str>, named_currency: Option<&str>) -> Paid {
    let payout = payout.map(|Numeric(amount)| amount);
    let currency = currency.and_then(Currency::parse);
    match (named_currency, payout, currency) {
        (Some(named), Some(amount), Some(currency)) => Paid::ByCampaign {
            payout: Money { amount, currency },
            named_currency: Currency::parse(named),
        },
        (_, payout, currency) => Paid::ByNetwork { payout, currency },
    }
}

/// The column `payout`.
pub(super) fn payouts(paid: &[Paid]) -> Vec<Option<Numeric>> {
    optional(paid, |paid| paid.payout().map(Numeric))
}

/// The column `currency`.
pub(super) fn currencies(paid: &[Paid]) -> Vec<Option<&str>> {
    optional(paid, |paid| paid.currency().map(Currency::code))
}

/// The column `named_currency`.
pub(super) fn named_currencies(paid: &[Paid]) -> Vec<Option<&str>> {
    optional(paid, named_currency)
}

fn named_currency(paid: &Paid) -> Option<&str> {
    match paid {
        Paid::ByNetwork { .. } => None,
        Paid::ByCampaign { named_currency, .. } => Some(named_currency.as_ref().map_or(NONE_NAMED, Currency::code)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::{Amount, PAYOUT_SCALE_MAX};

    #[test]
    fn what_is_paid_comes_back_from_its_columns() {
        let amount = Amount::parse("12.50", PAYOUT_SCALE_MAX).expect("an amount");
        let [usd, eur] = ["USD", "EUR"].map(|code| Currency::parse(code).expect("a code"));
        let by_network = |payout, currency| Paid::ByNetwork { payout, currency };
        let by_campaign = |named_currency| Paid::ByCampaign {
            payout: Money { amount, currency: usd },
            named_currency,
        };
        for (paid, columns) in [
            (by_network(None, None), (None, None, None)),
            (by_network(None, Some(usd)), (None, Some("USD"), None)),
            (by_network(Some(amount), None), (Some("12.50"), None, None)),
            (by_network(Some(amount), Some(usd)), (Some("12.50"), Some("USD"), None)),
            (by_campaign(None), (Some("12.50"), Some("USD"), Some(""))),
            (by_campaign(Some(usd)), (Some("12.50"), Some("USD"), Some("USD"))),
            (by_campaign(Some(eur)), (Some("12.50"), Some("USD"), Some("EUR"))),
        ] {
            let rows = [paid];
            let payout = payouts(&rows).pop().flatten();
            let currency = currencies(&rows).pop().flatten();
            let named = named_currencies(&rows).pop().flatten();
            let payout_text = payout.map(|Numeric(payout)| payout.to_string());
            assert_eq!((payout_text.as_deref(), currency, named), columns, "{paid:?}");
            assert_eq!(read(payout, currency, named), paid);
        }
    }
}

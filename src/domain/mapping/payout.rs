//! In which unit a network counts its payouts.

use crate::domain::money::{Amount, Currency, PAYOUT_SCALE_MAX};

/// The unit of a network's payouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PayoutUnit {
    /// The currency itself: `12.50`.
    #[default]
    Major,
    /// The currency's minor unit, whole: `1250` cents.
    Minor,
}

impl PayoutUnit {
    /// Every unit.
    pub const ALL: [Self; 2] = [Self::Major, Self::Minor];

    /// The unit's name in configurations.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Major => "major",
            Self::Minor => "minor",
        }
    }

    /// Reads a payout in this unit; `currency` is the postback's, else the network's. The amount is in major units.
    ///
    /// # Errors
    ///
    /// What was expected.
    pub fn read(self, text: &str, currency: Option<Currency>) -> Result<Amount, &'static str> {
        match self {
            Self::Major => Amount::parse(text, PAYOUT_SCALE_MAX)
                .ok_or("expected a decimal number, as 12.50, with at most 12 digits before and 6 behind the point"),
            Self::Minor => {
                let currency = currency.ok_or(
                    "the payout is in a minor unit, as cents, and neither the postback nor the network names the currency of it",
                )?;
                let digits = currency
                    .minor_digits()
                    .ok_or("the payout is in a minor unit, as cents, and its currency has none")?;
                Amount::parse_minor(text, digits).ok_or(
                    "expected a whole number of the currency's minor unit, as 1250 for 12.50, of at most 12 digits",
                )
            }
        }
    }

    /// Writes an amount in this unit, as a network would send it.
    ///
    /// # Errors
    ///
    /// Why it cannot be written so.
    pub fn write(self, amount: Amount, currency: Option<Currency>) -> Result<String, &'static str> {
        let digits = match (self, currency) {
            (Self::Major, _) => return Ok(amount.to_string()),
            (Self::Minor, Some(currency)) => currency.minor_digits(),
            (Self::Minor, None) => None,
        };
        let digits = digits.ok_or("the payout is in a minor unit, as cents, and no currency with one is known")?;
        amount
            .in_minor_units(digits)
            .map(|whole| whole.to_string())
            .ok_or("the payout is no whole number of the currency's minor unit")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::*;

    fn minor(text: &str, currency: &str) -> Result<String, &'static str> {
        let currency = Currency::parse(currency);
        PayoutUnit::Minor.read(text, currency).map(|amount| amount.to_string())
    }

    #[test]
    fn a_minor_unit_is_the_one_of_its_currency() {
        for (text, currency, amount) in [
            ("1250", "USD", "12.50"),
            ("5", "EUR", "0.05"),
            ("-1250", "USD", "-12.50"),
            ("0", "USD", "0.00"),
            ("1250", "JPY", "1250"),
            ("1250", "BHD", "1.250"),
            ("999999999999", "USD", "9999999999.99"),
        ] {
            assert_eq!(minor(text, currency).as_deref(), Ok(amount), "{text} {currency}");
        }
    }

    #[test]
    fn what_is_not_whole_or_of_no_currency_is_refused() {
        for text in ["12.50", "1250.", "1250.0", "1e3", "", "-", "+1", " 1", "1234567890123"] {
            let refused = minor(text, "USD").expect_err(text);
            assert!(refused.starts_with("expected a whole number"), "{text}: {refused}");
        }
        assert!(
            minor("1250", "")
                .expect_err("no currency")
                .contains("names the currency")
        );
        assert!(minor("1250", "XAU").expect_err("gold").ends_with("has none"));
    }

    #[test]
    fn only_whole_minor_units_are_written() {
        let amount = |text: &str| Amount::parse(text, PAYOUT_SCALE_MAX).expect("an amount");
        let usd = Currency::parse("USD");
        let yen = Currency::parse("JPY");
        for (text, currency, written) in [
            ("12.5", usd, Ok("1250")),
            ("12.500", usd, Ok("1250")),
            ("0", usd, Ok("0")),
            ("7.00", yen, Ok("7")),
            ("12.505", usd, Err(())),
            ("7.50", yen, Err(())),
            ("7", None, Err(())),
            ("7", Currency::parse("XAU"), Err(())),
        ] {
            let said = PayoutUnit::Minor.write(amount(text), currency);
            assert_eq!(said.as_deref().map_err(|_| ()), written, "{text}");
        }
        assert_eq!(PayoutUnit::Major.write(amount("12.50"), None).as_deref(), Ok("12.50"));
    }

    proptest! {
        #[test]
        fn an_amount_in_minor_units_is_the_same_money(whole in -999_999_999_999_i64..=999_999_999_999, code in prop::sample::select(vec!["USD", "JPY", "BHD", "CLF", "TND", "KRW", "EUR"])) {
            let currency = Currency::parse(code).expect("a code");
            let digits = currency.minor_digits().expect("a minor unit");
            let amount = PayoutUnit::Minor.read(&whole.to_string(), Some(currency)).expect("a whole number");
            prop_assert_eq!(amount.decimal() * Decimal::from(10_i64.pow(digits)), Decimal::from(whole));
            // The scale is the currency's, and the same amount is read where it is sent in major units.
            prop_assert_eq!(amount.decimal().scale(), digits);
            prop_assert_eq!(PayoutUnit::Major.read(&amount.to_string(), None), Ok(amount));
            prop_assert_eq!(PayoutUnit::Minor.write(amount, Some(currency)), Ok(whole.to_string()));
        }
    }
}

//! Money as decimal text: what may be written, and how it compares.
//!
//! An [`Amount`] is read from text, kept with the scale it came with (`12.50` stays `12.50`) and compared as a number
//! (12.1 is 12.10). Floats never occur: exponents, NaN and infinities are refused here, at the edge, because
//! PostgreSQL's `numeric` would take the latter two.

use std::fmt;

use rust_decimal::Decimal;

/// Digits before the point that an amount may have.
const INTEGER_DIGITS_MAX: usize = 12;
/// Digits behind the point that a payout may have.
pub const PAYOUT_SCALE_MAX: usize = 6;
/// Digits behind the point that the cost of a click may have: a thousandth of a cheap CPM needs more than a payout.
pub const COST_SCALE_MAX: usize = 10;

/// An amount of money in an unnamed currency.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(Decimal);

impl Amount {
    /// Reads `-?[0-9]{0,12}(\.[0-9]{1,scale_max})?` with at least one digit, and nothing else.
    pub fn parse(text: &str, scale_max: usize) -> Option<Self> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (integer, fraction) = match unsigned.split_once('.') {
            None => (unsigned, None),
            Some((integer, fraction)) => (integer, Some(fraction)),
        };
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let integer_fits = integer.len() <= INTEGER_DIGITS_MAX && digits(integer);
        let fraction_fits =
            fraction.is_none_or(|fraction| (1..=scale_max).contains(&fraction.len()) && digits(fraction));
        if !integer_fits || !fraction_fits || (integer.is_empty() && fraction.is_none()) {
            return None;
        }
        // Built from its digits: `Decimal`'s own parser is more generous than the contract.
        let fraction = fraction.unwrap_or("");
        let mantissa = integer
            .bytes()
            .chain(fraction.bytes())
            .fold(0i128, |number, digit| number * 10 + i128::from(digit - b'0'));
        let mantissa = if text.starts_with('-') { -mantissa } else { mantissa };
        let scale = u32::try_from(fraction.len()).ok()?;
        Decimal::try_from_i128_with_scale(mantissa, scale).ok().map(Self)
    }

    /// Reads a whole number of a currency's minor unit, of which `digits` stand behind the point: 1250 with two is 12.50.
    pub fn parse_minor(text: &str, digits: u32) -> Option<Self> {
        let Self(whole) = Self::parse(text, 0)?;
        Decimal::try_from_i128_with_scale(whole.mantissa(), digits)
            .ok()
            .map(Self)
    }

    /// How many of the currency's minor unit it is; `None` where it is no whole number of them. `digits` of them stand behind
    /// the point, as in [`Self::parse_minor`].
    pub fn in_minor_units(self, digits: u32) -> Option<i128> {
        let exact = self.0.normalize();
        let missing = digits.checked_sub(exact.scale())?;
        Some(exact.mantissa() * 10_i128.pow(missing))
    }

    /// An amount that was stored by this program.
    pub const fn from_stored(amount: Decimal) -> Self {
        Self(amount)
    }

    /// Whether it is less than nothing; a zero with a sign is not.
    pub fn is_below_zero(self) -> bool {
        self.0 < Decimal::ZERO
    }

    /// The amount as PostgreSQL stores it, scale included.
    pub const fn decimal(self) -> Decimal {
        self.0
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An ISO 4217 currency code, in capitals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Reads a code of ISO 4217 in any case.
    pub fn parse(text: &str) -> Option<Self> {
        let code: [u8; 3] = text.as_bytes().try_into().ok()?;
        let code = Self(code.map(|byte| byte.to_ascii_uppercase()));
        iso_currency::Currency::from_code(std::str::from_utf8(&code.0).ok()?)?;
        Some(code)
    }

    /// Digits of its minor unit by ISO 4217: 2 for cents; `None` where it has none, as gold.
    pub fn minor_digits(&self) -> Option<u32> {
        iso_currency::Currency::from_code(self.code())?
            .exponent()
            .map(u32::from)
    }

    /// The code, in capitals.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a currency code is ASCII")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount in its currency: the one is never taken without the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// How much.
    pub amount: Amount,
    /// Of which currency.
    pub currency: Currency,
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_keeps_its_scale_and_compares_as_a_number() {
        for text in ["0", "12.50", "-3.000001", "999999999999.999999", "0.5"] {
            assert_eq!(Amount::parse(text, PAYOUT_SCALE_MAX).expect(text).to_string(), text);
        }
        assert_eq!(
            Amount::parse(".5", PAYOUT_SCALE_MAX),
            Amount::parse("0.50", PAYOUT_SCALE_MAX)
        );
        assert_eq!(
            Amount::parse("012.1", PAYOUT_SCALE_MAX),
            Amount::parse("12.10", PAYOUT_SCALE_MAX)
        );
    }

    #[test]
    fn whatever_else_looks_like_a_number_is_refused() {
        for text in [
            "",
            "-",
            ".",
            "-.",
            "1.",
            "+1",
            "1e5",
            "1E5",
            "NaN",
            "Infinity",
            "1,5",
            " 1",
            "1 ",
            "0x1",
            "1_000",
            "--1",
            "1.1.1",
            "1000000000000.5x",
            "1234567890123",
            "0.1234567",
            "\u{661}",
            "1\0",
        ] {
            assert_eq!(Amount::parse(text, PAYOUT_SCALE_MAX), None, "{text}");
        }
    }

    #[test]
    fn a_currency_is_an_iso_4217_code_in_any_case() {
        assert_eq!(Currency::parse("usd").expect("a code").code(), "USD");
        for text in ["", "US", "USDT", "AAA", "€", "u s", "ZZZ"] {
            assert_eq!(Currency::parse(text), None, "{text}");
        }
    }
}

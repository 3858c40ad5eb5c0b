//! Moments and durations as the service counts them: microseconds, the resolution of PostgreSQL's `timestamptz`.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};

/// A moment in UTC, in microseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The first moment that a postback may name: 1970-01-01T00:00:00Z.
const FIRST_NAMED: i64 = 0;
/// The first moment that a postback may no longer name: 10000-01-01T00:00:00Z, which RFC 3339 cannot write.
const END_NAMED: i64 = 253_402_300_800 * MICROS_PER_SECOND;
/// Unix times from here on are milliseconds (CONTRACT: 10¹¹; as seconds this would be the year 5138).
const MILLIS_FROM: i64 = 100_000_000_000;
const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_MILLI: i64 = 1_000;

impl Timestamp {
    /// A moment from microseconds since 1970.
    pub const fn from_unix_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// A moment from milliseconds since 1970; what lies beyond the range becomes its end.
    pub const fn from_unix_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(MICROS_PER_MILLI))
    }

    /// A moment from seconds since 1970; what lies beyond the range becomes its end.
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(MICROS_PER_SECOND))
    }

    /// Microseconds since 1970.
    pub const fn unix_micros(self) -> i64 {
        self.0
    }

    /// Whole milliseconds since 1970, as an id carries them; 0 before 1970.
    pub fn unix_millis(self) -> u64 {
        u64::try_from(self.0.div_euclid(MICROS_PER_MILLI)).unwrap_or(0)
    }

    /// Whole seconds since 1970.
    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(MICROS_PER_SECOND)
    }

    /// The begin of the second that this lies in.
    #[must_use]
    pub const fn whole_second(self) -> Self {
        Self::from_unix_seconds(self.unix_seconds())
    }

    /// How long after `earlier` this is; zero when it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Whole seconds since `other`, rounded towards it; below zero when this is before it.
    pub const fn seconds_since(self, other: Self) -> i64 {
        self.0.saturating_sub(other.0) / MICROS_PER_SECOND
    }

    /// How far apart two moments are, whichever comes first.
    pub const fn distance(self, other: Self) -> Duration {
        Duration::from_micros(self.0.abs_diff(other.0))
    }

    /// The moment `duration` later.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(micros))
    }

    /// The moment `duration` earlier.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(micros))
    }

    /// Reads a Unix time in decimal digits: seconds, or milliseconds from 10¹¹ on.
    pub fn parse_unix(digits: &str) -> Option<Self> {
        let number = parse_digits(digits.as_bytes())?;
        let at = if number >= MILLIS_FROM {
            Self::from_unix_millis(number)
        } else {
            Self::from_unix_seconds(number)
        };
        at.nameable()
    }

    /// Reads an RFC 3339 time, as `2026-03-01T12:00:00Z` or with an offset.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let at = DateTime::parse_from_rfc3339(text).ok()?;
        Self(at.timestamp_micros()).nameable()
    }

    /// Reads a time as senders write it: Unix seconds or milliseconds, or RFC 3339. The `+` of an offset and a space in its
    /// place are the same here: a query that was not percent-encoded has lost it.
    pub fn parse_sent(text: &str) -> Option<Self> {
        if let Some(at) = Self::parse_unix(text) {
            return Some(at);
        }
        match text.rfind(' ').filter(|at| *at > "2026-03-01 ".len()) {
            Some(at) => Self::parse_rfc3339(&format!("{}+{}", &text[..at], &text[at + 1..])),
            None => Self::parse_rfc3339(text),
        }
    }

    fn nameable(self) -> Option<Self> {
        (FIRST_NAMED..END_NAMED).contains(&self.0).then_some(self)
    }
}

/// Reads up to 18 decimal digits and nothing else.
pub(super) fn parse_digits(digits: &[u8]) -> Option<i64> {
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    digits.iter().try_fold(0, |number, digit| {
        let is_digit = digit.is_ascii_digit();
        is_digit.then(|| number * 10 + i64::from(digit - b'0'))
    })
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_micros())
    }
}

impl From<Timestamp> for DateTime<Utc> {
    fn from(at: Timestamp) -> Self {
        Self::from_timestamp_micros(at.0).unwrap_or(Self::MAX_UTC)
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with the fraction that there is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&DateTime::<Utc>::from(*self).to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unix_times_are_seconds_below_ten_to_the_eleventh_and_milliseconds_from_there() {
        for (text, expected) in [
            ("0", "1970-01-01T00:00:00Z"),
            ("1700000000", "2023-11-14T22:13:20Z"),
            ("99999999999", "5138-11-16T09:46:39Z"),
            ("100000000000", "1973-03-03T09:46:40Z"),
            ("1700000000123", "2023-11-14T22:13:20.123Z"),
        ] {
            assert_eq!(Timestamp::parse_unix(text).expect(text).to_string(), expected);
        }
        for text in [
            "",
            "-1",
            "+1",
            "1.5",
            "1e9",
            " 1",
            "253402300800000",
            "99999999999999999999",
        ] {
            assert_eq!(Timestamp::parse_unix(text), None, "{text}");
        }
    }

    #[test]
    fn an_offset_that_lost_its_plus_is_repaired() {
        let expected = Timestamp::parse_rfc3339("2026-03-01T12:00:00Z");
        for text in [
            "2026-03-01T14:00:00 02:00",
            "2026-03-01T14:00:00+02:00",
            "2026-03-01 14:00:00 02:00",
            "1772366400",
        ] {
            assert_eq!(Timestamp::parse_sent(text), expected, "{text}");
        }
        assert_eq!(Timestamp::parse_sent("2026-03-01 12:00:00"), None);
    }

    #[test]
    fn rfc_3339_is_read_to_the_microsecond() {
        let at = Timestamp::parse_rfc3339("2026-03-01T14:00:00.123456789+02:00").expect("a time");
        assert_eq!(at.to_string(), "2026-03-01T12:00:00.123456Z");
        for text in [
            "2026-03-01",
            "2026-13-01T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "2026-03-01T14:00:00",
        ] {
            assert_eq!(Timestamp::parse_rfc3339(text), None, "{text}");
        }
    }
}

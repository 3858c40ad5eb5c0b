//! When a request was signed: how that is written, and how far from now it may be.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::time::{Timestamp, parse_digits};

use super::AuthFailure;
use super::reference::Found;
use super::source::{Seen, Source};

/// How a signed timestamp is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampUnit {
    /// Unix seconds.
    Seconds,
    /// Unix milliseconds.
    Millis,
    /// Unix microseconds.
    Micros,
    /// RFC 3339, as `2026-03-01T12:00:00Z`.
    Rfc3339,
    /// The minute in UTC as `YYYYMMDDHHMM`.
    Minute,
}

/// Where a signed timestamp stands and how old it may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimestampRule {
    /// Where it stands.
    pub from: Source,
    /// How it is written.
    pub unit: TimestampUnit,
    /// How far it may be from now, in both directions.
    pub tolerance: Duration,
}

impl TimestampRule {
    /// The timestamp's own text, once it is known to be fresh.
    pub(super) fn check<'a>(&self, seen: &Seen<'a>, now: Timestamp) -> Result<&'a [u8], AuthFailure> {
        let text = match self.from.find(seen) {
            Found::One(text) if !text.is_empty() => text,
            Found::One(_) | Found::None => return Err(AuthFailure::TimestampMissing),
            Found::Several => return Err(AuthFailure::TimestampDoubled),
        };
        let signed_at = self.unit.parse(text).ok_or(AuthFailure::TimestampMalformed)?;
        if now.distance(signed_at) > self.tolerance {
            Err(AuthFailure::TimestampStale)
        } else {
            Ok(text)
        }
    }
}

impl TimestampUnit {
    /// Every unit.
    pub const ALL: [Self; 5] = [Self::Seconds, Self::Millis, Self::Micros, Self::Rfc3339, Self::Minute];

    /// The unit as configurations write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Millis => "ms",
            Self::Micros => "us",
            Self::Rfc3339 => "rfc3339",
            Self::Minute => "YYYYMMDDHHMM",
        }
    }

    pub(super) fn parse(self, text: &[u8]) -> Option<Timestamp> {
        match self {
            Self::Seconds => parse_unix(text).map(Timestamp::from_unix_seconds),
            Self::Millis => parse_unix(text).map(Timestamp::from_unix_millis),
            Self::Micros => parse_unix(text).map(Timestamp::from_unix_micros),
            Self::Rfc3339 => str::from_utf8(text).ok().and_then(Timestamp::parse_rfc3339),
            Self::Minute => str::from_utf8(text).ok().and_then(parse_minute),
        }
    }

    /// A moment as it is written in this unit.
    pub(super) fn write(self, at: Timestamp) -> String {
        match self {
            Self::Seconds => at.unix_seconds().to_string(),
            Self::Millis => at.unix_millis().to_string(),
            Self::Micros => at.unix_micros().to_string(),
            Self::Rfc3339 => at.to_string(),
            Self::Minute => DateTime::<Utc>::from(at).format("%Y%m%d%H%M").to_string(),
        }
    }
}

/// Reads a Unix time without a leading zero: where a value stands right before the timestamp in what is signed, its last
/// zero could be taken for the timestamp's first, and a payout of 50 become one of 5.
fn parse_unix(text: &[u8]) -> Option<i64> {
    parse_digits(text).filter(|_| !text.starts_with(b"0"))
}

fn parse_minute(text: &str) -> Option<Timestamp> {
    if text.len() != "YYYYMMDDHHMM".len() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize, to: usize| text[from..to].parse::<u32>().ok();
    let date = NaiveDate::from_ymd_opt(text[..4].parse().ok()?, number(4, 6)?, number(6, 8)?)?;
    let at = date.and_hms_opt(number(8, 10)?, number(10, 12)?, 0)?;
    Some(Timestamp::from_unix_seconds(at.and_utc().timestamp()))
}

//! Durations and sizes as the configuration writes them: a whole number and its unit.

use std::time::Duration;

use super::report::quoted;

const DAY: Duration = Duration::from_hours(24);
/// The longest duration that any key takes: ten years.
pub(super) const DURATION_MAX: Duration = Duration::from_hours(3650 * 24);
/// The largest size that any key takes: 1024 TiB.
const SIZE_BYTES_MAX: u64 = 1 << 50;

/// Reads "30d", "12h", "5m", "5s" or "250ms": above zero, and at most `max`.
pub(super) fn duration(text: &str, max: Duration) -> Result<Duration, String> {
    let units = [
        ("ms", Duration::from_millis(1)),
        ("s", Duration::from_secs(1)),
        ("m", Duration::from_mins(1)),
        ("h", Duration::from_hours(1)),
        ("d", DAY),
    ];
    let expected = || {
        let example = r#""30d", "12h", "5m", "5s" or "250ms""#;
        format!("expected a duration such as {example}, found {}", quoted(text))
    };
    let (count, unit) = count_and_unit(text).ok_or_else(expected)?;
    let (_, unit) = units.iter().find(|(name, _)| *name == unit).ok_or_else(expected)?;
    let duration = u32::try_from(count).ok().and_then(|count| unit.checked_mul(count));
    match duration {
        Some(Duration::ZERO) => Err(format!("expected a duration above zero, found {}", quoted(text))),
        Some(duration) if duration <= max => Ok(duration),
        Some(_) | None => {
            let bound = if max >= DAY {
                format!("{}d", max.as_secs() / DAY.as_secs())
            } else {
                format!("{}s", max.as_secs())
            };
            Err(format!(
                "expected a duration of at most {bound:?}, found {}",
                quoted(text)
            ))
        }
    }
}

/// Reads "1GiB", "512MiB", "64KiB" or "1048576B" as bytes, above zero.
pub(super) fn size_bytes(text: &str) -> Result<u64, String> {
    let units = [("B", 0), ("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)];
    let expected = || {
        let example = r#""1GiB", "512MiB", "64KiB" or "1048576B""#;
        format!("expected a size such as {example}, found {}", quoted(text))
    };
    let (count, unit) = count_and_unit(text).ok_or_else(expected)?;
    let (_, exponent) = units.iter().find(|(name, _)| *name == unit).ok_or_else(expected)?;
    match count.checked_mul(1 << exponent) {
        Some(0) => Err(format!("expected a size above zero, found {}", quoted(text))),
        Some(bytes) if bytes <= SIZE_BYTES_MAX => Ok(bytes),
        Some(_) | None => Err(format!(
            "expected a size of at most \"1024TiB\", found {}",
            quoted(text)
        )),
    }
}

fn count_and_unit(text: &str) -> Option<(u64, &str)> {
    let unit_start = text.find(|character: char| !character.is_ascii_digit())?;
    let (digits, unit) = text.split_at(unit_start);
    if digits.is_empty() {
        return None;
    }
    // Digits only, so that the sole failure is a number beyond every bound.
    Some((digits.parse().unwrap_or(u64::MAX), unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_whole_number_and_its_unit() {
        for (text, expected) in [
            ("30d", DAY * 30),
            ("12h", DAY / 2),
            ("5m", Duration::from_mins(5)),
            ("5s", Duration::from_secs(5)),
            ("250ms", Duration::from_millis(250)),
            ("3650d", DURATION_MAX),
        ] {
            assert_eq!(duration(text, DURATION_MAX), Ok(expected), "{text}");
        }
        for text in [
            "",
            "5",
            "s",
            "5 s",
            " 5s",
            "5s ",
            "-5s",
            "+5s",
            "1.5h",
            "1h30m",
            "5S",
            "5sec",
            "1w",
            "5us",
            "٥s",
            "0s",
            "0ms",
            "3651d",
            "99999999999999999999d",
            "5000000000ms",
        ] {
            assert!(duration(text, DURATION_MAX).is_err(), "{text}");
        }
    }

    #[test]
    fn a_size_is_a_whole_number_and_its_unit() {
        for (text, expected) in [
            ("1048576B", 1 << 20),
            ("64KiB", 1 << 16),
            ("512MiB", 1 << 29),
            ("1GiB", 1 << 30),
            ("1024TiB", 1 << 50),
        ] {
            assert_eq!(size_bytes(text), Ok(expected), "{text}");
        }
        for text in [
            "",
            "1",
            "GiB",
            "1GB",
            "1gib",
            "1 GiB",
            "-1B",
            "1.5GiB",
            "0B",
            "1025TiB",
            "18446744073709551616B",
        ] {
            assert!(size_bytes(text).is_err(), "{text}");
        }
    }
}

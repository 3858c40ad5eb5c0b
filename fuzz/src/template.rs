//! `template`: a campaign's destination in the first line, the values that visitors send in the others.
//!
//! Whatever is filled in, scheme, host and structure are those of the destination, and the answer is a header that a
//! browser can follow.

use http::{HeaderValue, Uri};
use postbackd::domain::click_field::ClickField;
use postbackd::domain::template::{Destination, Placeholder};

/// What `http::Uri` holds; a destination with hundreds of placeholders gets longer.
const URI_BYTES_MAX: usize = 65_534;

/// Fills the destination of an input.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (template, values) = text.split_once('\n').unwrap_or((text, ""));
    let destination = match Destination::parse(template) {
        Ok(destination) => destination,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let values: Vec<&str> = values.split('\n').collect();
    let empty = destination.fill(|_| None);
    let filled = destination.fill(|placeholder| values.get(place(placeholder)).copied());

    assert_eq!(structure(&filled), structure(&empty), "{filled}");
    for (segment, of_template) in path(&filled).split('/').zip(path(&empty).split('/')) {
        assert!(!climbs(segment) || climbs(of_template), "{segment} in {filled}");
    }
    HeaderValue::from_str(&filled).expect("a header value");
    if filled.len() > URI_BYTES_MAX {
        return;
    }
    let (empty, filled) = (uri(&empty), uri(&filled));
    assert_eq!(filled.scheme(), empty.scheme());
    assert_eq!(filled.authority(), empty.authority());
    assert!(filled.host().is_some_and(|host| !host.is_empty()), "{filled}");
}

fn uri(address: &str) -> Uri {
    address
        .parse()
        .unwrap_or_else(|error| panic!("{address} is no URI: {error}"))
}

/// Everything that separates parts of an address, in its order.
fn structure(address: &str) -> String {
    address
        .matches(|character| "/:?#[]@!$&'()*+,;=".contains(character))
        .collect()
}

/// The path of an absolute address.
fn path(address: &str) -> &str {
    let behind_scheme = address.split_once("://").map_or(address, |(_, rest)| rest);
    behind_scheme.split(['?', '#']).next().unwrap_or_default()
}

/// Whether a browser takes a segment of a path for a step up or for none.
fn climbs(segment: &str) -> bool {
    matches!(segment.to_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

/// The line that fills a placeholder.
fn place(placeholder: Placeholder) -> usize {
    match placeholder {
        Placeholder::Field(ClickField::Sub(number)) => number.index(),
        Placeholder::ClickId => 10,
        Placeholder::Campaign => 11,
        Placeholder::Field(ClickField::Affiliate) => 12,
        Placeholder::Field(ClickField::ExternalId) => 13,
        Placeholder::Field(ClickField::Cost) => 14,
        Placeholder::Field(ClickField::Currency) => 15,
        Placeholder::Field(ClickField::UserId) => 16,
        Placeholder::Field(ClickField::DeviceId) => 17,
    }
}

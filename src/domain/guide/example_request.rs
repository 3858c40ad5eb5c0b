//! The request of an example, before it is signed: values of the network's own look at every place that is read or signed.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use crate::domain::mapping::{Field, Part};
use crate::domain::signature::{Absence, Proof, Reference, Source, Unsigned};

use super::address::{Pair, encoded};
use super::body::json;
use super::example::{NoExample, SENT_AT};
use super::parameters::is_same;
use super::request::is_shown;
use super::way::Way;
use super::{Sender, example_values};

/// The request with example values and without a proof.
pub(super) fn unsigned(way: Way<'_>, sender: Option<&Sender>) -> Result<Unsigned, NoExample> {
    let network = way.network;
    let shown = way.fields().filter(|field| is_shown_in_example(way, *field, sender));
    let mut pairs: Vec<Pair> = Vec::new();
    for field in shown {
        if let Some(name) = way.names(field).first()
            && !is_timestamp(way, name)
            && !pairs.iter().any(|(known, _)| known == name)
        {
            pairs.push(((*name).to_owned(), example_values::of_field(network, field)));
        }
    }
    let mut headers = HeaderMap::new();
    for (place, value) in signed_places(way) {
        match (place, way.name_at(place)) {
            (Reference::Header(name), _) => {
                headers.insert(name.clone(), HeaderValue::from_static(value));
            }
            (Reference::Query(_) | Reference::Form(_) | Reference::Json(_), Some(name)) => {
                if !pairs.iter().any(|(known, _)| is_same(way.part, name, known)) {
                    pairs.push((name.to_owned(), value.to_owned()));
                }
            }
            (Reference::Query(_) | Reference::Form(_) | Reference::Json(_), None) => {}
        }
    }
    let as_query = |pairs: &[Pair]| {
        let pairs = pairs
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        pairs.collect::<Vec<_>>().join("&")
    };
    let path = format!("/postback/{}", network.name);
    let (target, content_type, body) = match way.part {
        Part::Query => (format!("{path}?{}", as_query(&pairs)), None, String::new()),
        Part::Form => (path, Some("application/x-www-form-urlencoded"), as_query(&pairs)),
        Part::Json => {
            let places = way
                .scheme()
                .proof_places()
                .iter()
                .filter_map(|place| way.name_at(place));
            // The signature takes the place of an empty text, in the shape that the sender's body has.
            pairs.extend(places.take(1).map(|name| (name.to_owned(), String::new())));
            (path, Some("application/json"), json(&pairs).to_string())
        }
    };
    if let Some(content_type) = content_type {
        headers.insert::<HeaderName>(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    let uri: Uri = target.parse()?;
    Ok(Unsigned::new(way.method(), uri, headers, Bytes::from(body), SENT_AT))
}

/// Whether a parameter is the signature's timestamp, which signing adds in its own unit.
fn is_timestamp(way: Way<'_>, name: &str) -> bool {
    let Proof::Mac(mac) = way.scheme().proof() else {
        return false;
    };
    match mac.timestamp.as_ref().map(|rule| &rule.from) {
        Some(Source::Place(place)) => way.name_at(place).is_some_and(|found| is_same(way.part, found, name)),
        Some(Source::Label(_)) | None => false,
    }
}

/// An example also has what the sender's own macros fill.
fn is_shown_in_example(way: Way<'_>, field: Field, sender: Option<&Sender>) -> bool {
    let has_macro = sender.is_some_and(|sender| sender.macros.iter().any(|(name, _)| name == field.as_str()));
    has_macro || is_shown(way, field, sender)
}

/// The places of signed values, but for the timestamp, which signing adds.
fn signed_places(way: Way<'_>) -> Vec<(&Reference, &'static str)> {
    let Proof::Mac(mac) = way.scheme().proof() else {
        return Vec::new();
    };
    let added = mac.timestamp.as_ref().map(|rule| &rule.from);
    let terms = mac
        .content
        .terms()
        .filter(|term| Some(&term.source) != added && term.absence == Absence::Refused);
    let places = terms.filter_map(|term| match &term.source {
        Source::Label(_) => None,
        Source::Place(place) => Some((place, example_values::of_signed(&place.to_string(), term.is_integer))),
    });
    places.collect()
}

//! The address that a network calls, as it is pasted there.

use std::borrow::Cow;

use percent_encoding::utf8_percent_encode;

use crate::domain::mapping::Field;
use crate::domain::template::RESERVED;

/// A parameter's name and what is put in its place.
pub type Pair = (String, String);

/// The address of a network's postbacks with these parameters in its query. Values are written as they are: they are
/// placeholders, which the sender's system looks for.
pub fn postback_address(base_url: &str, network: &str, pairs: &[Pair]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={value}", encoded(name)))
        .collect();
    let separator = if pairs.is_empty() { "" } else { "?" };
    format!("{base_url}/postback/{network}{separator}{}", pairs.join("&"))
}

/// A sender's placeholders under the names of parameters: those of our fields first, in their order. A field without a name
/// is left out.
pub fn placed_macros(macros: &[(String, String)], name_of: impl Fn(Field) -> Option<String>) -> Vec<Pair> {
    let mut pairs: Vec<(usize, String, String)> = macros
        .iter()
        .filter_map(|(name, placeholder)| match Field::parse(name) {
            Some(field) => Some((field as usize, name_of(field)?, placeholder.clone())),
            None => Some((Field::ALL.len(), name.clone(), placeholder.clone())),
        })
        .collect();
    pairs.sort();
    pairs
        .into_iter()
        .map(|(_, name, placeholder)| (name, placeholder))
        .collect()
}

/// A name or a value in a query.
pub(super) fn encoded(text: &str) -> String {
    Cow::from(utf8_percent_encode(text, RESERVED)).into_owned()
}

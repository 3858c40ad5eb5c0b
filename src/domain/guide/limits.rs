//! The addresses that requests must come from, and how large they may be.

use crate::domain::examine::BODY_BYTES_MAX;
use crate::domain::head::{HEADER_BYTES_MAX, HEADERS_MAX, QUERY_BYTES_MAX};
use crate::domain::network::Network;
use crate::domain::postback::PARAMETERS_MAX;

use super::text::{Block, Text};

const KIB: usize = 1024;

/// Where requests must come from, where that is checked.
pub(super) fn addresses(network: &Network) -> Option<Block> {
    let addresses = network.allow_ips.iter().map(ToString::to_string);
    (!network.allow_ips.is_empty()).then(|| {
        let addresses = Text::say("Requests are taken from these addresses alone: ").then(Text::codes(addresses));
        Block::Paragraph(addresses.and(". Tell us before you call from others."))
    })
}

pub(super) fn blocks() -> Vec<Block> {
    vec![
        Block::Section("Limits"),
        Block::Points(vec![
            Text::say(format!("Query: {} KiB.", QUERY_BYTES_MAX / KIB)),
            Text::say(format!(
                "Body: {} KiB, in UTF-8, without a content encoding such as gzip.",
                BODY_BYTES_MAX / KIB
            )),
            Text::say(format!("Parameters: {PARAMETERS_MAX}, query and body together.")),
            Text::say(format!(
                "Header fields: {HEADERS_MAX}, of {} KiB together.",
                HEADER_BYTES_MAX / KIB
            )),
        ]),
    ]
}

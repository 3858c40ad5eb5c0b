//! Which parameters are read, what they mean, how they are written and which of them have to be there.

use crate::domain::dedupe::DedupeRule;
use crate::domain::mapping::{Field, Part, PayoutUnit, is_pointer};
use crate::domain::network::Network;
use crate::domain::postback::PARAMETERS_MAX;
use crate::domain::signature::{Absence, Proof, Source};

use super::text::{Block, Text};
use super::way::Way;

pub(super) fn blocks(network: &Network, ways: &[Way<'_>]) -> Vec<Block> {
    let is_read = |field: &Field| ways.iter().any(|way| !way.names(*field).is_empty());
    let rows = Field::ALL.into_iter().filter(is_read).map(|field| {
        vec![
            Text::codes(names(field, ways)),
            Text::say(meaning(field)),
            form(network, field),
            need(network, field, ways).then(trust(field, ways)),
        ]
    });
    let mut blocks = vec![
        Block::Section("Parameters"),
        Block::Table {
            head: &["Parameter", "Meaning", "How it is written", "Needed?"],
            rows: rows.collect(),
        },
        Block::Paragraph(Text::say(format!(
            "Of several names of one parameter send one. An empty value counts as absent. Other parameters are kept as they \
             are and change nothing; all together may be at most {PARAMETERS_MAX}, each at most once."
        ))),
    ];
    let mut names = Field::ALL.into_iter().flat_map(|field| names(field, ways));
    if names.any(is_pointer) {
        let pointers = Text::say("A name that begins with ").code("/");
        blocks.push(Block::Paragraph(
            pointers.and(" is a pointer into the JSON body (RFC 6901)."),
        ));
    }
    let fixed = Field::ALL
        .into_iter()
        .filter_map(|field| Some((field, network.constants.text(field)?)));
    let fixed: Vec<Text> = fixed
        .map(|(field, value)| Text::of_code(field.as_str()).and(" is always ").code(value).and("."))
        .collect();
    if !fixed.is_empty() {
        blocks.push(Block::Paragraph(Text::say("Fixed on our side, whatever you send:")));
        blocks.push(Block::Points(fixed));
    }
    blocks
}

fn names<'n>(field: Field, ways: &[Way<'n>]) -> Vec<&'n str> {
    let mut names = Vec::new();
    for name in ways.iter().flat_map(|way| way.names(field)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

const fn meaning(field: Field) -> &'static str {
    match field {
        Field::ClickId => "Our click id, as it came to you with the click",
        Field::TransactionId => "Your id of the conversion",
        Field::Event => "What happened",
        Field::Status => "How the conversion stands",
        Field::Payout => "What is paid for it",
        Field::Currency => "The currency of the payout",
        Field::EventTime => "When it happened",
        Field::UserId => "Your id of the user",
        Field::DeviceId => "Your id of the device",
    }
}

fn form(network: &Network, field: Field) -> Text {
    let bytes_max = field.bytes_max();
    let bounded = |words: &'static str| Text::say(format!("{words}, at most {bytes_max} bytes"));
    let form = match field {
        Field::ClickId => bounded("Unchanged: 26 letters and digits in any case"),
        Field::TransactionId => bounded("Text; upper and lower case differ"),
        Field::Event => {
            let form = bounded("Text; upper and lower case differ");
            form.and("; without it ").code(&network.default_event)
        }
        Field::Status => {
            Text::say("A word of the table of statuses; without it ").code(network.default_status.as_str())
        }
        Field::Payout => payout(network),
        Field::Currency => {
            let form = Text::say("A code of ISO 4217 in any case, as ").code("USD");
            match network.currency {
                None => form,
                Some(currency) => form.and("; without it ").code(currency.code()),
            }
        }
        Field::EventTime => Text::say("RFC 3339 with its zone, as ")
            .code("2026-03-01T12:00:00Z")
            .and(", or Unix seconds or milliseconds; without it, when we receive it"),
        Field::UserId | Field::DeviceId => bounded("Text"),
    };
    let patterns = network.patterns.iter().filter(|(of, _)| *of == field);
    patterns.fold(form, |form, (_, pattern)| {
        form.and("; the whole value matches ").code(pattern.text())
    })
}

fn payout(network: &Network) -> Text {
    let form = match network.payout_unit {
        PayoutUnit::Major => Text::say("A decimal number, as ")
            .code("12.50")
            .and(": at most 12 digits before and 6 behind the point, no separators, no sign of a currency"),
        PayoutUnit::Minor => Text::say("A whole number of the currency's minor unit, as ")
            .code("1250")
            .and(" for 12.50, of at most 12 digits"),
    };
    form.and(if network.negative_payouts {
        "; may be negative"
    } else {
        "; not negative"
    })
}

fn need(network: &Network, field: Field, ways: &[Way<'_>]) -> Text {
    let is_read = |field: Field| ways.iter().any(|way| !way.names(field).is_empty());
    let click = Text::say("Yes: without it no click is credited");
    let of_key = match (field, network.dedupe) {
        (Field::ClickId, DedupeRule::Transaction) if is_read(Field::TransactionId) => {
            Some(click.and(". Required where there is no transaction id"))
        }
        (Field::ClickId, DedupeRule::Transaction | DedupeRule::ClickTransaction | DedupeRule::ClickEvent) => {
            Some(Text::say("Required"))
        }
        (Field::TransactionId, DedupeRule::Transaction) if !is_read(Field::ClickId) => Some(Text::say("Required")),
        (Field::TransactionId, DedupeRule::Transaction | DedupeRule::ClickTransaction) => Some(Text::say(
            "Yes: without it a click can have one conversion for each event",
        )),
        (Field::TransactionId, DedupeRule::ClickEvent)
        | (
            Field::Event
            | Field::Status
            | Field::Payout
            | Field::Currency
            | Field::EventTime
            | Field::UserId
            | Field::DeviceId,
            _,
        ) => None,
    };
    match (of_key, ways.iter().any(|way| is_signed_alone(*way, field))) {
        (Some(need), false) => need,
        (Some(need), true) => need.and(". The signature needs it"),
        (None, true) => Text::say("Required: the signature needs it"),
        (None, false) => Text::say("Optional"),
    }
}

/// Whether a request without this field cannot be signed.
fn is_signed_alone(way: Way<'_>, field: Field) -> bool {
    let Proof::Mac(mac) = way.scheme().proof() else {
        return false;
    };
    let names = way.names(field);
    let is_it = |source: &Source| match source {
        Source::Label(_) => false,
        Source::Place(place) => way
            .name_at(place)
            .is_some_and(|found| names.iter().any(|name| is_same(way.part, found, name))),
    };
    let mut needed = mac.content.terms().filter(|term| term.absence == Absence::Refused);
    needed.any(|term| is_it(&term.source))
}

/// Whether a place and one of our names are the same parameter: in JSON `/a` is what the mapping calls `a`.
pub(super) fn is_same(part: Part, place: &str, name: &str) -> bool {
    let is_member = || place.strip_prefix('/').is_some_and(|member| member == name);
    place == name || (part == Part::Json && is_member())
}

fn trust(field: Field, ways: &[Way<'_>]) -> Text {
    let is_unsigned = |way: &Way<'_>| way.names(field).iter().any(|name| !way.covers(name));
    if ways.iter().any(is_unsigned) {
        Text::say(". Read although the signature does not cover it")
    } else {
        Text::default()
    }
}

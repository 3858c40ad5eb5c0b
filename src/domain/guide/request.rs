//! The request: its address with placeholders, and for a body what it looks like.

use crate::domain::dedupe::DedupeRule;
use crate::domain::mapping::{Field, Part};
use crate::domain::signature::{Absence, EXAMPLE_TOKEN, Placement, Proof, Reference, Requirement, Source};

use super::address::{Pair, placed_macros, postback_address};
use super::body::json;
use super::text::{Block, Text};
use super::way::Way;
use super::{Sender, place};

/// The address and the body of one way to send.
pub(super) fn blocks(way: Way<'_>, sender: Option<&Sender>, public_url: &str) -> Vec<Block> {
    let network = &way.network.name;
    let pairs = pairs(way, sender);
    let base_url = base_url(way, public_url);
    let in_query: Vec<Pair> = token_pair(way).into_iter().collect();
    let mut blocks = match way.part {
        Part::Query => {
            let query: Vec<Pair> = pairs.into_iter().chain(in_query).collect();
            vec![
                Block::Paragraph(Text::say("Call this address with GET, once for each conversion:")),
                Block::Code(postback_address(base_url, network, &query)),
            ]
        }
        Part::Form => vec![
            Block::Paragraph(
                Text::say("Send a form by POST (")
                    .code("Content-Type: application/x-www-form-urlencoded")
                    .and(") to:"),
            ),
            Block::Code(postback_address(base_url, network, &in_query)),
            Block::Paragraph(Text::say("The body, before its values are percent-encoded:")),
            Block::Code(
                pairs
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect::<Vec<_>>()
                    .join("&"),
            ),
        ],
        Part::Json => vec![
            Block::Paragraph(
                Text::say("Send a JSON object by POST (")
                    .code("Content-Type: application/json")
                    .and(") to:"),
            ),
            Block::Code(postback_address(base_url, network, &in_query)),
            Block::Paragraph(Text::say("The members that we read; the object may hold others:")),
            Block::Code(format!("{:#}", json(&pairs))),
        ],
    };
    blocks.push(Block::Paragraph(placeholders(way, sender)));
    let others = way.others().into_iter().map(place::of_part).collect::<Vec<_>>();
    if !others.is_empty() {
        let others = others.join(", or ");
        blocks.push(Block::Paragraph(Text::say(format!(
            "The same parameters are also taken {others}."
        ))));
    }
    blocks
}

fn placeholders(way: Way<'_>, sender: Option<&Sender>) -> Text {
    let refused = "Placeholders that are sent as they stand are refused where we recognise them.";
    match (sender, way.part) {
        (Some(sender), Part::Query | Part::Form | Part::Json) if !sender.macros.is_empty() => Text::say(format!(
            "The placeholders are those of {}, which fills them in. {refused}",
            sender.title
        )),
        (_, Part::Query | Part::Form) => Text::say("Put a value, percent-encoded as UTF-8, in place of each ")
            .code("{placeholder}")
            .and(format!(". {refused}")),
        (_, Part::Json) => Text::say("Put a value, a text or a number, in place of each ")
            .code("{placeholder}")
            .and(format!(". {refused}")),
    }
}

/// What stands before the path: what the signature was made over, where it covers the address.
pub(super) fn base_url<'a>(way: Way<'a>, public_url: &'a str) -> &'a str {
    match way.scheme().proof() {
        Proof::Mac(mac) if mac.content.signs_base_url() => &mac.base_url,
        Proof::Mac(_) | Proof::Token(_) | Proof::Address => public_url,
    }
}

/// The token's pair, where it stands in the query.
fn token_pair(way: Way<'_>) -> Option<Pair> {
    let Proof::Token(token) = way.scheme().proof() else {
        return None;
    };
    match token.placement.from.first()? {
        Reference::Query(name) => Some((name.clone(), format!("{}{EXAMPLE_TOKEN}", token.placement.prefix))),
        Reference::Header(_) | Reference::Form(_) | Reference::Json(_) => None,
    }
}

/// The parameters with what is put in their place: what the sender knows by a placeholder of its own, what cannot be missing,
/// and, of an unknown sender, all that is read.
fn pairs(way: Way<'_>, sender: Option<&Sender>) -> Vec<Pair> {
    let first_name = |field: Field| way.names(field).first().map(|name| (*name).to_owned());
    let own = |name: &str| format!("{{{}}}", name.rsplit('/').next().unwrap_or(name));
    let mut pairs = sender.map_or_else(Vec::new, |sender| placed_macros(&sender.macros, first_name));
    for field in way.fields().filter(|field| is_shown(way, *field, sender)) {
        let is_placed = way.names(field).iter().any(|name| has(&pairs, name));
        if let Some(name) = first_name(field).filter(|_| !is_placed) {
            pairs.push((name, format!("{{{field}}}")));
        }
    }
    let is_signed_by_sender = match way.scheme().proof() {
        Proof::Mac(_) => sender.is_some(),
        Proof::Token(_) | Proof::Address => false,
    };
    if !is_signed_by_sender {
        let wanted = wanted_by_proof(way).into_iter();
        let missing: Vec<Pair> = wanted
            .filter(|(name, _)| !has(&pairs, name))
            .map(|(name, text)| {
                let value = text.unwrap_or_else(|| own(&name));
                (name, value)
            })
            .collect();
        pairs.extend(missing);
    }
    pairs
}

fn has(pairs: &[Pair], name: &str) -> bool {
    pairs.iter().any(|(known, _)| known == name)
}

/// Whether a field belongs into an example: a known sender sends what its preset names, and what tells conversions apart.
pub(super) fn is_shown(way: Way<'_>, field: Field, sender: Option<&Sender>) -> bool {
    let Some(sender) = sender else { return true };
    let is_renamed = way.network.mapping.names(field) != [field.as_str()];
    let is_in_key = match (field, way.network.dedupe) {
        (Field::ClickId, _) | (Field::TransactionId, DedupeRule::Transaction | DedupeRule::ClickTransaction) => true,
        (
            Field::TransactionId
            | Field::Event
            | Field::Status
            | Field::Payout
            | Field::Currency
            | Field::EventTime
            | Field::UserId
            | Field::DeviceId,
            DedupeRule::Transaction | DedupeRule::ClickTransaction | DedupeRule::ClickEvent,
        ) => false,
    };
    // Many macros: the sender's address is what its macros fill. None: it is what its preset names.
    if sender.macros.is_empty() {
        is_renamed || is_in_key
    } else {
        is_in_key
    }
}

/// The parameters that the proof takes from this part of a request, with the text that must stand there, if it is fixed.
pub(super) fn wanted_by_proof(way: Way<'_>) -> Vec<(String, Option<String>)> {
    let (placement, require): (&Placement, &[Requirement]) = match way.scheme().proof() {
        Proof::Address => return Vec::new(),
        Proof::Token(token) => (&token.placement, &token.require),
        Proof::Mac(mac) => (&mac.placement, &mac.require),
    };
    let mut wanted: Vec<(String, Option<String>)> = Vec::new();
    let mut want = |place: &Reference, text: Option<String>| {
        if let Some(name) = way.name_at(place)
            && !wanted.iter().any(|(known, _)| known == name)
        {
            wanted.push((name.to_owned(), text));
        }
    };
    for requirement in require {
        want(&requirement.at, Some(requirement.shown().to_owned()));
    }
    match way.scheme().proof() {
        Proof::Address => {}
        Proof::Token(_) => {
            // In a query it stands in the address, whatever the parameters stand in.
            if let Some(place @ (Reference::Form(_) | Reference::Json(_))) = placement.from.first() {
                want(place, Some(format!("{}{EXAMPLE_TOKEN}", placement.prefix)));
            }
        }
        Proof::Mac(mac) => {
            for term in mac.content.terms().filter(|term| term.absence == Absence::Refused) {
                if let Source::Place(place) = &term.source {
                    want(place, None);
                }
            }
            if let Some(Source::Place(place)) = mac.timestamp.as_ref().map(|rule| &rule.from) {
                want(place, None);
            }
            if let Some(place) = placement.from.first() {
                want(place, None);
            }
        }
    }
    wanted
}

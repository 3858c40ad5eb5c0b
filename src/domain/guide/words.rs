//! The words that a network may send: statuses and events.

use crate::domain::conversion::Status;
use crate::domain::mapping::{Field, StatusWord};
use crate::domain::network::Network;

use super::text::{Block, Text};
use super::way::Way;

const fn meaning(word: StatusWord) -> (&'static str, &'static str) {
    match word {
        StatusWord::Status(status) => {
            let says = match status {
                Status::Pending => "reported, not yet confirmed",
                Status::Approved => "confirmed: it is paid",
                Status::Rejected => "refused: it is not paid",
                Status::Reversed => "paid and taken back",
            };
            (status.as_str(), says)
        }
        StatusWord::Ignored => ("ignored", "logged, not counted"),
    }
}

pub(super) fn blocks(network: &Network, ways: &[Way<'_>]) -> Vec<Block> {
    let is_read = |field: Field| ways.iter().any(|way| !way.names(field).is_empty());
    let mut blocks = Vec::new();
    if is_read(Field::Status) {
        blocks.extend(statuses(network, ways));
    }
    let events = network.events.words();
    if is_read(Field::Event) && !events.is_empty() {
        let rows = events
            .into_iter()
            .map(|(word, name)| vec![Text::of_code(word), Text::of_code(name)]);
        blocks.extend([
            Block::Section("Events"),
            Block::Table {
                head: &["You send", "We record"],
                rows: rows.collect(),
            },
            Block::Paragraph(Text::say(
                "Upper and lower case differ. Any other event is recorded as it is sent.",
            )),
        ]);
    }
    blocks
}

fn statuses(network: &Network, ways: &[Way<'_>]) -> Vec<Block> {
    let meanings = Status::ALL
        .into_iter()
        .map(StatusWord::Status)
        .chain([StatusWord::Ignored]);
    let rows = meanings.filter_map(|means| {
        let words = network.statuses.words(means);
        let (name, says) = meaning(means);
        (!words.is_empty()).then(|| vec![Text::of_code(name), Text::say(says), Text::codes(words)])
    });
    let mut blocks = vec![
        Block::Section("Statuses"),
        Block::Table {
            head: &["Status", "Meaning", "Words that say so, in any case"],
            rows: rows.collect(),
        },
        Block::Paragraph(Text::say(
            "A word that is not in this table is refused, so that none is read as something else.",
        )),
    ];
    let inline = network.inline_statuses.params();
    let inline: Vec<Text> = inline
        .filter(|(name, _)| ways.iter().any(|way| way.reads(name)))
        .map(|(name, means)| Text::of_code(name).and(" lists words for ").code(meaning(means).0))
        .collect();
    if !inline.is_empty() {
        blocks.push(Block::Paragraph(Text::say(
            "A request may say itself what its words mean, in parameters that hold words with commas between them; in that \
             request these win over the table:",
        )));
        blocks.push(Block::Points(inline));
    }
    blocks
}

//! What makes two postbacks the same, what a later one may change, and which click gets the conversion.

use std::time::Duration;

use crate::domain::dedupe::{DedupeRule, KeyPart};
use crate::domain::network::Network;
use crate::domain::terms::Exception;

use super::text::{Block, Text};

pub(super) fn blocks(network: &Network) -> Vec<Block> {
    vec![
        Block::Section("Repeats and changes"),
        Block::Paragraph(sameness(network.dedupe)),
        Block::Paragraph(Text::say("Repeat the same conversion to change it. These changes are taken:")),
        Block::Points(vec![
            change("pending", &["approved", "rejected"]),
            change("approved", &["rejected", "reversed"]),
            Text::say("The payout together with such a step, or alone while the conversion is pending."),
        ]),
        Block::Paragraph(
            Text::say("Any other change is kept for us to look at and is not applied; the answer says ")
                .code("conflict")
                .and(". The first postback of a conversion may have any status. What a repeat leaves out stays as it is."),
        ),
        Block::Section("Which click gets it"),
        Block::Paragraph(window(network)),
        Block::Paragraph(
            Text::say(
                "A conversion whose click we do not know (yet), or that comes too late, is recorded as well, without being \
                 credited to a click; where the answer is our JSON, ",
            )
            .code("attributed")
            .and(" and ")
            .code("reason")
            .and(" say so. Where the click reaches us later, the conversion is credited by itself: do not send it again."),
        ),
    ]
}

fn sameness(rule: DedupeRule) -> Text {
    let parts = rule.parts().iter().filter_map(|part| match part {
        KeyPart::Network => None,
        KeyPart::ClickId => Some("click id"),
        KeyPart::TransactionId => Some("transaction id"),
        KeyPart::Event => Some("event"),
    });
    let parts: Vec<&str> = parts.collect();
    let (last, others) = parts.split_last().expect("every rule has parts beside the network");
    let same = format!(
        "Two postbacks with the same {} and {last} are the same conversion, which is counted once.",
        others.join(", ")
    );
    match rule {
        DedupeRule::Transaction | DedupeRule::ClickTransaction => Text::say(format!(
            "{same} Without a transaction id those with the same click id and event are."
        )),
        DedupeRule::ClickEvent => Text::say(same),
    }
}

fn change(from: &'static str, to: &[&'static str]) -> Text {
    let to = to.iter().map(|status| Text::of_code(*status));
    Text::of_code(from)
        .and(" becomes ")
        .then(Text::joined(to, " or "))
        .and(".")
}

fn window(network: &Network) -> Text {
    let window = network.terms.window;
    let text = Text::say(format!(
        "A conversion is credited to its click within {} of the click.",
        in_words(window)
    ));
    let others = network
        .terms
        .exceptions
        .iter()
        .filter_map(|(campaign, exception)| match exception {
            // Which campaigns are somebody else's is nobody's business.
            Exception::NotAllowed => None,
            // And what a campaign pays is its operator's: a guide says only the window.
            Exception::Own(own) => {
                let window = own.window?;
                Some(Text::of_code(&**campaign).and(format!(": {}", in_words(window))))
            }
        });
    let others = Text::joined(others, ", ");
    let text = if others.0.is_empty() {
        text
    } else {
        text.and(" For these campaigns it is another time: ")
            .then(others)
            .and(".")
    };
    text.and(
        " The time of the event counts where it is sent and lies between the click and now, else the time of receipt.",
    )
}

/// A duration in the largest unit that it is a whole number of.
pub(super) fn in_words(duration: Duration) -> String {
    let units: [(u128, &str); 4] = [
        (86_400_000, "day"),
        (3_600_000, "hour"),
        (60_000, "minute"),
        (1_000, "second"),
    ];
    let millis = duration.as_millis();
    let whole = units
        .into_iter()
        .find(|(unit, _)| millis >= *unit && millis.is_multiple_of(*unit));
    let (number, unit) = whole.map_or((millis, "millisecond"), |(unit, name)| (millis / unit, name));
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

//! Values for example requests: what a network's own words, units and patterns take.

use crate::domain::conversion::Status;
use crate::domain::mapping::{Field, PayoutUnit, StatusWord};
use crate::domain::network::Network;

/// Values of many looks: the first that fits a pattern is taken.
const LOOKS: [&str; 10] = [
    "T1001",
    "1001",
    "SM1001",
    "12.50",
    "1",
    "a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d",
    "d41d8cd98f00b204e9800998ecf8427e",
    "d41d8cd98f00b204e9800998ecf8427ed41d8cd98f00b204e9",
    "order-1001",
    "01fwhe4ydgfk1shh6w1g60eecf",
];

/// A value of a field that the network could send. Where none that is known fits a pattern, it is one that does not.
pub(super) fn of_field(network: &Network, field: Field) -> String {
    let usual = usual(network, field);
    let fits = |value: &str| {
        let mut patterns = network.patterns.iter().filter(|(of, _)| *of == field);
        patterns.all(|(_, pattern)| pattern.matches(value))
    };
    if fits(&usual) {
        return usual;
    }
    let fitting = LOOKS.into_iter().find(|value| fits(value));
    fitting.map_or(usual, str::to_owned)
}

fn usual(network: &Network, field: Field) -> String {
    match field {
        Field::ClickId => "01fwhe4ydgfk1shh6w1g60eecf".to_owned(),
        Field::TransactionId => "T1001".to_owned(),
        Field::Event => {
            let words = network.events.words();
            let first = words.into_iter().next();
            first.map_or_else(|| network.default_event.clone(), |(word, _)| word.to_owned())
        }
        Field::Status => {
            let words = network.statuses.words(StatusWord::Status(Status::Approved));
            words.into_iter().next().unwrap_or_default()
        }
        Field::Payout => match network.payout_unit {
            PayoutUnit::Major => "12.50".to_owned(),
            PayoutUnit::Minor => "1250".to_owned(),
        },
        Field::Currency => network
            .currency
            .map_or_else(|| "USD".to_owned(), |currency| currency.code().to_owned()),
        Field::EventTime => "2026-03-01T12:00:00Z".to_owned(),
        Field::UserId => "user-77".to_owned(),
        Field::DeviceId => "device-42".to_owned(),
    }
}

/// A value of a parameter that is signed and is none of our fields.
pub(super) fn of_signed(name: &str, is_integer: bool) -> &'static str {
    if is_integer || name.to_ascii_lowercase().contains("time") {
        "1772366400"
    } else {
        "example"
    }
}

//! The rules of a conversion's life, as tables and as properties over sequences.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::domain::attribution::Credit;
use crate::domain::campaign::{Campaign, Campaigns, Openness};
use crate::domain::click_field::ClickAliases;
use crate::domain::conversion::{SentClickId, Status};
use crate::domain::dedupe::{DedupeKey, DedupeRule};
use crate::domain::id::PostbackId;
use crate::domain::money::{Amount, Currency, PAYOUT_SCALE_MAX};
use crate::domain::postback::NamedStatus;
use crate::domain::template::Destination;

mod attribution;
mod histories;
mod payouts;

const CLICK: &str = "01fwhe4ydgfk1shh6w1g60eecf";
const OTHER_CLICK: &str = "01fwhe4ydgfk1shh6w1g60eecg";

fn at(second: i64) -> Timestamp {
    Timestamp::from_unix_seconds(1_700_000_000 + second)
}

fn terms(campaigns: &Campaigns) -> Terms {
    Terms::of("acme", Duration::from_hours(1), campaigns)
}

/// A postback in a few words: `status payout currency click event_time`, `-` for what it does not name.
fn postback(second: i64, words: &str) -> Postback {
    let mut words = words.split(' ').map(|word| (word != "-").then_some(word));
    let mut next = || words.next().flatten();
    let status = match next() {
        None => NamedStatus::Default(Status::Approved),
        Some("ignored") => NamedStatus::Ignored,
        Some(name) => NamedStatus::Named(Status::parse(name).expect("a status")),
    };
    let payout = next().map(|text| Amount::parse(text, PAYOUT_SCALE_MAX).expect("an amount"));
    let currency = next().map(|text| Currency::parse(text).expect("a currency"));
    let click = next().map_or(SentClickId::None, SentClickId::read);
    let event_time = next().map(|text| at(text.parse().expect("a second")));
    let key = DedupeKey {
        network: "acme",
        click: &click,
        transaction_id: Some("T1"),
        event: "sale",
    };
    let (dedupe, conversion_id) = key.conversion_id(DedupeRule::Transaction).expect("a key");
    Postback {
        id: PostbackId::new(at(second), [u8::try_from(second % 251).expect("a byte"); 10]),
        received_at: at(second),
        network: Arc::from("acme"),
        click,
        transaction_id: Some("T1".to_owned()),
        event: "sale".to_owned(),
        status,
        payout,
        currency,
        event_time,
        user_id: None,
        device_id: None,
        conversion_id,
        dedupe,
        default_currency: Currency::parse("USD"),
        terms: Arc::new(terms(&Campaigns::default())),
    }
}

fn click_at(second: i64) -> ClickFacts {
    ClickFacts {
        id: CLICK.parse().expect("an id"),
        campaign: "spring".to_owned(),
        affiliate: Some("42".to_owned()),
        received_at: at(second),
        is_test: false,
    }
}

/// The click's campaign, which differs in nothing.
fn spring() -> Campaign {
    Campaign {
        name: Arc::from("spring"),
        destination: Destination::parse("https://shop.example/").expect("a destination"),
        networks: Vec::new(),
        window: None,
        payouts: Arc::default(),
        aliases: ClickAliases::default(),
        open: Openness::Enabled,
    }
}

/// The click's campaign, for these networks (none: for all) and with a window of this many seconds.
fn spring_for(networks: &[&str], window_s: Option<u64>) -> Campaigns {
    Campaigns::new([Campaign {
        networks: networks.iter().copied().map(Arc::from).collect(),
        window: window_s.map(Duration::from_secs),
        ..spring()
    }])
}

/// The verdicts of a sequence of postbacks, a second apart, and the conversion at its end.
fn settle(sequence: &[&str]) -> (Vec<Verdict>, Conversion) {
    let mut ledger = Ledger::new([], [click_at(0)]);
    let mut verdicts = Vec::new();
    for (second, words) in (100..).zip(sequence) {
        verdicts.push(ledger.settle(&postback(second, words)).answer.verdict);
    }
    let conversion = ledger.conversions.into_values().next().expect("a conversion");
    (verdicts, conversion)
}

fn stands(conversion: &Conversion) -> String {
    let State {
        status,
        payout,
        currency,
    } = conversion.state;
    let text = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    format!(
        "{status} {} {}",
        text(payout.map(|it| it.to_string())),
        text(currency.map(|it| it.to_string()))
    )
}

#[test]
fn the_second_postback_of_a_conversion_is_decided_by_the_first() {
    use Verdict::{Conflict, Duplicate, Updated};
    for (first, second, verdict, end) in [
        // The same again, and what is not named is no difference.
        ("approved 10 USD", "approved 10 USD", Duplicate, "approved 10 USD"),
        (
            "approved 12.1 USD",
            "approved 12.10 usd",
            Duplicate,
            "approved 12.1 USD",
        ),
        ("approved 10 USD", "approved - -", Duplicate, "approved 10 USD"),
        ("pending 10 USD", "- 10 -", Duplicate, "pending 10 USD"),
        ("pending 10 USD", "- - -", Duplicate, "pending 10 USD"),
        ("approved 10 -", "approved 10 USD", Duplicate, "approved 10 USD"),
        // Every change of status.
        ("pending 10 USD", "approved 10 USD", Updated, "approved 10 USD"),
        ("pending 10 USD", "rejected 10 USD", Updated, "rejected 10 USD"),
        ("pending 10 USD", "reversed 10 USD", Conflict, "pending 10 USD"),
        ("approved 10 USD", "pending 10 USD", Conflict, "approved 10 USD"),
        ("approved 10 USD", "rejected 10 USD", Updated, "rejected 10 USD"),
        ("approved 10 USD", "reversed 10 USD", Updated, "reversed 10 USD"),
        ("rejected 10 USD", "pending 10 USD", Conflict, "rejected 10 USD"),
        ("rejected 10 USD", "approved 10 USD", Conflict, "rejected 10 USD"),
        ("rejected 10 USD", "reversed 10 USD", Conflict, "rejected 10 USD"),
        ("reversed 10 USD", "pending 10 USD", Conflict, "reversed 10 USD"),
        ("reversed 10 USD", "approved 10 USD", Conflict, "reversed 10 USD"),
        ("reversed 10 USD", "rejected 10 USD", Conflict, "reversed 10 USD"),
        // The payout may change with a legal step, or alone while pending.
        ("pending 10 USD", "approved 12 USD", Updated, "approved 12 USD"),
        ("pending 10 USD", "pending 12 USD", Updated, "pending 12 USD"),
        ("pending 10 USD", "- 12 -", Updated, "pending 12 USD"),
        ("approved 10 USD", "approved 12 USD", Conflict, "approved 10 USD"),
        ("approved 10 USD", "reversed -10 USD", Updated, "reversed -10 USD"),
        // A currency may only come with the first amount.
        ("pending 10 USD", "approved 10 EUR", Conflict, "pending 10 USD"),
        ("pending - -", "approved 10 EUR", Conflict, "pending - USD"),
        ("pending 10 USD", "approved - EUR", Conflict, "pending 10 USD"),
        ("pending 1.0 USD", "approved 1.00 USD", Updated, "approved 1.0 USD"),
        // A click may not change.
        (
            "approved 10 USD",
            "approved 10 USD 01fwhe4ydgfk1shh6w1g60eecf",
            Conflict,
            "approved 10 USD",
        ),
        (
            "approved 10 USD 01fwhe4ydgfk1shh6w1g60eecf",
            "approved 10 USD",
            Duplicate,
            "approved 10 USD",
        ),
        (
            "approved 10 USD 01fwhe4ydgfk1shh6w1g60eecf",
            "approved 10 USD 01FWHE4YDGFK1SHH6W1G60EECF",
            Duplicate,
            "approved 10 USD",
        ),
        (
            "pending 10 USD 01fwhe4ydgfk1shh6w1g60eecf",
            "approved 10 USD 01fwhe4ydgfk1shh6w1g60eecg",
            Conflict,
            "pending 10 USD",
        ),
    ] {
        let (verdicts, conversion) = settle(&[first, second]);
        assert_eq!(verdicts, [Verdict::Recorded, verdict], "{first} then {second}");
        assert_eq!(stands(&conversion), end, "{first} then {second}");
    }
}

#[test]
fn late_retries_and_late_steps_do_not_undo_what_came_after() {
    use Verdict::{Conflict, Duplicate, Recorded, Updated};
    for (sequence, verdicts, end) in [
        // A late retry of an earlier state.
        (
            &["pending 10 USD", "approved 12 USD", "pending 10 USD"][..],
            vec![Recorded, Updated, Duplicate],
            "approved 12 USD",
        ),
        (
            &["pending 10 USD - 5", "approved 12 USD - 7", "pending 10 USD - 5"],
            vec![Recorded, Updated, Duplicate],
            "approved 12 USD",
        ),
        // An earlier step that came late.
        (
            &["approved 12 USD - 7", "pending 10 USD - 5"],
            vec![Recorded, Duplicate],
            "approved 12 USD",
        ),
        (
            &["approved - - - 7", "pending 10 USD - 5"],
            vec![Recorded, Duplicate],
            "approved 10 USD",
        ),
        (
            &["approved - - - 7", "pending 10 USD - 5", "pending 10 USD - 5"],
            vec![Recorded, Duplicate, Duplicate],
            "approved 10 USD",
        ),
        // An earlier step in another currency is a contradiction and not only late.
        (
            &["approved - - - 7", "pending 10 EUR - 5"],
            vec![Recorded, Conflict],
            "approved - USD",
        ),
        // A later step is not late.
        (
            &["pending 10 USD - 5", "approved 10 USD - 5"],
            vec![Recorded, Updated],
            "approved 10 USD",
        ),
        (
            &["pending 10 USD - 5", "pending 12 USD - 6", "pending 10 USD - 7"],
            vec![Recorded, Updated, Updated],
            "pending 10 USD",
        ),
        // The same proposal again is a repeat, also after a change that left it illegal.
        (
            &["approved 1 USD", "approved 9 USD", "rejected 1 USD", "approved 9 USD"],
            vec![Recorded, Conflict, Updated, Duplicate],
            "rejected 1 USD",
        ),
        // A proposal is kept once, and is no obstacle once it has become legal.
        (
            &["approved 10 USD", "approved 12 USD", "approved 12 USD"],
            vec![Recorded, Conflict, Duplicate],
            "approved 10 USD",
        ),
        (
            &[
                "pending 10 USD",
                "reversed 10 USD",
                "approved 10 USD",
                "reversed 10 USD",
            ],
            vec![Recorded, Conflict, Updated, Updated],
            "reversed 10 USD",
        ),
    ] {
        let (got, conversion) = settle(sequence);
        assert_eq!((got, stands(&conversion).as_str()), (verdicts, end), "{sequence:?}");
    }
}

#[test]
fn an_ignored_postback_leaves_nothing() {
    let mut ledger = Ledger::new([], [click_at(0)]);
    let settled = ledger.settle(&postback(100, "ignored 10 USD"));
    assert_eq!(settled.answer.verdict, Verdict::Ignored);
    assert_eq!(ledger.changed().count(), 0);
}

#[test]
fn a_history_has_a_bound() {
    let mut ledger = Ledger::new([], []);
    let limit = crate::domain::decide::HISTORY_MAX;
    for second in 0..i64::from(limit) + 50 {
        ledger.settle(&postback(100 + second, &format!("approved {second} USD")));
    }
    let conversion = ledger.conversions.into_values().next().expect("a conversion");
    assert_eq!(conversion.revision, limit);
    assert_eq!(conversion.steps.len(), usize::try_from(limit).expect("small"));
}

#[test]
fn a_time_that_is_yet_to_come_makes_no_later_change_late() {
    let (verdicts, conversion) = {
        let mut ledger = Ledger::new([], []);
        let sent = [
            (100, "pending 10 USD - 9000"),
            (110, "approved 10 USD - 105"),
            (120, "pending 10 USD - 99"),
        ];
        let verdicts = sent.map(|(second, words)| ledger.settle(&postback(second, words)).answer.verdict);
        (verdicts, ledger.conversions.into_values().next().expect("a conversion"))
    };
    assert_eq!(verdicts, [Verdict::Recorded, Verdict::Updated, Verdict::Duplicate]);
    assert_eq!(conversion.state.status, Status::Approved);
}

#[test]
fn an_event_time_in_whole_seconds_is_not_before_a_receipt_within_its_second() {
    let mut ledger = Ledger::new([], []);
    let moved = |mut postback: Postback, micros: i64| {
        postback.received_at = Timestamp::from_unix_micros(postback.received_at.unix_micros() + micros);
        postback
    };
    let mut verdict = |postback: &Postback| ledger.settle(postback).answer.verdict;
    assert_eq!(
        verdict(&moved(postback(100, "pending 10 USD"), 700_000)),
        Verdict::Recorded
    );
    assert_eq!(
        verdict(&moved(postback(100, "approved 10 USD - 100"), 900_000)),
        Verdict::Updated
    );
    assert_eq!(verdict(&postback(102, "rejected 10 USD - 99")), Verdict::Duplicate);
}

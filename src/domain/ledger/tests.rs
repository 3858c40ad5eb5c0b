//! The rules of a conversion's life, as tables and as properties over sequences.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

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
fn a_click_gets_the_conversions_that_its_campaign_and_window_allow() {
    let campaigns = spring_for;
    let any = campaigns(&[], None);
    let hour = 3600;
    for (campaigns, received, words, reason, credited) in [
        (&any, 100, format!("approved 1 USD {CLICK}"), None, true),
        (&any, 100, "approved 1 USD".to_owned(), Some("no_click_id"), false),
        (
            &any,
            100,
            "approved 1 USD abc".to_owned(),
            Some("malformed_click_id"),
            false,
        ),
        (
            &any,
            100,
            format!("approved 1 USD {OTHER_CLICK}"),
            Some("unknown_click"),
            false,
        ),
        (
            &campaigns(&["acme"], None),
            100,
            format!("approved 1 USD {CLICK}"),
            None,
            true,
        ),
        (
            &campaigns(&["other"], None),
            100,
            format!("approved 1 USD {CLICK}"),
            Some("network_not_allowed"),
            false,
        ),
        (&any, hour, format!("approved 1 USD {CLICK}"), None, true),
        (
            &any,
            hour + 1,
            format!("approved 1 USD {CLICK}"),
            Some("outside_window"),
            true,
        ),
        // The event time counts when it lies between the click and the receipt.
        (&any, 2 * hour, format!("approved 1 USD {CLICK} 3600"), None, true),
        (
            &any,
            2 * hour,
            format!("approved 1 USD {CLICK} -1"),
            Some("outside_window"),
            true,
        ),
        (&any, 100, format!("approved 1 USD {CLICK} 9000"), None, true),
        // The campaign's window counts before the network's.
        (
            &campaigns(&[], Some(50)),
            100,
            format!("approved 1 USD {CLICK}"),
            Some("outside_window"),
            true,
        ),
        (
            &campaigns(&[], Some(9000)),
            2 * hour,
            format!("approved 1 USD {CLICK}"),
            None,
            true,
        ),
    ] {
        let mut ledger = Ledger::new([], [click_at(0)]);
        let postback = Postback {
            terms: Arc::new(terms(campaigns)),
            ..postback(received, &words)
        };
        let answer = ledger.settle(&postback).answer;
        assert_eq!(
            (answer.reason, answer.attributed),
            (reason, reason.is_none()),
            "{words} at {received}"
        );
        let credit = credited.then_some(("spring", "42"));
        assert_eq!(
            answer.campaign.as_deref().zip(answer.affiliate.as_deref()),
            credit,
            "{words} at {received}"
        );
    }
}

#[test]
fn a_conversion_is_a_test_when_its_click_is_whichever_came_first_and_whoever_got_it() {
    for (networks, received, reason) in [
        (&[][..], 100, None),
        (&[], 1_000_000, Some("outside_window")),
        (&["other"], 100, Some("network_not_allowed")),
    ] {
        for is_test in [true, false] {
            let click = ClickFacts { is_test, ..click_at(0) };
            let terms = Arc::new(terms(&spring_for(networks, None)));
            let postback = Postback {
                terms: terms.clone(),
                ..postback(received, &format!("approved 1 USD {CLICK}"))
            };

            let mut knows_click = Ledger::new([], [click.clone()]);
            assert_eq!(knows_click.settle(&postback).answer.reason, reason);
            let recorded = knows_click.conversions.into_values().next().expect("a conversion");
            assert_eq!(recorded.is_test, is_test, "{reason:?}: the click was first");

            let mut knows_none = Ledger::default();
            knows_none.settle(&postback);
            let mut late = knows_none.conversions.into_values().next().expect("a conversion");
            assert!(!late.is_test, "nothing in a postback makes one a test");
            late.meet_late_click(&click, &terms, at(received + 1)).expect("a step");
            assert_eq!(late.is_test, is_test, "{reason:?}: the click was late");
            assert_eq!(late.attribution.reason().map(Reason::as_str), reason);
        }
    }
}

#[test]
fn a_late_click_gets_its_conversion_once() {
    let mut ledger = Ledger::new([], []);
    ledger.settle(&postback(100, &format!("approved 1 USD {CLICK}")));
    let mut conversion = ledger.conversions.into_values().next().expect("a conversion");
    let meet =
        |conversion: &mut Conversion| conversion.meet_late_click(&click_at(50), &terms(&Campaigns::default()), at(200));
    let step = meet(&mut conversion).expect("a step");
    assert_eq!((step.kind, step.to.attributed), (StepKind::Attributed, true));
    assert!(conversion.attribution.is_attributed());
    let credit = Credit {
        campaign: "spring".to_owned(),
        affiliate: Some("42".to_owned()),
        click_time: at(50),
    };
    assert_eq!(conversion.credit, Some(credit));
    assert_eq!(meet(&mut conversion), None);
}

#[test]
fn a_proposal_is_known_again_after_the_click_came_however_its_id_was_written() {
    let mut ledger = Ledger::new([], []);
    ledger.settle(&postback(100, &format!("reversed 10 USD {}", CLICK.to_uppercase())));
    let verdict = |ledger: &mut Ledger, second| ledger.settle(&postback(second, "rejected 10 USD")).answer.verdict;
    assert_eq!(verdict(&mut ledger, 101), Verdict::Conflict);
    for conversion in ledger.conversions.values_mut() {
        conversion
            .meet_late_click(&click_at(50), &terms(&Campaigns::default()), at(102))
            .expect("a step");
    }
    assert_eq!(verdict(&mut ledger, 103), Verdict::Duplicate);
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

fn any_postback() -> impl Strategy<Value = String> {
    let status = prop::sample::select(vec!["-", "pending", "approved", "rejected", "reversed", "ignored"]);
    let payout = prop::sample::select(vec!["-", "10", "10.00", "12.5"]);
    let currency = prop::sample::select(vec!["-", "-", "USD", "EUR"]);
    let click = prop::sample::select(vec!["-", "-", CLICK, OTHER_CLICK, "abc"]);
    let event_time = prop::sample::select(vec!["-", "-", "10", "50", "90"]);
    (status, payout, currency, click, event_time)
        .prop_map(|(status, payout, currency, click, time)| format!("{status} {payout} {currency} {click} {time}"))
}

proptest! {
    #[test]
    fn batches_and_repeats_do_not_matter(
        sequence in prop::collection::vec((any_postback(), 0usize..3, any::<bool>()), 1..14),
        terms in payouts::any_terms(),
    ) {
        let postback = |second, words: &str| Postback { terms: terms.clone(), ..postback(second, words) };
        let plain = {
            let mut ledger = Ledger::new([], [click_at(0)]);
            for (second, (words, _, _)) in (100..).zip(&sequence) {
                ledger.settle(&postback(second, words));
            }
            ledger.conversions
        };
        // The same, each postback repeated right away and the facts loaded anew between batches.
        let mut ledger = Ledger::new([], [click_at(0)]);
        for (second, (words, repeats, batch_ends)) in (100..).zip(&sequence) {
            let first = ledger.settle(&postback(second, words)).answer;
            for _ in 0..*repeats {
                let before = ledger.conversions.clone();
                let again = ledger.settle(&postback(second, words)).answer;
                prop_assert!(matches!(again.verdict, Verdict::Duplicate | Verdict::Ignored));
                prop_assert_eq!(&again.conversion_id, &first.conversion_id);
                prop_assert_eq!(&again.status, &first.status);
                prop_assert_eq!(&before, &ledger.conversions);
            }
            if *batch_ends {
                ledger = Ledger::new(ledger.conversions.into_values(), [click_at(0)]);
            }
        }
        prop_assert_eq!(plain, ledger.conversions);
    }

    #[test]
    fn what_the_answers_said_is_what_the_conversion_says(
        sequence in prop::collection::vec(any_postback(), 1..14),
        terms in payouts::any_terms(),
    ) {
        let postback = |second, words: &str| Postback { terms: terms.clone(), ..postback(second, words) };
        let mut ledger = Ledger::new([], [click_at(0)]);
        let mut steps = 0;
        for (second, words) in (100..).zip(&sequence) {
            let settled = ledger.settle(&postback(second, words));
            steps += settled.step.iter().count();
            let Some(conversion) = ledger.conversions.values().next() else {
                prop_assert_eq!(settled.answer.verdict, Verdict::Ignored);
                continue;
            };
            if settled.answer.verdict != Verdict::Ignored {
                let shown = Snapshot::of(conversion);
                prop_assert_eq!(settled.answer.status, Some(shown.status.as_str()));
                prop_assert_eq!(&settled.answer.payout, &shown.payout);
                prop_assert_eq!(&settled.answer.currency, &shown.currency);
                prop_assert_eq!(&settled.answer.click_id, &shown.click_id);
            }
            // The history explains the state: each applied step starts where the one before it ended.
            prop_assert_eq!(conversion.steps.len(), steps);
            prop_assert_eq!(usize::try_from(conversion.revision), Ok(steps));
            let mut stands = None;
            for step in &conversion.steps {
                prop_assert_eq!(&step.from, &stands);
                if step.kind != StepKind::Conflict {
                    stands = Some(step.to.clone());
                }
            }
            prop_assert_eq!(stands, Some(Snapshot::of(conversion)));
        }
    }
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

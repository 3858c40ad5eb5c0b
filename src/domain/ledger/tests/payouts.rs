//! What is paid where the network names no payout.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::histories::any_postback;
use super::*;
use crate::domain::campaign::CampaignPayouts;
use crate::domain::money::Money;
use crate::domain::paid::Paid;

/// The click as somebody else writes it.
const CLICK_IN_CAPITALS: &str = "01FWHE4YDGFK1SHH6W1G60EECF";

fn money(text: &str) -> Option<Money> {
    let (amount, code) = text.split_once(' ')?;
    Some(Money {
        amount: Amount::parse(amount, PAYOUT_SCALE_MAX).expect("an amount"),
        currency: Currency::parse(code).expect("a currency"),
    })
}

/// Terms under which the click's campaign pays this, and this for sales; `-` for nothing.
fn terms_paying(general: &str, for_sales: &str) -> Arc<Terms> {
    let payouts = CampaignPayouts {
        general: money(general),
        by_event: BTreeMap::from_iter(money(for_sales).map(|payout| ("sale".to_owned(), payout))),
    };
    let campaign = Campaign {
        payouts: Arc::new(payouts),
        ..spring()
    };
    Arc::new(terms(&Campaigns::new([campaign])))
}

pub(super) fn any_terms() -> impl Strategy<Value = Arc<Terms>> {
    let payouts = prop::sample::select(vec![("-", "-"), ("12.50 USD", "-"), ("7 USD", "12.50 GBP")]);
    payouts.prop_map(|(general, for_sales)| terms_paying(general, for_sales))
}

fn postback_under(terms: &Arc<Terms>, second: i64, words: &str) -> Postback {
    Postback {
        terms: terms.clone(),
        ..postback(second, words)
    }
}

/// Payout and currency as an answer tells them.
fn told(settled: &Settled) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    format!("{} {}", text(&settled.answer.payout), text(&settled.answer.currency))
}

#[test]
fn the_campaign_of_the_click_pays_where_the_network_names_no_payout() {
    for (general, for_sales, words, paid) in [
        ("12.50 GBP", "-", format!("approved - - {CLICK}"), "12.50 GBP"),
        ("12.50 GBP", "9 EUR", format!("approved - - {CLICK}"), "9 EUR"),
        ("-", "9 EUR", format!("approved - - {CLICK}"), "9 EUR"),
        ("0 GBP", "-", format!("approved - - {CLICK}"), "0 GBP"),
        ("-", "-", format!("approved - - {CLICK}"), "- USD"),
        // Amount and currency are the campaign's, or both are not.
        ("12.50 GBP", "-", format!("approved - EUR {CLICK}"), "12.50 GBP"),
        ("12.50 GBP", "9 EUR", format!("approved 3 - {CLICK}"), "3 USD"),
        ("12.50 GBP", "9 EUR", format!("approved 0 EUR {CLICK}"), "0 EUR"),
        // Whoever has no click has no campaign.
        ("12.50 GBP", "-", "approved - -".to_owned(), "- USD"),
        ("12.50 GBP", "-", "approved - - abc".to_owned(), "- USD"),
        ("12.50 GBP", "-", format!("approved - EUR {OTHER_CLICK}"), "- EUR"),
    ] {
        let mut ledger = Ledger::new([], [click_at(0)]);
        let settled = ledger.settle(&postback_under(&terms_paying(general, for_sales), 100, &words));
        assert_eq!(told(&settled), paid, "{words} under {general} and {for_sales}");
    }
}

#[test]
fn a_click_that_does_not_get_the_conversion_pays_nothing() {
    let payouts = terms_paying("12.50 GBP", "-");
    let mut late = Ledger::new([], [click_at(0)]);
    let settled = late.settle(&postback_under(&payouts, 3601, &format!("approved - - {CLICK}")));
    assert_eq!(settled.answer.reason, Some("outside_window"));
    assert_eq!(told(&settled), "- USD");

    let spring_of_others = Campaign {
        networks: vec![Arc::from("other")],
        payouts: Arc::new(CampaignPayouts {
            general: money("12.50 GBP"),
            by_event: BTreeMap::new(),
        }),
        ..spring()
    };
    let terms = Arc::new(terms(&Campaigns::new([spring_of_others])));
    let mut ledger = Ledger::new([], [click_at(0)]);
    let settled = ledger.settle(&postback_under(&terms, 100, &format!("approved - - {CLICK}")));
    assert_eq!(settled.answer.reason, Some("network_not_allowed"));
    assert_eq!(told(&settled), "- USD");
}

#[test]
fn a_payout_that_the_network_names_later_is_what_is_paid_from_then_on() {
    use Verdict::{Conflict, Duplicate, Recorded, Updated};
    let terms = terms_paying("12.50 GBP", "-");
    let told_of = |sequence: &[&str]| -> Vec<(Verdict, String)> {
        let mut ledger = Ledger::new([], [click_at(0)]);
        let settled = (100..)
            .zip(sequence)
            .map(|(second, words)| ledger.settle(&postback_under(&terms, second, words)));
        settled.map(|it| (it.answer.verdict, told(&it))).collect()
    };
    let first = |status: &str| format!("{status} - - {CLICK}");
    assert_eq!(
        told_of(&[&first("pending"), "approved - -", "approved 10 -", "reversed 10 -"]),
        [
            (Recorded, "12.50 GBP".to_owned()),
            (Updated, "12.50 GBP".to_owned()),
            // Not legal without the campaign's payout either: an approved conversion keeps what it has.
            (Conflict, "12.50 GBP".to_owned()),
            (Updated, "10 USD".to_owned()),
        ]
    );
    assert_eq!(
        told_of(&[&first("pending"), "approved 12.50 -", "approved 12.5 -"]),
        [
            (Recorded, "12.50 GBP".to_owned()),
            (Updated, "12.50 USD".to_owned()),
            (Duplicate, "12.50 USD".to_owned()),
        ]
    );
}

#[test]
fn what_a_campaign_pays_is_what_it_paid_when_click_and_conversion_met() {
    let [then, later] = ["12.50 GBP", "1 EUR"].map(|payout| terms_paying(payout, "-"));
    let words = format!("pending - - {CLICK}");

    let mut ledger = Ledger::new([], [click_at(0)]);
    ledger.settle(&postback_under(&then, 100, &words));
    let again = ledger.settle(&postback_under(&later, 101, "approved - -"));
    assert_eq!(told(&again), "12.50 GBP", "the click was first");

    let mut ledger = Ledger::new([], []);
    ledger.settle(&postback_under(&later, 100, &words));
    let mut conversion = ledger.conversions.into_values().next().expect("a conversion");
    let unpaid = Paid::ByNetwork {
        payout: None,
        currency: Currency::parse("USD"),
    };
    assert_eq!(conversion.paid(), unpaid, "the click is not there yet");
    let step = conversion
        .meet_late_click(&click_at(0), &then, at(200))
        .expect("a step");
    let before = step.from.expect("it was recorded before");
    assert_eq!((before.payout, before.currency.as_deref()), (None, Some("USD")));
    assert_eq!(
        (step.to.payout.as_deref(), step.to.currency.as_deref()),
        (Some("12.50"), Some("GBP"))
    );
    assert_eq!(
        conversion.paid().by_campaign(),
        money("12.50 GBP"),
        "the click was late"
    );
}

#[test]
fn the_history_shows_what_is_paid_and_keeps_what_was_named() {
    let terms = terms_paying("12.50 GBP", "-");
    let mut ledger = Ledger::new([], [click_at(0)]);
    ledger.settle(&postback_under(&terms, 100, &format!("approved - - {CLICK}")));
    let proposed = ledger.settle(&postback_under(&terms, 101, "approved - EUR"));
    assert_eq!(proposed.answer.verdict, Verdict::Conflict);
    let step = proposed.step.expect("a proposal");
    let json = |snapshot: &Snapshot| serde_json::to_value(snapshot).expect("JSON");
    let shown = |named: &str| {
        serde_json::json!({
            "status": "approved", "payout": "12.50", "currency": "GBP", "named": { "currency": named },
            "click_id": CLICK, "attributed": true,
        })
    };
    assert_eq!(step.from.as_ref().map(json), Some(shown("USD")));
    assert_eq!(json(&step.to), shown("EUR"));
    let again = ledger.settle(&postback_under(&terms, 102, "approved - EUR"));
    assert_eq!(again.answer.verdict, Verdict::Duplicate, "it is proposed already");
}

fn postback_of_the_click() -> impl Strategy<Value = String> {
    let click = prop::sample::select(vec!["-", CLICK, CLICK, CLICK_IN_CAPITALS, OTHER_CLICK]);
    (any_postback(), click).prop_map(|(words, click)| {
        let words: Vec<&str> = words.split(' ').collect();
        format!("{} {} {} {click} {}", words[0], words[1], words[2], words[4])
    })
}

/// Few different postbacks, so that the same one often comes again later.
fn any_sequence() -> impl Strategy<Value = Vec<String>> {
    let different = prop::collection::vec(postback_of_the_click(), 1..4);
    let order = prop::collection::vec(any::<prop::sample::Index>(), 1..10);
    (different, order).prop_map(|(different, order)| order.iter().map(|index| index.get(&different).clone()).collect())
}

/// The verdicts of a sequence whose click arrives before the postback of this index, and how the conversion stands then.
fn settle_with_click_before(
    index: usize,
    sequence: &[String],
    terms: &Arc<Terms>,
) -> (Vec<Verdict>, Option<(State, Attribution, Paid)>) {
    let mut ledger = Ledger::default();
    let mut verdicts = Vec::new();
    let arrive = |ledger: &mut Ledger| {
        let click = click_at(0);
        for conversion in ledger.conversions.values_mut() {
            conversion.meet_late_click(&click, terms, at(200));
        }
        ledger.clicks.insert(click.id, click);
    };
    for (position, (second, words)) in (100..).zip(sequence).enumerate() {
        if position == index {
            arrive(&mut ledger);
        }
        verdicts.push(ledger.settle(&postback_under(terms, second, words)).answer.verdict);
    }
    if index >= sequence.len() {
        arrive(&mut ledger);
    }
    let conversion = ledger.conversions.values().next();
    let stands = conversion.map(|it| (it.state, it.attribution, it.paid()));
    (verdicts, stands)
}

proptest! {
    #[test]
    fn whenever_the_click_arrives_verdicts_state_and_what_is_paid_are_the_same(
        sequence in any_sequence(),
        index in 0usize..=10,
        terms in any_terms(),
    ) {
        let first = settle_with_click_before(0, &sequence, &terms);
        prop_assert_eq!(settle_with_click_before(index, &sequence, &terms), first);
    }

    #[test]
    fn what_campaigns_pay_changes_no_verdict_and_nothing_that_was_named(
        sequence in any_sequence(),
        index in 0usize..=10,
        terms in any_terms(),
    ) {
        let named = |terms: &Arc<Terms>| {
            let (verdicts, stands) = settle_with_click_before(index, &sequence, terms);
            (verdicts, stands.map(|(state, attribution, _)| (state, attribution.reason())))
        };
        prop_assert_eq!(named(&terms), named(&terms_paying("-", "-")));
    }
}

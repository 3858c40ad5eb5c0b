//! Any sequence of postbacks about one conversion.

use proptest::prelude::*;

use super::payouts::any_terms;
use super::*;

/// What a postback may say, as [`postback`] reads it.
pub(super) fn any_postback() -> impl Strategy<Value = String> {
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
        terms in any_terms(),
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
        terms in any_terms(),
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

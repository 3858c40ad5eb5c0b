//! Which click gets a conversion, whichever of them came first.

use super::*;

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

//! Records come back as they were, and their names on disk stay what they are.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use crate::domain::campaign::CampaignPayouts;
use crate::domain::dedupe::DedupeKey;
use crate::domain::money::Money;
use crate::domain::terms::{Exception, OwnTerms, Terms};

use super::*;

fn text() -> impl Strategy<Value = String> {
    "[^\u{0}]{0,20}"
}

fn at() -> impl Strategy<Value = Timestamp> {
    (0i64..4_000_000_000_000_000).prop_map(Timestamp::from_unix_micros)
}

prop_compose! {
    fn attributes()(
        (affiliate, external_id, cost, currency, user_id, device_id, odd_query) in
            (option::of(text()), option::of(text()), option::of(text()), option::of(text()), option::of(text()),
             option::of(text()), option::of(text())),
        subs in vec(option::of(text()), crate::domain::click_field::SUBS_MAX),
        others in vec((text(), text()), 0..4),
    ) -> ClickAttributes {
        ClickAttributes {
            campaign: None,
            affiliate, external_id, cost, currency, user_id, device_id, odd_query,
            subs: subs.try_into().expect("as many as a click has"),
            others,
        }
    }
}

prop_compose! {
    fn click()(
        attributes in attributes(),
        (campaign, user_agent, referrer) in (text(), option::of(text()), option::of(text())),
        address: u128,
        received_at in at(),
        bits in 0i16..8,
    ) -> Click {
        Click {
            id: ClickId::new(received_at, [7; 10]),
            campaign, user_agent, referrer, received_at,
            attributes: Arc::new(attributes),
            remote_ip: IpAddr::from(address.to_be_bytes()),
            flags: ClickFlags::from_bits(bits),
        }
    }
}

fn status() -> impl Strategy<Value = NamedStatus> {
    let known = proptest::sample::select(Status::ALL.to_vec());
    prop_oneof![
        known.clone().prop_map(NamedStatus::Named),
        known.prop_map(NamedStatus::Default),
        Just(NamedStatus::Ignored),
    ]
}

fn money() -> impl Strategy<Value = Money> {
    ("[0-9]{1,12}\\.[0-9]{1,6}", proptest::sample::select(vec!["USD", "JPY"])).prop_map(|(amount, currency)| Money {
        amount: Amount::parse(&amount, PAYOUT_SCALE_MAX).expect("an amount"),
        currency: Currency::parse(currency).expect("a currency"),
    })
}

prop_compose! {
    fn own_terms()(
        window in option::of((1u64..1 << 40).prop_map(Duration::from_millis)),
        general in option::of(money()),
        by_event in btree_map(event(), money(), 0..3),
    ) -> OwnTerms {
        OwnTerms { window, payouts: Arc::new(CampaignPayouts { general, by_event }) }
    }
}

fn terms() -> impl Strategy<Value = Terms> {
    let window = (1u64..1 << 40).prop_map(Duration::from_millis);
    let exception = prop_oneof![Just(Exception::NotAllowed), own_terms().prop_map(Exception::Own)];
    (window, btree_map("[a-z]{1,5}", exception, 0..4)).prop_map(|(window, exceptions)| Terms {
        window,
        exceptions: exceptions
            .into_iter()
            .map(|(name, exception)| (Arc::from(name), exception))
            .collect(),
    })
}

fn event() -> impl Strategy<Value = String> {
    prop_oneof![text(), Just("sale".to_owned()), Just("lead".to_owned())]
}

/// What a campaign's exception means for a postback: its window, and what it pays where the postback names no payout.
fn meaning(terms: &Terms, campaign: &str, postback: &Postback) -> (Option<Duration>, Option<String>) {
    let payout = terms.payout(campaign, &postback.event);
    let counts = postback.payout.is_none();
    (
        terms.window(campaign),
        payout.filter(|_| counts).map(|payout| payout.to_string()),
    )
}

fn click_id() -> impl Strategy<Value = SentClickId> {
    prop_oneof![
        Just(SentClickId::None),
        Just(SentClickId::read("01fwhe4ydgfk1shh6w1g60eecf")),
        Just(SentClickId::read("01FWHE4YDGFK1SHH6W1G60EECF")),
        "[a-z0-9]{1,30}".prop_map(|sent| SentClickId::read(&sent)),
    ]
}

prop_compose! {
    fn postback()(
        click in click_id(),
        (transaction_id, event, user_id, device_id) in (text(), event(), option::of(text()), option::of(text())),
        (status, terms, received_at, event_time) in (status(), terms(), at(), option::of(at())),
        payout in option::of("-?[0-9]{1,12}\\.[0-9]{1,6}"),
        (currency, default_currency) in (option::of(Just("USD")), option::of(Just("EUR"))),
    ) -> Postback {
        let key = DedupeKey { network: "acme", click: &click, transaction_id: Some(&transaction_id), event: &event };
        let (dedupe, conversion_id) = key.conversion_id(DedupeRule::Transaction).expect("a key");
        Postback {
            id: PostbackId::new(received_at, [9; 10]),
            received_at, event, status, user_id, device_id, event_time, conversion_id, dedupe,
            network: Arc::from("acme"),
            transaction_id: Some(transaction_id),
            payout: payout.map(|payout| Amount::parse(&payout, PAYOUT_SCALE_MAX).expect("an amount")),
            currency: currency.and_then(Currency::parse),
            default_currency: default_currency.and_then(Currency::parse),
            terms: Arc::new(terms),
            click,
        }
    }
}

fn request(postback: &Postback, target: String, body: Vec<u8>) -> RedactedRequest {
    RedactedRequest {
        id: postback.id,
        received_at: postback.received_at,
        remote_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        network: Some(postback.network.clone()),
        method: "POST".to_owned(),
        target,
        headers: r#"{"user-agent":"x"}"#.to_owned(),
        body,
    }
}

proptest! {
    #[test]
    fn a_click_comes_back_as_it_was(click in click()) {
        let read = Record::read(&click_frame(&click)).expect("a record");
        prop_assert_eq!(read, Record::Click(Box::new(click)));
    }

    #[test]
    fn a_postback_comes_back_as_it_was(postback in postback(), target in text(), body: Vec<u8>) {
        let request = request(&postback, target, body);
        let read = Record::read(&postback_frame(&postback, &request)).expect("a record");
        let Record::Postback(read, its_request) = read else { unreachable!("a postback's frame") };
        // Equal amounts may differ in their scale, which is kept as well.
        prop_assert_eq!(read.payout.map(|it| it.to_string()), postback.payout.map(|it| it.to_string()));
        // Of what campaigns pay only that is kept which may be paid for this postback.
        for campaign in postback.terms.exceptions.keys() {
            prop_assert_eq!(meaning(&read.terms, campaign, &postback), meaning(&postback.terms, campaign, &postback));
        }
        prop_assert_eq!(read.terms.window, postback.terms.window);
        let read = Postback { terms: postback.terms.clone(), ..*read };
        prop_assert_eq!((read, *its_request), (postback, request));
    }

    #[test]
    fn campaigns_weigh_about_what_terms_say(postback in postback()) {
        let window = Some(Duration::from_hours(7 * 24));
        let payout = Money { amount: Amount::parse("12.50", 2).expect("an amount"), currency: Currency::parse("USD").expect("a currency") };
        let payouts = Arc::new(CampaignPayouts { general: Some(payout), ..CampaignPayouts::default() });
        let bytes = |terms: &Terms| {
            let postback = Postback { payout: None, terms: Arc::new(terms.clone()), ..postback.clone() };
            postback_frame(&postback, &request(&postback, String::new(), Vec::new())).payload.len()
        };
        let plain = Terms { exceptions: BTreeMap::new(), ..Terms::clone(&postback.terms) };
        for exception in [
            Exception::NotAllowed,
            Exception::Own(OwnTerms { window, ..OwnTerms::default() }),
            Exception::Own(OwnTerms { window, payouts: payouts.clone() }),
            Exception::Own(OwnTerms { window: None, payouts }),
        ] {
            let named = |number: u32| (Arc::from(format!("campaign{number}")), exception.clone());
            let terms = Terms { exceptions: (0..100).map(named).collect(), ..plain.clone() };
            let (said, carried) = (terms.carried_bytes(), bytes(&terms) - bytes(&plain));
            prop_assert!(carried.abs_diff(said) < said / 4, "{} for {} of {:?}", carried, said, exception);
        }
    }

    #[test]
    fn what_is_no_record_is_an_error(payload: Vec<u8>, is_click: bool) {
        let kind = if is_click { Kind::Click } else { Kind::Postback };
        let frame = Frame { kind, id: uuid::Uuid::nil(), at: Timestamp::from_unix_micros(0), payload };
        prop_assert!(Record::read(&frame).is_err());
    }
}

/// What is on the disks of those who update. A change of this text is a change of the format.
const POSTBACK: &str = r#"{"network":"acme","click_id":"01fwhe4ydgfk1shh6w1g60eecf","transaction_id":"T1","event":"sale","status":{"named":"approved"},"payout":"12.50","currency":"USD","event_time":1700000000000000,"user_id":null,"device_id":"d","conversion_id":"01hx75t4hmhay8vvr14d2pf2db","dedupe":"transaction","default_currency":"EUR","terms":{"window_ms":3600000,"campaigns":{"autumn":null,"spring":60000}},"request":{"remote_ip":"127.0.0.1","method":"GET","target":"/postback/acme?txid=T1","headers":"{}","body":"aGk="}}"#;
const PAID_BY_CAMPAIGNS: &str = r#"{"network":"acme","click_id":"01fwhe4ydgfk1shh6w1g60eecf","transaction_id":"T1","event":"sale","status":{"default":"approved"},"payout":null,"currency":null,"event_time":null,"user_id":null,"device_id":null,"conversion_id":"01hx75t4hmhay8vvr14d2pf2db","dedupe":"transaction","default_currency":"EUR","terms":{"window_ms":3600000,"campaigns":{"autumn":null,"spring":60000},"payouts":{"spring":["12.50","USD"],"summer":["0","JPY"]}},"request":{"remote_ip":"127.0.0.1","method":"GET","target":"/postback/acme?txid=T1","headers":"{}","body":"aGk="}}"#;
const CLICK: &str = r#"{"campaign":"spring","affiliate":"42","subs":["a",null,null,null,null,null,null,null,null,null],"external_id":null,"cost":"0.1","currency":null,"user_id":null,"device_id":null,"others":[["x","1"]],"odd_query":null,"remote_ip":"::1","user_agent":"b","referrer":null,"flags":2}"#;

fn frame(kind: Kind, payload: &str) -> Frame {
    Frame {
        kind,
        id: "018f4e5d-0000-7000-8000-000000000000".parse().expect("an id"),
        at: Timestamp::from_unix_seconds(1_700_000_000),
        payload: payload.as_bytes().to_vec(),
    }
}

#[test]
fn what_an_earlier_version_wrote_is_read_and_written_the_same() {
    for (kind, payload) in [
        (Kind::Postback, POSTBACK),
        (Kind::Postback, PAID_BY_CAMPAIGNS),
        (Kind::Click, CLICK),
    ] {
        let frame = frame(kind, payload);
        let again = match Record::read(&frame).expect("a record") {
            Record::Click(click) => click_frame(&click),
            Record::Postback(postback, request) => postback_frame(&postback, &request),
        };
        assert_eq!(String::from_utf8_lossy(&again.payload), payload);
        assert_eq!(again, frame);
    }
}

#[test]
fn what_no_campaign_can_pay_is_an_error() {
    for payout in [
        r#"["12.50","USDT"]"#,
        r#"["1e3","USD"]"#,
        r#"["","USD"]"#,
        r#"["12.50"]"#,
        "12.50",
    ] {
        let payload = PAID_BY_CAMPAIGNS.replace(r#"["12.50","USD"]"#, payout);
        assert!(Record::read(&frame(Kind::Postback, &payload)).is_err(), "{payout}");
    }
}

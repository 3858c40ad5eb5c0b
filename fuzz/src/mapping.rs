//! `mapping`: two requests of a network that is known by its address, read under every rule book of [`NETWORKS`].
//!
//! What is read obeys the contract's bounds and patterns; what is refused names the parameter and the field; and two
//! postbacks are the same conversion exactly when what their rule counts is the same.

use std::sync::LazyLock;

use postbackd::config::{Environment, parse};
use postbackd::domain::dedupe::DedupeRule;
use postbackd::domain::ledger::Ledger;
use postbackd::domain::mapping::{Field, Origin, Reading};
use postbackd::domain::network::Network;
use postbackd::domain::postback::{Form, NamedStatus, Postback, RawPostback, VerifiedPostback};
use postbackd::domain::refusal::{Code, Refusal};
use postbackd::domain::verdict::Verdict;
use regex::Regex;

use super::wire;

const NETWORKS: &str = r#"
[networks.plain]
allow_ips = ["127.0.0.1"]
signature = { algorithm = "none" }

[networks.mapped]
allow_ips = ["127.0.0.1"]
signature = { algorithm = "none" }
params = { click_id = ["cid", "/click/id"], transaction_id = ["txid"], payout = ["payout", "sum"], event_time = ["at"] }
statuses = { approved = ["1", "Ünlü"], rejected = ["3"], ignored = ["test"] }
negative_payouts = true
currency = "EUR"
dedupe = "click_transaction"

[networks.clicks]
allow_ips = ["127.0.0.1"]
signature = { algorithm = "none" }
patterns = { transaction_id = "[0-9a-f-]{1,36}" }
default_status = "pending"
dedupe = "click_event"
"#;

static RULE_BOOKS: LazyLock<Vec<Network>> = LazyLock::new(|| {
    let config = parse("f", NETWORKS, &Environment::default()).expect("a sound configuration");
    config
        .networks
        .values()
        .map(|network| Network::clone(network))
        .collect()
});

static PAYOUT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^-?([0-9]{1,12}|[0-9]{0,12}\.[0-9]{1,6})$").expect("the contract's pattern"));

/// Reads the one or two requests of an input.
pub fn run(data: &[u8]) {
    let (one, other) = wire::split(data);
    let (one, other) = (wire::read(one), wire::read(other));
    for network in &*RULE_BOOKS {
        let [one, other] = [&one, &other].map(|raw| raw.as_ref().and_then(|raw| read(network, raw)));
        if let (Some(one), Some(other)) = (one, other) {
            let is_same_key = key(&one) == key(&other);
            assert_eq!(
                is_same_key,
                one.conversion_id == other.conversion_id,
                "{one:?}\n{other:?}"
            );
        }
    }
}

fn read(network: &Network, raw: &RawPostback) -> Option<Postback> {
    let form = Form::read(raw).ok()?;
    let verified = network.verify(raw, &form, wire::NOW).expect("the address is the proof");
    assert!(verified.kept_macros() <= 100, "more macros than parameters");
    match verified.read() {
        Ok(Reading { postback, .. }) => {
            check_fields(&verified, network);
            check_bounds(&postback, network);
            check_repeat(&postback);
            Some(postback)
        }
        Err(refusal) => {
            check_refusal(&refusal, network);
            None
        }
    }
}

/// What was accepted, as it was sent.
fn check_fields(verified: &VerifiedPostback<'_>, network: &Network) {
    for field in Field::ALL {
        let found = verified.value(field).expect("what was read can be read again");
        let Some(found) = found else { continue };
        let value = &*found.value;
        assert!(!value.is_empty() && !value.contains('\0'), "{field}: {value:?}");
        assert!(value.len() <= field.bytes_max(), "{field}: {value:?}");
        if let Origin::Param { name, .. } = found.origin {
            let mut names = network.mapping.names(field).iter();
            assert!(names.any(|own| own.eq_ignore_ascii_case(name)), "{field}");
        }
        if field == Field::Payout {
            assert!(PAYOUT.is_match(value), "{value:?}");
        }
    }
}

/// What was read, as it is typed.
fn check_bounds(postback: &Postback, network: &Network) {
    assert!(postback.event.len() <= 64);
    assert!(
        postback
            .transaction_id
            .as_ref()
            .is_none_or(|id| (1..=255).contains(&id.len()))
    );
    if let Some(payout) = postback.payout {
        assert!(PAYOUT.is_match(&payout.to_string()), "{payout}");
        assert!(network.negative_payouts || !payout.is_below_zero(), "{payout}");
    }
    if let Some(currency) = postback.currency {
        assert!(
            currency.code().bytes().all(|letter| letter.is_ascii_uppercase()),
            "{currency}"
        );
    }
}

/// Sent twice, it is recorded once.
fn check_repeat(postback: &Postback) {
    let mut ledger = Ledger::default();
    let verdicts = [(); 2].map(|()| ledger.settle(postback).answer.verdict);
    let expected = match postback.status {
        NamedStatus::Ignored => [Verdict::Ignored; 2],
        NamedStatus::Named(_) | NamedStatus::Default(_) => [Verdict::Recorded, Verdict::Duplicate],
    };
    assert_eq!(verdicts, expected, "{postback:?}");
}

fn check_refusal(refusal: &Refusal, network: &Network) {
    assert!(!refusal.detail.is_empty());
    if refusal.code == Code::MissingId {
        return;
    }
    let codes = [
        Code::DuplicateParameter,
        Code::InvalidPayout,
        Code::InvalidCurrency,
        Code::UnknownStatus,
        Code::InvalidEventTime,
        Code::InvalidValue,
        Code::UnreplacedMacro,
        Code::TooLong,
    ];
    assert!(codes.contains(&refusal.code), "{refusal:?}");
    let field = refusal.field.unwrap_or_else(|| panic!("{refusal:?} names no field"));
    // As it was sent: a name is also read in another case.
    let is_a_name = |param: &String| {
        network
            .mapping
            .names(field)
            .iter()
            .any(|own| own.eq_ignore_ascii_case(param))
    };
    assert!(refusal.param.as_ref().is_some_and(is_a_name), "{refusal:?}");
}

/// What counts under the rule that was used.
fn key(postback: &Postback) -> (DedupeRule, Option<String>, Option<&str>, &str) {
    let click = postback.click.key();
    let transaction_id = postback.transaction_id.as_deref();
    match postback.dedupe {
        DedupeRule::Transaction => (postback.dedupe, None, transaction_id, &postback.event),
        DedupeRule::ClickTransaction => (postback.dedupe, click, transaction_id, &postback.event),
        DedupeRule::ClickEvent => (postback.dedupe, click, None, &postback.event),
    }
}

//! What of a request is read as what, under the words of a network's configuration.

use super::schemes::request;
use super::{SOUND, assert_faults, read};
use crate::domain::mapping::{Field, Origin, Part, Reading};
use crate::domain::network::Network;
use crate::domain::postback::{Form, NamedStatus, Postback, RawPostback};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

/// A network whose address is its proof, so that everything that it sends counts.
fn of(lines: &str) -> Network {
    let text = format!(
        "[networks.n]\nallow_ips = [\"127.0.0.1\"]\nsignature = {{ algorithm = \"none\" }}\n\
         default_event = \"sale\"\n{lines}"
    );
    let config = read(&text).unwrap_or_else(|faults| panic!("{faults}\n{text}"));
    Network::clone(&config.networks["n"])
}

fn get(query: &str) -> RawPostback {
    request("GET", &format!("/postback/n?transaction_id=T&{query}"), &[], "")
}

fn json(body: &str) -> RawPostback {
    let headers = [("content-type", "application/json")];
    request("POST", "/postback/n?transaction_id=T", &headers, body)
}

fn reading(network: &Network, raw: &RawPostback) -> Result<Reading, Refusal> {
    let form = Form::read(raw).expect("a readable request");
    network.verify(raw, &form, NOW).expect("authentic").read()
}

fn postback(network: &Network, query: &str) -> Postback {
    reading(network, &get(query)).expect(query).postback
}

/// Code and parameter of a refusal.
fn refused(network: &Network, raw: &RawPostback) -> (Code, Option<String>) {
    let refusal = reading(network, raw).expect_err("refused");
    (refusal.code, refusal.param)
}

/// The status as the sender named it, in words.
fn status(postback: &Postback) -> String {
    match postback.status {
        NamedStatus::Named(status) => status.to_string(),
        NamedStatus::Default(status) => format!("{status} by default"),
        NamedStatus::Ignored => "ignored".to_owned(),
    }
}

#[test]
fn a_name_in_another_case_counts_where_no_exact_one_is_there() {
    let network = of("params = { payout = [\"sum\", \"/order/sum\"], user_id = \"UID\", device_id = \"uid\" }");
    for (raw, payout, in_another_case) in [
        (get("sum=5"), Some("5"), &[][..]),
        (get("SUM=5"), Some("5"), &[Field::Payout]),
        (get("sum=5&SUM=6"), Some("5"), &[]),
        (get("sum=&SUM=6"), Some("6"), &[Field::Payout]),
        (get("Sum=5&SUM=5.00"), Some("5"), &[Field::Payout]),
        (get("payout=5"), None, &[]),
        (get("Uid=5"), None, &[]),
        (json(r#"{"Sum":5}"#), Some("5"), &[Field::Payout]),
        (json(r#"{"Sum":null,"SUM":""}"#), None, &[]),
        (json(r#"{"order":{"Sum":5}}"#), None, &[]),
        (json(r#"{"/ORDER/SUM":5}"#), None, &[]),
    ] {
        let read = reading(&network, &raw).expect("readable");
        let found = read.postback.payout.map(|payout| payout.to_string());
        assert_eq!(found.as_deref(), payout, "{raw:?}");
        assert_eq!(read.in_another_case, in_another_case, "{raw:?}");
    }
    for (raw, param) in [(get("Sum=5&SUM=6"), "SUM"), (json(r#"{"Sum":5,"SUM":6}"#), "SUM")] {
        assert_eq!(
            refused(&network, &raw),
            (Code::DuplicateParameter, Some(param.to_owned()))
        );
    }
}

#[test]
fn a_name_in_another_case_is_covered_as_it_was_sent() {
    let signature = |content: &str| {
        format!("signature = {{ algorithm = \"hmac-sha256\", from = \"query.sig\", content = \"{content}\" }}")
    };
    for (lines, expected) in [
        (signature("{query}"), Some("5")),
        (signature("{query.payout?}"), None),
        (
            format!("{}\ntrust_unsigned = [\"payout\"]", signature("{query.payout?}")),
            None,
        ),
        (
            format!("{}\nparams = {{ payout = \"PAYOUT\" }}", signature("{query.PAYOUT}")),
            Some("5"),
        ),
    ] {
        let text = format!("[networks.n]\nsecrets = [{{ value = \"s3cret\" }}]\n{lines}");
        let config = read(&text).unwrap_or_else(|faults| panic!("{faults}\n{text}"));
        let raw = super::reading::signed(&config.networks["n"], get("PAYOUT=5"));
        let form = Form::read(&raw).expect("a readable request");
        let verified = config.networks["n"].verify(&raw, &form, NOW).expect("authentic");
        let payout = verified.value(Field::Payout).expect("readable");
        assert_eq!(payout.as_ref().map(|found| &*found.value), expected, "{lines}");
    }
}

#[test]
fn a_constant_is_never_read_from_the_request() {
    let network = of("statuses = { approved = \"1\" }\npayout_unit = \"minor\"\n\
         constants = { event = \"install\", status = \"1\", currency = \"usd\", payout = \"1.50\" }");
    let read = postback(&network, "event=x&status=nonsense&currency=?&payout=many");
    assert_eq!((read.event.as_str(), status(&read).as_str()), ("install", "approved"));
    assert_eq!(read.payout.expect("a payout").to_string(), "1.50");
    assert_eq!(read.currency.expect("a currency").code(), "USD");
}

#[test]
fn a_value_says_where_it_is_from() {
    let network = of("currency = \"EUR\"\nconstants = { payout = \"1.50\" }\nparams = { user_id = \"/user/id\" }");
    let raw = json(r#"{"STATUS":"paid","user":{"id":7},"payout":3}"#);
    let form = Form::read(&raw).expect("a readable request");
    let verified = network.verify(&raw, &form, NOW).expect("authentic");
    let param = |part, name| Origin::Param { part, name };
    for (field, expected) in [
        (Field::TransactionId, Some((param(Part::Query, "transaction_id"), "T"))),
        (Field::Status, Some((param(Part::Json, "STATUS"), "paid"))),
        (Field::UserId, Some((param(Part::Json, "/user/id"), "7"))),
        (Field::Payout, Some((Origin::Constant, "1.50"))),
        (Field::Currency, Some((Origin::Default, "EUR"))),
        (Field::Event, Some((Origin::Default, "sale"))),
        (Field::ClickId, None),
    ] {
        let found = verified.value(field).expect("readable");
        let found = found.as_ref().map(|found| (found.origin, &*found.value));
        assert_eq!(found, expected, "{field}");
    }
}

#[test]
fn an_event_is_named_by_the_table_and_case_matters() {
    let network = of("[networks.n.events]\nftd = [\"1\", \"deposit\"]\n\"re deposit\" = \"Deposit\"");
    for (query, event) in [
        ("event=1", "ftd"),
        ("event=deposit", "ftd"),
        ("event=Deposit", "re deposit"),
        ("event=DEPOSIT", "DEPOSIT"),
        ("event=ftd", "ftd"),
        ("event=", "sale"),
    ] {
        assert_eq!(postback(&network, query).event, event, "{query}");
    }
    // Both words are one event, and so one conversion.
    let id = |query| postback(&network, query).conversion_id;
    assert_eq!(id("event=1"), id("event=deposit"));
    assert_ne!(id("event=deposit"), id("event=Deposit"));
}

#[test]
fn a_payout_in_minor_units_is_read_in_its_currency() {
    let [without, with] = ["", "\ncurrency = \"JPY\""].map(|more| of(&format!("payout_unit = \"minor\"{more}")));
    for (network, query, payout) in [
        (&without, "payout=1250&currency=USD", "12.50"),
        (&with, "payout=1250&currency=bhd", "1.250"),
        (&with, "payout=1250", "1250"),
    ] {
        let found = postback(network, query).payout.expect("a payout").to_string();
        assert_eq!(found, payout, "{query}");
    }
    for (network, query) in [
        (&without, "payout=1250"),
        (&with, "payout=12.50"),
        (&with, "payout=-1250"),
        (&with, "payout=1250&currency=XAU"),
    ] {
        let expected = (Code::InvalidPayout, Some("payout".to_owned()));
        assert_eq!(refused(network, &get(query)), expected, "{query}");
    }
    assert_eq!(postback(&without, "status=paid").payout, None);
}

#[test]
fn a_request_may_say_what_its_status_words_mean() {
    let network = of("statuses = { pending = \"ftd\" }\n\
         inline_statuses = { approved = \"sale_status\", rejected = \"rejected_status\", ignored = [\"ignore_status\", \"ignore\"] }");
    for (query, expected) in [
        ("status=ftd", "pending"),
        ("status=ftd&sale_status=ftd,rebill", "approved"),
        ("status=REBILL&sale_status=ftd,rebill", "approved"),
        ("status=paid&rejected_status=paid", "rejected"),
        ("status=x&ignore=x&ignore_status=x", "ignored"),
        ("status=ftd&sale_status=", "pending"),
        ("sale_status=ftd", "approved by default"),
    ] {
        assert_eq!(status(&postback(&network, query)), expected, "{query}");
    }
    let many = ["w"; 17].join(",");
    let long = "w".repeat(65);
    for (list, param) in [
        ("sale_status=a,,b", "sale_status"),
        ("sale_status=a,%20b", "sale_status"),
        ("sale_status={sale}", "sale_status"),
        (&format!("sale_status={many}"), "sale_status"),
        (&format!("sale_status={long}"), "sale_status"),
        ("sale_status=a&ignore=A", "ignore"),
    ] {
        let raw = get(&format!("status=a&{list}"));
        assert_eq!(
            refused(&network, &raw),
            (Code::InvalidValue, Some(param.to_owned())),
            "{list}"
        );
    }
    let unknown = get("status=b&sale_status=a");
    assert_eq!(
        refused(&network, &unknown),
        (Code::UnknownStatus, Some("status".to_owned()))
    );
}

#[test]
fn an_uncovered_list_of_words_is_not_read() {
    let text = format!(
        "{SOUND}inline_statuses = {{ approved = \"sale_status\" }}\n\
         signature = {{ algorithm = \"hmac-sha256\", from = \"query.sig\", content = \"{{query.transaction_id}}{{query.status}}\" }}"
    );
    let config = read(&text).expect("a network");
    let warnings = config.warnings.iter();
    let warned: Vec<_> = warnings
        .filter(|warning| warning.key == "networks.acme.inline_statuses.approved")
        .map(|warning| warning.message.as_str())
        .collect();
    assert_eq!(
        warned,
        ["the signature does not cover sale_status, so it is never read"]
    );
    let raw = super::reading::signed(&config.networks["acme"], get("status=b&sale_status=b"));
    assert_eq!(
        refused(&config.networks["acme"], &raw),
        (Code::UnknownStatus, Some("status".to_owned()))
    );
}

#[test]
fn what_cannot_be_meant_is_refused_where_it_stands() {
    let of_acme = |lines: &str| format!("{SOUND}{lines}");
    let constants = of_acme(
        "params = { payout = \"sum\" }\nstatuses = { ignored = \"test\" }\n[networks.acme.constants]\nevent = \"\"\n\
         status = \"test\"\npayout = \"-1\"\ncurrency = \"USDT\"\nclick_id = \"c\"",
    );
    let events = of_acme("events = { ftd = [\"1\", \"\"], sale = \"1\", \"\" = \"2\", lead = 3 }");
    let unit = of_acme("payout_unit = \"cents\"");
    let inline = of_acme("inline_statuses = { approved = \"a\", rejected = [\"a\", \"status\"], paid = \"b\" }");
    assert_faults(&[
        (
            &constants,
            "f:7:9: networks.acme.constants.event: expected a name of 1 to 64 bytes, found \"\"\n\
             f:8:10: networks.acme.constants.status: expected pending, approved, rejected, reversed or a word of the network's \
             table for one of them, found \"test\"\n\
             f:9:1: networks.acme.constants.payout: networks.acme.params.payout names parameters for it, too: a field is \
             constant or read\n\
             f:9:10: networks.acme.constants.payout: is below zero, and negative_payouts does not allow that\n\
             f:10:12: networks.acme.constants.currency: expected a currency code of ISO 4217, as \"USD\", found \"USDT\"\n\
             f:11:1: networks.acme.constants.click_id: unknown key; known here: event, status, payout, currency",
        ),
        (
            &events,
            "f:4:24: networks.acme.events.ftd: the word is empty\n\
             f:4:36: networks.acme.events.sale: \"1\" already means \"ftd\"\n\
             f:4:41: networks.acme.events.\"\": expected a name of 1 to 64 bytes, found \"\"\n\
             f:4:58: networks.acme.events.lead: expected a string or a list of strings, found an integer",
        ),
        (
            &unit,
            "f:4:15: networks.acme.payout_unit: expected one of major, minor; found \"cents\"",
        ),
        (
            &inline,
            "f:4:49: networks.acme.inline_statuses.rejected: \"a\" is already a name of approved: a parameter has one meaning\n\
             f:4:54: networks.acme.inline_statuses.rejected: \"status\" is already a name of status: a parameter has one meaning\n\
             f:4:65: networks.acme.inline_statuses.paid: unknown key; known here: approved, pending, rejected, reversed, ignored",
        ),
    ]);
}

#[test]
fn a_name_that_begins_as_a_pointer_is_one() {
    for (name, is_pointer) in [
        ("/a~1b/~0", true),
        ("/", true),
        ("/a~2b", false),
        ("/a~", false),
        ("a~", true),
    ] {
        let text = format!("[networks.n]\nsecrets = [{{ value = \"x\" }}]\nparams = {{ click_id = [\"{name}\"] }}");
        let found = read(&text).err().map_or_else(String::new, |faults| faults.to_string());
        assert_eq!(!found.contains("is no JSON pointer"), is_pointer, "{name}: {found}");
    }
}

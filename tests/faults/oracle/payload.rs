//! What is sent under an id. All of it follows from the id, so that whatever ends up under another one shows.

use serde_json::{Value, json};

use crate::dice::mix;
use crate::harness::{Network, Request, get};

use super::journal::Key;

/// The ways to send a postback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Get,
    Posted,
    PostedJson,
}

pub(crate) const POSTBACK_FORMS: [Form; 3] = [Form::Get, Form::Posted, Form::PostedJson];

/// A visitor's click, which carries its key in `sub1`.
pub(super) fn click(key: Key) -> Request {
    let target = format!(
        "/click/spring?affiliate={}&sub1={key}&sub2=%C3%A4+%26{key}&external_id={:x}&cost=0.{}",
        affiliate(key),
        mix(key.number()),
        key.number() % 90 + 10,
    );
    get(target).header("User-Agent", format!("visitor {key}"))
}

/// The row of a stored click, without its id.
pub(super) fn click_row(key: Key) -> Value {
    json!({
        "campaign": "spring", "affiliate": affiliate(key), "sub1": key.to_string(), "sub2": format!("ä &{key}"),
        "external_id": format!("{:x}", mix(key.number())), "cost": format!("0.{}", key.number() % 90 + 10),
        "user_agent": format!("visitor {key}"), "odd": 0,
    })
}

/// The affiliate that a click is from.
pub(super) fn affiliate(key: Key) -> String {
    format!("a{}", mix(key.number()) % 1000)
}

/// The signed postback of a transaction.
pub(super) fn postback(key: Key, click: Option<&str>, form: Form, network: &Network) -> Request {
    let Terms {
        payout,
        currency,
        status,
    } = terms(key);
    let click_id = click.map(|id| format!("&click_id={id}")).unwrap_or_default();
    let query =
        format!("transaction_id={key}&event=sale&status={status}&payout={payout}&currency={currency}{click_id}");
    match form {
        Form::Get => network.get(&query),
        Form::Posted => network.form(query),
        Form::PostedJson => {
            let mut body = json!({
                "transaction_id": key.to_string(), "event": "sale", "status": status, "payout": payout,
                "currency": currency,
            });
            if let Some(click) = click {
                body["click_id"] = click.into();
            }
            network.json(body.to_string())
        }
    }
}

/// A postback that somebody else signed.
pub(super) fn forged(key: Key, form: Form, network: &Network) -> Request {
    let forger = Network {
        secret: "not the secret",
        ..*network
    };
    postback(key, None, form, &forger)
}

/// The row of a recorded conversion, without what its click says.
pub(super) fn conversion_row(key: Key) -> Value {
    let Terms {
        payout,
        currency,
        status,
    } = terms(key);
    json!({
        "network": "acme", "transaction_id": key.to_string(), "event": "sale", "status": status, "payout": payout,
        "currency": currency,
    })
}

struct Terms {
    payout: String,
    currency: &'static str,
    status: &'static str,
}

fn terms(key: Key) -> Terms {
    let hash = mix(key.number());
    Terms {
        payout: format!("{}.{:02}", hash % 1000, hash / 1000 % 100),
        currency: if hash.is_multiple_of(2) { "USD" } else { "EUR" },
        status: if hash.is_multiple_of(3) { "pending" } else { "approved" },
    }
}

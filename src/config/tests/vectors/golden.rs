//! A golden request: what a known sender sends, signed by another implementation. `tests/vectors/README.md` says who made
//! them and what each member means.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::read;
use super::super::schemes::request;
use crate::domain::dedupe::DedupeRule;
use crate::domain::network::Network;
use crate::domain::postback::{Form, NamedStatus, Postback, RawPostback};
use crate::domain::refusal::Refusal;
use crate::domain::signature::AuthFailure;
use crate::domain::time::Timestamp;

const FILES: [&str; 5] = [
    include_str!("../../../../tests/vectors/ad_networks.json"),
    include_str!("../../../../tests/vectors/libraries_node.json"),
    include_str!("../../../../tests/vectors/libraries_python.json"),
    include_str!("../../../../tests/vectors/others.json"),
    include_str!("../../../../tests/vectors/printed.json"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Golden {
    pub(super) preset: String,
    name: String,
    made_by: String,
    verified_by: Option<String>,
    pub(super) secrets: Vec<String>,
    pub(super) base_url: Option<String>,
    params: BTreeMap<String, String>,
    pub(super) now: i64,
    pub(super) signed_at: Option<i64>,
    pub(super) tolerance: Option<i64>,
    method: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
    /// The signature's text as it stands in the request; none where the address is the only proof.
    pub(super) signature: Option<String>,
    pub(super) unsigned: Vec<String>,
    pub(super) changes: Vec<(String, String)>,
    pub(super) expect: BTreeMap<String, String>,
}

/// What became of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Authentic,
    NotAuthentic(AuthFailure),
    /// It cannot be read, which is told before any signature is looked at.
    Unreadable,
}

pub(super) fn goldens() -> Vec<Golden> {
    let read = |text: &&str| -> Vec<Golden> { serde_json::from_str(text).expect("golden requests") };
    FILES.iter().flat_map(read).collect()
}

impl Golden {
    /// Its name in what a failed test says.
    pub(super) fn label(&self) -> String {
        format!("{} {} by {}", self.preset, self.name, self.made_by)
    }

    /// Who made it, and who else found it authentic.
    pub(super) fn makers(&self) -> impl Iterator<Item = &str> {
        self.verified_by.as_deref().into_iter().chain([&*self.made_by])
    }

    /// The network of its preset, as an operator would configure it.
    pub(super) fn network(&self) -> Network {
        self.network_with(&self.secrets, self.base_url.as_deref())
    }

    pub(super) fn network_with(&self, secrets: &[String], base_url: Option<&str>) -> Network {
        let mut lines = vec!["[networks.n]".to_owned(), format!("preset = {:?}", self.preset)];
        lines.extend(base_url.map(|base_url| format!("base_url = {base_url:?}")));
        if secrets.is_empty() {
            lines.push("allow_ips = [\"127.0.0.1\"]".to_owned());
        } else {
            let secrets = secrets.iter().map(|secret| format!("{{ value = {secret:?} }}"));
            lines.push(format!("secrets = [{}]", secrets.collect::<Vec<_>>().join(", ")));
        }
        let params = self.params.iter();
        lines.extend(params.map(|(field, name)| format!("params.{field} = {name:?}")));
        let text = lines.join("\n");
        let config = read(&text).unwrap_or_else(|faults| panic!("{}: {faults}\n{text}", self.label()));
        Network::clone(&config.networks["n"])
    }

    pub(super) fn request(&self) -> RawPostback {
        self.request_with(&self.target, &self.headers, &self.body)
    }

    pub(super) fn request_with(&self, target: &str, headers: &[(String, String)], body: &str) -> RawPostback {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        request(&self.method, target, &headers, body)
    }

    /// What becomes of a request that is received when this one is.
    pub(super) fn outcome(&self, network: &Network, raw: &RawPostback) -> Outcome {
        outcome_at(network, raw, self.now)
    }

    /// What is read of a request that is received when this one is.
    pub(super) fn fields(&self, network: &Network, raw: &RawPostback) -> BTreeMap<String, String> {
        let form = Form::read(raw).expect("a readable request");
        let verified = network.verify(raw, &form, Timestamp::from_unix_seconds(self.now));
        fields(
            verified
                .unwrap_or_else(|failure| panic!("{}: {failure:?}", self.label()))
                .read()
                .map(|reading| reading.postback),
        )
    }
}

pub(super) fn outcome_at(network: &Network, raw: &RawPostback, now_s: i64) -> Outcome {
    let Ok(form) = Form::read(raw) else {
        return Outcome::Unreadable;
    };
    match network.verify(raw, &form, Timestamp::from_unix_seconds(now_s)) {
        Ok(_) => Outcome::Authentic,
        Err(failure) => Outcome::NotAuthentic(failure),
    }
}

/// The fields that a postback names or that its preset gives it; `refused` holds the code of what cannot be read.
fn fields(read: Result<Postback, Refusal>) -> BTreeMap<String, String> {
    let postback = match read {
        Ok(postback) => postback,
        Err(refusal) => return BTreeMap::from([("refused".to_owned(), refusal.code.as_str().to_owned())]),
    };
    let status = match postback.status {
        NamedStatus::Named(status) => Some(status.as_str().to_owned()),
        NamedStatus::Ignored => Some("ignored".to_owned()),
        NamedStatus::Default(_) => None,
    };
    let dedupe = Some(postback.dedupe).filter(|rule| *rule != DedupeRule::Transaction);
    let fields = [
        ("click_id", postback.click.as_sent()),
        ("transaction_id", postback.transaction_id),
        ("event", Some(postback.event)),
        ("status", status),
        ("payout", postback.payout.map(|payout| payout.to_string())),
        (
            "currency",
            postback
                .currency
                .or(postback.default_currency)
                .map(|currency| currency.to_string()),
        ),
        ("event_time", postback.event_time.map(|at| at.to_string())),
        ("user_id", postback.user_id),
        ("device_id", postback.device_id),
        ("dedupe", dedupe.map(|rule| rule.as_str().to_owned())),
    ];
    fields
        .into_iter()
        .filter_map(|(field, value)| Some((field.to_owned(), value?)))
        .collect()
}

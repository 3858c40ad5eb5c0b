//! Requests as their senders make them, read through the presets by the service's own code.

use super::super::schemes::{changed, request};
use super::{SECRET, read_with_secret};
use crate::config::{Preset, Proof};
use crate::domain::network::Network;
use crate::domain::postback::{Form, NamedStatus, Postback, RawPostback};
use crate::domain::signature::AuthFailure;
use crate::domain::time::Timestamp;

/// A key in every encoding, as [`SECRET`].
const OLDER_SECRET: &str = "fedcba9876543210";
const NOW: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

/// A request of a sender, what it is read as, and what of it is refused.
pub(super) struct Golden {
    pub(super) preset: &'static str,
    pub(super) method: &'static str,
    pub(super) target: &'static str,
    pub(super) headers: &'static [(&'static str, &'static str)],
    pub(super) body: &'static str,
    /// As [`Golden::fields`] writes it.
    pub(super) fields: &'static str,
    /// Changes of the request, each with the code of its refusal.
    pub(super) refused: &'static [(&'static str, &'static str, &'static str)],
}

impl Golden {
    fn request(&self) -> RawPostback {
        request(self.method, self.target, self.headers, self.body)
    }
}

/// The network of a preset, with an older secret beside the one that counts.
pub(super) fn network_of(preset: &str) -> Network {
    let preset = Preset::find(preset).expect("a preset");
    let proof = match preset.proof {
        Proof::Address => "allow_ips = [\"127.0.0.1\"]".to_owned(),
        Proof::Default | Proof::Signature { .. } | Proof::Token { .. } => {
            format!("secrets = [{{ value = \"{OLDER_SECRET}\" }}, {{ value = \"{SECRET}\" }}]")
        }
    };
    let text = format!("[networks.n]\npreset = \"{}\"\n{proof}", preset.name);
    let config = read_with_secret(preset, &text).unwrap_or_else(|faults| panic!("{faults}"));
    Network::clone(&config.networks["n"])
}

/// What a network makes of a request: its fields in a line, or the code of its refusal.
fn outcome(network: &Network, raw: &RawPostback) -> Result<String, &'static str> {
    let form = Form::read(raw).map_err(|refusal| refusal.code.as_str())?;
    let verified = network.verify(raw, &form, NOW).map_err(AuthFailure::as_str)?;
    let reading = verified.read().map_err(|refusal| refusal.code.as_str())?;
    Ok(fields(&reading.postback))
}

/// `click transaction event status payout currency rule`, `-` for what is absent.
fn fields(postback: &Postback) -> String {
    let status = match postback.status {
        NamedStatus::Named(status) => status.as_str().to_owned(),
        NamedStatus::Default(status) => format!("{}*", status.as_str()),
        NamedStatus::Ignored => "ignored".to_owned(),
    };
    let currency = postback.currency.or(postback.default_currency);
    let fields = [
        postback.click.as_sent(),
        postback.transaction_id.clone(),
        Some(postback.event.clone()),
        Some(status),
        postback.payout.map(|payout| payout.to_string()),
        currency.map(|currency| currency.to_string()),
        Some(postback.dedupe.as_str().to_owned()),
    ];
    fields.map(|field| field.unwrap_or_else(|| "-".to_owned())).join(" ")
}

pub(super) fn assert_read(table: &[Golden]) {
    for golden in table {
        let outcome = outcome(&network_of(golden.preset), &golden.request());
        assert_eq!(
            outcome.as_deref(),
            Ok(golden.fields),
            "{} {}",
            golden.preset,
            golden.target
        );
    }
}

pub(super) fn assert_refused(table: &[Golden]) {
    for golden in table {
        assert!(!golden.refused.is_empty(), "{}", golden.preset);
        for (from, to, code) in golden.refused {
            let genuine = golden.request();
            let changed = changed(&genuine, (from, to));
            let outcome = outcome(&network_of(golden.preset), &changed);
            assert_eq!(outcome, Err(*code), "{}: {from} → {to}", golden.preset);
        }
    }
}

/// A token whose last character is another one.
pub(super) const WRONG_TOKEN: (&str, &str, &str) = ("0123456789abcdef", "0123456789abcdee", "signature_wrong");

/// A GET with these parameters.
macro_rules! get {
    ($preset:literal, $query:literal, $fields:literal, $refused:expr) => {
        Golden {
            preset: $preset,
            method: "GET",
            target: concat!("/postback/n?", $query),
            headers: &[],
            body: "",
            fields: $fields,
            refused: $refused,
        }
    };
}
pub(super) use get;

//! What each check compared.

use http::header::CONTENT_TYPE;
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use serde_json::{Value, json};

use crate::domain::examine::{BODY_BYTES_MAX, Check, Failed, Named};
use crate::domain::head::{HEADER_BYTES_MAX, PATH_BYTES_MAX, QUERY_BYTES_MAX, header_bytes};
use crate::domain::postback::{Body, Form, PARAMETERS_MAX, RawPostback};
use crate::domain::signature::Inspection;

use super::shown::Shown;

/// A check and what it compared.
#[derive(Debug, Serialize)]
pub struct CheckSeen {
    /// The check's name.
    pub check: &'static str,
    /// How it went.
    pub outcome: Outcome,
    /// What was compared with what; nothing where the check was not made.
    pub compared: Facts,
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It has nothing against the request.
    Passed,
    /// It would need something that was not given, and counts as passed.
    NotChecked,
    /// It refused the request.
    Failed,
    /// A check before it refused the request.
    NotReached,
}

impl Outcome {
    /// The outcome in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::NotChecked => "not checked",
            Self::Failed => "FAILED",
            Self::NotReached => "not reached",
        }
    }
}

/// Named values in an order that was chosen. They serialise to an object.
#[derive(Debug, Default)]
pub struct Facts(pub Vec<(&'static str, Value)>);

impl Facts {
    pub(super) fn add(&mut self, name: &'static str, value: impl Into<Value>) {
        self.0.push((name, value.into()));
    }
}

impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A request before its checks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) raw: &'a RawPostback,
    /// Its parameters, where they can be read.
    pub(super) form: Option<&'a Form<'a>>,
    /// Whether the address that it comes from was given.
    pub(super) has_address: bool,
    pub(super) named: Named<'a>,
    pub(super) shown: Shown<'a>,
}

impl Scene<'_> {
    /// How a check went, given the one that refused the request.
    pub(super) fn check(&self, check: Check, failed: Option<&Failed>) -> CheckSeen {
        let outcome = match failed {
            Some(failed) if failed.check == check => Outcome::Failed,
            Some(failed) if failed.check < check => Outcome::NotReached,
            Some(_) | None if check == Check::Address && !self.has_address => Outcome::NotChecked,
            Some(_) | None => Outcome::Passed,
        };
        CheckSeen {
            check: check.as_str(),
            outcome,
            compared: match outcome {
                Outcome::NotReached => Facts::default(),
                Outcome::Passed | Outcome::NotChecked | Outcome::Failed => self.compared(check),
            },
        }
    }

    fn compared(&self, check: Check) -> Facts {
        let mut facts = Facts::default();
        let raw = self.raw;
        match check {
            Check::Path => facts.add("found", self.shown.text(raw.uri.path())),
            Check::Method => {
                facts.add("found", raw.method.as_str());
                facts.add("expected", "GET or POST");
            }
            Check::Address => {
                let found = self.has_address.then(|| raw.remote_ip.to_canonical().to_string());
                facts.add("found", found);
                facts.add("allowed", self.allowed_addresses());
            }
            Check::Head => {
                facts.add("query_bytes", raw.query().len());
                facts.add("query_bytes_max", QUERY_BYTES_MAX);
                facts.add("path_bytes", raw.uri.path().len());
                facts.add("path_bytes_max", PATH_BYTES_MAX);
                facts.add("header_bytes", header_bytes(&raw.headers));
                facts.add("header_bytes_max", HEADER_BYTES_MAX);
            }
            Check::Network => facts.add("network", self.named.known().map(|network| &*network.name)),
            Check::Body => {
                facts.add("bytes", raw.body.len());
                facts.add("bytes_max", BODY_BYTES_MAX);
            }
            Check::Form => self.form_facts(&mut facts),
            Check::Signature => self.signature_facts(&mut facts),
            Check::Fields => {
                let rule = self.named.known().map(|network| network.dedupe.as_str());
                facts.add("dedupe", rule);
            }
        }
        facts
    }

    fn allowed_addresses(&self) -> Value {
        let listed = self.named.known().map_or(&[][..], |network| &network.allow_ips);
        if listed.is_empty() {
            return "any".into();
        }
        listed.iter().map(ToString::to_string).collect()
    }

    fn form_facts(&self, facts: &mut Facts) {
        let content_type = self.raw.headers.get(CONTENT_TYPE);
        let content_type = content_type.map(|value| self.shown.text(&String::from_utf8_lossy(value.as_bytes())));
        facts.add("content_type", content_type);
        let Some(form) = self.form else { return };
        facts.add("query_parameters", form.query.len());
        let (kind, parameters) = match &form.body {
            Body::Empty => ("none", 0),
            Body::Form(pairs) => ("form", pairs.len()),
            Body::Json(members) => ("json", members.len()),
        };
        facts.add("body", kind);
        facts.add("body_parameters", parameters);
        facts.add("parameters_max", PARAMETERS_MAX);
    }

    /// What the network's scheme sees in the request.
    pub(super) fn inspection(&self) -> Option<Inspection> {
        let network = self.named.known()?;
        Some(network.schemes.of(&self.raw.method).inspect(self.raw, self.form?))
    }

    fn signature_facts(&self, facts: &mut Facts) {
        let (Some(network), Some(inspection)) = (self.named.known(), self.inspection()) else {
            facts.add("network", None::<String>);
            return;
        };
        let outline = network.schemes.of(&self.raw.method).outline();
        facts.add("algorithm", outline.algorithm);
        if !inspection.requirements.is_empty() {
            let required = inspection.requirements.iter().map(|requirement| {
                let found = requirement.found.as_ref().map(|found| self.shown.text(found));
                json!({ "at": requirement.at, "expected": self.shown.text(&requirement.expected), "found": found })
            });
            facts.add("required", required.collect::<Value>());
        }
        if !outline.from.is_empty() {
            facts.add("from", outline.from.join(", "));
            facts.add("candidates", inspection.found);
            facts.add("readable", inspection.readable);
        }
        if let Some((rule, seen)) = outline.timestamp.zip(inspection.timestamp) {
            facts.add("timestamp", seen.text.map(|text| self.shown.text(&text)));
            facts.add("signed_at", seen.at.map(|at| at.to_string()));
            facts.add("now", self.raw.received_at.to_string());
            facts.add("age_s", seen.at.map(|at| self.raw.received_at.seconds_since(at)));
            facts.add("tolerance_s", rule.tolerance.as_secs());
        }
        facts.add("secrets", outline.secrets);
        facts.add("fits_secret", inspection.secret.map(|index| index + 1));
    }
}

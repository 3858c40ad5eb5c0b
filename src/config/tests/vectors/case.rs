//! A golden request of which parts are exchanged.

use super::golden::{Golden, Outcome, goldens};
use crate::domain::form::{decode_lossy, raw_pairs};
use crate::domain::network::Network;

/// Target, headers and body of a request.
pub(super) type Parts = (String, Vec<(String, String)>, String);

/// A golden request and the network that it comes from.
pub(super) struct Case {
    pub(super) golden: Golden,
    pub(super) network: Network,
}

pub(super) fn cases() -> impl Iterator<Item = Case> {
    goldens().into_iter().map(|golden| Case {
        network: golden.network(),
        golden,
    })
}

/// Those whose sender signs, with the signature.
pub(super) fn signed_cases() -> impl Iterator<Item = (Case, String)> {
    cases().filter_map(|case| {
        let signature = case.golden.signature.clone()?;
        Some((case, signature))
    })
}

impl Case {
    /// The pairs of the query as they were sent.
    pub(super) fn pairs(&self) -> Vec<String> {
        let query = self.golden.target.split_once('?').map_or("", |(_, query)| query);
        query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(str::to_owned)
            .collect()
    }

    pub(super) fn is_signed(&self, pair: &str) -> bool {
        let unsigned = &self.golden.unsigned;
        raw_pairs(pair.as_bytes()).all(|(_, name, _)| unsigned.iter().all(|place| *place != decode_lossy(name)))
    }

    pub(super) fn with_target(&self, target: String) -> Parts {
        (target, self.golden.headers.clone(), self.golden.body.clone())
    }

    /// The request with a text replaced wherever it stands.
    pub(super) fn replaced(&self, from: &str, to: &str) -> Parts {
        let headers = self
            .golden
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.replace(from, to)));
        (
            self.golden.target.replace(from, to),
            headers.collect(),
            self.golden.body.replace(from, to),
        )
    }

    /// What becomes of a changed request; `None` when no HTTP parser would take it.
    pub(super) fn outcome(&self, (target, headers, body): &Parts) -> Option<Outcome> {
        let golden = &self.golden;
        let is_changed = *target != golden.target || *headers != golden.headers || *body != golden.body;
        assert!(is_changed, "{}: nothing was changed", golden.label());
        target.parse::<http::Uri>().ok()?;
        Some(golden.outcome(&self.network, &golden.request_with(target, headers, body)))
    }

    pub(super) fn assert_refused(&self, parts: &Parts) {
        let outcome = self.outcome(parts);
        assert_ne!(outcome, Some(Outcome::Authentic), "{}: {parts:?}", self.golden.label());
    }
}

//! Why a postback came to something else than it should: the raw log's words, and what to do about them.

use serde_json::Value;

use crate::domain::refusal::Code;

use super::super::wire::Answer;
use super::expected::problem_code;

/// What the raw log says of a request.
pub(super) enum Logged {
    /// What it came to.
    Row {
        /// A verdict, or `refused`.
        verdict: String,
        /// The true reason of a refusal.
        code: Option<String>,
        /// The same in words.
        detail: Option<String>,
    },
    /// Nobody may read it.
    Closed,
}

impl Logged {
    /// Reads a row as the private API shows it.
    pub(super) fn read(row: &Value) -> Self {
        let text = |member: &str| row[member].as_str().map(str::to_owned);
        Self::Row {
            verdict: text("verdict").unwrap_or_default(),
            code: text("code"),
            detail: text("detail"),
        }
    }

    /// All of it on a line; empty where nothing is known.
    pub(super) fn said(&self) -> String {
        let members = match self {
            Self::Closed => return String::new(),
            Self::Row { verdict, code, detail } => [Some(verdict), code.as_ref(), detail.as_ref()],
        };
        let said: Vec<&str> = members.into_iter().flatten().map(String::as_str).collect();
        said.join(", ")
    }

    fn code(&self) -> Option<&str> {
        match self {
            Self::Row { code, .. } => code.as_deref(),
            Self::Closed => None,
        }
    }
}

/// What is behind an answer that is not the expected one, and what to do about it.
pub(super) fn reason(answer: &Answer, logged: &Logged) -> String {
    let told = problem_code(answer);
    // The raw log has the reason of a 401, its sender only the code that is the same for all of them.
    let is = |code: Code| [logged.code(), told.as_deref()].contains(&Some(code.as_str()));
    let said = logged.said();
    let said = if said.is_empty() {
        told.as_deref().unwrap_or("nothing that it told us")
    } else {
        &said
    };
    if is(Code::AddressNotAllowed) {
        return "the network is only called from its allow_ips, and this machine's address is none of them, so this postback is \
                refused by its address: simulate on one of those machines, or add this one's address for the test"
            .to_owned();
    }
    let is_public = |code: &str| Code::ALL.iter().any(|known| known.as_str() == code);
    let has_own_reason = logged.code().is_some_and(|code| !is_public(code));
    if has_own_reason || is(Code::Unauthorized) {
        return format!(
            "the service does not take it for the network's ({said}): the secret or the scheme that it runs with is not the one of \
             this configuration; reload it, or compare the two"
        );
    }
    format!("it came to {said}; the service may run with another configuration")
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};
    use serde_json::json;

    use super::*;

    #[test]
    fn the_reason_names_what_is_to_be_done() {
        let answer = |body: &'static str| Answer {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: body.into(),
        };
        let refused = |code: &str| Logged::read(&json!({ "verdict": "refused", "code": code, "detail": "why" }));
        let recorded = Logged::read(&json!({ "verdict": "duplicate", "code": null, "detail": null }));
        for (body, logged, named) in [
            ("NO", refused("signature_wrong"), "(refused, signature_wrong, why)"),
            ("NO", refused("timestamp_stale"), "the secret or the scheme"),
            (r#"{"code":"unauthorized"}"#, Logged::Closed, "the secret or the scheme"),
            ("NO", refused("address_not_allowed"), "allow_ips"),
            (r#"{"code":"address_not_allowed"}"#, Logged::Closed, "allow_ips"),
            (
                "NO",
                refused("unknown_status"),
                "it came to refused, unknown_status, why",
            ),
            ("{}", recorded, "it came to duplicate"),
            ("OK", Logged::Closed, "it came to nothing that it told us"),
        ] {
            let said = reason(&answer(body), &logged);
            assert!(said.contains(named), "{named}: {said}");
        }
    }
}

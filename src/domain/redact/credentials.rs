//! Which places of a request hold credentials: by their name, or because a network puts its token there.

use http::HeaderName;

use crate::domain::signature::Reference;

/// Parameters and JSON members whose values are credentials by their name, in lower case.
const CREDENTIAL_NAMES: &[&str] = &[
    "access_token",
    "api_key",
    "api_token",
    "apikey",
    "auth",
    "auth_token",
    "authorization",
    "client_secret",
    "key",
    "pass",
    "passwd",
    "password",
    "postback_key",
    "private_key",
    "pwd",
    "secret",
    "secret_key",
    "secretkey",
    "secure",
    "security_token",
    "token",
    "upd_key",
    "verification_token",
];

/// Header fields that carry credentials.
const CREDENTIAL_HEADERS: &[&str] = &[
    "authorization",
    "cookie",
    "proxy-authorization",
    "set-cookie",
    "x-api-key",
    "x-auth-token",
    "x-gitlab-token",
];

/// The parameters, JSON members and header fields that hold a network's token.
#[derive(Debug, Clone, Default)]
pub(super) struct TokenPlaces {
    names: Vec<String>,
    headers: Vec<HeaderName>,
}

impl TokenPlaces {
    /// One more place.
    pub(super) fn add(&mut self, place: &Reference) {
        match place {
            Reference::Header(name) => self.headers.push(name.clone()),
            Reference::Query(name) | Reference::Form(name) => self.names.push(name.clone()),
            Reference::Json(pointer) => self.names.push(last_member(pointer)),
        }
    }

    /// Whether a parameter or JSON member of this name holds a credential.
    pub(super) fn is_credential(&self, name: &str) -> bool {
        names_credential(name) || self.names.iter().any(|token| token == name)
    }

    /// Whether a header field of this name does.
    pub(super) fn is_credential_header(&self, name: &HeaderName) -> bool {
        is_credential_header(name) || self.headers.contains(name)
    }
}

/// Whether a place is known, by its name alone, to hold credentials: nothing that stands there is shown to anybody.
pub fn is_credential_place(place: &Reference) -> bool {
    match place {
        Reference::Header(name) => is_credential_header(name),
        Reference::Query(name) | Reference::Form(name) => names_credential(name),
        Reference::Json(pointer) => names_credential(&last_member(pointer)),
    }
}

fn is_credential_header(name: &HeaderName) -> bool {
    CREDENTIAL_HEADERS.contains(&name.as_str())
}

fn names_credential(name: &str) -> bool {
    let mut known = CREDENTIAL_NAMES.iter();
    known.any(|credential| credential.eq_ignore_ascii_case(name))
}

/// The name of the member that a JSON pointer ends at.
fn last_member(pointer: &str) -> String {
    let member = pointer.rsplit('/').next().unwrap_or_default();
    member.replace("~1", "/").replace("~0", "~")
}

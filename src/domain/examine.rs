//! What a postback is checked for, in the contract's order: path, method, address, head, network, body, form, signature, fields.
//!
//! The only place where that order stands. [`head()`] needs nothing of the body, so that a refused request is not waited for;
//! [`whole`] does the rest. The service maps what they say to an answer; an explanation of a request asks the same two
//! functions and only adds what each check saw.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use http::{Method, Uri};

use super::form::{decode_lossy, raw_pairs};
use super::head;
use super::mapping::Reading;
use super::network::Network;
use super::postback::{Form, RawPostback};
use super::refusal::{Code, Refusal};
use super::signature::{AuthFailure, Schemes};

/// Bytes that a body may have.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// The checks of a postback. Each is made only when those before it have passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// Whether something is served there (404).
    Path,
    /// The method (405).
    Method,
    /// The client's address (403).
    Address,
    /// The size of target and header fields (414, 431).
    Head,
    /// Whether a network is named (400).
    Network,
    /// The size of the body (413).
    Body,
    /// Whether query and body can be read (400, 415).
    Form,
    /// Whether the network made the request (401).
    Signature,
    /// The fields and the conversion's key (422, and 400 for a field that is named twice).
    Fields,
}

impl Check {
    /// Every check, in its order.
    pub const ALL: [Self; 9] = [
        Self::Path,
        Self::Method,
        Self::Address,
        Self::Head,
        Self::Network,
        Self::Body,
        Self::Form,
        Self::Signature,
        Self::Fields,
    ];

    /// The check's name in explanations.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Method => "method",
            Self::Address => "address",
            Self::Head => "head",
            Self::Network => "network",
            Self::Body => "body",
            Self::Form => "form",
            Self::Signature => "signature",
            Self::Fields => "fields",
        }
    }

    /// What this check has against the request.
    const fn failed(self, refusal: Refusal) -> Failed {
        Failed { check: self, refusal }
    }
}

/// A check that refused the request. Those behind it were not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The check.
    pub check: Check,
    /// What it has against the request.
    pub refusal: Refusal,
}

/// The network that a request names.
#[derive(Debug, Clone, Copy)]
pub enum Named<'n> {
    /// None.
    None,
    /// One that is not configured.
    Unknown,
    /// This one.
    Known(&'n Network),
}

impl<'n> Named<'n> {
    /// The network that a target names: in its path, or else as its parameter `network`.
    pub fn by(uri: &Uri, networks: &'n HashMap<Arc<str>, Arc<Network>>) -> Self {
        let name = match name_in_path(uri) {
            Some(name) => Some(name),
            None => raw_pairs(uri.query().unwrap_or_default().as_bytes())
                .find(|(_, name, _)| decode_lossy(name) == "network")
                .map(|(_, _, value)| decode_lossy(value)),
        };
        match name.filter(|name| !name.is_empty()) {
            None => Self::None,
            Some(name) => networks
                .get(&*name)
                .map_or(Self::Unknown, |network| Self::Known(network)),
        }
    }

    /// The network, where it is configured.
    pub const fn known(self) -> Option<&'n Network> {
        match self {
            Self::Known(network) => Some(network),
            Self::None | Self::Unknown => None,
        }
    }
}

/// What stands in a path where it names a network, decoded; `None` where the path is not one that does.
pub fn name_in_path(uri: &Uri) -> Option<Cow<'_, str>> {
    behind_postback(uri).map(|name| decode_lossy(name.as_bytes()))
}

/// Whether something stands behind the network's name, as after a stray slash in a template: nothing is served there.
fn is_elsewhere(uri: &Uri) -> bool {
    behind_postback(uri).is_some_and(|name| name.contains('/'))
}

fn behind_postback(uri: &Uri) -> Option<&str> {
    let path = uri.path();
    path.strip_prefix("/v1").unwrap_or(path).strip_prefix("/postback/")
}

/// A postback that passed every check.
#[derive(Debug)]
pub struct Examined {
    /// The postback as it was read.
    pub reading: Reading,
    /// Values that are literal macros and were kept: a sign of a wrong set-up.
    pub kept_macros: usize,
}

/// The checks that do not need the body.
///
/// # Errors
///
/// The first one that refuses the request: `not_found`, `method_not_allowed`, `address_not_allowed`, `uri_too_long`,
/// `headers_too_large` or `missing_network`.
pub fn head(raw: &RawPostback, named: Named<'_>) -> Result<(), Failed> {
    if is_elsewhere(&raw.uri) {
        let detail = "expected nothing behind the network's name, as in /postback/NETWORK";
        return Err(Check::Path.failed(Refusal::new(Code::NotFound, detail)));
    }
    if raw.method != Method::GET && raw.method != Method::POST {
        let refusal = Refusal::new(Code::MethodNotAllowed, "expected GET or POST");
        return Err(Check::Method.failed(refusal));
    }
    if let Named::Known(network) = named {
        let allowed = network.check_address(raw.remote_ip);
        allowed.map_err(|refusal| Check::Address.failed(refusal))?;
    }
    head::check(&raw.uri, &raw.headers).map_err(|refusal| Check::Head.failed(refusal))?;
    match named {
        Named::None => {
            let detail = "expected the network in the path, as /postback/NETWORK, or as the parameter network";
            let refusal = Refusal::new(Code::MissingNetwork, detail).at_param("network");
            Err(Check::Network.failed(refusal))
        }
        Named::Unknown | Named::Known(_) => Ok(()),
    }
}

/// The other checks, of a request that passed [`head()`] and has its body. A request of an unknown network is verified with
/// `decoy`, so that the time it takes does not tell which networks exist.
///
/// # Errors
///
/// The first check that refuses the request. Every reason of a 401 is told in the same words.
pub fn whole(raw: &RawPostback, named: Named<'_>, decoy: &Schemes) -> Result<Examined, Failed> {
    if raw.body.len() > BODY_BYTES_MAX {
        return Err(Check::Body.failed(body_too_large(BODY_BYTES_MAX)));
    }
    let form = Form::read(raw).map_err(|refusal| Check::Form.failed(refusal))?;
    let Some(network) = named.known() else {
        decoy.of(&raw.method).verify(raw, &form, raw.received_at).ok();
        return Err(unauthorized(AuthFailure::UnknownNetwork));
    };
    let verified = network.verify(raw, &form, raw.received_at).map_err(unauthorized)?;
    let reading = verified.read().map_err(|refusal| Check::Fields.failed(refusal))?;
    Ok(Examined {
        reading,
        kept_macros: verified.kept_macros(),
    })
}

/// The refusal of a body that is longer than it may be.
pub fn body_too_large(bytes_max: usize) -> Refusal {
    let detail = format!("expected a body of at most {bytes_max} bytes");
    Refusal::new(Code::BodyTooLarge, detail)
}

/// One answer for every reason: a sender must not learn how close a forgery came.
fn unauthorized(failure: AuthFailure) -> Failed {
    let detail = "the request carries no signature that proves it comes from this network";
    let mut refusal = Refusal::new(Code::Unauthorized, detail);
    refusal.reason = Some(failure.as_str());
    Check::Signature.failed(refusal)
}

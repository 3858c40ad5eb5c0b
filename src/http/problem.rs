//! Refusals as RFC 9457 problem details. `docs/problems.md` explains every code.

use std::any::Any;

use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use metrics::counter;
use serde::Serialize;
use tracing::error;

use crate::domain::id::PostbackId;
use crate::domain::network::Network;
use crate::domain::postback::RawPostback;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::reply::{OfRefusal, RefusalFacts};

use super::templated::Templated;

/// Seconds after which a sender that was turned away may try again.
const RETRY_AFTER_SECONDS: &str = "5";

/// A refusal on its way to its sender.
#[derive(Debug)]
pub(super) struct Problem {
    refusal: Refusal,
    postback_id: Option<PostbackId>,
    challenge: Option<&'static str>,
    allow: Option<&'static str>,
    wording: Wording,
}

/// What a sender is told of it.
#[derive(Debug)]
enum Wording {
    /// The problem's JSON, under a status.
    Problem(StatusCode),
    /// What its network wants to hear.
    Own(Templated),
}

/// The body, as RFC 9457 and the contract name its members.
#[derive(Serialize)]
struct Body<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: &'a str,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    param: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postback_id: Option<String>,
}

impl Problem {
    /// The problem that a refusal is.
    pub(super) fn of(refusal: Refusal) -> Self {
        let status = StatusCode::from_u16(refusal.code.status()).expect("every code has a status of HTTP");
        Self {
            refusal,
            postback_id: None,
            challenge: None,
            allow: None,
            wording: Wording::Problem(status),
        }
    }

    /// Nothing could keep the request; repeating is safe.
    pub(super) fn not_taken(code: Code) -> Self {
        let detail = if code == Code::Overloaded {
            "more requests wait than may wait; nothing was stored, please repeat"
        } else {
            "nothing that could keep the request answers; nothing is promised, please repeat"
        };
        Self::of(Refusal::new(code, detail))
    }

    /// The same, with the id under which the operator finds the request.
    #[must_use]
    pub(super) const fn with_postback_id(mut self, id: Option<PostbackId>) -> Self {
        self.postback_id = id;
        self
    }

    /// The same, saying how to authenticate (RFC 9110 §11.6.1 wants it beside a 401).
    #[must_use]
    pub(super) const fn with_challenge(mut self, challenge: &'static str) -> Self {
        self.challenge = Some(challenge);
        self
    }

    /// The same, saying which methods the path takes.
    #[must_use]
    pub(super) const fn with_allow(mut self, methods: &'static str) -> Self {
        self.allow = Some(methods);
        self
    }

    /// The same in the words of the network that sent the request. Where these come to a success without a word, as a template
    /// does whose values are absent, it stays the problem.
    #[must_use]
    pub(super) fn told_by(mut self, network: &Network, raw: &RawPostback) -> Self {
        let Some(reply) = network.reply.refusals.of(self.refusal.code) else {
            return self;
        };
        self.wording = match reply.body() {
            None => Wording::Problem(reply.status()),
            Some(body) => {
                let postback_id = self.postback_id.map(|id| id.to_string());
                let facts = RefusalFacts {
                    refusal: &self.refusal,
                    network: &network.name,
                    postback_id: postback_id.as_deref(),
                };
                // Nothing of it is proven, so nothing is held to what a signature covers.
                let text = body.render(|own: OfRefusal| own.of(&facts), raw, None);
                if reply.is_silent_success(&text) {
                    return self;
                }
                Wording::Own(Templated::new(reply.status(), body.content_type(), text))
            }
        };
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self {
            refusal,
            postback_id,
            challenge,
            allow,
            wording,
        } = self;
        let mut response = match wording {
            Wording::Problem(status) => details(&refusal, status, postback_id),
            Wording::Own(templated) => templated.into_response(),
        };
        let headers = response.headers_mut();
        if let Some(challenge) = challenge {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(methods) = allow {
            headers.insert(ALLOW, HeaderValue::from_static(methods));
        }
        if matches!(refusal.code, Code::Overloaded | Code::Unavailable) {
            headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
        }
        if refusal.code == Code::BodyTooLarge {
            // The rest of the body is not read, so the connection cannot carry another request.
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

/// The problem's JSON.
fn details(refusal: &Refusal, status: StatusCode, postback_id: Option<PostbackId>) -> Response {
    let body = Body {
        r#type: format!("urn:postbackd:problem:{}", refusal.code),
        title: refusal.code.title(),
        status: status.as_u16(),
        detail: &refusal.detail,
        code: refusal.code.as_str(),
        param: refusal.param.as_deref(),
        field: refusal.field.map(crate::domain::mapping::Field::as_str),
        postback_id: postback_id.map(|id| id.to_string()),
    };
    let body = serde_json::to_vec(&body).expect("texts and numbers are JSON");
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/problem+json")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, body).into_response()
}

/// What is left of a request whose handler panicked: a counted 500, and the reason in the log.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands over the panic's payload")]
pub(super) fn of_panic(payload: Box<dyn Any + Send>) -> Response {
    let reason = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason was given");
    counter!("postbackd_panics_total").increment(1);
    error!(reason, "a request's handler panicked: {reason}");
    Problem::of(Refusal::new(
        Code::Internal,
        "the fault is logged; nothing is promised, please repeat",
    ))
    .into_response()
}

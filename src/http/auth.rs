//! Who may use the private API: whoever has one of its tokens.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use crate::domain::refusal::{Code, Refusal};
use crate::domain::secret::Secret;

use super::app::App;
use super::problem::Problem;

/// Lets a request pass that carries a token of the configuration.
pub(super) async fn require_token(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let snapshot = app.snapshot();
    let tokens = &snapshot.config.admin.tokens;
    if tokens.is_empty() {
        let detail = "the private API is closed until admin.tokens has a token";
        return Problem::of(Refusal::new(Code::ApiDisabled, detail)).into_response();
    }
    if !bearer(request.headers()).is_some_and(|sent| is_one_of(tokens, sent)) {
        let detail = "expected Authorization: Bearer with one of the tokens in admin.tokens";
        return Problem::of(Refusal::new(Code::Unauthorized, detail))
            .with_challenge("Bearer")
            .into_response();
    }
    next.run(request).await
}

fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next()?.as_bytes();
    if values.next().is_some() || !value.get(..7)?.eq_ignore_ascii_case(b"bearer ") {
        return None;
    }
    Some(value[7..].trim_ascii())
}

/// Compares digests, so that neither the time nor the length of a comparison tells anything about a token; every token is
/// compared, so that it does not tell which one either.
fn is_one_of(tokens: &[Secret], sent: &[u8]) -> bool {
    let sent = Sha256::digest(sent);
    let found = tokens.iter().fold(Choice::from(0), |found, token| {
        found | Sha256::digest(token.expose()).ct_eq(&sent)
    });
    found.into()
}

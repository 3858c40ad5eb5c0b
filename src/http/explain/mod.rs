//! `/api/v1/explain` and `/api/v1/postbacks/{id}/explain`: why a request is or was accepted or refused, and what would be
//! decided about it now. Nothing is written.

mod decision;
mod question;
mod stored;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::Uri;
use serde::Serialize;

use crate::config::Snapshot;
use crate::domain::examine::Named;
use crate::domain::explain::{Asked, Context, Explained, Explanation, explain};
use crate::domain::id::PostbackId;
use crate::domain::refusal::{Code, Refusal};

use super::api::{no_query, not_found, unavailable};
use super::app::App;
use super::body;
use super::problem::Problem;

use decision::Decision;
use question::{QUESTION_BYTES_MAX, Question};
use stored::Stored;

/// An explanation and what the database adds to it.
#[derive(Serialize)]
struct Answer {
    #[serde(skip_serializing_if = "Option::is_none")]
    stored: Option<Stored>,
    #[serde(flatten)]
    explanation: Explanation,
    /// What would be decided now; `null` where the request is refused.
    decision: Option<Decision>,
}

/// `POST /api/v1/explain`
pub(super) async fn asked(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    no_query(request.uri().query())?;
    let (parts, body) = request.into_parts();
    let body = body::read(&parts.headers, body, QUESTION_BYTES_MAX)
        .await
        .map_err(Problem::of)?; // 400, 413
    let question = Question::read(&body).map_err(Problem::of)?; // 400
    let asked = question.asked().map_err(Problem::of)?; // 400
    let snapshot = app.snapshot();
    let Some(network) = snapshot.rules.networks.get(&*question.network) else {
        let detail = "no network of this name is configured";
        let refusal = Refusal::new(Code::MalformedRequest, detail).at_param("network");
        return Err(Problem::of(refusal)); // 400
    };
    asked
        .check_network(network, &snapshot.config.redactor)
        .map_err(|other| {
            let refusal = Refusal::new(Code::MalformedRequest, other.to_string()).at_param("target");
            Problem::of(refusal) // 400
        })?;
    answer(&app, snapshot, asked, Some(question.network), None).await
}

/// `GET /api/v1/postbacks/{id}/explain`
pub(super) async fn stored(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, Problem> {
    no_query(uri.query())?;
    let id: PostbackId = id_before_explain(&uri).ok_or_else(not_found)?;
    let found = app.reader.postback(id).await.map_err(|failure| unavailable(&failure))?;
    let postback = found.ok_or_else(not_found)?;
    let asked = stored::asked(&postback).map_err(|error| {
        let detail = format!("what was kept of this request is no request any more: {error}");
        Problem::of(Refusal::new(Code::MalformedRequest, detail))
    })?;
    let network = postback.network.clone();
    let stored = Stored::of(postback);
    answer(&app, app.snapshot(), asked, network, Some(stored)).await
}

async fn answer(
    app: &App,
    snapshot: Arc<Snapshot>,
    asked: Asked,
    network: Option<String>,
    mut stored: Option<Stored>,
) -> Result<Response, Problem> {
    // Trying what may be wrong with a signature takes a while, so it does not happen on a thread that serves.
    let explained = tokio::task::spawn_blocking(move || {
        let explained = explain_named(&snapshot, &asked, network.as_deref(), stored.as_mut());
        (explained, stored)
    });
    let (Explained { explanation, postback }, stored) = explained
        .await
        .unwrap_or_else(|failure| std::panic::resume_unwind(failure.into_panic()));
    let decision = match postback {
        None => None,
        Some(postback) => {
            let facts = app.reader.facts(postback.conversion_id, postback.click.id()).await;
            let facts = facts.map_err(|failure| unavailable(&failure))?; // 503
            Some(Decision::of(&postback, facts))
        }
    };
    let answer = Answer {
        stored,
        explanation,
        decision,
    };
    Ok(Json(answer).into_response())
}

/// Explains a request. One whose signature the raw log proves is not said to lack one because it was redacted.
fn explain_named(snapshot: &Snapshot, asked: &Asked, network: Option<&str>, stored: Option<&mut Stored>) -> Explained {
    let networks = &snapshot.rules.networks;
    let named = match network {
        Some(name) => networks
            .get(name)
            .map_or(Named::Unknown, |network| Named::Known(network)),
        None => Named::by(&asked.uri, networks),
    };
    let context = Context {
        named,
        networks,
        redactor: &snapshot.config.redactor,
    };
    let explained = explain(asked, context);
    let (Some(stored), Some(network)) = (stored, named.known()) else {
        return explained;
    };
    if explained.explanation.authentic || !stored.is_proven_by_log() {
        return explained;
    }
    match asked.signed(network) {
        None => explained,
        Some(signed) => {
            stored.take_as_proven();
            explain(&signed, context)
        }
    }
}

fn id_before_explain(uri: &Uri) -> Option<PostbackId> {
    let (_, id) = uri.path().strip_suffix("/explain")?.rsplit_once('/')?;
    id.parse().ok()
}

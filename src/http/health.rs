//! `/healthz` and `/readyz`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use crate::ingest::{SchemaState, SpoolState};

use super::app::App;

/// The process lives.
pub(super) async fn healthz() -> impl IntoResponse {
    Json(json!({ "status": "ok" }))
}

/// Whether traffic should be sent here: not while the service is on its way out, nor while nothing takes writes.
pub(super) async fn readyz(State(app): State<Arc<App>>) -> Response {
    let draining = app.drain.is_draining();
    let takes_writes = app.health.takes_writes();
    let spool = app.health.spool();
    let ready = (takes_writes || spool == SpoolState::Open) && !draining;
    let postgres = match (takes_writes, app.health.schema()) {
        (true, _) => "ok",
        (false, SchemaState::Current | SchemaState::Unknown) => "unavailable",
        (false, SchemaState::Older) => "migrations are missing",
        (false, SchemaState::Newer) => "the schema is newer than this program",
    };
    let spool = match spool {
        SpoolState::Open => "ok",
        SpoolState::Full => "full",
        SpoolState::Failed => "unavailable",
        SpoolState::Taken => "in use by another process",
    };
    let body = json!({
        "ready": ready,
        "draining": draining,
        "postgres": postgres,
        "spool": spool,
    });
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(body)).into_response()
}

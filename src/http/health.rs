//! `/healthz` and `/readyz`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use super::app::App;

/// The process lives.
pub(super) async fn healthz() -> impl IntoResponse {
    Json(json!({ "status": "ok" }))
}

/// Whether traffic should be sent here: not while the service is on its way out, nor while nothing takes writes.
pub(super) async fn readyz(State(app): State<Arc<App>>) -> Response {
    let draining = app.drain.is_draining();
    let takes_writes = app.health.takes_writes();
    let ready = takes_writes && !draining;
    let postgres = match (takes_writes, app.health.schema_is_current()) {
        (true, _) => "ok",
        (false, true) => "unavailable",
        (false, false) => "not migrated",
    };
    let body = json!({
        "ready": ready,
        "draining": draining,
        "postgres": postgres,
    });
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(body)).into_response()
}

//! The hello-world: what axum can redirect when nothing is stored.

use axum::Router;
use axum::routing::get;
use http::StatusCode;
use http::header::LOCATION;

use super::redirect;

pub(super) fn router() -> Router {
    let location = redirect();
    Router::new().route(
        "/click/{campaign}",
        get(async move || (StatusCode::FOUND, [(LOCATION, location.clone())])),
    )
}

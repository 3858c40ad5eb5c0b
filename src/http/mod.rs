//! Everything that speaks HTTP: the routes and layers on this page, a file for each operation.
//!
//! Two servers: the public one takes clicks and postbacks from the whole world, the private one answers operators and
//! their monitoring. Handlers are sentences: extract, verify, read, submit, reply. They never touch the database on the
//! way in; a success is only ever built from a receipt.

mod access;
mod api;
mod app;
mod auth;
mod body;
mod click;
mod explain;
mod finish;
mod guide;
mod health;
pub mod listener;
mod metrics;
mod postback;
mod problem;
mod quiet;
mod templated;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get, post};
use tower_http::catch_panic::CatchPanicLayer;

use crate::domain::refusal::{Code, Refusal};

pub use access::REQUEST_ID;
pub use app::App;
pub use click::TEST_HEADER;
pub use metrics::install_recorder;
pub use quiet::RefusalLog;

use problem::Problem;

/// What the world may call.
pub fn public(app: &Arc<App>) -> Router {
    let router = Router::new()
        .route("/click", any(click::click))
        .route("/click/{campaign}", any(click::click))
        .route("/postback", any(postback::postback))
        .route("/postback/", any(postback::postback))
        .route("/postback/{*network}", any(postback::postback))
        .route("/v1/postback/", any(postback::postback))
        .route("/v1/postback", any(postback::postback))
        .route("/v1/postback/{*network}", any(postback::postback))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz));
    finish(router, app)
}

/// What operators and their monitoring call.
pub fn private(app: &Arc<App>) -> Router {
    let api = Router::new()
        .route("/clicks/{id}", get(api::click))
        .route("/conversions", get(api::conversions))
        .route("/conversions/{id}", get(api::conversion))
        .route("/postbacks/{id}", get(api::postback))
        .route("/postbacks/{id}/explain", get(explain::stored))
        .route("/explain", post(explain::asked))
        .route("/networks/{name}/guide", get(guide::guide))
        .route("/reload", post(api::reload))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        // Behind it nothing of the API answers without a token, unknown paths included.
        .layer(from_fn_with_state(app.clone(), auth::require_token));
    let router = Router::new()
        .nest("/api/v1", api)
        .route("/metrics", get(metrics::metrics));
    finish(router, app)
}

/// What both servers have in common, from the outside in: panics, then the routes. Ids and the access log are the listener's.
fn finish(router: Router<Arc<App>>, app: &Arc<App>) -> Router {
    router
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(CatchPanicLayer::custom(problem::of_panic))
        .with_state(app.clone())
}

async fn not_found() -> Problem {
    Problem::of(Refusal::new(Code::NotFound, "nothing is at this path"))
}

async fn method_not_allowed() -> Problem {
    Problem::of(Refusal::new(
        Code::MethodNotAllowed,
        "this path does not take this method",
    ))
}

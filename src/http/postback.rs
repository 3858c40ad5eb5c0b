//! `/postback`: examine, submit, reply. What a postback is checked for, and in which order, stands in [`examine`].

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Method};
use metrics::counter;

use crate::config::Snapshot;
use crate::domain::examine::{self, BODY_BYTES_MAX, Examined, Failed, Named};
use crate::domain::mapping::Reading;
use crate::domain::network::Network;
use crate::domain::postback::RawPostback;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::reply::{OfVerdict, VerdictRules};
use crate::domain::verdict::Acceptance;
use crate::ingest::{NotTaken, Receipt, Told, now};

use super::access::RequestId;
use super::app::{App, remote_ip};
use super::body;
use super::finish::Finishing;
use super::problem::Problem;
use super::templated::Templated;

/// How a postback that did not get a verdict ends.
enum Failure {
    /// Refused; the raw log does not know it yet.
    Refused(Refusal),
    /// PostgreSQL refused its row; the raw log has it.
    NotStorable,
    /// Nothing took it.
    NotTaken(Code),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Failed> for Failure {
    fn from(failed: Failed) -> Self {
        Self::Refused(failed.refusal)
    }
}

/// Answers a postback. A sender that leaves in the middle is still decided and counted.
pub(super) async fn postback(State(app): State<Arc<App>>, request: Request) -> Response {
    Finishing::new(async move { answer(&app, request).await }).await
}

async fn answer(app: &App, request: Request) -> Response {
    let snapshot = app.snapshot();
    let (parts, body) = request.into_parts();
    let RequestId(id) = *parts
        .extensions
        .get::<RequestId>()
        .expect("the access layer gives every request an id");
    let mut raw = RawPostback {
        id,
        received_at: now(),
        remote_ip: remote_ip(&parts.extensions, &parts.headers, &snapshot),
        method: parts.method,
        uri: parts.uri,
        headers: parts.headers,
        body: Bytes::new(),
    };
    let named = Named::by(&raw.uri, &snapshot.rules.networks);
    let network = named.known();
    let outcome = decide(app, &snapshot, &mut raw, body, named).await;

    let label = network.map_or_else(|| Arc::from("unknown"), |network| network.name.clone());
    counter!("postbackd_postbacks_received_total").increment(1);
    match outcome {
        Ok(receipt) => {
            let verdict = match receipt.told() {
                Told::Verdict(answer) => answer.verdict.as_str(),
                Told::Accepted(_) => Acceptance::VERDICT,
            };
            counter!("postbackd_postbacks_total", "network" => label, "verdict" => verdict).increment(1);
            reply(&receipt, network, &raw)
        }
        Err(Failure::Refused(refusal)) => {
            let refusal = snapshot.config.redactor.refusal(refusal);
            counter!("postbackd_refused_total", "network" => label, "code" => refusal.code.as_str()).increment(1);
            let name = network.map(|network| &network.name);
            app.refusal_log.note(name, refusal.logged_code());
            let request = snapshot.config.redactor.redact(&raw, name);
            let kept = app.ingest.log_refusal(request, refusal.clone(), now()).await;
            refused(problem(refusal).with_postback_id(kept), network, &raw)
        }
        Err(Failure::NotStorable) => {
            let code = Code::NotStorable;
            counter!("postbackd_refused_total", "network" => label, "code" => code.as_str()).increment(1);
            let refusal = Refusal::new(code, "the database refused a value of this postback; it is set aside");
            refused(Problem::of(refusal).with_postback_id(Some(id)), network, &raw)
        }
        Err(Failure::NotTaken(code)) => {
            counter!("postbackd_unavailable_total").increment(1);
            refused(Problem::not_taken(code), network, &raw)
        }
    }
}

/// The way of a postback from its bytes to its receipt.
async fn decide(
    app: &App,
    snapshot: &Snapshot,
    raw: &mut RawPostback,
    body: Body,
    named: Named<'_>,
) -> Result<Receipt, Failure> {
    examine::head(raw, named)?; // 404, 405, 403, 414, 431, 400
    raw.body = body::read(&raw.headers, body, BODY_BYTES_MAX).await?; // 413
    let Examined { reading, kept_macros } = examine::whole(raw, named, &app.decoy)?; // 400, 415, 401, 422
    let Reading {
        postback,
        in_another_case,
    } = reading;
    for field in in_another_case {
        counter!("postbackd_param_case_total", "network" => postback.network.clone(), "field" => field.as_str())
            .increment(1);
    }
    if kept_macros > 0 {
        counter!("postbackd_unreplaced_macros_total", "network" => postback.network.clone())
            .increment(kept_macros as u64);
    }

    let request = snapshot.config.redactor.redact(raw, Some(&postback.network));
    app.ingest
        .submit_postback(postback, request)
        .await
        .map_err(|failure| match failure {
            NotTaken::NotStorable => Failure::NotStorable,                 // 422
            NotTaken::Overloaded => Failure::NotTaken(Code::Overloaded),   // 429
            NotTaken::Unavailable => Failure::NotTaken(Code::Unavailable), // 503
        })
}

fn problem(refusal: Refusal) -> Problem {
    let code = refusal.code;
    let problem = Problem::of(refusal);
    if code == Code::MethodNotAllowed {
        problem.with_allow("GET, POST")
    } else if code == Code::Unauthorized {
        problem.with_challenge("PostbackSignature")
    } else {
        problem
    }
}

/// The refusal, as its network wants it. A HEAD has no body that could take a success back, so it stays a problem.
fn refused(problem: Problem, network: Option<&Network>, raw: &RawPostback) -> Response {
    match network {
        Some(network) if raw.method != Method::HEAD => problem.told_by(network, raw).into_response(),
        Some(_) | None => problem.into_response(),
    }
}

/// The success answer, as the network wants it. It can only be built from a receipt.
fn reply(receipt: &Receipt, network: Option<&Network>, raw: &RawPostback) -> Response {
    let defaults = VerdictRules::default();
    let rules = network.map_or(&defaults, |network| &network.reply.verdicts);
    let told = receipt.told();
    let reply = match told {
        Told::Verdict(answer) => rules.of(answer),
        Told::Accepted(_) => &rules.accepted,
    };
    let no_store = (CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if reply.is_bodiless() {
        return (reply.status(), [no_store]).into_response();
    }
    let Some(body) = reply.body() else {
        let json = match told {
            Told::Verdict(answer) => serde_json::to_vec(answer),
            Told::Accepted(acceptance) => serde_json::to_vec(acceptance),
        };
        let json = json.expect("an answer is JSON");
        let content_type = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
        return (reply.status(), [content_type, no_store], json).into_response();
    };
    let coverage = network.map(|network| network.schemes.of(&raw.method).coverage());
    let value = |own: OfVerdict| match told {
        Told::Verdict(answer) => own.of(answer),
        Told::Accepted(acceptance) => own.of_acceptance(acceptance),
    };
    let text = body.render(value, raw, coverage);
    Templated::new(reply.status(), body.content_type(), text).into_response()
}

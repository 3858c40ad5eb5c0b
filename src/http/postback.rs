//! `/postback`: verify, read, submit, reply. The order of its checks is the contract's: address, form, signature, fields.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Uri};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use metrics::counter;
use tokio::time::timeout;

use crate::config::Snapshot;
use crate::domain::form::{decode_lossy, raw_pairs};
use crate::domain::mapping::Reading;
use crate::domain::network::Network;
use crate::domain::postback::{Form, RawPostback};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::reply::{OfVerdict, VerdictRules};
use crate::domain::signature::AuthFailure;
use crate::domain::verdict::Acceptance;
use crate::ingest::{NotTaken, Receipt, Told, now};

use super::access::RequestId;
use super::app::{App, remote_ip};
use super::finish::Finishing;
use super::head;
use super::problem::Problem;
use super::templated::Templated;

/// Bytes that a body may have.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Longest time that a body may take to arrive.
const BODY_WAIT_MAX: Duration = Duration::from_secs(15);

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
    let mut network = None;
    let outcome = decide(app, &snapshot, &mut raw, body, &mut network).await;

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

/// The way of a postback from its bytes to its receipt. `network` is set as soon as it is known.
async fn decide<'s>(
    app: &App,
    snapshot: &'s Snapshot,
    raw: &mut RawPostback,
    body: Body,
    network: &mut Option<&'s Network>,
) -> Result<Receipt, Failure> {
    let name = network_name(&raw.uri);
    *network = name
        .as_ref()
        .ok()
        .and_then(|name| snapshot.rules.networks.get(&**name))
        .map(|network| &**network);
    if raw.method != Method::GET && raw.method != Method::POST {
        return Err(Refusal::new(Code::MethodNotAllowed, "expected GET or POST").into()); // 405
    }
    if let Some(network) = network {
        network.check_address(raw.remote_ip)?; // 403
    }
    head::check(&raw.uri, &raw.headers)?; // 414, 431
    name?; // 400
    raw.body = read_body(&raw.headers, body).await?; // 413

    let form = Form::read(raw)?; // 400, 415
    let Some(network) = *network else {
        // Verified all the same, so that the time it takes does not tell which networks exist.
        app.decoy.of(&raw.method).verify(raw, &form, raw.received_at).ok();
        return Err(unauthorized(AuthFailure::UnknownNetwork).into()); // 401
    };
    let verified = network.verify(raw, &form, raw.received_at).map_err(unauthorized)?; // 401
    let Reading {
        postback,
        in_another_case,
    } = verified.read()?; // 422
    for field in in_another_case {
        counter!("postbackd_param_case_total", "network" => network.name.clone(), "field" => field.as_str())
            .increment(1);
    }
    let macros = verified.kept_macros();
    if macros > 0 {
        counter!("postbackd_unreplaced_macros_total", "network" => network.name.clone()).increment(macros as u64);
    }

    let request = snapshot.config.redactor.redact(raw, Some(&network.name));
    app.ingest
        .submit_postback(postback, request)
        .await
        .map_err(|failure| match failure {
            NotTaken::NotStorable => Failure::NotStorable,                 // 422
            NotTaken::Overloaded => Failure::NotTaken(Code::Overloaded),   // 429
            NotTaken::Unavailable => Failure::NotTaken(Code::Unavailable), // 503
        })
}

/// The network that a request names, in its path or else in its query.
fn network_name(uri: &Uri) -> Result<Cow<'_, str>, Refusal> {
    let path = uri.path();
    let in_path = path.strip_prefix("/v1").unwrap_or(path).strip_prefix("/postback/");
    let name = match in_path {
        Some(name) => Some(decode_lossy(name.as_bytes())),
        None => raw_pairs(uri.query().unwrap_or_default().as_bytes())
            .find(|(_, name, _)| decode_lossy(name) == "network")
            .map(|(_, _, value)| decode_lossy(value)),
    };
    name.filter(|name| !name.is_empty()).ok_or_else(|| {
        let detail = "expected the network in the path, as /postback/NETWORK, or as the parameter network";
        Refusal::new(Code::MissingNetwork, detail).at_param("network")
    })
}

/// One answer for every reason: a sender must not learn how close a forgery came.
fn unauthorized(failure: AuthFailure) -> Refusal {
    let detail = "the request carries no signature that proves it comes from this network";
    let mut refusal = Refusal::new(Code::Unauthorized, detail);
    refusal.reason = Some(failure.as_str());
    refusal
}

async fn read_body(headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    let too_large = || {
        Refusal::new(
            Code::BodyTooLarge,
            format!("expected a body of at most {BODY_BYTES_MAX} bytes"),
        )
    };
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > BODY_BYTES_MAX as u64) {
        return Err(too_large());
    }
    match timeout(BODY_WAIT_MAX, Limited::new(body, BODY_BYTES_MAX).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Refusal::new(Code::MalformedRequest, "the body did not arrive whole")),
        Err(_) => Err(Refusal::new(
            Code::MalformedRequest,
            "the body did not arrive within 15 s",
        )),
    }
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

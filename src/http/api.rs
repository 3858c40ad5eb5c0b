//! The private API: what was stored, as JSON.

use std::str::FromStr;
use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, Uri};
use serde::Serialize;
use serde_json::json;
use tracing::error;

use crate::config::ReloadError;
use crate::domain::form;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::store::{ConversionFilter, ConversionView, Cursor, StepView, StoreError, StoredPostback, Tests, causes};

use super::app::App;
use super::problem::Problem;

/// Conversions in one answer, unless the request says otherwise, and at most.
const LIMIT_DEFAULT: u16 = 100;
const LIMIT_MAX: u16 = 1000;

/// `GET /api/v1/clicks/{click_id}`
pub(super) async fn click(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, Problem> {
    no_query(uri.query())?;
    let id = id_in(&uri)?;
    found(app.reader.click(id).await)
}

/// `GET /api/v1/postbacks/{id}`
pub(super) async fn postback(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, Problem> {
    no_query(uri.query())?;
    let id = id_in(&uri)?;
    let stored = app.reader.postback(id).await;
    found(stored.map(|found| found.map(StoredPostback::view)))
}

/// A conversion with its history.
#[derive(Serialize)]
struct WithHistory {
    #[serde(flatten)]
    conversion: ConversionView,
    history: Vec<StepView>,
}

/// `GET /api/v1/conversions/{id}`
pub(super) async fn conversion(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, Problem> {
    no_query(uri.query())?;
    let id = id_in(&uri)?;
    let conversion = app.reader.conversion(id).await;
    found(conversion.map(|found| found.map(|(conversion, history)| WithHistory { conversion, history })))
}

/// `GET /api/v1/conversions?network=&transaction_id=&click_id=&campaign=&from=&to=&limit=&cursor=&test=`
pub(super) async fn conversions(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let (filter, limit) = read_filter(query.as_deref().unwrap_or_default()).map_err(Problem::of)?;
    let (items, next) = app
        .reader
        .conversions(&filter, limit)
        .await
        .map_err(|failure| unavailable(&failure))?;
    Ok(Json(json!({ "items": items, "next_cursor": next.map(Cursor::encode) })).into_response())
}

/// `POST /api/v1/reload`
pub(super) async fn reload(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    no_query(query.as_deref())?;
    let live = app.live.clone();
    // Files are read, so it does not happen on a thread that serves.
    let outcome = tokio::task::spawn_blocking(move || live.reload()).await;
    match outcome.unwrap_or_else(|failure| std::panic::resume_unwind(failure.into_panic())) {
        Ok(applied) => Ok(Json(applied).into_response()),
        Err(refused) => Ok(refused_reload(&refused)),
    }
}

fn refused_reload(refused: &ReloadError) -> Response {
    let code = Code::ConfigurationRefused;
    let body = json!({
        "type": format!("urn:postbackd:problem:{code}"),
        "title": code.title(),
        "status": code.status(),
        "detail": "the configuration in use stays as it is",
        "code": code.as_str(),
        "faults": refused.faults(),
    });
    let headers = [(http::header::CONTENT_TYPE, "application/problem+json")];
    (StatusCode::UNPROCESSABLE_ENTITY, headers, body.to_string()).into_response()
}

fn read_filter(query: &str) -> Result<(ConversionFilter, u16), Refusal> {
    let malformed =
        |param: &str, expected: &'static str| Refusal::new(Code::MalformedRequest, expected).at_param(param);
    let pairs = form::parse(query.as_bytes())
        .map_err(|fault| malformed(&fault.param, "the parameter is not well-formed percent-encoded UTF-8"))?;
    let mut filter = ConversionFilter::default();
    let mut limit = LIMIT_DEFAULT;
    let mut seen: Vec<&str> = Vec::new();
    for pair in &pairs {
        let name = &*pair.name;
        if seen.contains(&name) {
            return Err(Refusal::new(Code::DuplicateParameter, "the parameter is given twice").at_param(name));
        }
        seen.push(name);
        let value = pair.value.clone().into_owned();
        let time = || {
            Timestamp::parse_sent(&value)
                .map(Some)
                .ok_or_else(|| malformed(name, "expected a time as 2026-03-01T12:00:00Z"))
        };
        match name {
            "network" => filter.network = Some(value),
            "transaction_id" => filter.transaction_id = Some(value),
            "click_id" => filter.click_id = Some(value),
            "campaign" => filter.campaign = Some(value),
            "from" => filter.from = time()?,
            "to" => filter.to = time()?,
            "limit" => {
                let number = value.parse().ok().filter(|number| (1..=LIMIT_MAX).contains(number));
                limit = number.ok_or_else(|| malformed(name, "expected a number from 1 to 1000"))?;
            }
            "cursor" => {
                let cursor = Cursor::decode(&value);
                filter.after =
                    Some(cursor.ok_or_else(|| malformed(name, "expected a next_cursor of an earlier answer"))?);
            }
            "test" => {
                filter.tests = match value.as_str() {
                    "include" => Tests::Included,
                    "only" => Tests::Alone,
                    _ => {
                        return Err(malformed(
                            name,
                            "expected include or only; tests are left out without it",
                        ));
                    }
                };
            }
            _ => {
                let expected =
                    "unknown; expected network, transaction_id, click_id, campaign, from, to, limit, cursor or test";
                return Err(malformed(name, expected));
            }
        }
    }
    Ok((filter, limit))
}

/// The id at the end of a path.
fn id_in<T: FromStr>(uri: &Uri) -> Result<T, Problem> {
    let (_, id) = uri.path().rsplit_once('/').unwrap_or_default();
    id.parse().map_err(|_| not_found())
}

pub(super) fn no_query(query: Option<&str>) -> Result<(), Problem> {
    let name = form::raw_pairs(query.unwrap_or_default().as_bytes())
        .next()
        .map(|(_, name, _)| form::decode_lossy(name));
    match name {
        None => Ok(()),
        Some(name) => Err(Problem::of(
            Refusal::new(Code::MalformedRequest, "this path takes no parameters").at_param(&*name),
        )),
    }
}

fn found<T: Serialize>(row: Result<Option<T>, StoreError>) -> Result<Response, Problem> {
    match row {
        Ok(Some(row)) => Ok(Json(row).into_response()),
        Ok(None) => Err(not_found()),
        Err(failure) => Err(unavailable(&failure)),
    }
}

pub(super) fn not_found() -> Problem {
    Problem::of(Refusal::new(Code::NotFound, "nothing is stored under this id"))
}

pub(super) fn unavailable(failure: &StoreError) -> Problem {
    let cause = causes(failure);
    error!(error = %cause, "the private API could not read: {failure}");
    let detail = "PostgreSQL, which this is read from, does not answer; please repeat";
    Problem::of(Refusal::new(Code::Unavailable, detail))
}

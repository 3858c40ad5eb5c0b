//! `GET /click` and `GET /click/{campaign}`: store the click, send the visitor on.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, HeaderName, LOCATION, REFERER, REFERRER_POLICY, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use metrics::counter;

use crate::config::Snapshot;
use crate::domain::bots::is_known_bot;
use crate::domain::campaign::{Campaign, Openness};
use crate::domain::click::{Click, ClickAttributes, ClickFlags, kept_header};
use crate::domain::form::decode_lossy;
use crate::domain::head;
use crate::domain::id::ClickId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::template::{Destination, Placeholder};
use crate::ingest::now;

use super::app::{App, id_randomness, remote_ip};
use super::problem::Problem;

const X_ROBOTS_TAG: HeaderName = HeaderName::from_static("x-robots-tag");

/// Headers in which browsers say that they fetch a page before anybody asked for it.
const PREFETCH_HEADERS: [HeaderName; 3] = [
    HeaderName::from_static("sec-purpose"),
    HeaderName::from_static("purpose"),
    HeaderName::from_static("x-moz"),
];

/// A click whose request says `1` here is a test. A header, because a link that anybody may pass on cannot set one.
pub const TEST_HEADER: HeaderName = HeaderName::from_static("x-postbackd-test");

/// Redirects a visitor. Nothing but an unknown campaign or an oversized request refuses one.
pub(super) async fn click(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match redirect(&app, &parts).await {
        Ok(response) => response,
        Err(refusal) => {
            counter!("postbackd_clicks_refused_total", "code" => refusal.code.as_str()).increment(1);
            app.refusal_log.note(None, refusal.code.as_str());
            let is_method = refusal.code == Code::MethodNotAllowed;
            let problem = Problem::of(refusal);
            if is_method {
                problem.with_allow("GET, HEAD").into_response()
            } else {
                problem.into_response()
            }
        }
    }
}

async fn redirect(app: &App, parts: &Parts) -> Result<Response, Refusal> {
    if parts.method != Method::GET && parts.method != Method::HEAD {
        return Err(Refusal::new(Code::MethodNotAllowed, "expected GET or HEAD")); // 405
    }
    head::check(&parts.uri, &parts.headers)?; // 414, 431
    let snapshot = app.snapshot();
    let in_path = parts
        .uri
        .path()
        .strip_prefix("/click/")
        .map(|name| decode_lossy(name.as_bytes()));
    let mut attributes = ClickAttributes::read(parts.uri.query().unwrap_or_default(), in_path.is_some());
    let name = match &in_path {
        Some(name) => Some(&**name),
        None => attributes.campaign.as_deref(),
    };
    let campaign = open_campaign(&snapshot, name)?; // 404
    attributes.campaign = None;
    attributes.take_aliases(&campaign.aliases);

    let destination = match &campaign.open {
        Openness::Enabled => &campaign.destination,
        Openness::FallsBack(elsewhere) => return Ok(send_on(elsewhere, campaign, &attributes, None)),
        Openness::Disabled => return Err(unknown_campaign()), // 404
    };
    if parts.method == Method::HEAD {
        return Ok(send_on(destination, campaign, &attributes, None));
    }

    let attributes = Arc::new(attributes);
    let received_at = now();
    let click = Click {
        id: ClickId::new(received_at, id_randomness()),
        campaign: campaign.name.to_string(),
        remote_ip: remote_ip(&parts.extensions, &parts.headers, &snapshot),
        user_agent: parts
            .headers
            .get(USER_AGENT)
            .and_then(|value| kept_header(value.as_bytes())),
        referrer: parts
            .headers
            .get(REFERER)
            .and_then(|value| kept_header(value.as_bytes())),
        received_at,
        flags: flags(&parts.headers, &attributes),
        attributes: attributes.clone(),
    };
    let id = if let Ok(receipt) = app.ingest.submit_click(click).await {
        counter!("postbackd_clicks_total", "campaign" => campaign.name.clone()).increment(1);
        Some(receipt.click_id())
    } else {
        // The visitor goes on; an id is a promise that the click is stored, so there is none.
        counter!("postbackd_clicks_lost_total").increment(1);
        None
    };
    Ok(send_on(destination, campaign, &attributes, id))
}

fn open_campaign<'s>(snapshot: &'s Snapshot, name: Option<&str>) -> Result<&'s Campaign, Refusal> {
    name.and_then(|name| snapshot.rules.campaigns.get(name))
        .ok_or_else(unknown_campaign)
}

fn unknown_campaign() -> Refusal {
    Refusal::new(Code::UnknownCampaign, "no campaign of this name takes clicks").at_param("campaign")
}

fn flags(headers: &HeaderMap, attributes: &ClickAttributes) -> ClickFlags {
    let says_prefetch = |value: &HeaderValue| {
        value
            .to_str()
            .is_ok_and(|value| value.to_ascii_lowercase().contains("prefetch"))
    };
    ClickFlags {
        prefetch: PREFETCH_HEADERS
            .iter()
            .any(|name| headers.get_all(name).iter().any(says_prefetch)),
        bot: headers
            .get(USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .is_some_and(is_known_bot),
        odd_query: attributes.odd_query.is_some(),
        test: headers.get(TEST_HEADER).is_some_and(|value| value == "1"),
    }
}

/// The redirect. Only a receipt gives an id to put into it.
fn send_on(
    destination: &Destination,
    campaign: &Campaign,
    attributes: &ClickAttributes,
    stored: Option<ClickId>,
) -> Response {
    let id = stored.map(|id| id.to_string());
    let location = destination.fill(|placeholder| match placeholder {
        Placeholder::ClickId => id.as_deref(),
        Placeholder::Campaign => Some(&campaign.name),
        Placeholder::Field(field) => attributes.field(field),
    });
    let location = HeaderValue::from_str(&location).expect("a destination is visible ASCII");
    let headers = [
        (LOCATION, location),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (X_ROBOTS_TAG, HeaderValue::from_static("noindex")),
    ];
    (StatusCode::FOUND, headers).into_response()
}

//! `/api/v1/networks/{name}/guide`: what a network's partner is sent, as Markdown or as a page.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderName, Uri};
use sha2::{Digest as _, Sha256};

use crate::domain::form;
use crate::domain::guide::STYLE;
use crate::domain::refusal::{Code, Refusal};

use super::app::App;
use super::problem::Problem;

/// How a guide is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Markdown,
    Html,
}

/// `GET /api/v1/networks/{name}/guide?format=`
pub(super) async fn guide(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let asked = asked_format(uri.query().unwrap_or_default()).map_err(Problem::of)?; // 400
    let format = asked.unwrap_or_else(|| accepted_format(&headers));
    let snapshot = app.snapshot();
    let guide = network_in(&uri).and_then(|name| snapshot.config.guide(&name));
    let guide = guide.ok_or_else(|| {
        let detail = "no network of this name is configured";
        Problem::of(Refusal::new(Code::NotFound, detail)) // 404
    })?;
    let (content_type, policy, text) = match format {
        Format::Markdown => (
            "text/markdown; charset=utf-8",
            "default-src 'none'".to_owned(),
            guide.markdown(),
        ),
        Format::Html => ("text/html; charset=utf-8", page_policy(), guide.html()),
    };
    let headers: [(HeaderName, &str); 4] = [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, &policy),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, text).into_response())
}

/// What a page may load: nothing but its own style.
fn page_policy() -> String {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

fn network_in(uri: &Uri) -> Option<String> {
    let (_, name) = uri.path().strip_suffix("/guide")?.rsplit_once('/')?;
    Some(form::decode_lossy(name.as_bytes()).into_owned())
}

fn asked_format(query: &str) -> Result<Option<Format>, Refusal> {
    let malformed =
        |param: &str, expected: &'static str| Refusal::new(Code::MalformedRequest, expected).at_param(param);
    let pairs = form::parse(query.as_bytes())
        .map_err(|fault| malformed(&fault.param, "the parameter is not well-formed percent-encoded UTF-8"))?;
    let mut format = None;
    for pair in &pairs {
        let name = &*pair.name;
        if name != "format" {
            return Err(malformed(name, "unknown; expected format"));
        }
        if format.is_some() {
            return Err(Refusal::new(Code::DuplicateParameter, "the parameter is given twice").at_param(name));
        }
        format = Some(match &*pair.value {
            "markdown" => Format::Markdown,
            "html" => Format::Html,
            _ => return Err(malformed(name, "expected markdown or html")),
        });
    }
    Ok(format)
}

/// The page for who prefers HTML to Markdown (RFC 9110 §12.5.1), as browsers do; else Markdown.
fn accepted_format(headers: &HeaderMap) -> Format {
    let accept = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<(&str, f32)> = accept.flat_map(|value| value.split(',')).map(range).collect();
    if quality(&ranges, "text/html") > quality(&ranges, "text/markdown") {
        Format::Html
    } else {
        Format::Markdown
    }
}

/// A media range and its weight.
fn range(text: &str) -> (&str, f32) {
    let mut parts = text.split(';').map(str::trim);
    let range = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| part.strip_prefix("q=")).map(str::parse);
    // What is no weight weighs nothing.
    (range, weight.map_or(1.0, |weight| weight.unwrap_or(0.0)))
}

/// How much a media type is wanted: by its own name, else by the widest range that holds it.
fn quality(ranges: &[(&str, f32)], media_type: &str) -> f32 {
    let of = |name: &str| {
        let mut ranges = ranges.iter();
        ranges
            .find(|(range, _)| range.eq_ignore_ascii_case(name))
            .map(|(_, weight)| *weight)
    };
    of(media_type)
        .or_else(|| of("text/*"))
        .or_else(|| of("*/*"))
        .unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_page_is_for_who_prefers_it() {
        for (accept, expected) in [
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                Format::Html,
            ),
            ("text/html;q=0.5, text/markdown", Format::Markdown),
            ("text/markdown;q=0.4, TEXT/HTML; q=0.5", Format::Html),
            ("text/html;q=0", Format::Markdown),
            ("text/html;q=x", Format::Markdown),
            ("text/*", Format::Markdown),
            ("*/*", Format::Markdown),
            ("", Format::Markdown),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(accepted_format(&headers), expected, "{accept}");
        }
        assert_eq!(accepted_format(&HeaderMap::new()), Format::Markdown);
    }

    #[test]
    fn a_format_is_asked_for_once_and_by_its_name() {
        assert_eq!(asked_format(""), Ok(None));
        assert_eq!(asked_format("format=html"), Ok(Some(Format::Html)));
        assert_eq!(asked_format("format=markdown"), Ok(Some(Format::Markdown)));
        for query in [
            "format=pdf",
            "format=",
            "x=1",
            "format=html&x=1",
            "format=html&format=html",
            "format=%zz",
        ] {
            assert!(asked_format(query).is_err(), "{query}");
        }
    }
}

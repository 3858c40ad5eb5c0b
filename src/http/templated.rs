//! A reply in a network's own words, on its way to its sender.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, StatusCode};

use crate::domain::reply::ContentType;

/// A filled template.
#[derive(Debug)]
pub(super) struct Templated {
    status: StatusCode,
    content_type: ContentType,
    text: String,
}

impl Templated {
    pub(super) const fn new(status: StatusCode, content_type: ContentType, text: String) -> Self {
        Self {
            status,
            content_type,
            text,
        }
    }
}

impl IntoResponse for Templated {
    fn into_response(self) -> Response {
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static(self.content_type.header_value())),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            // What a request brought along is never taken for a page, whatever it looks like.
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        ];
        (self.status, headers, self.text).into_response()
    }
}

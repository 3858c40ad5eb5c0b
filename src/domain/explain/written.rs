//! A request as people write it down: its method, its address and its header fields as texts.
//!
//! What is said against it repeats nothing of it, but for a header field's name that is one: anything else may be a secret in
//! the wrong place.

use http::header::HOST;
use http::uri::Scheme;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use crate::domain::head::HEADERS_MAX;

use super::Asked;

/// The methods of RFC 9110 and RFC 5789.
const STANDARD_METHODS: [Method; 9] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::DELETE,
    Method::CONNECT,
    Method::OPTIONS,
    Method::TRACE,
    Method::PATCH,
];

/// A text that no HTTP request can hold where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskedError {
    /// The method.
    #[error("expected a method of HTTP")]
    Method,
    /// The target or a whole address.
    #[error("expected a target, as /postback/acme?transaction_id=T1, or an absolute address")]
    Target,
    /// A header field's name. It is not repeated: what stands there by mistake may be a secret.
    #[error("expected a header field's name of letters, digits and hyphens")]
    HeaderName,
    /// More header fields than can be held.
    #[error("expected at most {HEADERS_MAX} header fields")]
    TooManyHeaders,
    /// A header field's value.
    #[error("the value of the header field {0} holds a character that none may hold")]
    HeaderValue(HeaderName),
}

impl Asked {
    /// A method as people write it: a standard one in any case. Every other one counts as it is written, because methods are
    /// case-sensitive.
    ///
    /// # Errors
    ///
    /// When no method can be written so.
    pub fn method(text: &str) -> Result<Method, AskedError> {
        let mut standard = STANDARD_METHODS.into_iter();
        match standard.find(|method| method.as_str().eq_ignore_ascii_case(text)) {
            Some(method) => Ok(method),
            None => Method::from_bytes(text.as_bytes()).map_err(|_| AskedError::Method),
        }
    }

    /// Path and query of a target or of an absolute address.
    ///
    /// # Errors
    ///
    /// When the text is neither.
    pub fn target(text: &str) -> Result<Uri, AskedError> {
        let uri: Uri = text.parse().map_err(|_| AskedError::Target)?;
        let target = uri.path_and_query().ok_or(AskedError::Target)?;
        Ok(Uri::from(target.clone()))
    }

    /// Header fields from names and values as texts.
    ///
    /// # Errors
    ///
    /// The first name or value that is none, and more fields than a request that is refused for them could have.
    pub fn headers<'h>(fields: impl IntoIterator<Item = (&'h str, &'h str)>) -> Result<HeaderMap, AskedError> {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            let name: HeaderName = name.parse().map_err(|_| AskedError::HeaderName)?;
            let value = HeaderValue::from_str(value).map_err(|_| AskedError::HeaderValue(name.clone()))?;
            headers
                .try_append(name, value)
                .map_err(|_| AskedError::TooManyHeaders)?;
        }
        Ok(headers)
    }

    /// The header fields with which a client calls an address: where they name no host, with that of the address if it is an
    /// absolute one. The user and the password that may stand there are no part of it.
    #[must_use]
    pub fn with_host_of(address: &str, mut headers: HeaderMap) -> HeaderMap {
        let host = address.parse().ok().as_ref().and_then(host_of);
        if let Some(host) = host
            && !headers.contains_key(HOST)
        {
            // A request with so many fields is refused for them; its host does not matter any more.
            headers.try_insert(HOST, host).ok();
        }
        headers
    }
}

/// The Host header of a request to an absolute address. As clients write it, a scheme's usual port is left out.
fn host_of(address: &Uri) -> Option<HeaderValue> {
    let usual_port = if address.scheme() == Some(&Scheme::HTTPS) {
        443
    } else {
        80
    };
    let host = address.host()?;
    let host = match address.port_u16().filter(|port| *port != usual_port) {
        None => host.to_owned(),
        Some(port) => format!("{host}:{port}"),
    };
    HeaderValue::from_str(&host).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standard_method_is_known_in_any_case_and_every_other_one_as_it_is_written() {
        for (text, method) in [
            ("post", Ok("POST")),
            ("Get", Ok("GET")),
            ("DELETE", Ok("DELETE")),
            ("patch", Ok("PATCH")),
            ("purge", Ok("purge")),
            ("two words", Err(AskedError::Method)),
            ("", Err(AskedError::Method)),
        ] {
            let read = Asked::method(text);
            assert_eq!(read.as_ref().map(Method::as_str), method.as_ref().copied(), "{text}");
        }
    }

    #[test]
    fn an_absolute_address_says_the_host_where_no_header_does() {
        for (address, given, host) in [
            ("https://track.example/postback", None, Some("track.example")),
            ("https://track.example:443/", None, Some("track.example")),
            ("http://track.example:443/", None, Some("track.example:443")),
            ("http://track.example:80/", None, Some("track.example")),
            ("http://127.0.0.1:8080/", None, Some("127.0.0.1:8080")),
            ("http://[::1]:8080/", None, Some("[::1]:8080")),
            ("https://user:hush@track.example/", None, Some("track.example")),
            ("https://track.example/", Some("other.example"), Some("other.example")),
            ("/postback/acme", None, None),
        ] {
            let headers = Asked::headers(given.map(|host| ("Host", host))).expect("header fields");
            let headers = Asked::with_host_of(address, headers);
            let found: Vec<_> = headers.get_all(HOST).iter().collect();
            assert_eq!(found, host.as_slice(), "{address}");
        }
    }

    #[test]
    fn what_is_said_against_a_header_field_does_not_repeat_it() {
        for field in [("hush hush", "1"), ("", "hush"), ("x-a", "hush\u{7}")] {
            let error = Asked::headers([field]).expect_err("no header field").to_string();
            assert!(!error.contains("hush"), "{error}");
        }
    }
}

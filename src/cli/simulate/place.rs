//! Where a listener answers: an address over plain HTTP, and requests to it.

use http::uri::{Authority, Scheme};
use http::{HeaderName, HeaderValue, Method, Uri};

use super::super::wire::{Answer, call_at};

/// A listener's address.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Host and port.
    authority: String,
    /// What stands before our own paths, where a proxy cuts it off; no slash at its end.
    base_path: String,
}

// What is said against an address does not repeat it: a password may stand in it.
const EXPECTED: &str = "expected an address as http://127.0.0.1:8080, without a user, a query or a fragment";
const NO_HTTPS: &str = "https is not spoken by the simulator: give the listener itself or a proxy's plain side, as \
                        http://127.0.0.1:8080";

/// A request as it is sent.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: Method,
    /// Our own path, with its query.
    pub(super) target: String,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: bytes::Bytes,
}

impl Request {
    pub(super) const fn get(target: String) -> Self {
        Self {
            method: Method::GET,
            target,
            headers: Vec::new(),
            body: bytes::Bytes::new(),
        }
    }

    #[must_use]
    pub(super) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl Place {
    /// Reads an address, as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    ///
    /// What was expected.
    pub(super) fn parse(url: &str) -> Result<Self, String> {
        let uri: Uri = url.parse().map_err(|_| EXPECTED.to_owned())?;
        if uri.scheme() == Some(&Scheme::HTTPS) {
            return Err(NO_HTTPS.to_owned());
        }
        let authority = uri.authority().filter(|_| uri.scheme() == Some(&Scheme::HTTP));
        // What is neither a host nor a host with its port holds a user, or a port that is none.
        let is_place = |authority: &&Authority| authority.as_str() == authority.host() || has_port(authority);
        let authority = authority.filter(is_place);
        let authority = authority
            .filter(|_| uri.query().is_none())
            .ok_or_else(|| EXPECTED.to_owned())?;
        Ok(Self {
            authority: match authority.port() {
                Some(_) => authority.to_string(),
                None => format!("{}:80", authority.host()),
            },
            base_path: uri.path().trim_end_matches('/').to_owned(),
        })
    }

    /// The address of a target.
    pub(super) fn url(&self, target: &str) -> String {
        format!("http://{}{}{target}", self.authority, self.base_path)
    }

    /// Sends a request and reads its answer, within the bounds of [`call_at`].
    pub(super) async fn send(&self, request: &Request) -> anyhow::Result<Answer> {
        let target = format!("{}{}", self.base_path, request.target);
        let (method, body) = (request.method.clone(), request.body.clone());
        call_at(&self.authority, method, &target, &request.headers, body).await
    }
}

/// Whether an authority is a host and a port, and nothing else.
fn has_port(authority: &Authority) -> bool {
    let port = authority.port_u16();
    port.is_some_and(|port| authority.as_str() == format!("{}:{port}", authority.host()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_plain_http_and_nothing_but_a_place() {
        for (url, full) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/readyz"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/readyz"),
            ("http://track.example", "http://track.example:80/readyz"),
            ("http://[::1]:8080/in/", "http://[::1]:8080/in/readyz"),
        ] {
            assert_eq!(Place::parse(url).expect(url).url("/readyz"), full);
        }
        for url in [
            "",
            "track.example:80",
            "ftp://track.example",
            "http://a@track.example",
            "http://user:hush@track.example",
            "https://user:hush@track.example",
            "http://track.example:hush",
            "http://track.example:80808",
            "http://track.example/?key=hush",
        ] {
            let refused = Place::parse(url).expect_err(url);
            assert!(!refused.contains("hush"), "{refused}");
        }
        let refused = Place::parse("https://track.example").expect_err("no TLS");
        assert!(refused.contains("http://127.0.0.1:8080"), "{refused}");
    }
}

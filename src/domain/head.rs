//! What a request's head may be, beyond what the parser itself refuses.

use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use super::refusal::{Code, Refusal};

/// Bytes that a query may have.
pub const QUERY_BYTES_MAX: usize = 8 * 1024;
/// Bytes that a path may have: the longest real one is a network's or a campaign's name behind a few letters.
pub const PATH_BYTES_MAX: usize = 1024;
/// Header fields that a request may have. A served request with more is refused by the parser itself, which counts alike.
pub const HEADERS_MAX: usize = 100;
/// Bytes that the header fields may have together, names and values.
pub const HEADER_BYTES_MAX: usize = 32 * 1024;

/// Refuses a head that is too large.
///
/// # Errors
///
/// `uri_too_long` or `headers_too_large`.
pub fn check(uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
    if uri.query().unwrap_or_default().len() > QUERY_BYTES_MAX {
        return Err(Refusal::new(
            Code::UriTooLong,
            format!("expected a query of at most {QUERY_BYTES_MAX} bytes"),
        ));
    }
    if uri.path().len() > PATH_BYTES_MAX {
        return Err(Refusal::new(
            Code::UriTooLong,
            format!("expected a path of at most {PATH_BYTES_MAX} bytes"),
        ));
    }
    if headers.len() > HEADERS_MAX {
        let detail = format!("expected at most {HEADERS_MAX} header fields");
        return Err(Refusal::new(Code::HeadersTooLarge, detail));
    }
    if header_bytes(headers) > HEADER_BYTES_MAX {
        let detail = format!("expected header fields of at most {HEADER_BYTES_MAX} bytes together");
        return Err(Refusal::new(Code::HeadersTooLarge, detail));
    }
    Ok(())
}

/// Bytes of the header fields as on the wire: name, colon, space, value and the line's end.
pub fn header_bytes(headers: &HeaderMap) -> usize {
    let bytes = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + 4;
    headers.iter().map(bytes).sum()
}

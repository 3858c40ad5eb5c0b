//! Requests as text, so that seeds can be read and written by hand: a line with method and target, header lines, an empty
//! line, and the body.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use postbackd::domain::id::PostbackId;
use postbackd::domain::postback::RawPostback;
use postbackd::domain::time::Timestamp;

/// When every request is received: the time of the senders' samples.
pub(crate) const NOW: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

/// Stands between the parts of an input.
const BETWEEN_PARTS: &[u8] = b"\n====\n";

/// An input's part before the first line of `====`, and what stands behind it.
pub(crate) fn split(data: &[u8]) -> (&[u8], &[u8]) {
    let at = data
        .windows(BETWEEN_PARTS.len())
        .position(|window| window == BETWEEN_PARTS);
    match at {
        Some(at) => (&data[..at], &data[at + BETWEEN_PARTS.len()..]),
        None => (data, b""),
    }
}

/// The request that a text is; `None` where the HTTP parser in front of the service would let none through.
pub(crate) fn read(text: &[u8]) -> Option<RawPostback> {
    let (line, mut rest) = first_line(text);
    let (method, target) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    let mut headers = HeaderMap::new();
    loop {
        let (line, behind) = first_line(rest);
        rest = behind;
        if line.is_empty() {
            break;
        }
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
        headers.try_append(name, value).ok()?;
    }
    Some(RawPostback {
        id: PostbackId::new(NOW, [0; 10]),
        received_at: NOW,
        remote_ip: [127, 0, 0, 1].into(),
        method: Method::from_bytes(method.as_bytes()).ok()?,
        uri: target.parse().ok()?,
        headers,
        body: Bytes::copy_from_slice(rest),
    })
}

/// A request as [`read`] reads it.
pub(crate) fn write(raw: &RawPostback) -> Vec<u8> {
    let mut text = format!("{} {}\n", raw.method, raw.uri).into_bytes();
    for (name, value) in &raw.headers {
        text.extend_from_slice(name.as_str().as_bytes());
        text.extend_from_slice(b": ");
        text.extend_from_slice(value.as_bytes());
        text.push(b'\n');
    }
    text.push(b'\n');
    text.extend_from_slice(&raw.body);
    text
}

fn first_line(text: &[u8]) -> (&[u8], &[u8]) {
    match text.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text, b""),
    }
}

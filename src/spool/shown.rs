//! A record as an operator reads it: the document that stands in the file, with the body of its request as text where it is
//! text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::frame::Frame;

/// The document of a record. What is no document, because a later version or somebody else wrote it, is shown as its bytes.
pub fn shown(frame: &Frame) -> Value {
    let Ok(mut document) = serde_json::from_slice::<Value>(&frame.payload) else {
        return json!({ "payload": BASE64.encode(&frame.payload), "payload_encoding": "base64" });
    };
    if let Some(request) = document.get_mut("request").and_then(Value::as_object_mut)
        && let Some(body) = request.get("body").and_then(Value::as_str)
    {
        let text = BASE64.decode(body).ok().and_then(|body| String::from_utf8(body).ok());
        let encoding = if text.is_some() { "utf-8" } else { "base64" };
        if let Some(text) = text {
            request.insert("body".to_owned(), text.into());
        }
        request.insert("body_encoding".to_owned(), encoding.into());
    }
    document
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::Kind;
    use super::*;
    use crate::domain::time::Timestamp;

    fn shown_of(payload: &[u8]) -> Value {
        shown(&Frame {
            kind: Kind::Postback,
            id: Uuid::nil(),
            at: Timestamp::from_unix_seconds(0),
            payload: payload.to_vec(),
        })
    }

    #[test]
    fn a_body_is_text_where_it_is_text() {
        let document =
            |body: &[u8]| json!({ "network": "acme", "request": { "body": BASE64.encode(body) } }).to_string();
        let text = shown_of(document("a=1&b=\u{e9}".as_bytes()).as_bytes());
        assert_eq!(
            text,
            json!({ "network": "acme", "request": { "body": "a=1&b=\u{e9}", "body_encoding": "utf-8" } })
        );
        let bytes = shown_of(document(&[0xff]).as_bytes());
        assert_eq!(bytes["request"], json!({ "body": "/w==", "body_encoding": "base64" }));
    }

    #[test]
    fn what_is_no_document_is_shown_as_it_is() {
        assert_eq!(
            shown_of(b"no JSON"),
            json!({ "payload": "bm8gSlNPTg==", "payload_encoding": "base64" })
        );
    }
}

//! The script for Python 3 with nothing but its standard library.

use serde_json::Value;

use crate::domain::signature::Encoding;

use super::{Message, Place, Signed, Snippet};

pub(super) fn script(snippet: &Snippet<'_>) -> String {
    let (message, text) = match &snippet.message {
        Message::Body(text) => ("body", text),
        Message::Query(text) => ("query", text),
    };
    let digest = snippet.digest.0;
    let (is_base64, written) = match snippet.encoding {
        Encoding::Hex => (false, "mac.hexdigest()"),
        Encoding::Base64 => (true, "base64.b64encode(mac.digest()).decode()"),
        Encoding::Base64Url => (true, "base64.urlsafe_b64encode(mac.digest()).decode().rstrip(\"=\")"),
    };
    let base64 = if is_base64 { "base64, " } else { "" };
    let time = if snippet.clock.is_some() { "time, " } else { "" };
    let mut lines = vec![
        format!("import {base64}hashlib, hmac, {time}urllib.request"),
        String::new(),
        format!("secret = {}", literal(&snippet.secret)),
        format!("{message} = {}", literal(text)),
    ];
    let clock = snippet.clock.as_ref();
    lines.extend(clock.map(|clock| format!("timestamp = f\"{{int(time.time())}}{}\"", clock.zeros)));
    let signed = snippet.signed.iter().map(|part| match part {
        Signed::Text(text) => literal(text),
        Signed::Timestamp => "timestamp".to_owned(),
        Signed::Message => message.to_owned(),
    });
    lines.push(format!("signed = {}", signed.collect::<Vec<_>>().join(" + ")));
    lines.push(format!(
        "mac = hmac.new(secret.encode(), signed.encode(), hashlib.{digest})"
    ));
    lines.push(format!("signature = {written}"));
    lines.push(format!("request = urllib.request.Request({})", call(snippet)));
    let headers = snippet
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), literal(value)));
    let headers = headers.chain(clock.map(|clock| (clock.header.to_string(), "timestamp".to_owned())));
    let proof = match &snippet.proof {
        Place::Header { name, prefix } => Some((name.to_string(), format!("{} + signature", literal(prefix)))),
        Place::Query(_) => None,
    };
    let headers = headers.chain(proof);
    lines.extend(headers.map(|(name, value)| format!("request.add_header({}, {value})", literal(&name))));
    lines.push("print(urllib.request.urlopen(request).read().decode())".to_owned());
    lines.join("\n")
}

/// What a request is made with: its address, and its body where it has one.
fn call(snippet: &Snippet<'_>) -> String {
    let url = &snippet.url;
    match (&snippet.message, &snippet.proof) {
        (Message::Body(_), Place::Header { .. } | Place::Query(_)) => format!("{}, body.encode()", literal(url)),
        (Message::Query(_), Place::Header { .. }) => format!("{} + query", literal(&format!("{url}?"))),
        (Message::Query(_), Place::Query(name)) => {
            let (url, name) = (literal(&format!("{url}?")), literal(&format!("&{name}=")));
            format!("{url} + query + {name} + signature")
        }
    }
}

/// A text as Python writes it: the escapes of JSON are Python's, too.
fn literal(text: &str) -> String {
    Value::from(text).to_string()
}

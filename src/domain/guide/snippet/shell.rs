//! The script for a POSIX shell with openssl and curl.

use crate::domain::curl::quoted;
use crate::domain::signature::Encoding;

use super::{Message, Place, Signed, Snippet};

pub(super) fn script(snippet: &Snippet<'_>) -> String {
    let (message, text) = match &snippet.message {
        Message::Body(text) => ("body", text),
        Message::Query(text) => ("query", text),
    };
    let mut lines = vec![
        format!("secret={}", quoted(&snippet.secret)),
        format!("{message}={}", quoted(text)),
    ];
    lines.extend(
        snippet
            .clock
            .as_ref()
            .map(|clock| format!("timestamp=$(date +%s){}", clock.zeros)),
    );
    let signed = snippet.signed.iter().map(|part| match part {
        Signed::Text(text) => quoted(text),
        Signed::Timestamp => "\"$timestamp\"".to_owned(),
        Signed::Message => format!("\"${message}\""),
    });
    let signed = signed.collect::<Vec<_>>().join(" ");
    let written = match snippet.encoding {
        Encoding::Hex => "| sed 's/.* //'",
        Encoding::Base64 => "-binary | openssl base64 -A",
        Encoding::Base64Url => "-binary | openssl base64 -A | tr '+/' '-_' | tr -d =",
    };
    lines.push(format!(
        "signature=$(printf %s {signed} | openssl dgst -{} -hmac \"$secret\" {written})",
        snippet.digest.0
    ));
    lines.push(call(snippet));
    lines.join("\n")
}

/// The line that sends the request, a word of it on each line.
fn call(snippet: &Snippet<'_>) -> String {
    let mut words = vec!["curl -i -g".to_owned()];
    let headers = snippet.headers.iter();
    words.extend(headers.map(|(name, value)| format!("-H {}", quoted(&format!("{name}: {value}")))));
    let clock = snippet.clock.as_ref();
    words.extend(clock.map(|clock| format!("-H {}\"$timestamp\"", quoted(&format!("{}: ", clock.header)))));
    if let Place::Header { name, prefix } = &snippet.proof {
        words.push(format!("-H {}\"$signature\"", quoted(&format!("{name}: {prefix}"))));
    }
    let url = &snippet.url;
    words.push(match (&snippet.message, &snippet.proof) {
        (Message::Body(_), Place::Header { .. } | Place::Query(_)) => format!("--data-raw \"$body\" {}", quoted(url)),
        (Message::Query(_), Place::Header { .. }) => format!("{}\"$query\"", quoted(&format!("{url}?"))),
        (Message::Query(_), Place::Query(name)) => {
            let (url, name) = (quoted(&format!("{url}?")), quoted(&format!("&{name}=")));
            format!("{url}\"$query\"{name}\"$signature\"")
        }
    });
    words.join(" \\\n  ")
}

//! A request as a line for a POSIX shell, which sends it with curl.

use std::str::Utf8Error;

use http::header::ToStrError;
use http::{HeaderName, HeaderValue, Method};

/// A request that no line of text can hold.
#[derive(Debug, thiserror::Error)]
pub enum NoLine {
    /// A header's value is no visible ASCII.
    #[error("a header's value cannot be shown")]
    Header(#[from] ToStrError),
    /// The body is no UTF-8.
    #[error("the body cannot be shown")]
    Body(#[from] Utf8Error),
}

/// The line that sends a request.
///
/// # Errors
///
/// When a part of the request is no text.
pub fn line<'h>(
    method: &Method,
    headers: impl IntoIterator<Item = (&'h HeaderName, &'h HeaderValue)>,
    body: &[u8],
    url: &str,
) -> Result<String, NoLine> {
    let mut words = vec!["curl -i -g".to_owned()];
    // What curl does by itself is not said: GET, and POST where there is a body.
    let curls_own = if body.is_empty() { Method::GET } else { Method::POST };
    if *method != curls_own {
        words.push(format!("-X {method}"));
    }
    for (name, value) in headers {
        words.push(format!("-H {}", quoted(&format!("{name}: {}", value.to_str()?))));
    }
    if !body.is_empty() {
        words.push(format!("--data-raw {}", quoted(std::str::from_utf8(body)?)));
    }
    words.push(quoted(url));
    Ok(words.join(" "))
}

/// A text as one word of a POSIX shell.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_the_shell_cannot_end_early() {
        assert_eq!(quoted("a'b $c"), r"'a'\''b $c'");
    }
}

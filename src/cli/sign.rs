//! `sign`: the request that a network would send, as a curl line. What a partner needs to test with.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use bytes::Bytes;
use clap::Args;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use crate::config::Environment;
use crate::domain::signature::Unsigned;
use crate::ingest::now;

use super::{Failure, load_config, print};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The network whose signature is made.
    #[arg(long)]
    network: String,
    /// The method; POST when there is a body, else GET.
    #[arg(long, value_parser = parse_method)]
    method: Option<Method>,
    /// A header field that the request has, as 'Name: value'.
    #[arg(long = "header", value_name = "K: V", value_parser = parse_header)]
    headers: Vec<(HeaderName, HeaderValue)>,
    /// The body: a JSON object or a form.
    #[arg(long)]
    body: Option<String>,
    /// The address that the request goes to, with its parameters.
    url: Uri,
}

fn parse_method(text: &str) -> Result<Method, String> {
    match text.to_ascii_uppercase().as_str() {
        "GET" => Ok(Method::GET),
        "POST" => Ok(Method::POST),
        _ => Err("expected GET or POST".to_owned()),
    }
}

fn parse_header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("expected 'Name: value'")?;
    let name = name.trim().parse().map_err(|_| "that is no header's name")?;
    let value = value.trim().parse().map_err(|_| "that is no header's value")?;
    Ok((name, value))
}

pub(super) fn sign(options: &Options, file: &Path, environment: &Environment) -> Result<(), Failure> {
    let config = load_config(file, environment)?;
    let network = config.networks.get(options.network.as_str()).ok_or_else(|| {
        let mut known: Vec<&str> = config.networks.keys().map(|name| &**name).collect();
        known.sort_unstable();
        Failure::Usage(format!(
            "no network is called {:?}; configured are {}",
            options.network,
            known.join(", ")
        ))
    })?;
    let (Some(protocol), Some(authority)) = (options.url.scheme_str(), options.url.authority()) else {
        return Err(Failure::Usage(format!(
            "{}: expected an absolute address, as http://127.0.0.1:8080/postback/{}",
            options.url, network.name
        )));
    };

    let body = options.body.clone().unwrap_or_default();
    let method = options
        .method
        .clone()
        .unwrap_or(if body.is_empty() { Method::GET } else { Method::POST });
    let mut headers = options.headers.clone();
    if !body.is_empty() && !headers.iter().any(|(name, _)| *name == CONTENT_TYPE) {
        let is_json = body.trim_start().starts_with('{');
        let content_type = if is_json {
            "application/json"
        } else {
            "application/x-www-form-urlencoded"
        };
        headers.push((CONTENT_TYPE, HeaderValue::from_static(content_type)));
    }
    let target = options.url.path_and_query().map_or("/", |target| target.as_str());
    let now = now();
    let uri = target.parse().context("the address's path")?;
    let known_headers: HeaderMap = headers.iter().cloned().collect();
    let unsigned = Unsigned::new(method.clone(), uri, known_headers, Bytes::from(body.clone()), now);
    let scheme = network.schemes.of(&method);
    if let Some(place) = scheme.token_places().first() {
        let message = "the network signs nothing: it sends its secret at";
        return Err(anyhow!("{message} {place}, which is for you to put there").into());
    }
    let signed = unsigned.sign(scheme, now).map_err(|error| anyhow!(error))?;

    let mut words = vec!["curl -i -g".to_owned()];
    // What curl does by itself is not said: GET, and POST where there is a body.
    let curls_own = if body.is_empty() { Method::GET } else { Method::POST };
    if method != curls_own {
        words.push(format!("-X {method}"));
    }
    for (name, value) in headers.iter().chain(&signed.headers) {
        let value = value.to_str().context("a header's value")?;
        words.push(format!("-H {}", quoted(&format!("{name}: {value}"))));
    }
    if !signed.body.is_empty() {
        let body = std::str::from_utf8(&signed.body).context("the body")?;
        words.push(format!("--data-raw {}", quoted(body)));
    }
    words.push(quoted(&format!("{protocol}://{authority}{}", signed.uri)));
    print(words.join(" "));
    Ok(())
}

/// A text as one word of a POSIX shell.
fn quoted(text: &str) -> String {
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

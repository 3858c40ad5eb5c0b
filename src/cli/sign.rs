//! `sign`: the request that a network would send, as a curl line. What a partner needs to test with.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use bytes::Bytes;
use clap::Args;
use http::Method;

use crate::config::Environment;
use crate::domain::signature::Unsigned;
use crate::ingest::now;

use super::request::RequestOptions;
use super::{Failure, load_config, print};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    request: RequestOptions,
}

pub(super) fn sign(options: &Options, file: &Path, environment: &Environment) -> Result<(), Failure> {
    let config = load_config(file, environment)?;
    let request = &options.request;
    let network = request.network(&config)?;
    let url = request.url()?;
    let (Some(protocol), Some(authority)) = (url.scheme_str(), url.authority()) else {
        return Err(Failure::Usage(format!(
            "expected an absolute address, as http://127.0.0.1:8080/postback/{}",
            network.name
        )));
    };
    let method = request.method();
    if method != Method::GET && method != Method::POST {
        return Err(Failure::Usage(format!("--method {method}: expected GET or POST")));
    }
    let body = request.body.clone().unwrap_or_default();
    let headers = request.headers(body.as_bytes())?;
    let now = now();
    let uri = request.target()?;
    let unsigned = Unsigned::new(method.clone(), uri, headers.clone(), Bytes::from(body), now);
    let scheme = network.schemes.of(&method);
    if let Some(place) = scheme.token_places().first() {
        let message = "the network signs nothing: it sends its secret at";
        return Err(anyhow!("{message} {place}, which is for you to put there").into());
    }
    let signed = unsigned.sign(scheme, now).map_err(|error| anyhow!(error))?;

    let mut words = vec!["curl -i -g".to_owned()];
    // What curl does by itself is not said: GET, and POST where there is a body.
    let curls_own = if signed.body.is_empty() {
        Method::GET
    } else {
        Method::POST
    };
    if method != curls_own {
        words.push(format!("-X {method}"));
    }
    let added = signed.headers.iter().map(|(name, value)| (name, value));
    for (name, value) in headers.iter().chain(added) {
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

//! `sign`: the request that a network would send, as a curl line. What a partner needs to test with.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use bytes::Bytes;
use clap::Args;
use http::Method;

use crate::config::Environment;
use crate::domain::curl;
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
    let sent_headers = request.sent_headers(body.as_bytes())?;
    let unsigned = Unsigned::new(method.clone(), uri, sent_headers, Bytes::from(body), now);
    let scheme = network.schemes.of(&method);
    if let Some(place) = scheme.token_places().first() {
        let message = "the network signs nothing: it sends its secret at";
        return Err(anyhow!("{message} {place}, which is for you to put there").into());
    }
    let signed = unsigned.sign(scheme, now).map_err(|error| anyhow!(error))?;

    let added = signed.headers.iter().map(|(name, value)| (name, value));
    let headers = headers.iter().chain(added);
    let url = format!("{protocol}://{authority}{}", signed.uri);
    print(curl::line(&method, headers, &signed.body, &url).context("a header's value or the body")?);
    Ok(())
}

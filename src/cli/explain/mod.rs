//! `explain`: why a request would be accepted or refused, check by check. It needs the configuration and nothing else.

mod text;

use std::fs::File;
use std::io::{self, Read as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use bytes::Bytes;
use clap::Args;
use http::Method;

use crate::config::Environment;
use crate::domain::examine::{BODY_BYTES_MAX, Named};
use crate::domain::explain::{Asked, Context, explain as explain_request};
use crate::domain::time::Timestamp;
use crate::ingest::now;

use super::plain::json;
use super::request::RequestOptions;
use super::{Failure, load_config, print};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    request: RequestOptions,
    /// The body's bytes from a file; - for standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "body")]
    body_file: Option<PathBuf>,
    /// The time that counts as now; without it, now.
    #[arg(long, value_name = "UNIX_SECONDS", allow_negative_numbers = true)]
    now: Option<i64>,
    /// The address that the request comes from; without it, the address is not checked.
    #[arg(long, value_name = "A")]
    remote_ip: Option<IpAddr>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) fn explain(options: &Options, file: &Path, environment: &Environment) -> Result<(), Failure> {
    let config = load_config(file, environment)?;
    let request = &options.request;
    let network = request.network(&config)?;
    let body = options.body()?;
    let method = if options.body_file.is_some() && !request.names_method() {
        Method::POST
    } else {
        request.method()
    };
    let asked = Asked {
        method,
        uri: request.target()?,
        headers: request.sent_headers(&body)?,
        body,
        remote_ip: options.remote_ip,
        now: options.now.map_or_else(now, Timestamp::from_unix_seconds),
    };
    asked
        .check_network(network, &config.redactor)
        .map_err(|other| Failure::Usage(format!("the address: {other}")))?;
    let context = Context {
        named: Named::Known(network),
        networks: &config.networks,
        redactor: &config.redactor,
    };
    let explanation = explain_request(&asked, context).explanation;
    if options.json {
        print(json(&explanation));
    } else {
        for line in text::lines(&explanation) {
            print(line);
        }
    }
    match explanation.code {
        None => Ok(()),
        Some(code) => Err(Failure::Work(anyhow!("the request would be refused: {code}"))),
    }
}

impl Options {
    /// The body's bytes. Of one that is too long as much is read as shows that it is.
    fn body(&self) -> Result<Bytes, Failure> {
        let Some(file) = &self.body_file else {
            return Ok(Bytes::from(self.request.body.clone().unwrap_or_default()));
        };
        let mut body = Vec::new();
        let bytes_max = BODY_BYTES_MAX as u64 + 1;
        let read = if file.as_os_str() == "-" {
            io::stdin().take(bytes_max).read_to_end(&mut body)
        } else {
            File::open(file).and_then(|file| file.take(bytes_max).read_to_end(&mut body))
        };
        read.map_err(|error| Failure::Usage(format!("--body-file {}: {error}", file.display())))?;
        Ok(body.into())
    }
}

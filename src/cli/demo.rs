//! `demo`: the newcomer's tour. A real service on free ports and a throw-away PostgreSQL, and real requests to it.

use std::io::{IsTerminal as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use clap::Args;
use http::header::{AUTHORIZATION, LOCATION};
use http::{HeaderMap, HeaderValue, Method};
use serde_json::Value;
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::{self, Environment};
use crate::domain::signature::{Signed, Unsigned};
use crate::http as service;
use crate::ingest::now;

use super::serve::Running;
use super::wire::{Answer, call};
use super::{Failure, print};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Go on serving after the tour, until Ctrl-C.
    #[arg(long)]
    stay: bool,
}

/// The demo's own configuration: one network, one campaign, and nothing that anybody else could use.
const CONFIG: &str = r#"
[server]
listen = "127.0.0.1:0"
admin_listen = "127.0.0.1:0"
shutdown_grace = "1ms"

[admin]
tokens = [{ value = "demo-token" }]

[storage]
data_dir = "@DATA_DIR@"

[networks.acme]
secrets = [{ value = "demo-secret" }]

[campaigns.spring]
destination = "https://shop.example/landing?cid={click_id}&src={affiliate}"
networks = ["acme"]
"#;

const TOKEN: &str = "Bearer demo-token";

pub(super) async fn demo(options: Options) -> Result<(), Failure> {
    let folder = tempfile::Builder::new()
        .prefix("postbackd-demo-")
        .tempdir()
        .context("a temporary folder")?;
    // PostgreSQL runs as another user when root shows the demo, and has to get through.
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).context("the temporary folder")?;
    let outcome = tour(&options, &folder).await;
    folder.close().context("the temporary folder could not be removed")?;
    outcome
}

async fn tour(options: &Options, folder: &TempDir) -> Result<(), Failure> {
    let stage = Stage::new();
    say("Starting postbackd and a PostgreSQL of its own, in a temporary folder…");
    let running = start(folder.path()).await?;
    let outcome = show(&stage, &running).await;
    if outcome.is_ok() && options.stay {
        stage.heading("Still serving, until Ctrl-C");
        say(format!("  clicks and postbacks   http://{}", running.public));
        say(format!(
            "  private API            http://{}   (Authorization: {TOKEN})",
            running.private
        ));
        say("  campaign spring, network acme with the secret demo-secret");
        let mut interrupt = signal(SignalKind::interrupt()).context("Ctrl-C cannot be listened for")?;
        let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be listened for")?;
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
    }
    running.stop().await;
    Ok(outcome?)
}

async fn start(folder: &Path) -> Result<Running, Failure> {
    let file = folder.join("postbackd.toml");
    let data_dir = folder.join("data");
    let text = CONFIG.replace("@DATA_DIR@", &data_dir.to_string_lossy());
    std::fs::write(&file, text).context("the demo's configuration")?;
    // An environment of its own: a DATABASE_URL of whoever shows the demo must not be touched.
    let environment = Environment::default();
    let config = config::load(&file, &environment).map_err(|faults| Failure::Usage(faults.to_string()))?;
    let metrics = service::install_recorder().context("the metrics recorder")?;
    Running::start(config, file, environment, metrics).await
}

async fn show(stage: &Stage, running: &Running) -> anyhow::Result<()> {
    stage.heading("1. A visitor clicks an affiliate's link");
    let click = call(
        running.public,
        Method::GET,
        stage.request("GET", "/click/spring?affiliate=42&sub1=banner"),
        &[],
        "",
    )
    .await?;
    let location = click
        .headers
        .get(LOCATION)
        .and_then(|value| value.to_str().ok())
        .context("a redirect")?
        .to_owned();
    let click_id = location
        .split(['=', '&'])
        .nth(1)
        .filter(|id| id.len() == 26)
        .context("a click id in the redirect")?;
    stage.answer(
        &click,
        &format!("Location: {location}"),
        "the click is stored, and its id travels along",
    );

    let pending = format!(
        "/postback/acme?click_id={click_id}&transaction_id=T1&event=sale&status=pending&payout=12.50&currency=USD"
    );
    stage.heading("2. The network reports a sale, signed with its secret");
    let target = sign(running, &pending)?;
    let recorded = get(stage, running, &target).await?;
    stage.verdict(&recorded, "a new conversion, attributed to the click")?;

    stage.heading("3. The same postback again, as networks do");
    let duplicate = get(stage, running, &target).await?;
    stage.verdict(&duplicate, "nothing is counted twice")?;

    stage.heading("4. Somebody forges a larger payout");
    let forged = get(stage, running, &target.replace("payout=12.50", "payout=99.00")).await?;
    stage.refused(&forged, "refused, and kept in the raw log under its postback_id")?;

    stage.heading("5. The network approves the sale");
    let approved = sign(running, &pending.replace("status=pending", "status=approved"))?;
    let updated = get(stage, running, &approved).await?;
    stage.verdict(&updated, "a legal change; the history keeps both")?;

    stage.heading("What is stored: the attributed conversion and its history");
    let id = json(&recorded)["conversion_id"]
        .as_str()
        .context("a conversion id")?
        .to_owned();
    let target = format!("/api/v1/conversions/{id}");
    let token = [(AUTHORIZATION, HeaderValue::from_static(TOKEN))];
    let conversion = call(running.private, Method::GET, stage.request("GET", &target), &token, "").await?;
    ensure!(
        conversion.status.is_success(),
        "the conversion cannot be read: {}",
        conversion.status
    );
    stage.conversion(&json(&conversion));
    Ok(())
}

async fn get(stage: &Stage, running: &Running, target: &str) -> anyhow::Result<Answer> {
    call(running.public, Method::GET, stage.request("GET", target), &[], "").await
}

/// Signs as the network would, with the code that verifies.
fn sign(running: &Running, target: &str) -> anyhow::Result<String> {
    let snapshot = running.live.snapshot();
    let network = snapshot.rules.networks.get("acme").context("the demo's network")?;
    let now = now();
    let unsigned = Unsigned::new(Method::GET, target.parse()?, HeaderMap::new(), Bytes::new(), now);
    let Signed { uri, .. } = unsigned.sign(network.schemes.of(&Method::GET), now)?;
    Ok(uri.to_string())
}

fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

/// Prints a line now: a tour is watched while it happens, also through a pipe.
fn say(line: impl std::fmt::Display) {
    print(line);
    std::io::stdout().flush().ok();
}

/// Where the tour is shown: with colour on a terminal, plain everywhere else.
struct Stage {
    colour: bool,
}

impl Stage {
    fn new() -> Self {
        let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { colour }
    }

    fn painted(&self, code: &str, text: &str) -> String {
        if self.colour {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    fn heading(&self, text: &str) {
        say(format_args!("\n{}", self.painted("1", text)));
    }

    /// Prints a request and gives back its target, to be sent exactly so.
    fn request<'t>(&self, method: &str, target: &'t str) -> &'t str {
        say(format_args!("  {} {target}", self.painted("36", method)));
        target
    }

    fn answer(&self, answer: &Answer, what: &str, meaning: &str) {
        let good = answer.status.is_success() || answer.status.is_redirection();
        let status = self.painted(if good { "32" } else { "31" }, answer.status.as_str());
        say(format_args!("  → {status} {what}"));
        say(format_args!("    {}", self.painted("2", meaning)));
    }

    fn verdict(&self, answer: &Answer, meaning: &str) -> anyhow::Result<()> {
        let body = json(answer);
        let text = |name: &str| body[name].as_str().unwrap_or("-").to_owned();
        ensure!(
            answer.status.is_success(),
            "expected a verdict, got {}: {body}",
            answer.status
        );
        let (verdict, status) = (text("verdict"), text("status"));
        let what = format!(
            "{}: {} of {} {}, {status}, attributed: {}",
            self.painted("1", &verdict),
            text("event"),
            text("payout"),
            text("currency"),
            body["attributed"]
        );
        self.answer(answer, &what, meaning);
        Ok(())
    }

    fn refused(&self, answer: &Answer, meaning: &str) -> anyhow::Result<()> {
        let body = json(answer);
        ensure!(
            answer.status.is_client_error(),
            "expected a refusal, got {}: {body}",
            answer.status
        );
        let code = body["code"].as_str().unwrap_or("-");
        let what = format!(
            "{}: {code}, postback_id {}",
            self.painted("1", "refused"),
            body["postback_id"].as_str().unwrap_or("-")
        );
        self.answer(answer, &what, meaning);
        Ok(())
    }

    fn conversion(&self, body: &Value) {
        for name in [
            "conversion_id",
            "network",
            "transaction_id",
            "event",
            "status",
            "payout",
            "currency",
            "click_id",
            "campaign",
            "affiliate",
            "attributed",
        ] {
            let value = body[name]
                .as_str()
                .map_or_else(|| body[name].to_string(), str::to_owned);
            say(format_args!("  {name:<15}{value}"));
        }
        for step in body["history"].as_array().into_iter().flatten() {
            let text = |side: &str| match (step[side]["status"].as_str(), step[side]["payout"].as_str()) {
                (Some(status), payout) => format!("{status} {}", payout.unwrap_or("-")),
                (None, _) => "nothing".to_owned(),
            };
            let kind = step["kind"].as_str().unwrap_or("-");
            say(format_args!(
                "  {} {kind}: {} → {}",
                self.painted("2", step["at"].as_str().unwrap_or("-")),
                text("from"),
                text("to")
            ));
        }
    }
}

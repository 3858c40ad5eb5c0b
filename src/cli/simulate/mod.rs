//! `simulate`: a test click and the postback that a network would send for it, to a running service, and whether each step of
//! their way is as the configuration says.
//!
//! The click is marked as a test, and so is its conversion: neither is in anybody's list of conversions. What the network would
//! send is composed from its own rules ([`compose`]) and signed with its secret; what must come back is read off them
//! ([`expected`]); and what was stored is read over the private API ([`mod@private`]). Every exchange is bounded by the client.

mod click;
mod compose;
mod conversion;
mod diagnosis;
mod draft;
mod expected;
mod place;
mod postbacks;
mod private;
mod trail;
mod way;
mod wish;

use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use http::StatusCode;
use serde_json::json;

use crate::config::{Config, Environment, Server};
use crate::domain::campaign::Campaign;
use crate::domain::money::{Amount, PAYOUT_SCALE_MAX};
use crate::domain::network::Network;
use crate::domain::redact::Redactor;

use super::plain;
use super::request::network_of;
use super::wire::{Answer, reachable};
use super::{Failure, load_config, print};

use compose::Composed;
use place::{Place, Request};
use private::Private;
use trail::{Broken, Taken, Trail};
use wish::Wish;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The network whose postback is sent.
    #[arg(long)]
    network: String,
    /// The campaign that is clicked.
    #[arg(long)]
    campaign: String,
    /// The public listener's address, over plain HTTP; without it `server.public_url`.
    #[arg(long)]
    url: Option<String>,
    /// The private listener; without it the one of `server.admin_listen`.
    #[arg(long, value_name = "URL")]
    admin_url: Option<String>,
    /// What is paid, in the currency itself.
    #[arg(long, value_name = "AMOUNT", value_parser = parse_payout)]
    payout: Option<Amount>,
    /// The status: a word of the network's, or one of ours.
    #[arg(long)]
    status: Option<String>,
    /// The network's transaction id; without it one that no other run has.
    #[arg(long, value_name = "ID")]
    transaction_id: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

fn parse_payout(text: &str) -> Result<Amount, String> {
    let expected = "expected a decimal number, as 12.50, with at most 12 digits before and 6 behind the point";
    Amount::parse(text, PAYOUT_SCALE_MAX).ok_or_else(|| expected.to_owned())
}

/// Who plays, and where.
struct Scene<'c> {
    config: &'c Config,
    network: &'c Network,
    campaign: &'c Campaign,
    public: Place,
    private: Private,
    /// Knows the secrets, and where this network's signatures stand.
    redactor: Redactor,
}

pub(super) async fn simulate(options: Options, file: PathBuf, environment: Environment) -> Result<(), Failure> {
    let config = load_config(&file, &environment)?;
    let network = network_of(&config, &options.network)?;
    let campaign = campaign_of(&config, &options.campaign)?;
    let wish = Wish::of(&options, network)?;
    let scene = Scene {
        network,
        campaign,
        public: public_place(&options, &config.server)?,
        private: private(&options, &config)?,
        redactor: redactor(&config, network),
        config: &config,
    };
    let mut trail = Trail {
        is_printed: !options.json,
        ..Trail::default()
    };
    let outcome = scene.play(&wish, &mut trail).await;
    if options.json {
        print(plain::json(&json!({
            "ok": outcome.is_ok(),
            "network": network.name,
            "campaign": campaign.name,
            "steps": trail.steps,
        })));
    }
    outcome.map_err(|Broken| Failure::Work(anyhow!("a step did not hold; what would build on it was not tried")))
}

impl Scene<'_> {
    /// Takes one step after the other, up to the first one without which the next makes no sense.
    async fn play(&self, wish: &Wish, trail: &mut Trail) -> Result<(), Broken> {
        self.ready(trail).await?;
        let click = self.click(trail).await?;
        self.stored_click(click, trail).await?;
        let composed = Composed::of(click, wish, self.network, self.config)
            .map_err(|why| trail.fails(Taken::new("postback"), why))?;
        let sent = self.first_postback(&composed, trail).await?;
        self.same_again(&sent, trail).await?;
        self.forged(&composed, trail).await?;
        self.conversion(&composed, trail).await
    }

    /// Whether the service takes writes.
    async fn ready(&self, trail: &mut Trail) -> Result<(), Broken> {
        let request = Request::get("/readyz".to_owned());
        let taken = Taken::new("ready").sent(self.line(&request));
        let (taken, answer) = self.exchange(taken, &request, trail).await?;
        let taken = taken.answer(&answer, &[]);
        if answer.status == StatusCode::OK {
            trail.holds(taken, "the service takes clicks and postbacks");
            return Ok(());
        }
        Err(trail.fails(taken, "the service is not ready: postbackd doctor says what to do"))
    }

    /// Sends a request to the public listener.
    async fn exchange(&self, taken: Taken, request: &Request, trail: &mut Trail) -> Result<(Taken, Answer), Broken> {
        match self.public.send(request).await {
            Ok(answer) => Ok((taken, answer)),
            Err(failure) => {
                let found = format!("{failure:#}; where the service listens elsewhere, say so with --url");
                Err(trail.fails(taken, found))
            }
        }
    }

    fn line(&self, request: &Request) -> String {
        format!("{} {}", request.method, self.public.url(&request.target))
    }
}

fn campaign_of<'c>(config: &'c Config, name: &str) -> Result<&'c Campaign, Failure> {
    config.campaigns.get(name).ok_or_else(|| {
        let mut known: Vec<&str> = config.campaigns.iter().map(|campaign| &*campaign.name).collect();
        known.sort_unstable();
        let known = known.join(", ");
        Failure::Usage(format!("no campaign is called {name:?}; configured are {known}"))
    })
}

fn public_place(options: &Options, server: &Server) -> Result<Place, Failure> {
    let (said_by, url) = match &options.url {
        Some(url) => ("--url", url),
        None => ("server.public_url", &server.public_url),
    };
    Place::parse(url).map_err(|fault| {
        let instead = match &options.url {
            Some(_) => String::new(),
            None => format!("; here, --url http://{}", reachable(server.listen)),
        };
        Failure::Usage(format!("{said_by}: {fault}{instead}"))
    })
}

fn private(options: &Options, config: &Config) -> Result<Private, Failure> {
    let place = match &options.admin_url {
        Some(url) => Place::parse(url).map_err(|fault| Failure::Usage(format!("--admin-url: {fault}")))?,
        None => Place::parse(&format!("http://{}", reachable(config.server.admin_listen))).map_err(Failure::Usage)?,
    };
    Ok(Private::new(place, &config.admin.tokens))
}

/// One that also cuts out this network's signatures: what is printed is shared more readily than a raw log.
fn redactor(config: &Config, network: &Network) -> Redactor {
    let schemes = network.schemes.each();
    schemes.into_iter().fold(config.redactor.clone(), |redactor, scheme| {
        redactor.with_token_at(&network.name, scheme.proof_places())
    })
}

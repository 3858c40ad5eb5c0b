//! Senders in many ways to sign: a scheme, written as an operator would, and a request of each. They are the fuzzer's own, so
//! that its seeds stay what they are when a preset changes.

mod ad_networks;
mod webhooks;

use std::collections::HashMap;
use std::sync::LazyLock;

use postbackd::config::{Environment, parse};
use postbackd::domain::network::Network;

pub(crate) struct Sender {
    pub(crate) name: &'static str,
    pub(crate) secret: &'static str,
    pub(crate) lines: &'static str,
    pub(crate) method: &'static str,
    pub(crate) target: &'static str,
    pub(crate) headers: &'static [(&'static str, &'static str)],
    pub(crate) body: &'static str,
    pub(crate) change: (&'static str, &'static str),
}

/// The default pair of schemes, which is no sender's own.
static DEFAULT: [Sender; 2] = [
    Sender {
        name: "default_get",
        secret: "s3cret",
        lines: "",
        method: "GET",
        target: "/postback/n?click_id=c1&transaction_id=T%201&payout=12.50",
        headers: &[],
        body: "",
        change: ("12.50", "13.50"),
    },
    Sender {
        name: "default_post",
        secret: "s3cret",
        lines: "",
        method: "POST",
        target: "/postback/n?click_id=c1",
        headers: &[("content-type", "application/json")],
        body: r#"{"transaction_id":"T1","payout":12.50}"#,
        change: ("12.50", "13.50"),
    },
];

static NETWORKS: LazyLock<HashMap<&str, (&Sender, Network)>> = LazyLock::new(|| {
    let senders = DEFAULT.iter().chain(ad_networks::SENDERS).chain(webhooks::SENDERS);
    senders
        .map(|sender| (sender.name, (sender, sender.network())))
        .collect()
});

/// The sender of a name, and the network as its operator configures it.
pub(crate) fn named(name: &str) -> Option<(&'static Sender, &'static Network)> {
    NETWORKS.get(name).map(|(sender, network)| (*sender, network))
}

impl Sender {
    fn network(&self) -> Network {
        let section = if self.lines.is_empty() {
            ""
        } else {
            "[networks.n.signature]"
        };
        let text = format!(
            "[networks.n]\nbase_url = \"https://us.example\"\nsecrets = [{{ value = \"{}\" }}]\n{section}\n{}",
            self.secret, self.lines
        );
        let config = parse("f", &text, &Environment::default()).unwrap_or_else(|faults| panic!("{faults}\n{text}"));
        Network::clone(&config.networks["n"])
    }

    /// Its request, as [`wire::read`](super::wire::read) reads it.
    pub(crate) fn request(&self) -> String {
        let headers = self.headers.iter().map(|(name, value)| format!("{name}: {value}\n"));
        let headers: String = headers.collect();
        format!("{} {}\n{headers}\n{}", self.method, self.target, self.body)
    }
}

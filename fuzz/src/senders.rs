//! Senders in many ways to sign: a scheme, written as an operator would, and a request of each
//! (`tests/vectors/ways_to_sign.json`). No preset is among them, so that the seeds stay what they are when one changes.

use std::collections::HashMap;
use std::sync::LazyLock;

use postbackd::config::{Environment, parse};
use postbackd::domain::network::Network;
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Sender {
    name: String,
    secret: String,
    /// The lines of its `[networks.NAME.signature]`; none for the default pair of schemes.
    #[serde(rename = "signature")]
    lines: Vec<String>,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
    /// A part of the request, and what it is changed to.
    pub(crate) change: (String, String),
}

/// The default pair of schemes, which is no sender's own.
const DEFAULT: &str = r#"[
    {
        "name": "default_get", "secret": "s3cret", "signature": [],
        "method": "GET", "target": "/postback/n?click_id=c1&transaction_id=T%201&payout=12.50",
        "headers": [], "body": "", "change": ["12.50", "13.50"]
    },
    {
        "name": "default_post", "secret": "s3cret", "signature": [],
        "method": "POST", "target": "/postback/n?click_id=c1",
        "headers": [["content-type", "application/json"]], "body": "{\"transaction_id\":\"T1\",\"payout\":12.50}",
        "change": ["12.50", "13.50"]
    }
]"#;

static NETWORKS: LazyLock<HashMap<String, (Sender, Network)>> = LazyLock::new(|| {
    let texts = [DEFAULT, include_str!("../../tests/vectors/ways_to_sign.json")];
    let senders = texts
        .into_iter()
        .flat_map(|text| serde_json::from_str::<Vec<Sender>>(text).expect("senders"));
    senders
        .map(|sender| {
            let network = sender.network();
            (sender.name.clone(), (sender, network))
        })
        .collect()
});

/// The sender of a name, and the network as its operator configures it.
pub(crate) fn named(name: &str) -> Option<(&'static Sender, &'static Network)> {
    NETWORKS.get(name).map(|(sender, network)| (sender, network))
}

impl Sender {
    /// What the operator writes under its `[networks.NAME.signature]`.
    pub(crate) fn signature(&self) -> String {
        self.lines.join("\n")
    }

    fn network(&self) -> Network {
        let section = if self.lines.is_empty() {
            ""
        } else {
            "[networks.n.signature]"
        };
        let text = format!(
            "[networks.n]\nbase_url = \"https://us.example\"\nsecrets = [{{ value = \"{}\" }}]\n{section}\n{}",
            self.secret,
            self.signature()
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

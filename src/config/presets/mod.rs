//! Presets: how known senders speak, one file each in `config/presets/`, compiled in.
//!
//! `preset = "keitaro"` lays a preset's `[network]` beneath the operator's own keys ([`lie_under`]). `[preset]` says what is
//! known about the sender and how surely ([`about`]), and [`block`] writes the whole as an operator would, to be copied.
//! Nothing secret and nothing of one installation stands in a preset.
//!
//! ```toml
//! # Keitaro: what is pasted where, what to look out for, and what is not verified.
//! [preset]
//! title    = "Keitaro"
//! kind     = "tracker"
//! evidence = "documentation"
//! sources  = ["https://docs.keitaro.io/"]
//! unsure   = ["payout"]                        # what rests on less than the evidence
//! macros   = { click_id = "{external_id}" }    # the sender's placeholder for each of our fields, or for a parameter
//! retries  = "What the sender does with a refusal."
//!
//! [network]                                    # the keys of [networks.X] but for those of `OPERATORS`
//! dedupe   = "click_transaction"
//! [network.signature]
//! algorithm = "token"
//! from      = "query.token"
//! ```

pub(super) mod about;
mod block;
mod proof;
mod shipped;

use std::sync::LazyLock;

use toml::Spanned;
use toml::de::DeTable;

use super::fault::Faults;
use super::layer::{Layer, Origin};
use super::network;
use super::report::{Report, quoted};
use super::section::{Entry, Section};
use super::suggest::closest;

pub use about::{About, Evidence, Kind};
pub use proof::Proof;

const KEYS: &[&str] = &["preset", "network"];
/// The keys of a network that are its operator's alone: what belongs to one installation is in no preset.
const OPERATORS: [&str; 5] = ["secrets", "allow_ips", "preset", "base_url", "window"];

static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
    let read =
        |(name, text): &(&'static str, &'static str)| Preset::read(name, text).expect("a shipped preset is sound");
    shipped::FILES.iter().map(read).collect()
});

/// A known sender.
#[derive(Debug)]
pub struct Preset {
    /// The name of its file, by which configurations name it.
    pub name: &'static str,
    /// What is known about the sender.
    pub about: About,
    /// How it proves itself.
    pub proof: Proof,
    text: &'static str,
    document: Spanned<DeTable<'static>>,
}

impl Preset {
    /// Every preset, in the order of their names.
    pub fn all() -> &'static [Self] {
        &PRESETS
    }

    /// The preset of a name.
    ///
    /// # Errors
    ///
    /// That there is none, and which one may be meant.
    pub fn find(name: &str) -> Result<&'static Self, String> {
        Self::all().iter().find(|preset| preset.name == name).ok_or_else(|| {
            let names: Vec<&str> = Self::all().iter().map(|preset| preset.name).collect();
            let meant = closest(name, &names).map(|meant| format!("did you mean {meant}? "));
            format!(
                "no preset is called {}; {}`postbackd presets` lists them",
                quoted(name),
                meant.unwrap_or_default()
            )
        })
    }

    fn read(name: &'static str, text: &'static str) -> Result<Self, Faults> {
        let (document, syntax_errors) = DeTable::parse_recoverable(text);
        let report = Report::new(text, &syntax_errors);
        let parts = Self::read_parts(&report, document.get_ref());
        let (faults, _) = report.finish();
        match parts {
            Some((about, proof)) if faults.is_empty() => Ok(Self {
                name,
                about,
                proof,
                text,
                document,
            }),
            Some(_) | None => Err(Faults::new(&format!("config/presets/{name}.toml"), faults)),
        }
    }

    fn read_parts<'c>(report: &'c Report<'c>, document: &'c DeTable<'c>) -> Option<(About, Proof)> {
        let root = Section::root(report, document, KEYS);
        let keys: Vec<&str> = network::KEYS
            .iter()
            .copied()
            .filter(|key| !OPERATORS.contains(key))
            .collect();
        let proof = Proof::read(&root.section("network", &keys));
        let about = About::read(&root.section("preset", about::KEYS));
        Some((about?, proof?))
    }

    /// The keys of the network.
    fn network(&'static self) -> Option<&'static DeTable<'static>> {
        self.document.get_ref().get("network")?.get_ref().as_table()
    }
}

/// The preset that a network names, if there is one; what is wrong with the name is for [`lie_under`] to say.
pub(super) fn named_by(network: &Entry<'_>) -> Option<&'static Preset> {
    Preset::find(network.text_at("preset")?).ok()
}

/// The section of a network over the preset that it names, if it names one. What the operator wrote wins, key by key.
pub(super) fn lie_under(section: Section<'_>) -> Section<'_> {
    let Some(entry) = section.entry("preset") else {
        return section;
    };
    let preset = entry.parse(Preset::find);
    let (Some(preset), Some(named_at)) = (preset, entry.place().span.clone()) else {
        return section;
    };
    let name = preset.name;
    match preset.network() {
        None => section,
        Some(network) => section.over(Layer::new(network, Origin::Preset { name, named_at })),
    }
}

//! A conversion: whose it is, how it stands, and which click it names.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use super::attribution::{Attribution, Credit};
use super::dedupe::DedupeRule;
use super::history::{Step, StepKind};
use super::id::{ClickId, ConversionId};
use super::money::{Amount, Currency};
use super::paid::Paid;
use super::time::Timestamp;

/// How a conversion stands with its network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Reported, not yet confirmed.
    Pending,
    /// Confirmed: it is paid.
    Approved,
    /// Refused by the network.
    Rejected,
    /// Paid and taken back.
    Reversed,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Approved, Self::Rejected, Self::Reversed];

    /// The status as answers and PostgreSQL write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Reversed => "reversed",
        }
    }

    /// The status of its own name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Whether a network may take a conversion from this status to `next`.
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Pending, Self::Approved | Self::Rejected) | (Self::Approved, Self::Rejected | Self::Reversed)
        )
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The click that a postback names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SentClickId {
    /// None.
    None,
    /// One of ours in form, and the text as it was sent where that is not the canonical one.
    Ours(ClickId, Option<String>),
    /// A text that cannot be one of ours; kept as it was sent.
    Malformed(String),
}

impl SentClickId {
    /// Reads what a postback says.
    pub fn read(text: &str) -> Self {
        match text.parse::<ClickId>() {
            Ok(id) => Self::Ours(id, (!id.is_written_as(text)).then(|| text.to_owned())),
            Err(_) => Self::Malformed(text.to_owned()),
        }
    }

    /// The id, where it is one of ours in form.
    pub const fn id(&self) -> Option<ClickId> {
        match self {
            Self::Ours(id, _) => Some(*id),
            Self::None | Self::Malformed(_) => None,
        }
    }

    /// The text that was sent, where it is kept beside the id.
    pub fn kept_text(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Ours(_, sent) => sent.as_deref(),
            Self::Malformed(text) => Some(text),
        }
    }

    /// A click id that was stored by this program.
    pub fn from_stored(id: Option<Uuid>, sent: Option<String>) -> Self {
        match (id, sent) {
            (Some(id), sent) => Self::Ours(ClickId::from_stored(id), sent),
            (None, Some(text)) => Self::Malformed(text),
            (None, None) => Self::None,
        }
    }

    /// What keys and comparisons use: the canonical id where it parses, the text where not.
    pub fn key(&self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Ours(id, _) => Some(id.to_string()),
            Self::Malformed(text) => Some(text.clone()),
        }
    }

    /// The click id as it was sent.
    pub fn as_sent(&self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Ours(id, sent) => Some(sent.clone().unwrap_or_else(|| id.to_string())),
            Self::Malformed(text) => Some(text.clone()),
        }
    }
}

/// What of a conversion a later postback may change: what the network has named so far. What is paid may be the campaign's word
/// ([`Paid`]), which no postback is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// How it stands.
    pub status: Status,
    /// The payout, where it has named one.
    pub payout: Option<Amount>,
    /// The currency that it has named, or else the network's default.
    pub currency: Option<Currency>,
}

/// A recorded conversion, with the history that deciding the next postback needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// Its id: the deduplication key.
    pub id: ConversionId,
    /// The network that reported it.
    pub network: Arc<str>,
    /// The network's transaction id.
    pub transaction_id: Option<String>,
    /// What happened.
    pub event: String,
    /// The rule that the id was derived by.
    pub dedupe: DedupeRule,
    /// How it stands, by what the network has named.
    pub state: State,
    /// The click that the first postback named.
    pub click: SentClickId,
    /// Whether that click got it.
    pub attribution: Attribution,
    /// What the matched click says.
    pub credit: Option<Credit>,
    /// Whether the click that it names is a test, and so is it. It follows the click alone, whether that got the conversion or
    /// not: nothing in a postback makes one a test.
    pub is_test: bool,
    /// The network's user id.
    pub user_id: Option<String>,
    /// The device's id.
    pub device_id: Option<String>,
    /// When it happened, as the first postback says.
    pub event_time: Option<Timestamp>,
    /// When the first postback was received.
    pub received_at: Timestamp,
    /// When its row last changed.
    pub updated_at: Timestamp,
    /// How many steps its history has. Two replicas that decide at once cannot both take the same number.
    pub revision: i32,
    /// The revision that PostgreSQL holds; 0 for a conversion that is not stored yet.
    pub stored_revision: i32,
    /// Its history, oldest first.
    pub steps: Vec<Step>,
}

impl Conversion {
    /// What is paid for it.
    pub const fn paid(&self) -> Paid {
        Paid::of(self.state, self.attribution)
    }

    /// The click id as answers show it: the click's own where it was matched, else what was sent.
    pub fn shown_click_id(&self) -> Option<String> {
        match self.attribution {
            Attribution::Attributed { .. } => self.click.key(),
            Attribution::Unattributed(_) => self.click.as_sent(),
        }
    }

    /// The time of the last change that was applied: its event time, or the second of its receipt where it named none, or one
    /// that was yet to come, as nothing else would be late until then. Senders count in whole seconds: what they say happened in
    /// that second came no earlier.
    pub fn changed_at(&self) -> Timestamp {
        let applied = self
            .steps
            .iter()
            .rfind(|step| matches!(step.kind, StepKind::Recorded | StepKind::Updated));
        applied.map_or(self.received_at, |step| {
            let happened = step.event_time.filter(|happened| *happened <= step.at);
            happened.unwrap_or(step.at.whole_second())
        })
    }
}

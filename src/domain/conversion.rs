//! A conversion: what makes two postbacks the same one, how it stands, and the steps that brought it there.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use super::attribution::{Attribution, Credit};
use super::id::{ClickId, ConversionId};
use super::money::{Amount, Currency};
use super::refusal::{Code, Refusal};
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
            Ok(id) => Self::Ours(id, Some(text.to_owned()).filter(|text| *text != id.to_string())),
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

/// What makes two postbacks of a network the same conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DedupeRule {
    /// Network, transaction and event.
    Transaction,
    /// Network, click, transaction and event: for senders whose transaction ids are unique within a click only.
    ClickTransaction,
    /// Network, click and event.
    ClickEvent,
}

impl DedupeRule {
    /// Every rule.
    pub const ALL: [Self; 3] = [Self::Transaction, Self::ClickTransaction, Self::ClickEvent];

    /// The rule's name in configurations and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Transaction => "transaction",
            Self::ClickTransaction => "click_transaction",
            Self::ClickEvent => "click_event",
        }
    }

    /// The rule of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.as_str() == name)
    }
}

/// What a conversion id is derived from.
#[derive(Debug, Clone, Copy)]
pub struct DedupeKey<'a> {
    /// The network's name.
    pub network: &'a str,
    /// The click that the postback names.
    pub click: &'a SentClickId,
    /// The network's transaction id.
    pub transaction_id: Option<&'a str>,
    /// The event.
    pub event: &'a str,
}

impl DedupeKey<'_> {
    /// The conversion's id under a network's rule, and the rule that was used: without a transaction id it is
    /// [`DedupeRule::ClickEvent`].
    ///
    /// # Errors
    ///
    /// `missing_id` when the postback lacks what the rule needs.
    pub fn conversion_id(&self, rule: DedupeRule) -> Result<(DedupeRule, ConversionId), Refusal> {
        let missing = |expected| Err(Refusal::new(Code::MissingId, expected));
        let used = match (rule, self.transaction_id) {
            (DedupeRule::Transaction | DedupeRule::ClickTransaction, Some(_)) => rule,
            (DedupeRule::Transaction | DedupeRule::ClickTransaction, None) | (DedupeRule::ClickEvent, _) => {
                DedupeRule::ClickEvent
            }
        };
        let click = self.click.key();
        if used != DedupeRule::Transaction && click.is_none() {
            return match rule {
                DedupeRule::Transaction => missing("expected a transaction_id or a click_id"),
                DedupeRule::ClickTransaction | DedupeRule::ClickEvent => missing("expected a click_id"),
            };
        }
        let (network, click, event) = (Some(self.network), click.as_deref(), Some(self.event));
        let id = match used {
            DedupeRule::Transaction => ConversionId::derive(used.as_str(), &[network, self.transaction_id, event]),
            DedupeRule::ClickTransaction => {
                ConversionId::derive(used.as_str(), &[network, click, self.transaction_id, event])
            }
            DedupeRule::ClickEvent => ConversionId::derive(used.as_str(), &[network, click, event]),
        };
        Ok((used, id))
    }
}

/// What of a conversion a later postback may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// How it stands.
    pub status: Status,
    /// What is paid.
    pub payout: Option<Amount>,
    /// In which currency.
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
    /// How it stands.
    pub state: State,
    /// The click that the first postback named.
    pub click: SentClickId,
    /// Whether that click got it.
    pub attribution: Attribution,
    /// What the matched click says.
    pub credit: Option<Credit>,
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
    /// The click id as answers show it: the click's own where it was matched, else what was sent.
    pub fn shown_click_id(&self) -> Option<String> {
        match self.attribution {
            Attribution::Attributed => self.click.key(),
            Attribution::Unattributed(_) => self.click.as_sent(),
        }
    }

    /// The time of the last change that was applied: its event time, or its receipt where it named none.
    pub fn changed_at(&self) -> Timestamp {
        let applied = self
            .steps
            .iter()
            .rfind(|step| matches!(step.kind, StepKind::Recorded | StepKind::Updated));
        applied.map_or(self.received_at, |step| step.event_time.unwrap_or(step.at))
    }
}

/// The kinds of steps in a conversion's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// The first postback.
    Recorded,
    /// A legal change, applied.
    Updated,
    /// An earlier step that came late: it may have filled the payout, the status stayed.
    Late,
    /// A change that is not legal: kept as a proposal, not applied.
    Conflict,
    /// The click came after the conversion and got it.
    Attributed,
}

impl StepKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Recorded,
        Self::Updated,
        Self::Late,
        Self::Conflict,
        Self::Attributed,
    ];

    /// The kind as PostgreSQL stores it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Updated => "updated",
            Self::Late => "late",
            Self::Conflict => "conflict",
            Self::Attributed => "attributed",
        }
    }

    /// The kind of its stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The kind as the private API shows it: a late step is an update that was kept.
    pub const fn shown(self) -> &'static str {
        match self {
            Self::Late => Self::Updated.as_str(),
            Self::Recorded | Self::Updated | Self::Conflict | Self::Attributed => self.as_str(),
        }
    }
}

/// One step of a conversion's history: what was said, and what the conversion was before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What kind of step.
    pub kind: StepKind,
    /// The postback that caused it; for an attribution the click.
    pub cause: Uuid,
    /// When it was taken.
    pub at: Timestamp,
    /// The conversion's revision after it.
    pub revision: i32,
    /// When the network says it happened.
    pub event_time: Option<Timestamp>,
    /// The status that the postback stood for.
    pub status: Status,
    /// The payout that it stood for.
    pub payout: Option<Amount>,
    /// The conversion before; nothing before the first step.
    pub from: Option<Snapshot>,
    /// The conversion after; for a conflict what was proposed.
    pub to: Snapshot,
}

/// What of a conversion a step may change, for the history.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Snapshot {
    /// The status.
    pub status: String,
    /// The payout as a decimal.
    pub payout: Option<String>,
    /// The currency.
    pub currency: Option<String>,
    /// The click id, as answers show it.
    pub click_id: Option<String>,
    /// Whether the click got it.
    pub attributed: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
}

impl Snapshot {
    /// The conversion as it stands.
    pub fn of(conversion: &Conversion) -> Self {
        Self {
            status: conversion.state.status.to_string(),
            payout: conversion.state.payout.map(|payout| payout.to_string()),
            currency: conversion.state.currency.map(|currency| currency.to_string()),
            click_id: conversion.shown_click_id(),
            attributed: conversion.attribution == Attribution::Attributed,
            reason: conversion.attribution.reason().map(|reason| reason.as_str().to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(rule: DedupeRule, click: &str, transaction_id: Option<&str>) -> Result<(DedupeRule, ConversionId), Code> {
        let click = if click.is_empty() {
            SentClickId::None
        } else {
            SentClickId::read(click)
        };
        let key = DedupeKey {
            network: "acme",
            click: &click,
            transaction_id,
            event: "sale",
        };
        key.conversion_id(rule).map_err(|refusal| refusal.code)
    }

    #[test]
    fn the_rule_used_depends_on_the_ids_that_are_there() {
        use DedupeRule as R;
        let used = |rule, click, transaction_id| key(rule, click, transaction_id).map(|(used, _)| used);
        assert_eq!(used(R::Transaction, "c", Some("t")), Ok(R::Transaction));
        assert_eq!(used(R::Transaction, "", Some("t")), Ok(R::Transaction));
        assert_eq!(used(R::Transaction, "c", None), Ok(R::ClickEvent));
        assert_eq!(used(R::Transaction, "", None), Err(Code::MissingId));
        assert_eq!(used(R::ClickTransaction, "c", Some("t")), Ok(R::ClickTransaction));
        assert_eq!(used(R::ClickTransaction, "c", None), Ok(R::ClickEvent));
        assert_eq!(used(R::ClickTransaction, "", Some("t")), Err(Code::MissingId));
        assert_eq!(used(R::ClickEvent, "c", Some("t")), Ok(R::ClickEvent));
        assert_eq!(used(R::ClickEvent, "", Some("t")), Err(Code::MissingId));
    }

    #[test]
    fn a_click_id_of_ours_makes_the_same_key_in_any_case() {
        let rule = DedupeRule::ClickEvent;
        let id = "01fwhe4ydgfk1shh6w1g60eecf";
        assert_eq!(key(rule, id, None), key(rule, &id.to_uppercase(), None));
        assert_ne!(key(rule, "abc", None), key(rule, "ABC", None));
    }

    #[test]
    fn the_key_of_a_transaction_does_not_depend_on_the_click() {
        let rule = DedupeRule::Transaction;
        assert_eq!(key(rule, "a", Some("t")), key(rule, "b", Some("t")));
        assert_ne!(key(rule, "a", Some("t")), key(rule, "a", Some("T")));
    }
}

//! What makes two postbacks the same conversion, and the conversion id that follows from it.

use super::conversion::SentClickId;
use super::id::ConversionId;
use super::refusal::{Code, Refusal};

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

    /// What of a postback makes the key under this rule, in the order in which it is hashed.
    pub const fn parts(self) -> &'static [KeyPart] {
        match self {
            Self::Transaction => &[KeyPart::Network, KeyPart::TransactionId, KeyPart::Event],
            Self::ClickTransaction => &[
                KeyPart::Network,
                KeyPart::ClickId,
                KeyPart::TransactionId,
                KeyPart::Event,
            ],
            Self::ClickEvent => &[KeyPart::Network, KeyPart::ClickId, KeyPart::Event],
        }
    }

    /// The rule of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.as_str() == name)
    }
}

/// A part of a conversion's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPart {
    /// The network's name.
    Network,
    /// The click's id: the canonical one where it is one of ours in form, the text where not.
    ClickId,
    /// The network's transaction id.
    TransactionId,
    /// The event.
    Event,
}

impl KeyPart {
    /// The part's name in explanations.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::ClickId => "click_id",
            Self::TransactionId => "transaction_id",
            Self::Event => "event",
        }
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
        let value = |part: &KeyPart| match part {
            KeyPart::Network => Some(self.network),
            KeyPart::ClickId => click.as_deref(),
            KeyPart::TransactionId => self.transaction_id,
            KeyPart::Event => Some(self.event),
        };
        let parts: Vec<Option<&str>> = used.parts().iter().map(value).collect();
        Ok((used, ConversionId::derive(used.as_str(), &parts)))
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

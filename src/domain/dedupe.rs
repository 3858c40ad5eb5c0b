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

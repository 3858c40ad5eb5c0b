//! One difference between what a sender did and what its network's scheme says.

use std::borrow::Cow;

use super::super::Reference;

/// Who can make a request fit its scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// Whoever sends the request.
    Sender,
    /// Whoever configured the network.
    Operator,
}

impl Party {
    /// The party's name in explanations.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Operator => "operator",
        }
    }
}

/// A difference that explains a failed signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Who can mend it.
    pub party: Party,
    /// The difference, behind "the signature fits".
    pub difference: Cow<'static, str>,
    /// What to do about it.
    pub advice: Cow<'static, str>,
    /// Where the signature stands, if that is not where it is expected.
    pub found_at: Option<Reference>,
}

impl Change {
    pub(super) fn new(
        party: Party,
        difference: impl Into<Cow<'static, str>>,
        advice: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            party,
            difference: difference.into(),
            advice: advice.into(),
            found_at: None,
        }
    }

    /// What the sender signs in another way than the scheme says.
    pub(super) fn of_sender(difference: impl Into<Cow<'static, str>>, advice: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Party::Sender, difference, advice)
    }

    /// What the scheme says in another way than the sender signs.
    pub(super) fn of_operator(difference: impl Into<Cow<'static, str>>, advice: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Party::Operator, difference, advice)
    }

    /// The request is another network's.
    pub(super) fn other_network(name: &str) -> Self {
        Self::of_sender(
            format!("with the secret of the network {name:?}"),
            "use the secret of the network that the request names, or name that one",
        )
    }

    /// The same, of a signature that stands elsewhere.
    pub(super) fn at(mut self, place: Reference) -> Self {
        self.found_at = Some(place);
        self
    }

    /// Both differences at once.
    pub(super) fn and(self, other: &Self) -> Self {
        Self {
            party: self.party,
            difference: format!("{}, and {}", self.difference, other.difference).into(),
            advice: format!("{}; {}", self.advice, other.advice).into(),
            found_at: self.found_at,
        }
    }

    /// The difference and the advice in one sentence.
    pub fn sentence(&self) -> String {
        format!("the signature fits {}: {}", self.difference, self.advice)
    }
}

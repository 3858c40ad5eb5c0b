//! Places of a request that must hold a certain text, such as the version of the scheme.

use crate::domain::postback::{Form, RawPostback};

use super::AuthFailure;
use super::reference::{Found, Reference};

/// A place and the text that must stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The place.
    pub at: Reference,
    /// Its text, exactly.
    pub text: String,
}

impl Requirement {
    pub(super) fn check(all: &[Self], raw: &RawPostback, form: &Form<'_>) -> Result<(), AuthFailure> {
        if all
            .iter()
            .all(|requirement| requirement.is_met(requirement.at.find(raw, form)))
        {
            Ok(())
        } else {
            Err(AuthFailure::RequirementUnmet)
        }
    }

    /// Whether what stands at the place is the text.
    pub(super) fn is_met(&self, found: Found<'_>) -> bool {
        found == Found::One(self.text.as_bytes())
    }
}

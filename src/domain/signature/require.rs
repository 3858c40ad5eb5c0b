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
        let is_met = |requirement: &Self| requirement.at.find(raw, form) == Found::One(requirement.text.as_bytes());
        if all.iter().all(is_met) {
            Ok(())
        } else {
            Err(AuthFailure::RequirementUnmet)
        }
    }
}

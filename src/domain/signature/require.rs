//! Places of a request that must hold a certain text, such as the version of the scheme.

use subtle::{Choice, ConstantTimeEq as _};

use crate::domain::postback::{Form, RawPostback};
use crate::domain::redact::is_credential_place;

use super::AuthFailure;
use super::reference::{Found, Reference};

/// Stands for a required credential in every example.
const CREDENTIAL: &str = "YOUR-CREDENTIAL";

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
        // Each is looked at, so that the time taken does not tell which of them is unmet.
        let mut met = Choice::from(1);
        for requirement in all {
            met &= requirement.is_met(requirement.at.find(raw, form));
        }
        if bool::from(met) {
            Ok(())
        } else {
            Err(AuthFailure::RequirementUnmet)
        }
    }

    /// The text as others may see it: at a place for credentials, what says that one belongs there.
    pub fn shown(&self) -> &str {
        if is_credential_place(&self.at) {
            CREDENTIAL
        } else {
            &self.text
        }
    }

    /// The requirement of an example, which holds no more than others may see.
    pub(super) fn of_example(&self) -> Self {
        Self {
            at: self.at.clone(),
            text: self.shown().to_owned(),
        }
    }

    /// Whether what stands at the place is the text. It may be a credential, so that the time that comparing takes tells its
    /// length at most.
    pub(super) fn is_met(&self, found: Found<'_>) -> Choice {
        match found {
            Found::One(sent) => sent.ct_eq(self.text.as_bytes()),
            Found::None | Found::Several => Choice::from(0),
        }
    }
}

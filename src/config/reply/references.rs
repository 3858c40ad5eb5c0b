//! What of a request a template may repeat: nothing that holds a secret, and to a sender that is believed only what its
//! signature covers.

use crate::domain::redact::is_credential_place;
use crate::domain::reply::Template;
use crate::domain::signature::{Reference, Scheme, Schemes};

use super::super::section::Entry;

/// What of a request can be quoted. The schemes are absent when they were reported.
#[derive(Debug, Clone, Copy)]
pub(super) enum Quotable<'s> {
    /// After a verdict: what the signature covers.
    Proven(Option<&'s Schemes>),
    /// In a refusal: whatever is harmless.
    Anything(Option<&'s Schemes>),
}

/// Reports each place that holds a secret, and warns about each that is never proven.
pub(super) fn check<P>(template: &Template<P>, entry: &Entry<'_>, quotable: Quotable<'_>) {
    let (Quotable::Proven(schemes) | Quotable::Anything(schemes)) = quotable;
    for place in template.places() {
        let any_scheme =
            |is: &dyn Fn(&Scheme) -> bool| schemes.is_some_and(|schemes| schemes.each().into_iter().any(is));
        let holds_proof = any_scheme(&|scheme| scheme.proof_places().contains(place));
        if holds_proof || is_credential_place(place) {
            entry.refuse(format!(
                "{{{place}}} may hold a secret or a signature, which no reply repeats"
            ));
            continue;
        }
        match quotable {
            Quotable::Anything(_) | Quotable::Proven(None) => {}
            Quotable::Proven(Some(_)) => {
                if !any_scheme(&|scheme| scheme.coverage().covers_place(place)) {
                    warn_of_unproven(place, entry);
                }
            }
        }
    }
}

fn warn_of_unproven(place: &Reference, entry: &Entry<'_>) {
    entry.warn(format!(
        "the signature does not cover {place}, so {{{place}}} is filled with nothing"
    ));
}

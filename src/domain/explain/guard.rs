//! What no explanation may show: secrets, and signatures that would be right.

use crate::domain::examine::Named;
use crate::domain::postback::{Form, RawPostback};
use crate::domain::redact::Redactor;
use crate::domain::secret::Secret;
use crate::domain::signature::{Change, Found};

use super::Context;

/// A redactor that also knows the signatures that would be right, and the one that stands where it is not expected: they
/// are as secret as what they are made with.
pub(super) fn guarded(
    raw: &RawPostback,
    form: Option<&Form<'_>>,
    context: Context<'_>,
    changes: &[Change],
) -> Redactor {
    let redactor = context.redactor.clone();
    let (Some(network), Some(form)) = (context.named.known(), form) else {
        return redactor;
    };
    let places = changes.iter().filter_map(|change| change.found_at.as_ref());
    let misplaced = places.filter_map(|place| match place.find(raw, form) {
        Found::One(text) => Some(Secret::new(text)),
        Found::None | Found::Several => None,
    });
    let right = network.schemes.of(&raw.method).right_signatures(raw, form);
    redactor.with_secrets(misplaced.chain(right).chain(secret_path(raw, context.redactor)))
}

/// The path, where a secret stands in it in whatever encoding: hints name it as it was sent, and in other spellings.
fn secret_path(raw: &RawPostback, redactor: &Redactor) -> Option<Secret> {
    let path = raw.uri.path();
    let kept = path.trim_start_matches("/v1").trim_matches('/');
    redactor.cuts_path(path).then(|| Secret::new(kept.as_bytes()))
}

/// Path and query without what proves the request.
pub(super) fn target(raw: &RawPostback, named: Named<'_>, guarded: &Redactor) -> String {
    let Some(network) = named.known() else {
        return guarded.redact(raw, None).target;
    };
    let places = network.schemes.of(&raw.method).proof_places();
    let redactor = guarded.clone().with_token_at(&network.name, places);
    redactor.redact(raw, Some(&network.name)).target
}

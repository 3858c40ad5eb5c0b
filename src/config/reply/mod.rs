//! `reply` of a network: what its sender is told after each verdict and each refusal.
//!
//! An entry is a status, or a table of `status`, `body` and `content_type`. What a verdict's entry leaves out is as the
//! section says for every success, what a code's leaves out as `refused` says.

mod entry;
mod references;
mod refusals;

use crate::domain::refusal::Code;
use crate::domain::reply::{Body, ContentType, OfAcceptance, OfVerdict, ReplyRules, Rule, VerdictReply, VerdictRules};
use crate::domain::signature::Schemes;
use crate::domain::verdict::Verdict;

use super::section::{Entry, Section};
use entry::Written;
use references::Quotable;

/// The keys, beside one for each code that a postback to a known network can get.
pub(super) const RULE_KEYS: [&str; 10] = [
    "body",
    "content_type",
    "recorded",
    "duplicate",
    "updated",
    "conflict",
    "ignored",
    "accepted",
    "unmatched",
    "refused",
];
/// Every key.
pub(super) const KEYS: &[&str] = &{
    let mut keys = [""; RULE_KEYS.len() + coded()];
    let mut count = 0;
    while count < RULE_KEYS.len() {
        keys[count] = RULE_KEYS[count];
        count += 1;
    }
    let mut index = 0;
    while index < Code::ALL.len() {
        if Rule::of(Code::ALL[index]).is_some() {
            keys[count] = Code::ALL[index].as_str();
            count += 1;
        }
        index += 1;
    }
    keys
};

/// How many codes have a key.
const fn coded() -> usize {
    let mut count = 0;
    let mut index = 0;
    while index < Code::ALL.len() {
        if Rule::of(Code::ALL[index]).is_some() {
            count += 1;
        }
        index += 1;
    }
    count
}

/// Reads the section. `schemes` say what of a request is proven, and where its proof stands; `None` when they were
/// reported.
pub(super) fn read(section: &Section<'_>, schemes: Option<&Schemes>) -> ReplyRules {
    let content_type = section.entry("content_type").and_then(|entry| content_type(&entry));
    let default_type = content_type.unwrap_or_default();
    let common = Written::<OfVerdict>::of_body(section, Quotable::Proven(schemes)).body(None, default_type);

    let rules = ReplyRules {
        verdicts: verdicts(section, common.as_ref(), default_type, schemes),
        refusals: refusals::read(section, default_type, schemes),
    };
    if let Some(entry) = section.entry("content_type")
        && !says_body(section)
    {
        entry.refuse_key("is the type of a body, and there is no body; write body = … or remove it");
    }
    rules
}

fn verdicts(
    section: &Section<'_>,
    common: Option<&Body<OfVerdict>>,
    default_type: ContentType,
    schemes: Option<&Schemes>,
) -> VerdictRules {
    let quotable = Quotable::Proven(schemes);
    let written = |name: &str| {
        section
            .entry(name)
            .map(|entry| Written::<OfVerdict>::read(&entry, quotable))
    };
    let defaults = VerdictRules::default();
    let mut rules = defaults.clone();
    for verdict in Verdict::ALL {
        let default = &defaults.verdicts[verdict as usize];
        let own = written(verdict.as_str()).unwrap_or_default();
        rules.verdicts[verdict as usize] = reply(&own, default, common, default_type);
    }
    let recorded = &rules.verdicts[Verdict::Recorded as usize];
    let inherited = if recorded.status().is_success() {
        recorded.body()
    } else {
        common
    };
    let unmatched = written("unmatched").map(|own| reply(&own, recorded, inherited, default_type));
    let accepted = section
        .entry("accepted")
        .map(|entry| Written::<OfAcceptance>::read(&entry, quotable).widen(OfVerdict::Known));
    VerdictRules {
        unmatched,
        accepted: reply(&accepted.unwrap_or_default(), &defaults.accepted, common, default_type),
        ..rules
    }
}

/// The reply that an entry describes: without a status the default's, without a body, for a success, the inherited one.
fn reply(
    written: &Written<'_, OfVerdict>,
    default: &VerdictReply,
    inherited: Option<&Body<OfVerdict>>,
    default_type: ContentType,
) -> VerdictReply {
    let status = written.status.unwrap_or(default.status().as_u16());
    let inherited = inherited.filter(|_| matches!(status, 200..=299));
    let body = written.body(inherited, default_type);
    match VerdictReply::new(status, body) {
        Ok(reply) => reply,
        Err(fault) => {
            written.refuse_status(fault, status);
            default.clone()
        }
    }
}

fn content_type(entry: &Entry<'_>) -> Option<ContentType> {
    entry.word(&ContentType::ALL.map(|content_type| (content_type.as_str(), content_type)))
}

/// Whether the section has a template somewhere.
fn says_body(section: &Section<'_>) -> bool {
    let entries = section.entries();
    section.entry("body").is_some() || entries.iter().any(|(_, entry)| entry.has("body"))
}

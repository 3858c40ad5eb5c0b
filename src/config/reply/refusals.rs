//! `refused`, and the codes that have an entry of their own.

use crate::domain::refusal::Code;
use crate::domain::reply::{Body, ContentType, OfRefusal, RefusalReply, RefusalRules, Rule};
use crate::domain::signature::Schemes;

use super::super::section::Section;
use super::entry::Written;
use super::references::Quotable;

/// What a success for a refusal comes to.
const SUCCESS: &str = "tells the sender that all is well: it will not repeat, and what was refused is lost to it unless \
                       it reads the body";

/// What `refused` says for every refusal.
struct Common {
    status: Option<u16>,
    body: Option<Body<OfRefusal>>,
}

pub(super) fn read(section: &Section<'_>, default_type: ContentType, schemes: Option<&Schemes>) -> RefusalRules {
    let written = |name: &str| {
        let entry = section.entry(name)?;
        Some(Written::<OfRefusal>::read(&entry, Quotable::Anything(schemes)))
    };
    let common = written("refused").and_then(|refused| Common::of(&refused, default_type));
    let replies = Code::ALL.iter().filter_map(|code| {
        let inherits = match Rule::of(*code)? {
            Rule::Refused => common.as_ref(),
            Rule::NotTaken => None,
        };
        let own = written(code.as_str());
        if own.is_none() && inherits.is_none() {
            return None;
        }
        let reply = reply(*code, &own.unwrap_or_default(), inherits, default_type)?;
        Some((*code, reply))
    });
    RefusalRules::new(replies)
}

impl Common {
    /// Checked as any one code: only `unauthorized` may have another status.
    fn of(written: &Written<'_, OfRefusal>, default_type: ContentType) -> Option<Self> {
        let reply = reply(Code::MalformedRequest, written, None, default_type)?;
        Some(Self {
            status: written.status,
            body: reply.body().cloned(),
        })
    }
}

/// The reply that an entry describes, with what it leaves out; `None` when it was reported.
fn reply(
    code: Code,
    written: &Written<'_, OfRefusal>,
    inherits: Option<&Common>,
    default_type: ContentType,
) -> Option<RefusalReply> {
    if written.is_body_faulty() {
        return None;
    }
    let status = written.status.or(inherits.and_then(|common| common.status));
    let inherited_body = inherits.and_then(|common| common.body.as_ref());
    match RefusalReply::new(code, status, written.body(inherited_body, default_type)) {
        Ok(reply) => {
            if reply.status().is_success() {
                written.warn_of_status(SUCCESS);
            }
            Some(reply)
        }
        Err(fault) => {
            written.refuse_status(fault, status.unwrap_or(code.status()));
            None
        }
    }
}

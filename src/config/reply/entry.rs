//! One entry of `reply`: a status, or a table of `status`, `body` and `content_type`. A status alone is short for a table with
//! nothing else, so the two forms lie over each other key by key, too.

use crate::domain::reply::{Body, ContentType, Placeholder, StatusFault, Template, TemplateError};

use super::super::section::{Entry, Section};
use super::super::suggest::suggestion;
use super::content_type;
use super::references::{self, Quotable};

const ENTRY_KEYS: &[&str] = &["status", "body", "content_type"];

/// What an entry says; what was reported is left out.
#[derive(Debug)]
pub(super) struct Written<'c, P> {
    pub(super) status: Option<u16>,
    template: Option<Template<P>>,
    /// Whether there is a body that was reported, so that nothing is said of what it comes to.
    is_body_faulty: bool,
    content_type: Option<ContentType>,
    /// Where a status that will not do is reported.
    status_at: Option<Entry<'c>>,
    /// Where a body that will not do is reported.
    body_at: Option<Entry<'c>>,
}

impl<P> Default for Written<'_, P> {
    fn default() -> Self {
        Self {
            status: None,
            template: None,
            is_body_faulty: false,
            content_type: None,
            status_at: None,
            body_at: None,
        }
    }
}

impl<'c, P: Placeholder> Written<'c, P> {
    /// Reads an entry, with what lies beneath it where it says nothing itself.
    pub(super) fn read(entry: &Entry<'c>, quotable: Quotable<'_>) -> Self {
        let own = if entry.is_table() {
            Self::of_table(entry, quotable)
        } else {
            Self::of_status(entry.clone())
        };
        match entry.beneath() {
            Some(beneath) if beneath.is_table() != entry.is_table() => own.over(Self::read(&beneath, quotable)),
            // Two tables are one section, and of two statuses the upper one counts.
            Some(_) | None => own,
        }
    }

    fn of_table(entry: &Entry<'c>, quotable: Quotable<'_>) -> Self {
        let Some(section) = entry.section(ENTRY_KEYS) else {
            return Self::default();
        };
        let status = section.entry("status").map(Self::of_status).unwrap_or_default();
        let body = Self::of_body(&section, quotable);
        let type_entry = section.entry("content_type");
        Self {
            content_type: type_entry.as_ref().and_then(content_type),
            status_at: status.status_at.or_else(|| Some(entry.clone())),
            status: status.status,
            body_at: body.body_at.or(type_entry),
            template: body.template,
            is_body_faulty: body.is_body_faulty,
        }
    }

    /// Reads the `body` of a section.
    pub(super) fn of_body(section: &Section<'c>, quotable: Quotable<'_>) -> Self {
        let entry = section.entry("body");
        let template = entry
            .as_ref()
            .and_then(|entry| entry.parse(|text| Template::parse(text).map_err(|error| told::<P>(&error))));
        if let (Some(template), Some(entry)) = (&template, &entry) {
            references::check(template, entry, quotable);
        }
        Self {
            is_body_faulty: entry.is_some() && template.is_none(),
            template,
            body_at: entry,
            ..Self::default()
        }
    }

    /// The same, and where it says nothing what another one says.
    fn over(self, beneath: Self) -> Self {
        let says_body = self.template.is_some() || self.is_body_faulty;
        Self {
            status: self.status.or(beneath.status),
            is_body_faulty: self.is_body_faulty || !says_body && beneath.is_body_faulty,
            template: self.template.or(beneath.template),
            content_type: self.content_type.or(beneath.content_type),
            status_at: self.status_at.or(beneath.status_at),
            body_at: self.body_at.or(beneath.body_at),
        }
    }

    /// The same for templates that know more.
    pub(super) fn widen<Q>(self, into: impl Fn(P) -> Q) -> Written<'c, Q> {
        Written {
            status: self.status,
            template: self.template.map(|template| template.widen(into)),
            is_body_faulty: self.is_body_faulty,
            content_type: self.content_type,
            status_at: self.status_at,
            body_at: self.body_at,
        }
    }

    fn of_status(entry: Entry<'c>) -> Self {
        let status = match entry.number() {
            Some(Err(found)) => {
                entry.refuse(format!("expected a status, as 200; found {found}"));
                None
            }
            Some(Ok(status)) => Some(status),
            None => None,
        };
        Self {
            status,
            status_at: Some(entry),
            ..Self::default()
        }
    }

    /// Whether it has a body that was reported.
    pub(super) const fn is_body_faulty(&self) -> bool {
        self.is_body_faulty
    }

    /// The body that this entry, with what it leaves out, comes to; `None` as well when it was reported.
    pub(super) fn body(&self, inherited: Option<&Body<P>>, default_type: ContentType) -> Option<Body<P>> {
        if self.is_body_faulty {
            return None;
        }
        let inherited_type = inherited.map_or(default_type, Body::content_type);
        let (template, content_type) = match (&self.template, self.content_type, inherited) {
            (Some(template), own_type, _) => (template, own_type.unwrap_or(inherited_type)),
            (None, Some(own_type), Some(inherited)) => (inherited.template(), own_type),
            (None, None, inherited) => return inherited.cloned(),
            (None, Some(_), None) => {
                self.refuse_body("is the type of a body, and there is no body; write body = … or remove it");
                return None;
            }
        };
        match Body::new(template.clone(), content_type) {
            Ok(body) => Some(body),
            Err(fault) => {
                self.refuse_body(&fault.to_string());
                None
            }
        }
    }

    /// Reports the status where it stands.
    pub(super) fn refuse_status(&self, fault: StatusFault, found: u16) {
        if let Some(entry) = &self.status_at {
            entry.refuse(format!("{fault}; found {found}"));
        }
    }

    /// Warns about the status, where this entry names one.
    pub(super) fn warn_of_status(&self, message: &str) {
        if let Some(entry) = self.status_at.as_ref().filter(|_| self.status.is_some()) {
            entry.warn(message);
        }
    }

    fn refuse_body(&self, message: &str) {
        if let Some(entry) = &self.body_at {
            entry.refuse(message);
        }
    }
}

/// A template's fault, with what could stand there instead.
fn told<P: Placeholder>(error: &TemplateError) -> String {
    match error {
        TemplateError::Unknown(name) => {
            let mut known: Vec<&str> = P::named().iter().map(|(name, _)| *name).collect();
            known.extend(["query.NAME", "form.NAME", "json./POINTER", "header.NAME"]);
            format!("{error}; {}", suggestion(name, &known))
        }
        TemplateError::TooLong(_) | TemplateError::Open(_) | TemplateError::Reference(_) => error.to_string(),
    }
}

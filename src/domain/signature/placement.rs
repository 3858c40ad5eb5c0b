//! Where a signature stands: one place or several, behind a prefix, alone or in a list. Every value found is a candidate.

use crate::domain::postback::{Form, RawPostback};

use super::AuthFailure;
use super::list::{Item, Label, List};
use super::reference::{Found, Reference};

/// Items that one request may bring: more is no rotation of keys but an attempt to make us work.
const ITEMS_MAX: usize = 32;

/// Where signatures stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The places, at least one. A request may fill some of them only.
    pub from: Vec<Reference>,
    /// What stands before what is at a place, must be there and is cut off; empty for nothing.
    pub prefix: String,
    /// The list that stands there, where it is not the signature alone.
    pub list: Option<List>,
}

/// What a request has where its signature should be.
#[derive(Debug, Default)]
pub(super) struct Written<'a> {
    first: Option<&'a [u8]>,
    /// Nearly always empty, and then no memory is asked for.
    others: Vec<&'a [u8]>,
    pub(super) labels: Vec<Label<'a>>,
}

impl<'a> Written<'a> {
    fn add(&mut self, candidate: &'a [u8]) {
        match (candidate, self.first) {
            ([], _) => {}
            (_, None) => self.first = Some(candidate),
            (_, Some(_)) => self.others.push(candidate),
        }
    }

    /// What may be a signature, at least one where it was read, none of them decoded.
    pub(super) fn candidates(&self) -> impl Iterator<Item = &'a [u8]> {
        self.first.into_iter().chain(self.others.iter().copied())
    }
}

impl Placement {
    /// A signature that stands at one place by itself.
    pub const fn at(from: Vec<Reference>, prefix: String) -> Self {
        Self {
            from,
            prefix,
            list: None,
        }
    }

    /// What stands at the places.
    ///
    /// # Errors
    ///
    /// As [`Self::read_into`].
    pub(super) fn read<'a>(&self, raw: &'a RawPostback, form: &'a Form<'a>) -> Result<Written<'a>, AuthFailure> {
        let mut written = Written::default();
        self.read_into(&mut written, raw, form).map(|()| written)
    }

    /// Adds what stands at the places, which beside a short body's hash is cheaper than to hand it out.
    ///
    /// A place lacks a signature (`signature_missing`) where it is empty, or empty behind the prefix, or holds a list without an
    /// item of the signature's name. What stands there without the prefix or without labels is none (`signature_malformed`).
    /// One signature is enough, whatever stands beside it.
    ///
    /// # Errors
    ///
    /// Why there is no candidate, or more than may be looked at.
    pub(super) fn read_into<'a>(
        &self,
        written: &mut Written<'a>,
        raw: &'a RawPostback,
        form: &'a Form<'a>,
    ) -> Result<(), AuthFailure> {
        let mut items = 0;
        let mut is_malformed = false;
        for place in &self.from {
            let text = match place.find(raw, form) {
                Found::One(text) if !text.is_empty() => text,
                Found::One(_) | Found::None => continue,
                Found::Several => return Err(AuthFailure::SignatureDoubled),
            };
            let Some(text) = text.strip_prefix(self.prefix.as_bytes()) else {
                is_malformed = true;
                continue;
            };
            match &self.list {
                None => written.add(text),
                Some(list) => {
                    let text = std::str::from_utf8(text).map_err(|_| AuthFailure::SignatureMalformed)?;
                    for item in list.items(text) {
                        items += 1;
                        if items > ITEMS_MAX {
                            return Err(AuthFailure::SignatureMalformed);
                        }
                        match item {
                            Item::Signature(candidate) => written.add(candidate),
                            Item::Label(label) => written.labels.push(label),
                            Item::Unlabelled => is_malformed = true,
                        }
                    }
                }
            }
        }
        match (written.first, is_malformed) {
            (Some(_), _) => Ok(()),
            (None, true) => Err(AuthFailure::SignatureMalformed),
            (None, false) => Err(AuthFailure::SignatureMissing),
        }
    }
}

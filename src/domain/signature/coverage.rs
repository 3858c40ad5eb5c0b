//! Which parameters a signature covers: only these are read, so that nothing unsigned decides money or identity.
//!
//! Computed from the scheme alone, so that it is known when the configuration is read. A value of which only the integer
//! part is signed is not covered: anybody could change the rest. Neither is the signature's own pair.

use super::MacScheme;
use super::content::Piece;
use super::params::{Params, ParamsFrom};
use super::reference::Reference;
use super::source::Source;

/// What a signature covers of one source of parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cover {
    /// All but these names.
    AllBut(Vec<String>),
    /// Only these names or pointers, perhaps none.
    Only(Vec<String>),
}

impl Cover {
    const NOTHING: Self = Self::Only(Vec::new());
    const ALL: Self = Self::AllBut(Vec::new());

    /// Whether a parameter is covered.
    pub fn covers(&self, name: &str) -> bool {
        let is_named = |names: &[String]| names.iter().any(|named| named == name);
        match self {
            Self::AllBut(names) => !is_named(names),
            Self::Only(names) => is_named(names),
        }
    }

    fn add(&mut self, name: &str) {
        match self {
            Self::AllBut(names) => names.retain(|named| named != name),
            Self::Only(names) => names.push(name.to_owned()),
        }
    }

    fn add_all_but<'n>(&mut self, names: impl Iterator<Item = &'n str>) {
        let uncovered = names.filter(|name| !self.covers(name)).map(str::to_owned).collect();
        *self = Self::AllBut(uncovered);
    }
}

/// What a signature covers of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// Of the query.
    pub query: Cover,
    /// Of a form body.
    pub form: Cover,
    /// Of a JSON body: members and pointers.
    pub json: Cover,
    /// Of the header fields.
    pub header: Cover,
}

impl Coverage {
    /// Everything, for schemes whose proof does not depend on the parameters.
    pub const EVERYTHING: Self = Self {
        query: Cover::ALL,
        form: Cover::ALL,
        json: Cover::ALL,
        header: Cover::ALL,
    };

    pub(super) fn of(mac: &MacScheme) -> Self {
        let mut coverage = Self {
            query: Cover::NOTHING,
            form: Cover::NOTHING,
            json: Cover::NOTHING,
            header: Cover::NOTHING,
        };
        for piece in mac.content.pieces() {
            match piece {
                Piece::Query | Piece::Url => {
                    let own = mac.placement.from.iter().filter_map(Reference::query_name);
                    coverage.query.add_all_but(own);
                }
                Piece::Body => {
                    coverage.form = Cover::ALL;
                    coverage.json = Cover::ALL;
                }
                Piece::Params(params) => coverage.add_params(params, &mac.placement.from),
                Piece::Timestamp => {
                    if let Some(rule) = &mac.timestamp {
                        coverage.add(&rule.from);
                    }
                }
                Piece::Value(_)
                | Piece::Values(_)
                | Piece::Literal(_)
                | Piece::BaseUrl
                | Piece::Path
                | Piece::Method
                | Piece::Secret => {}
            }
        }
        for term in mac.content.terms().filter(|term| !term.is_integer) {
            coverage.add(&term.source);
        }
        coverage
    }

    fn add_params(&mut self, params: &Params, signature_at: &[Reference]) {
        let cover = match params.from {
            ParamsFrom::Query => &mut self.query,
            ParamsFrom::Form => &mut self.form,
        };
        cover.add_all_but(params.unsigned_names(signature_at));
    }

    fn add(&mut self, source: &Source) {
        match source {
            Source::Label(_) => {}
            Source::Place(Reference::Header(name)) => self.header.add(name.as_str()),
            Source::Place(Reference::Query(name)) => self.query.add(name),
            Source::Place(Reference::Form(name)) => self.form.add(name),
            Source::Place(Reference::Json(pointer)) => {
                self.json.add(pointer);
                // `/a` is also what the mapping calls `a`.
                if let Some(name) = pointer.strip_prefix('/').filter(|name| !name.contains('/')) {
                    self.json.add(&name.replace("~1", "/").replace("~0", "~"));
                }
            }
        }
    }

    /// Whether what stands at a place is covered.
    pub fn covers_place(&self, place: &Reference) -> bool {
        match place {
            Reference::Header(name) => self.header.covers(name.as_str()),
            Reference::Query(name) => self.query.covers(name),
            Reference::Form(name) => self.form.covers(name),
            Reference::Json(pointer) => self.json.covers(pointer),
        }
    }

    /// Whether a parameter of this name can be read from anywhere.
    pub fn covers(&self, name: &str) -> bool {
        self.query.covers(name) || self.form.covers(name) || self.json.covers(name)
    }
}

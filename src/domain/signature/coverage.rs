//! Which parameters a signature covers: only these are read, so that nothing unsigned decides money or identity.

use super::TimestampRule;
use super::content::{Content, Piece};
use super::reference::Reference;

/// What a signature covers of one source of parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cover {
    /// All of it.
    All,
    /// Only these names or pointers, perhaps none.
    Only(Vec<String>),
}

impl Cover {
    /// Whether a parameter is covered.
    pub fn covers(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.iter().any(|covered| covered == name),
        }
    }

    fn add(&mut self, name: &str) {
        if let Self::Only(names) = self {
            names.push(name.to_owned());
        }
    }
}

/// What a signature covers of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// Of the query.
    pub query: Cover,
    /// Of the body: form parameters, JSON members and pointers.
    pub body: Cover,
}

impl Coverage {
    /// Everything, for schemes whose proof does not depend on the parameters.
    pub const EVERYTHING: Self = Self {
        query: Cover::All,
        body: Cover::All,
    };

    pub(super) fn of(content: &Content, timestamp: Option<&TimestampRule>) -> Self {
        let mut coverage = Self {
            query: Cover::Only(Vec::new()),
            body: Cover::Only(Vec::new()),
        };
        for piece in content.pieces() {
            match piece {
                Piece::Query | Piece::Url => coverage.query = Cover::All,
                Piece::Body => coverage.body = Cover::All,
                Piece::Value(reference) => coverage.add(reference),
                Piece::Timestamp => {
                    if let Some(rule) = timestamp {
                        coverage.add(&rule.from);
                    }
                }
                Piece::Literal(_) | Piece::Path | Piece::Method => {}
            }
        }
        coverage
    }

    fn add(&mut self, reference: &Reference) {
        match reference {
            Reference::Header(_) => {}
            Reference::Query(name) => self.query.add(name),
            Reference::Form(name) => self.body.add(name),
            Reference::Json(pointer) => {
                self.body.add(pointer);
                // `/a` is also what the mapping calls `a`.
                let name = pointer.trim_start_matches('/');
                if !name.contains('/') {
                    self.body.add(&name.replace("~1", "/").replace("~0", "~"));
                }
            }
        }
    }

    /// Whether a parameter of this name can be read from anywhere.
    pub fn covers(&self, name: &str) -> bool {
        self.query.covers(name) || self.body.covers(name)
    }
}

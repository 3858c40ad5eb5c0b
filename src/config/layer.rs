//! Tables that lie over each other: an operator's own over the preset that he names. Each knows where it was written, so
//! that what is wrong with an entry is told in the operator's file wherever the entry stands.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::report::Place;

/// One of the tables of a section.
#[derive(Debug, Clone)]
pub(super) struct Layer<'c> {
    table: &'c DeTable<'c>,
    origin: Origin,
}

/// Where a table was written.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// In the file that is read.
    File,
    /// In a preset.
    Preset {
        /// The preset's name.
        name: &'static str,
        /// The bytes of the file that name it.
        named_at: Range<usize>,
    },
}

/// A key of a table and its value.
#[derive(Debug, Clone)]
pub(super) struct Member<'c> {
    pub(super) key: &'c Spanned<Cow<'c, str>>,
    pub(super) value: &'c Spanned<DeValue<'c>>,
    pub(super) origin: Origin,
}

impl<'c> Layer<'c> {
    pub(super) const fn new(table: &'c DeTable<'c>, origin: Origin) -> Self {
        Self { table, origin }
    }

    pub(super) fn member(&self, name: &str) -> Option<Member<'c>> {
        let (key, value) = self.table.get_key_value(name)?;
        Some(Member {
            key,
            value,
            origin: self.origin.clone(),
        })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.table.contains_key(name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'c str> + use<'c> {
        self.table.keys().map(|key| &**key.get_ref())
    }
}

impl<'c> Member<'c> {
    /// The value as a layer; `None` when it is no table.
    pub(super) fn layer(&self) -> Option<Layer<'c>> {
        let table = self.value.get_ref().as_table()?;
        Some(Layer::new(table, self.origin.clone()))
    }
}

impl Origin {
    /// The place of a dotted key whose bytes are these where it was written.
    pub(super) fn place(&self, key: String, span: Range<usize>) -> Place {
        match self {
            Self::File => Place {
                key,
                span: Some(span),
                preset: None,
            },
            Self::Preset { name, named_at } => Place {
                key,
                span: Some(named_at.clone()),
                preset: Some(name),
            },
        }
    }
}

//! The names under which a network sends our fields.

use super::Field;

/// The names under which a network sends each of our fields.
///
/// A name that starts with `/` is an RFC 6901 pointer into a JSON body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping([Vec<String>; Field::ALL.len()]);

impl Default for Mapping {
    /// Every field under our own name.
    fn default() -> Self {
        Self(Field::ALL.map(|field| vec![field.as_str().to_owned()]))
    }
}

impl Mapping {
    /// The names of a field, the first of which counts first.
    pub fn names(&self, field: Field) -> &[String] {
        &self.0[field as usize]
    }

    /// Replaces the names of a field.
    pub fn set(&mut self, field: Field, names: Vec<String>) {
        self.0[field as usize] = names;
    }
}

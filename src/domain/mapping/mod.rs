//! Which of a network's names and words mean what: from a verified postback to a typed one.
//!
//! [`Mapping`] holds the names of our fields and [`StatusTable`] the words for our statuses; `value` finds a field's value in
//! the request, as far as the signature covers it, and `reading` gives it its type.

mod field;
mod kept_macros;
mod names;
mod reading;
mod statuses;
mod value;

pub use field::Field;
pub use names::Mapping;
pub use statuses::{StatusTable, StatusWord};
pub use value::{FieldValue, Part};

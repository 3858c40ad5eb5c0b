//! Which of a network's names and words mean what: from a verified postback to a typed one.
//!
//! [`Mapping`] holds the names of our fields, [`StatusTable`], [`InlineStatuses`] and [`EventTable`] the words, and
//! [`Constants`] what is never asked of a request. `sent` finds what a request says about a field, as far as the signature
//! covers it, and `reading` gives it its type.

mod constants;
mod events;
mod field;
mod inline_statuses;
mod kept_macros;
mod names;
mod payout;
mod reading;
mod sent;
mod statuses;
mod value;

pub use constants::Constants;
pub use events::EventTable;
pub use field::Field;
pub use inline_statuses::InlineStatuses;
pub use names::{Mapping, in_members, in_pairs, is_pointer};
pub use payout::PayoutUnit;
pub use reading::Reading;
pub use statuses::{StatusTable, StatusWord};
pub use value::{FieldValue, Origin, Part};

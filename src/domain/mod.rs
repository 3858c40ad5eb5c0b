//! The pure core: what the trade's things are and what is decided about them.
//!
//! Nothing here reads a clock, a socket, a file, a database or a random source: time, randomness and facts are
//! arguments. That is what lets the service, its tests and every later explanation of a decision call the same code.
//! This folder imports no other of the crate.

pub mod address;
pub mod attribution;
pub mod bots;
pub mod campaign;
pub mod click;
pub mod click_field;
pub mod conversion;
pub mod curl;
pub mod decide;
pub mod dedupe;
pub mod examine;
pub mod excerpt;
pub mod explain;
pub mod form;
pub mod guide;
pub mod head;
pub mod history;
pub mod id;
pub mod json;
pub mod ledger;
pub mod macros;
pub mod mapping;
pub mod money;
pub mod network;
pub mod paid;
pub mod pattern;
pub mod postback;
pub mod redact;
pub mod refusal;
pub mod reply;
pub mod secret;
mod secrets;
pub mod signature;
pub mod template;
pub mod terms;
pub mod time;
pub mod verdict;
pub mod visible;

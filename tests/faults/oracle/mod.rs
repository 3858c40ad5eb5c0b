//! What must be true whatever breaks: what was sent and what came back, against what SQL says afterwards.
//!
//! The [`journal`] knows every id before it is sent and every answer; [`payload`] says what belongs to an id, so that a
//! mix-up shows; a [`Sender`] sends and takes notes, many of them are a [`Load`]; [`judge`] compares with the database and
//! [`aftermath`] with the processes.

pub(crate) mod aftermath;
mod fleet;
mod journal;
mod judge;
mod latency;
mod load;
mod payload;
mod sender;

pub(crate) use fleet::Fleet;
pub(crate) use journal::{Journal, Outcome, What};
pub(crate) use judge::judge;
pub(crate) use latency::{Allowed, report};
pub(crate) use load::Load;
pub(crate) use sender::Sender;

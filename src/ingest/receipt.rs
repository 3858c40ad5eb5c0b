//! Receipts: the proof that something is durable.

use crate::domain::id::ClickId;
use crate::domain::postback::Postback;
use crate::domain::verdict::{Acceptance, Answer};

/// A postback is durable. The only way to a success answer; only ingest makes one.
#[derive(Debug)]
pub struct Receipt(Told);

/// What the sender of a durable postback may be told.
#[derive(Debug)]
pub enum Told {
    /// Its verdict, committed in PostgreSQL.
    Verdict(Answer),
    /// That it is on disk and will get its verdict.
    Accepted(Acceptance),
}

impl Receipt {
    pub(super) const fn committed(answer: Answer) -> Self {
        Self(Told::Verdict(answer))
    }

    pub(super) fn on_disk(postback: &Postback) -> Self {
        Self(Told::Accepted(Acceptance::of(postback)))
    }

    /// What the sender may now be told.
    pub const fn told(&self) -> &Told {
        &self.0
    }
}

/// A durable click. The only way to a click id in a redirect; only ingest makes one.
#[derive(Debug)]
pub struct ClickReceipt(ClickId);

impl ClickReceipt {
    /// The click is in PostgreSQL, or on disk.
    pub(super) const fn durable(id: ClickId) -> Self {
        Self(id)
    }

    /// The id that the click can be found by, now or when PostgreSQL is back.
    pub const fn click_id(&self) -> ClickId {
        self.0
    }
}

/// Why there is no receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTaken {
    /// More waits than may wait. Nothing was stored.
    Overloaded,
    /// Nothing that could keep it took it in time. It may be stored nevertheless; repeating is safe.
    Unavailable,
    /// PostgreSQL refuses its row, and would again.
    NotStorable,
}

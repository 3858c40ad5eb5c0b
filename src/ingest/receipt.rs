//! Receipts: the proof that something is durable.

use crate::domain::id::ClickId;
use crate::domain::verdict::Answer;

/// A postback's verdict, committed in PostgreSQL. The only way to a success answer; only ingest makes one.
#[derive(Debug)]
pub struct Receipt(Answer);

impl Receipt {
    pub(super) const fn committed(answer: Answer) -> Self {
        Self(answer)
    }

    /// What the sender may now be told.
    pub const fn answer(&self) -> &Answer {
        &self.0
    }
}

/// A stored click. The only way to a click id in a redirect; only ingest makes one.
#[derive(Debug)]
pub struct ClickReceipt(ClickId);

impl ClickReceipt {
    pub(super) const fn committed(id: ClickId) -> Self {
        Self(id)
    }

    /// The id that the click can be found by.
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

//! The id of a record: written as everywhere else, read in PostgreSQL's spelling as well.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::domain::id::{ClickId, PostbackId};
use crate::spool::Kind;

/// An id as an operator has it from an answer, a list, a log or a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecordId(Uuid);

/// A text is no id.
#[derive(Debug, thiserror::Error)]
#[error("expected an id as 01fwhe4ydgfk1shh6w1g60eecf, or as a uuid")]
pub(super) struct NotARecordId;

impl RecordId {
    pub(super) const fn uuid(self) -> Uuid {
        self.0
    }
}

impl FromStr for RecordId {
    type Err = NotARecordId;

    fn from_str(text: &str) -> Result<Self, NotARecordId> {
        // Clicks and postbacks have ids of one form.
        let in_our_form = text.parse().ok().map(PostbackId::uuid);
        in_our_form
            .or_else(|| Uuid::try_parse(text).ok())
            .map(Self)
            .ok_or(NotARecordId)
    }
}

impl From<Uuid> for RecordId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        PostbackId::from_stored(self.0).fmt(f)
    }
}

/// The id of a record as answers and lists write it.
pub(super) fn written(kind: Kind, id: Uuid) -> String {
    match kind {
        Kind::Click => ClickId::from_stored(id).to_string(),
        Kind::Postback => PostbackId::from_stored(id).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_in_both_of_its_forms() {
        let uuid = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
        let ours = "01fwhe4ydgfk1shh6w1g60eecf";
        let id: RecordId = uuid.parse().expect("an id");
        assert_eq!(ours.parse::<RecordId>().ok(), Some(id));
        assert_eq!(ours.to_uppercase().parse::<RecordId>().ok(), Some(id));
        assert_eq!(id.to_string(), ours);
        assert_eq!(written(Kind::Click, id.uuid()), ours);
        for text in ["", "T1", "01fwhe4ydgfk1shh6w1g60eec", "01fwhe4ydgfk1shh6w1g60eecu"] {
            assert!(text.parse::<RecordId>().is_err(), "{text}");
        }
    }
}

//! A record that was set aside, in a few words.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use uuid::Uuid;

use crate::spool::aside::{self, AsideError, SetAside};
use crate::spool::{Frame, Kind, Record};

use super::super::plain::plain;
use super::id::{RecordId, written};

/// What a list says of a record.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    id: String,
    /// `click`, `postback`; `damaged` where that can no longer be told.
    kind: &'static str,
    received_at: Option<String>,
    network: Option<String>,
    campaign: Option<String>,
    transaction_id: Option<String>,
    reason: String,
}

impl Summary {
    /// Of a record that is set aside; none when it no longer is.
    pub(super) fn read(folder: &Path, id: Uuid) -> Result<Option<Self>, AsideError> {
        match aside::read(folder, id) {
            Ok(record) => Ok(Some(Self::of(record))),
            Err(AsideError::Missing) => Ok(None),
            Err(AsideError::Damaged) => Ok(Some(Self::of_damaged(id))),
            Err(failure @ AsideError::Failed(_)) => Err(failure),
        }
    }

    fn of(SetAside { frame, reason }: SetAside) -> Self {
        let mut summary = Self {
            id: written(frame.kind, frame.id),
            kind: kind_name(frame.kind),
            received_at: Some(frame.at.to_string()),
            network: None,
            campaign: None,
            transaction_id: None,
            reason,
        };
        summary.add_what_it_is_about(&frame);
        summary
    }

    /// Its bytes verify, and yet it may be no record of this program: then the reason says so.
    fn add_what_it_is_about(&mut self, frame: &Frame) {
        match Record::read(frame) {
            Ok(Record::Click(click)) => self.campaign = Some(click.campaign),
            Ok(Record::Postback(postback, _)) => {
                self.network = Some(postback.network.to_string());
                self.transaction_id = postback.transaction_id;
            }
            Err(_) => {}
        }
    }

    fn of_damaged(id: Uuid) -> Self {
        Self {
            id: RecordId::from(id).to_string(),
            kind: "damaged",
            received_at: None,
            network: None,
            campaign: None,
            transaction_id: None,
            reason: "its file does not verify; given back, it goes to the quarantine".to_owned(),
        }
    }
}

/// The word for a kind of records.
pub(super) const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Click => "click",
        Kind::Postback => "postback",
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id, self.kind)?;
        if let Some(received_at) = &self.received_at {
            write!(f, " received {received_at}")?;
        }
        for (name, value) in [
            ("network", &self.network),
            ("campaign", &self.campaign),
            ("transaction", &self.transaction_id),
        ] {
            if let Some(value) = value {
                write!(f, ", {name} {}", plain(value))?;
            }
        }
        write!(f, ": {}", plain(&self.reason))
    }
}

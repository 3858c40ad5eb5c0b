//! `spool show`: one record, whole.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::anyhow;
use clap::Args;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::spool::aside::{self, AsideError, SetAside};
use crate::spool::{Found, Frame, Offline, shown};

use super::super::plain::json;
use super::super::{Failure, print};
use super::id::{RecordId, written};
use super::summary::kind_name;
use super::unusable;

#[derive(Debug, Args)]
pub(in crate::cli) struct Options {
    /// The record: a click id, a postback id, or either as a uuid.
    id: RecordId,
}

pub(super) fn show(options: &Options, folder: &Path) -> Result<(), Failure> {
    let id = options.id;
    let document = match aside::read(folder, id.uuid()) {
        Ok(SetAside { frame, reason }) => document(&frame, "set_aside", Some(&reason)),
        Err(AsideError::Missing) => match waiting(folder, id.uuid())? {
            Some(frame) => document(&frame, "waiting", None),
            None => return Err(Failure::Work(anyhow!("{id}: the spool has no record with this id"))),
        },
        Err(failure @ (AsideError::Damaged | AsideError::Failed(_))) => return Err(unusable(failure)),
    };
    print(json(&document));
    Ok(())
}

fn document(frame: &Frame, state: &str, reason: Option<&str>) -> Value {
    json!({
        "id": written(frame.kind, frame.id),
        "uuid": frame.id.to_string(),
        "kind": kind_name(frame.kind),
        "received_at": frame.at.to_string(),
        "state": state,
        "reason": reason,
        "record": shown(frame),
    })
}

/// Looks for a record in the segments. One that cannot be read hides only itself.
fn waiting(folder: &Path, id: Uuid) -> Result<Option<Frame>, Failure> {
    let segments = match Offline::open(folder) {
        Ok(segments) => segments,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            let error = anyhow::Error::new(error).context(format!("{} cannot be read", folder.display()));
            return Err(Failure::Work(error));
        }
    };
    let mut unreadable = None;
    for found in segments {
        match found {
            Ok(Found::Record { frame, .. }) if frame.id == id => return Ok(Some(frame)),
            Ok(Found::Record { .. } | Found::Damage { .. } | Found::Newer { .. }) => {}
            Err(error) => unreadable = Some(error),
        }
    }
    match unreadable {
        None => Ok(None),
        Some(error) => Err(Failure::Work(
            anyhow::Error::new(error).context("not found, but a segment cannot be read"),
        )),
    }
}

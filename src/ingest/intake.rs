//! A batch on its way to the disk, and what its senders are told.

use tracing::error;

use crate::spool::{Frame, PAYLOAD_BYTES_MAX, click_frame, postback_frame};

use super::commit::Kind;
use super::kinds::{Clicks, Postbacks, QueuedPostback};
use super::queue::{Queued, turn_away};
use super::receipt::{ClickReceipt, NotTaken, Receipt};

/// A batch on its way to the disk.
#[derive(Debug)]
pub(super) enum Intake {
    Clicks(Vec<Queued<Clicks>>),
    Postbacks(Vec<Queued<Postbacks>>),
}

impl Intake {
    /// Makes the batch's frames. An item that is too large for one is turned away, and its neighbours go on.
    pub(super) fn framed(self, frames: &mut Vec<Frame>) -> Self {
        match self {
            Self::Clicks(batch) => Self::Clicks(framed(batch, click_frame, frames)),
            Self::Postbacks(batch) => {
                let frame = |item: &QueuedPostback| postback_frame(&item.postback, &item.request);
                Self::Postbacks(framed(batch, frame, frames))
            }
        }
    }

    /// Hands out the receipts: everything is durable.
    pub(super) fn accept(self) {
        match self {
            Self::Clicks(batch) => {
                for queued in batch {
                    let receipt = ClickReceipt::durable(queued.item.id);
                    queued.answer(Ok(receipt));
                }
            }
            Self::Postbacks(batch) => {
                for queued in batch {
                    let receipt = Receipt::on_disk(&queued.item.postback);
                    queued.answer(Ok(receipt));
                }
            }
        }
    }

    /// Tells everybody that nothing took it.
    pub(super) fn turn_away(self) {
        match self {
            Self::Clicks(batch) => turn_away(batch),
            Self::Postbacks(batch) => turn_away(batch),
        }
    }
}

fn framed<K: Kind>(
    batch: Vec<Queued<K>>,
    frame: impl Fn(&K::Item) -> Frame,
    frames: &mut Vec<Frame>,
) -> Vec<Queued<K>> {
    let mut kept = Vec::with_capacity(batch.len());
    for queued in batch {
        let frame = frame(&queued.item);
        if frame.payload.len() > PAYLOAD_BYTES_MAX {
            error!(record = %frame.id, bytes = frame.payload.len(), "a record is too large for the spool");
            queued.answer(Err(NotTaken::Unavailable));
        } else {
            frames.push(frame);
            kept.push(queued);
        }
    }
    kept
}

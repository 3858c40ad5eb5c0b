//! The way to the spool: a short queue in front of the thread that owns it ([`Keeper`]).
//!
//! Its senders wait, so that while the disk is busy the next batch grows in front of the queue and becomes durable with one
//! sync.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::task::TaskTracker;

use crate::spool::{Frame, OpenError};

use super::health::Health;
use super::intake::Intake;
use super::keeper::Keeper;

/// Commands that wait for the thread. Few, so that batches grow in front of the queue and not within it.
pub(super) const COMMANDS_MAX: usize = 4;
/// How long a batch waits for its place in that queue before it is turned away.
const KEEP_WAIT_MAX: Duration = Duration::from_millis(500);
/// How long a start waits for the lock of a service that was killed a moment ago, and how often it asks.
const LOCK_WAIT_MAX: Duration = Duration::from_secs(1);
const LOCK_ASK_EVERY: Duration = Duration::from_millis(50);

/// What the thread is asked to do.
#[derive(Debug)]
pub(super) enum Command {
    Keep(Intake),
    SetAside(Box<Frame>, String, oneshot::Sender<bool>),
    Peek(oneshot::Sender<Vec<Frame>>),
    Take(oneshot::Sender<()>),
}

/// The way to the spool. Dropping every clone of it ends the thread.
#[derive(Debug, Clone)]
pub(super) struct Spooler {
    commands: mpsc::Sender<Command>,
    backlog: watch::Receiver<u64>,
}

/// The spool's folder and bound.
#[derive(Debug, Clone)]
pub struct SpoolPlan {
    /// The folder of its files.
    pub folder: PathBuf,
    /// Bytes that it may take.
    pub bytes_max: u64,
}

impl Spooler {
    /// Opens the spool and starts its thread. The tracker is done when the thread is. A disk that does not take it now is
    /// tried again, and so is a spool that another process has: in a rolling restart over one data directory, the new service
    /// takes it over when the old one ends.
    ///
    /// # Errors
    ///
    /// When the operating system refuses the thread.
    pub(super) async fn start(plan: SpoolPlan, health: &Arc<Health>, tasks: &TaskTracker) -> io::Result<Self> {
        let (commands, queue) = mpsc::channel(COMMANDS_MAX);
        let (backlog, seen) = watch::channel(0);
        let mut keeper = Keeper::new(plan, health.clone(), backlog);
        // A service that was killed a moment ago may still hold the lock.
        let patience = Instant::now() + LOCK_WAIT_MAX;
        while matches!(keeper.open(), Err(OpenError::Locked)) && Instant::now() < patience {
            sleep(LOCK_ASK_EVERY).await;
        }
        let runtime = Handle::current();
        let (ended, end) = oneshot::channel::<()>();
        thread::Builder::new().name("spool".to_owned()).spawn(move || {
            keeper.run(queue, &runtime);
            drop(ended);
        })?;
        // The sender is never used: its end is the message.
        tasks.spawn(async move {
            end.await.ok();
        });
        Ok(Self {
            commands,
            backlog: seen,
        })
    }

    /// Keeps a batch on disk and answers it: receipts when it is durable, else that nothing took it.
    pub(super) async fn keep(&self, batch: Intake) {
        match timeout(KEEP_WAIT_MAX, self.commands.reserve()).await {
            Ok(Ok(place)) => place.send(Command::Keep(batch)),
            Ok(Err(_)) | Err(_) => batch.turn_away(),
        }
    }

    /// Keeps a record that PostgreSQL refuses, with the reason, until an operator decides about it. Returns whether it is
    /// durable.
    pub(super) async fn set_aside(&self, frame: Frame, reason: String) -> bool {
        let (reply, kept) = oneshot::channel();
        let command = Command::SetAside(Box::new(frame), reason, reply);
        self.commands.send(command).await.is_ok() && kept.await.unwrap_or(false)
    }

    /// The oldest records that were not taken yet, the same ones again until they are.
    pub(super) async fn peek(&self) -> Vec<Frame> {
        let (reply, frames) = oneshot::channel();
        match self.commands.send(Command::Peek(reply)).await {
            Ok(()) => frames.await.unwrap_or_default(),
            Err(_) => Vec::new(),
        }
    }

    /// Removes what the last peek gave: it is in PostgreSQL, or set aside.
    pub(super) async fn take(&self) {
        let (reply, taken) = oneshot::channel();
        if self.commands.send(Command::Take(reply)).await.is_ok() {
            taken.await.ok();
        }
    }

    /// How many records wait; the watcher is told of changes.
    pub(super) fn backlog(&self) -> watch::Receiver<u64> {
        self.backlog.clone()
    }
}

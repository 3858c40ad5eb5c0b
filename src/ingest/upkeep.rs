//! What the service does beside its traffic: migrate, make partitions, notice when PostgreSQL comes and goes, and give
//! late clicks the conversions that wait for them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::domain::network::RuleBook;
use crate::domain::time::Timestamp;
use crate::store::{
    DatabaseUrl, LateClicks, Link, MigrateError, PARTITIONS_AHEAD_SERVE, Standing, causes, make_partitions, migrate,
    standing,
};

use super::clock::now;
use super::health::{Health, SchemaState, explained};

/// How often PostgreSQL is asked whether it is there.
const PROBE_EVERY: Duration = Duration::from_secs(1);
/// How often while it does not answer.
const PROBE_AGAIN_EVERY: Duration = Duration::from_millis(250);
/// How long an answer to that may take.
const PROBE_DEADLINE: Duration = Duration::from_secs(1);
/// How often partitions are looked after.
const PARTITIONS_EVERY: Duration = Duration::from_hours(1);
/// How soon that is tried again when it failed.
const PARTITIONS_RETRY: Duration = Duration::from_mins(10);
/// How often late clicks are looked for, and how long that may take.
const SWEEP_EVERY: Duration = Duration::from_secs(5);
const SWEEP_DEADLINE: Duration = Duration::from_secs(2);
/// Late clicks that one look takes.
const SWEEP_MAX: i64 = 500;
/// How long a conversion waits for its click.
const SWEEP_BACK: Duration = Duration::from_hours(7 * 24);

/// Gives the rules of the configuration in use.
pub type CurrentRules = Arc<dyn Fn() -> Arc<RuleBook> + Send + Sync>;

/// What upkeep works on.
pub struct UpkeepPlan {
    /// The database.
    pub url: DatabaseUrl,
    /// Whether migrations are applied; if not, somebody else does it.
    pub migrate: bool,
    /// The rules of the configuration as it is at the moment.
    pub rules: CurrentRules,
}

/// The upkeep of a running service.
pub(super) struct Upkeep {
    plan: UpkeepPlan,
    health: Arc<Health>,
    link: Link,
    partitions_due: Instant,
    sweep_due: Instant,
    prepared: watch::Sender<bool>,
}

impl Upkeep {
    /// Upkeep that has done nothing yet, and a watch that says when it has prepared what it could.
    pub(super) fn new(plan: UpkeepPlan, health: Arc<Health>) -> (Self, watch::Receiver<bool>) {
        let link = Link::new(plan.url.clone());
        let (prepared, seen) = watch::channel(false);
        let upkeep = Self {
            plan,
            health,
            link,
            partitions_due: Instant::now(),
            sweep_due: Instant::now(),
            prepared,
        };
        (upkeep, seen)
    }

    /// Goes on until it is cancelled. Whatever is under way then is dropped, and PostgreSQL rolls it back.
    pub(super) async fn run(mut self, cancelled: CancellationToken) {
        let work = async {
            loop {
                self.tick().await;
                self.prepared.send_replace(true);
                let pause = match (self.health.takes_writes(), self.health.schema()) {
                    (false, SchemaState::Unknown | SchemaState::Current) => PROBE_AGAIN_EVERY,
                    // A schema that is not ours does not become so within a moment.
                    (true, _) | (false, SchemaState::Older | SchemaState::Newer) => PROBE_EVERY,
                };
                tokio::select! {
                    () = sleep(pause) => {}
                    () = self.health.doubted() => {}
                }
            }
        };
        cancelled.run_until_cancelled(work).await;
    }

    async fn tick(&mut self) {
        if self.health.schema() != SchemaState::Current && !self.bring_up_to_date().await {
            return;
        }
        self.probe().await;
        if !self.health.takes_writes() {
            return;
        }
        if self.partitions_due <= Instant::now() {
            self.look_after_partitions(now()).await;
        }
        if self.sweep_due <= Instant::now() {
            self.sweep().await;
        }
    }

    /// Brings the schema up to date, as far as PostgreSQL is there and this is ours to do. Returns whether it is.
    async fn bring_up_to_date(&mut self) -> bool {
        let outcome = if self.plan.migrate {
            migrate(&self.plan.url).await.map(|()| Standing::Current)
        } else {
            standing(&self.plan.url).await
        };
        let (state, trouble) = match &outcome {
            Ok(Standing::Current) => (SchemaState::Current, "postgres has the schema"),
            Ok(Standing::Older) => (
                SchemaState::Older,
                "migrations are missing and database.migrate is off: run postbackd migrate",
            ),
            Err(MigrateError::Newer(_)) => (
                SchemaState::Newer,
                "a newer postbackd migrated the database: this one keeps everything in its spool until it is replaced",
            ),
            Err(MigrateError::Schema(_)) => (SchemaState::Older, "the schema cannot be brought up to date"),
            Err(MigrateError::Unavailable(_) | MigrateError::TimedOut | MigrateError::Busy) => {
                (SchemaState::Unknown, "postgres does not take writes")
            }
        };
        if state == SchemaState::Current {
            // Before anybody calls the service ready: while a partition is attached, a click may have to wait.
            self.look_after_partitions(now()).await;
        } else {
            let cause = outcome.err().map(|failure| explained(&failure));
            self.health.complain(trouble, &cause.unwrap_or_default());
        }
        self.health.set_schema(state);
        state == SchemaState::Current
    }

    async fn probe(&mut self) {
        match self.link.probe(Instant::now() + PROBE_DEADLINE).await {
            Ok(()) => self.health.postgres_answered(),
            Err(failure) => self.health.probe_failed(&failure),
        }
    }

    async fn look_after_partitions(&mut self, now: Timestamp) {
        self.partitions_due = Instant::now() + PARTITIONS_EVERY;
        match make_partitions(&self.plan.url, now, PARTITIONS_AHEAD_SERVE).await {
            Ok(0) => {}
            Ok(made) => info!(partitions = made, "made {made} partitions ahead"),
            Err(failure) => {
                self.partitions_due = Instant::now() + PARTITIONS_RETRY;
                warn!(
                    error = causes(&failure),
                    "no partitions could be made; the default partition takes what has none (postbackd migrate makes \
                     them for a role that may)"
                );
            }
        }
    }

    async fn sweep(&mut self) {
        let rules = (self.plan.rules)();
        let now = now();
        let late = LateClicks { rules: &rules, now };
        match self
            .link
            .sweep_late_clicks(late, now.minus(SWEEP_BACK), SWEEP_MAX, Instant::now() + SWEEP_DEADLINE)
            .await
        {
            Ok(found) => {
                // A full look means that more wait.
                let is_full = i64::try_from(found).unwrap_or(SWEEP_MAX) >= SWEEP_MAX;
                self.sweep_due = Instant::now() + if is_full { Duration::ZERO } else { SWEEP_EVERY };
                if found > 0 {
                    info!(clicks = found, "{found} late clicks got their conversions");
                }
            }
            Err(failure) => {
                self.sweep_due = Instant::now() + SWEEP_EVERY;
                warn!(error = causes(&failure), "late clicks could not be looked for");
            }
        }
    }
}

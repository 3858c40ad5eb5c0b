//! What the service does beside its traffic: migrate, make partitions, notice when PostgreSQL comes and goes, and give
//! late clicks the conversions that wait for them.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::domain::network::RuleBook;
use crate::domain::time::Timestamp;
use crate::store::{
    DatabaseUrl, LateClicks, Link, MigrateError, PARTITIONS_AHEAD_SERVE, StoreError, causes, make_partitions, migrate,
};

use super::clock::now;
use super::health::Health;

/// How often PostgreSQL is asked whether it is there.
const PROBE_EVERY: Duration = Duration::from_secs(1);
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
pub type CurrentRules = Box<dyn Fn() -> Arc<RuleBook> + Send + Sync>;

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
pub struct Upkeep {
    plan: UpkeepPlan,
    health: Arc<Health>,
    link: Link,
    partitions_due: Instant,
    sweep_due: Instant,
}

impl Upkeep {
    /// Upkeep that has done nothing yet.
    pub fn new(plan: UpkeepPlan, health: Arc<Health>) -> Self {
        let link = Link::new(plan.url.clone());
        Self {
            plan,
            health,
            link,
            partitions_due: Instant::now(),
            sweep_due: Instant::now(),
        }
    }

    /// Brings schema and partitions up to date, as far as PostgreSQL is there.
    ///
    /// # Errors
    ///
    /// When the schema cannot be brought up to date although PostgreSQL answers.
    pub async fn prepare(&mut self) -> Result<(), MigrateError> {
        if self.plan.migrate && !self.health.schema_is_current() {
            match migrate(&self.plan.url).await {
                Ok(()) => {}
                Err(MigrateError::Unavailable(cause)) => {
                    self.health
                        .postgres_failed("clicks and postbacks", &StoreError::Unavailable(cause));
                    return Ok(());
                }
                Err(failure @ MigrateError::Schema(_)) => return Err(failure),
            }
        }
        // Before anybody calls the service ready: while a partition is attached, a click may have to wait.
        self.look_after_partitions(now()).await;
        self.health.set_schema_current();
        self.probe().await;
        Ok(())
    }

    /// Goes on until it is cancelled. Whatever is under way then is dropped, and PostgreSQL rolls it back.
    pub async fn run(mut self, cancelled: CancellationToken) {
        let work = async {
            let mut ticks = interval(PROBE_EVERY);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                self.tick().await;
            }
        };
        cancelled.run_until_cancelled(work).await;
    }

    async fn tick(&mut self) {
        if !self.health.schema_is_current() {
            if let Err(failure) = self.prepare().await {
                error!(error = causes(&failure), "{failure}");
            }
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

    async fn probe(&mut self) {
        match self.link.probe(Instant::now() + PROBE_DEADLINE).await {
            Ok(()) => self.health.postgres_answered(),
            Err(failure) => self.health.postgres_failed("clicks and postbacks", &failure),
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
        let since = Timestamp::from_unix_micros(now.unix_micros() - i64::try_from(SWEEP_BACK.as_micros()).unwrap_or(0));
        match self
            .link
            .sweep_late_clicks(late, since, SWEEP_MAX, Instant::now() + SWEEP_DEADLINE)
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

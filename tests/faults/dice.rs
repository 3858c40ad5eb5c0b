//! Chance that can be repeated: every choice of a round follows from one seed, which the round prints.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds of load before and after a fault together, unless `FAULTS_SECONDS` says otherwise.
const SECONDS_DEFAULT: u64 = 6;

/// A generator of numbers (splitmix64): small, and the same on every machine.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number from 0 to below `bound`.
    pub(crate) const fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(crate) const fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of the things there are.
    pub(crate) fn pick<'t, T>(&mut self, things: &'t [T]) -> Option<&'t T> {
        let count = u64::try_from(things.len()).expect("a length");
        if count == 0 {
            return None;
        }
        things.get(usize::try_from(self.below(count)).expect("an index"))
    }

    /// Dice of somebody else's own, so that their throws do not depend on who is faster.
    pub(crate) const fn fork(&mut self) -> Self {
        Self(self.next())
    }
}

/// A number that looks like chance and follows from another.
pub(crate) const fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// `FAULTS_SEED`, or one that was never used.
pub(crate) fn seed() -> u64 {
    number_of("FAULTS_SEED").unwrap_or_else(|| {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
        since_1970.map_or(0, |since| mix(since.as_secs() << 30 | u64::from(since.subsec_nanos())))
    })
}

/// How long the load of a round runs; `FAULTS_SECONDS` scales every round.
pub(crate) fn round_length() -> Duration {
    Duration::from_secs(number_of("FAULTS_SECONDS").unwrap_or(SECONDS_DEFAULT).max(2))
}

fn number_of(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|error| panic!("{variable} is no number: {error}")),
    )
}

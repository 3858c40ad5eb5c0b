//! What was sent and what came back. Each id is made once and written down before it is sent.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::{self, File};
use std::io::Write as _;
use std::ops::Range;
use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// The number that an id is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(u64);

impl Key {
    pub(super) const fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "K{}", self.0)
    }
}

/// What an id stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    Click,
    Postback {
        click: Option<String>,
    },
    /// A postback that must be refused.
    Forged,
}

/// What came of an attempt.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// Nothing yet.
    Open,
    /// A redirect with a click id.
    Click { id: String },
    /// A redirect with an empty one: nothing is promised.
    ClickWithoutId,
    /// A 200, or a 202 with the verdict `accepted`.
    Verdict { verdict: String, postback_id: String },
    /// A 4xx.
    Refused { status: u16, said: String },
    /// A 503 or 429: nothing is promised.
    Unavailable { status: u16 },
    /// No answer, although all of the request may have arrived.
    Lost { why: String },
    /// The request was cut off before its end, so it cannot have done anything.
    NeverWhole,
}

impl Outcome {
    /// The click that it promises.
    pub(super) fn click(&self) -> Option<&str> {
        match self {
            Self::Click { id } => Some(id),
            Self::Open
            | Self::ClickWithoutId
            | Self::Verdict { .. }
            | Self::Refused { .. }
            | Self::Unavailable { .. }
            | Self::Lost { .. }
            | Self::NeverWhole => None,
        }
    }

    /// Whether something is promised.
    pub(super) const fn is_promise(&self) -> bool {
        match self {
            Self::Click { .. } | Self::Verdict { .. } => true,
            Self::Open
            | Self::ClickWithoutId
            | Self::Refused { .. }
            | Self::Unavailable { .. }
            | Self::Lost { .. }
            | Self::NeverWhole => false,
        }
    }

    /// Whether it certainly stored nothing.
    pub(super) const fn is_surely_nothing(&self) -> bool {
        match self {
            Self::Refused { .. } | Self::NeverWhole => true,
            Self::Open
            | Self::Click { .. }
            | Self::ClickWithoutId
            | Self::Verdict { .. }
            | Self::Unavailable { .. }
            | Self::Lost { .. } => false,
        }
    }
}

/// A replica, from one start to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) replica: usize,
    pub(crate) number: u32,
}

/// One request.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) run: Run,
    pub(super) phase: usize,
    pub(super) sent: Instant,
    pub(super) ended: Instant,
    pub(super) outcome: Outcome,
}

/// An id and all that was sent under it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) what: What,
    pub(super) attempts: Vec<Attempt>,
}

/// An attempt that is under way.
#[derive(Debug)]
pub(super) struct Ticket {
    key: Key,
    attempt: usize,
    sequence: u64,
}

/// Everything that was sent in a round.
#[derive(Debug)]
pub(crate) struct Journal {
    state: Mutex<State>,
    news: Condvar,
    file: Mutex<File>,
    begun: Instant,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) entries: BTreeMap<Key, Entry>,
    pub(super) phases: Vec<String>,
    /// The promised click ids, for postbacks to name.
    clicks: Vec<String>,
    /// Transactions that somebody has to repeat until they are promised.
    to_repeat: Vec<Key>,
    /// Transactions and clicks that PostgreSQL was made to refuse.
    pub(super) set_aside: BTreeSet<Key>,
    answered: u64,
    sequence: u64,
    under_way: BTreeSet<u64>,
}

impl State {
    fn begin(&mut self, what: What) -> Key {
        let key = Key(u64::try_from(self.entries.len()).expect("a count") + 1);
        let attempts = Vec::new();
        self.entries.insert(key, Entry { what, attempts });
        key
    }
}

impl Journal {
    /// An empty one; what is sent is also written to a file, for who looks into a failed round.
    pub(crate) fn new(path: &Path) -> Self {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder of our own");
        Self {
            state: Mutex::default(),
            news: Condvar::new(),
            file: Mutex::new(File::create(path).expect("a file of our own")),
            begun: Instant::now(),
        }
    }

    /// What is sent from now on belongs to another part of the round.
    pub(crate) fn begin_phase(&self, name: &str) {
        self.write(format_args!("phase {name}"));
        self.state().phases.push(name.to_owned());
    }

    /// Makes an id.
    pub(crate) fn begin(&self, what: What) -> Key {
        self.state().begin(what)
    }

    /// Makes the id of what PostgreSQL will be made to refuse. Nobody repeats it by chance.
    pub(crate) fn begin_refused(&self, what: What) -> Key {
        let mut state = self.state();
        let key = state.begin(what);
        state.set_aside.insert(key);
        key
    }

    pub(super) fn what(&self, key: Key) -> What {
        self.state().entries[&key].what.clone()
    }

    /// Writes down that something is about to be sent.
    pub(super) fn sending(&self, key: Key, run: Run) -> Ticket {
        let mut state = self.state();
        state.sequence += 1;
        let sequence = state.sequence;
        state.under_way.insert(sequence);
        let phase = state.phases.len().saturating_sub(1);
        let entry = state.entries.get_mut(&key).expect("a key of this journal");
        let now = Instant::now();
        entry.attempts.push(Attempt {
            run,
            phase,
            sent: now,
            ended: now,
            outcome: Outcome::Open,
        });
        let attempt = entry.attempts.len() - 1;
        let what = entry.what.clone();
        drop(state);
        self.write(format_args!("{key}/{attempt} to {run:?}: {what:?}"));
        Ticket { key, attempt, sequence }
    }

    /// Writes down what came of it.
    pub(super) fn ended(&self, ticket: &Ticket, outcome: &Outcome) {
        let Ticket { key, attempt, sequence } = ticket;
        self.write(format_args!("{key}/{attempt}: {outcome:?}"));
        let mut state = self.state();
        state.under_way.remove(sequence);
        state.answered += 1;
        if let Outcome::Click { id } = outcome {
            state.clicks.push(id.clone());
        }
        let entry = state.entries.get_mut(key).expect("a key of this journal");
        let attempt = &mut entry.attempts[*attempt];
        attempt.ended = Instant::now();
        attempt.outcome = outcome.clone();
        drop(state);
        self.news.notify_all();
    }

    pub(super) fn repeat_later(&self, key: Key) {
        self.state().to_repeat.push(key);
    }

    /// A transaction that somebody has to repeat, the one that waits longest.
    pub(super) fn take_to_repeat(&self) -> Option<Key> {
        let mut state = self.state();
        (!state.to_repeat.is_empty()).then(|| state.to_repeat.remove(0))
    }

    /// Does something with the promised click ids.
    pub(super) fn with_clicks<T>(&self, look: impl FnOnce(&[String]) -> T) -> T {
        look(&self.state().clicks)
    }

    /// How many ids there are.
    pub(crate) fn keys(&self) -> u64 {
        u64::try_from(self.state().entries.len()).expect("a count")
    }

    /// The id of a number, unless it is one that PostgreSQL is made to refuse.
    pub(super) fn key(&self, number: u64) -> Option<(Key, What)> {
        let key = Key(number);
        let state = self.state();
        let entry = state.entries.get(&key).filter(|_| !state.set_aside.contains(&key))?;
        Some((key, entry.what.clone()))
    }

    /// How many attempts of a part of the round were answered with `accepted`.
    pub(crate) fn accepted_in(&self, phase: &str) -> usize {
        let state = self.state();
        let attempts = state.entries.values().flat_map(|entry| &entry.attempts);
        attempts
            .filter(|attempt| state.phases[attempt.phase] == phase)
            .filter(|attempt| matches!(&attempt.outcome, Outcome::Verdict { verdict, .. } if verdict == "accepted"))
            .count()
    }

    /// The transactions of a range of ids that are promised.
    pub(crate) fn promised_postbacks(&self, numbers: Range<u64>) -> Vec<Key> {
        let state = self.state();
        let entries = state.entries.range(Key(numbers.start)..Key(numbers.end));
        entries
            .filter(|(_, entry)| {
                let is_postback = matches!(entry.what, What::Postback { .. });
                is_postback && entry.attempts.iter().any(|attempt| attempt.outcome.is_promise())
            })
            .map(|(key, _)| *key)
            .collect()
    }

    /// Waits until so many more attempts have ended, at most for a time.
    pub(crate) fn wait_for_answers(&self, more: u64, wait_max: Duration) {
        let state = self.state();
        let enough = state.answered + more;
        let waited = self
            .news
            .wait_timeout_while(state, wait_max, |state| state.answered < enough);
        drop(waited.expect("no panic with the lock"));
    }

    /// Waits until whatever is under way now has ended.
    pub(crate) fn wait_for_those_under_way(&self, wait_max: Duration) {
        let state = self.state();
        let last = state.sequence;
        let waited = self.news.wait_timeout_while(state, wait_max, |state| {
            state.under_way.first().is_some_and(|first| *first <= last)
        });
        drop(waited.expect("no panic with the lock"));
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic with the lock")
    }

    fn write(&self, line: fmt::Arguments<'_>) {
        let at = self.begun.elapsed().as_secs_f64();
        let mut file = self.file.lock().expect("no panic with the lock");
        file.write_all(format!("{at:9.4} {line}\n").as_bytes())
            .expect("a file of our own");
    }
}

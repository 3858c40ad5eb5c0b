//! Rounds: in each of them every contestant runs once, so that what the machine does to one it does to all, and ratios are
//! formed within a round. Who begins changes from round to round.

use crate::cpu::Split;
use crate::load::Tally;
use crate::report::{CaseReport, ContestantReport, Figure, Goal, Unit};
use crate::statistics::Sample;

/// What one run of a contestant came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// Acknowledged requests a second.
    pub(crate) per_second: f64,
    /// Every request that was answered, warm-up included.
    pub(crate) answered: u64,
    pub(crate) refused: u64,
    /// Requests that went through the spool, because PostgreSQL took too long; only the service has one.
    pub(crate) spooled: u64,
    pub(crate) cpu: Split,
}

impl Run {
    pub(crate) fn of(tally: &Tally, cpu: Split) -> Self {
        Self {
            per_second: tally.per_second(),
            answered: tally.answered(),
            refused: tally.refused(),
            spooled: 0,
            cpu,
        }
    }

    pub(crate) const fn with_spooled(self, spooled: u64) -> Self {
        Self { spooled, ..self }
    }
}

type Contestant<'a> = Box<dyn FnMut() -> anyhow::Result<Run> + 'a>;

/// Who runs against whom.
#[derive(Default)]
pub(crate) struct LineUp<'a> {
    names: Vec<String>,
    contestants: Vec<Contestant<'a>>,
}

/// A contestant of a line-up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seat(usize);

/// The runs of every round, in the order of the line-up.
pub(crate) struct Played {
    names: Vec<String>,
    rounds: Vec<Vec<Run>>,
}

impl<'a> LineUp<'a> {
    pub(crate) fn enter(&mut self, name: impl Into<String>, run: impl FnMut() -> anyhow::Result<Run> + 'a) -> Seat {
        self.names.push(name.into());
        self.contestants.push(Box::new(run));
        Seat(self.contestants.len() - 1)
    }

    /// Lets everybody run once without counting it.
    pub(crate) fn warm_up(&mut self) -> anyhow::Result<()> {
        for (name, run) in self.names.iter().zip(&mut self.contestants) {
            eprintln!("  warming up: {name}");
            run()?;
        }
        Ok(())
    }

    /// Plays so many rounds; at least one.
    pub(crate) fn play(mut self, rounds: u32) -> anyhow::Result<Played> {
        let count = self.contestants.len();
        let mut played = Vec::new();
        for round in 0..rounds as usize {
            let mut runs = Vec::new();
            for turn in 0..count {
                let seat = (round + turn) % count;
                eprintln!("  round {} of {rounds}: {}", round + 1, self.names[seat]);
                runs.push((seat, self.contestants[seat]()?));
            }
            runs.sort_unstable_by_key(|(seat, _)| *seat);
            played.push(runs.into_iter().map(|(_, run)| run).collect());
        }
        Ok(Played {
            names: self.names,
            rounds: played,
        })
    }
}

impl Played {
    /// Runs that were played in another way than in turns, each round in the order of the names.
    pub(crate) fn of<const N: usize>(names: [String; N], rounds: Vec<[Run; N]>) -> (Self, [Seat; N]) {
        let played = Self {
            names: names.into(),
            rounds: rounds.into_iter().map(Vec::from).collect(),
        };
        (played, std::array::from_fn(Seat))
    }

    /// A number of a contestant in each round.
    fn sample(&self, seat: Seat, number: impl Fn(&Run) -> f64) -> Sample {
        Sample::of(self.rounds.iter().map(|runs| number(&runs[seat.0])).collect())
    }

    /// How many times as fast a contestant was as the fastest of others in the same round.
    pub(crate) fn ratio(&self, what: &str, of: Seat, against: &[Seat], goal: Option<Goal>) -> Figure {
        let ratio = |runs: &Vec<Run>| {
            let best = against.iter().map(|seat| runs[seat.0].per_second);
            runs[of.0].per_second / best.fold(f64::MIN_POSITIVE, f64::max)
        };
        Figure {
            what: what.to_owned(),
            unit: Unit::Ratio,
            value: Sample::of(self.rounds.iter().map(ratio).collect()),
            goal,
        }
    }

    /// What each contestant did, with the figures that were made of it.
    pub(crate) fn report(&self, case: &'static str, figures: Vec<Figure>) -> CaseReport {
        let contestants = self.names.iter().enumerate().map(|(index, name)| {
            let seat = Seat(index);
            #[expect(clippy::cast_precision_loss, reason = "a count of requests is far below 2⁵³")]
            let micros =
                |share: fn(&Split) -> f64| self.sample(seat, |run| share(&run.cpu) * 1e6 / run.answered.max(1) as f64);
            ContestantReport {
                name: name.clone(),
                per_second: self.sample(seat, |run| run.per_second),
                served_us: micros(|cpu| cpu.served),
                postgres_us: micros(|cpu| cpu.postgres),
                generator_us: micros(|cpu| cpu.generator),
                idle_percent: self.sample(seat, |run| run.cpu.idle * 100.0),
                refused: self.rounds.iter().map(|runs| runs[index].refused).sum(),
                spooled: self.rounds.iter().map(|runs| runs[index].spooled).sum(),
            }
        });
        CaseReport {
            case,
            contestants: contestants.collect(),
            figures,
            notes: Vec::new(),
        }
    }
}

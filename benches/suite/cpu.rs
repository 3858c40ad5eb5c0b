//! Who has used the processors: the service or a peer, PostgreSQL, the generator; and what was left over.

use std::fs;

use anyhow::Context as _;

/// Whose time is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meter {
    /// The service or the peer; none when pgbench is one, which counts as generator.
    pub(crate) served: Option<u32>,
    /// None while PostgreSQL is stopped.
    pub(crate) postmaster: Option<u32>,
}

/// Times so far, in clock ticks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    served: u64,
    postgres: u64,
    generator: u64,
    idle: u64,
    all: u64,
}

/// Times of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Split {
    /// CPU seconds.
    pub(crate) served: f64,
    pub(crate) postgres: f64,
    pub(crate) generator: f64,
    /// The share of the machine that nobody used, from 0 to 1.
    pub(crate) idle: f64,
}

impl Meter {
    pub(crate) fn read(self) -> anyhow::Result<Reading> {
        let stat = fs::read_to_string("/proc/stat")?;
        let all = stat.lines().next().context("/proc/stat")?;
        let all: Vec<u64> = all
            .split_whitespace()
            .skip(1)
            .filter_map(|ticks| ticks.parse().ok())
            .collect();
        Ok(Reading {
            served: self.served.map_or(Ok(0), family)?,
            postgres: self.postmaster.map_or(Ok(0), family)?,
            generator: Process::read(std::process::id())?.ticks(),
            // Idle, and idle while a disk is waited for.
            idle: all.iter().skip(3).take(2).sum(),
            // What guests use is in `user` already.
            all: all.iter().take(8).sum(),
        })
    }
}

impl Reading {
    /// What has been used between the two readings.
    pub(crate) fn until(self, later: Self) -> Split {
        #[expect(clippy::cast_precision_loss, reason = "ticks of a run are far below 2⁵³")]
        let between = |from: u64, to: u64| to.saturating_sub(from) as f64;
        let ticks_per_second = between(0, rustix::param::clock_ticks_per_second());
        let seconds = |from: u64, to: u64| between(from, to) / ticks_per_second;
        Split {
            served: seconds(self.served, later.served),
            postgres: seconds(self.postgres, later.postgres),
            generator: seconds(self.generator, later.generator),
            idle: between(self.idle, later.idle) / between(self.all, later.all).max(1.0),
        }
    }
}

/// A process as `/proc` knows it.
#[derive(Debug, Clone, Copy)]
struct Process {
    parent: u32,
    own: u64,
    /// Of children that have ended.
    reaped: u64,
}

impl Process {
    fn read(pid: u32) -> anyhow::Result<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        Self::parse(&stat).with_context(|| format!("/proc/{pid}/stat"))
    }

    fn parse(stat: &str) -> Option<Self> {
        // The name in parentheses may hold anything.
        let (_, behind) = stat.rsplit_once(") ")?;
        let fields: Vec<&str> = behind.split(' ').collect();
        let ticks = |index: usize| fields.get(index)?.parse::<u64>().ok();
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            own: ticks(11)? + ticks(12)?,
            reaped: ticks(13)? + ticks(14)?,
        })
    }

    const fn ticks(self) -> u64 {
        self.own + self.reaped
    }
}

/// A process and its children.
fn family(pid: u32) -> anyhow::Result<u64> {
    let children = fs::read_dir("/proc")?.flatten().filter_map(|entry| {
        let child = entry.file_name().to_str()?.parse().ok()?;
        // It may have ended meanwhile, and is its parent's then.
        Process::read(child).ok().filter(|it| it.parent == pid)
    });
    let children: u64 = children.map(Process::ticks).sum();
    Ok(Process::read(pid)?.ticks() + children)
}

//! A replica of the service: its configuration and data directory, and whatever process runs on them now.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::findings::Findings;
use crate::harness::{Connection, Service, Site, eventually, get};
use crate::oracle::{Fleet, aftermath};

/// A start may take this long, also after `kill -9`.
const START_MAX: Duration = Duration::from_secs(5);

/// A service that is told to end does so within this.
const DRAIN_MAX: Duration = Duration::from_secs(25);

/// How long a look at its readiness may take.
const LOOK_MAX: Duration = Duration::from_secs(5);

/// A replica.
#[derive(Debug)]
pub(crate) struct Replica {
    pub(crate) site: Site,
    pub(crate) index: usize,
    fleet: Arc<Fleet>,
    service: Option<Service>,
}

impl Replica {
    /// Starts one that need not be ready yet.
    pub(crate) fn start(site: Site, index: usize, fleet: &Arc<Fleet>) -> Self {
        let mut replica = Self {
            site,
            index,
            fleet: fleet.clone(),
            service: None,
        };
        replica.service = Some(replica.site.serve_unready());
        fleet.started(index, replica.service().public);
        replica
    }

    /// The process that runs now.
    pub(crate) fn service(&self) -> &Service {
        self.service.as_ref().expect("a replica that was started")
    }

    pub(crate) fn wait_until_ready(&self) {
        eventually("the replica is ready", || {
            (get("/readyz").send(self.service().public).status == 200).then_some(())
        });
    }

    /// Kills it as a power cut would, and looks at what it had to say.
    pub(crate) fn kill(&mut self, findings: &mut Findings) {
        self.fleet.set_open(self.index, false);
        let mut service = self.service.take().expect("a replica that was started");
        aftermath::check_alive(&mut service, findings);
        service.process.kill();
        aftermath::check_log(&service, findings);
    }

    /// Starts it after its end. It has to serve soon, whatever it left behind.
    pub(crate) fn start_again(&mut self, findings: &mut Findings) {
        let begun = Instant::now();
        self.service = Some(self.site.serve_unready());
        eventually("the replica lives", || {
            (get("/healthz").send(self.service().public).status == 200).then_some(())
        });
        let took = begun.elapsed();
        findings.expect("start", took <= START_MAX, || {
            format!(
                "replica {} took {took:?} to start, expected at most {START_MAX:?}",
                self.index
            )
        });
        self.fleet.started(self.index, self.service().public);
    }

    /// Tells it to end, and waits until it has: in order and in time. Says whether it was seen to want no more traffic
    /// while it still served.
    pub(crate) fn end(&mut self, findings: &mut Findings) -> bool {
        let begun = Instant::now();
        let mut service = self.service.take().expect("a replica that was started");
        service.process.signal(Signal::TERM);
        // A load balancer looks at it ten times a second or so.
        let saw_red = eventually("the replica wants no more traffic, or is gone", || {
            if service.process.has_ended().is_some() {
                return Some(false);
            }
            match ready_status(&service) {
                Some(200) => None,
                Some(_) => Some(true),
                None => Some(false),
            }
        });
        self.fleet.set_open(self.index, false);
        let status = service.process.ended();
        let took = begun.elapsed();
        findings.expect("drain", status.code() == Some(0), || {
            format!("replica {} ended with {status}, expected 0", self.index)
        });
        findings.expect("drain", took <= DRAIN_MAX, || {
            format!(
                "replica {} took {took:?} to end, expected at most {DRAIN_MAX:?}",
                self.index
            )
        });
        aftermath::check_log(&service, findings);
        saw_red
    }

    /// Looks whether it still runs, at the end of a round.
    pub(crate) fn check_alive(&mut self, findings: &mut Findings) {
        let service = self.service.as_mut().expect("a replica that was started");
        aftermath::check_alive(service, findings);
        aftermath::check_log(service, findings);
    }

    /// The files of its spool, in the order of their names.
    pub(crate) fn spool_files(&self) -> Vec<PathBuf> {
        let folder = fs::read_dir(self.site.data_dir().join("spool"));
        // Without the folder there are no files either.
        let mut files: Vec<PathBuf> = folder
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "spool"));
        files.sort();
        files
    }

    /// The names of the records that it set aside.
    pub(crate) fn set_aside(&self) -> Vec<String> {
        let folder = fs::read_dir(self.site.data_dir().join("spool/aside"));
        let entries = folder.into_iter().flatten().flatten();
        entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect()
    }

    /// Its open files.
    pub(crate) fn descriptors(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.service().process.pid().as_raw_nonzero());
        fs::read_dir(folder).expect("a running process").count()
    }

    /// The memory that it takes, in KiB.
    pub(crate) fn resident_kib(&self) -> u64 {
        let file = format!("/proc/{}/status", self.service().process.pid().as_raw_nonzero());
        let status = fs::read_to_string(file).expect("a running process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        number.expect("Linux says it")
    }
}

/// What its readiness says; nothing when nobody answers.
fn ready_status(service: &Service) -> Option<u16> {
    let mut connection = Connection::try_open(service.public, LOOK_MAX).ok()?;
    let answer = connection.try_exchange(&get("/readyz")).ok()?;
    Some(answer.status)
}

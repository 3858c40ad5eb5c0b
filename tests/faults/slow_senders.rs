//! Row 9: connections that say little, slowly or nothing, and more of them than there are descriptors.

use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::dice::round_length;
use crate::harness::{Connection, Site, get};
use crate::oracle::Allowed;
use crate::round::Round;
use crate::server::Server;
use crate::slow_reader::SlowReader;

/// The descriptors that each service gets, and the idle connections that want them.
const DESCRIPTORS: &str = "512:512";
const IDLERS: usize = 10_000;

/// Descriptors that this process keeps for its own load.
const DESCRIPTORS_OF_THE_LOAD: usize = 500;

/// Probes of a round, and how long one may take: the 200 ms that are promised and what a shared machine may add.
const PROBES: usize = 100;
const PROBE_MAX: Duration = Duration::from_secs(1);

/// How much more memory a replica may take for all of them, in KiB.
const MEMORY_GROWTH_MAX_KIB: u64 = 128 * 1024;

/// Connections whose answers are read a byte at a time.
const SLOW_READERS: usize = 4;

/// The service waits this long for a head, for a body, and for a reader of its answers.
const HEAD_WAIT: Duration = Duration::from_secs(30);
const BODY_WAIT: Duration = Duration::from_secs(15);
const READER_WAIT: Duration = Duration::from_secs(30);

/// Between two bytes of a slow body.
const BYTE_EVERY: Duration = Duration::from_secs(5);

#[test]
#[ignore = "takes its time: make faults"]
fn slow_senders_lock_nobody_out() {
    let server = Server::start();
    let sites = (0..2)
        .map(|_| {
            let mut site = Site::on_url(&server.url());
            site.launcher = vec!["prlimit".to_owned(), format!("--nofile={DESCRIPTORS}")];
            site
        })
        .collect();
    // A service without descriptors asks idle connections to leave, which may be one that is about to be used.
    let mut round = Round::on("9 slow senders", Allowed::BrokenConnections, server, sites);
    round.set_strangers();
    let memory = round.replicas[0].resident_kib();
    let address = round.replicas[0].service().public;

    round.begin_fault("slow readers");
    let readers: Result<Vec<_>, _> = (0..SLOW_READERS).map(|_| SlowReader::open(address)).collect();
    let mut readers = readers.expect("connections");
    round.begin_fault("slow");
    let idlers = IDLERS.min(descriptors().saturating_sub(DESCRIPTORS_OF_THE_LOAD));
    if idlers < IDLERS {
        round.not_run(format!(
            "only {idlers} idle connections: this process may not open more files"
        ));
    }
    // Those that find no place are closed; the others stay. A probe after each group keeps them from being nothing but a
    // flood, which would be turned away before it is accepted.
    let mut idling = Vec::new();
    let mut times = Vec::new();
    for probe in 1..=PROBES {
        let so_far = idlers * probe / PROBES;
        idling.extend((idling.len()..so_far).filter_map(|_| Connection::try_open(address, HEAD_WAIT).ok()));
        for reader in &mut readers {
            reader.read_byte().expect("a slow reader gets its answers");
        }
        let begun = Instant::now();
        assert_eq!(get("/healthz").send(address).status, 200);
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let p99 = times[PROBES * 99 / 100];
    println!(
        "  probes beside {} idle connections and {SLOW_READERS} slow readers: median {:?}, p99 {p99:?}",
        idling.len(),
        times[PROBES / 2]
    );
    round.findings.expect("probe", p99 <= PROBE_MAX, || {
        format!("the p99 of probes was {p99:?}, expected at most {PROBE_MAX:?}")
    });
    let grown = round.replicas[0].resident_kib().saturating_sub(memory);
    println!("  memory grew by {grown} KiB");
    round.findings.expect("memory", grown <= MEMORY_GROWTH_MAX_KIB, || {
        format!("memory grew by {grown} KiB, expected at most {MEMORY_GROWTH_MAX_KIB}")
    });
    drop((idling, readers));
    round.end_fault();
    round.judge();
}

#[test]
#[ignore = "takes its time: make faults"]
fn slow_senders_are_closed_by_their_time_outs() {
    let name = "9 time-outs of slow senders";
    if round_length() < HEAD_WAIT {
        println!("\n{name}\n  not run: the time-outs are of 30 s; FAULTS_SECONDS=30 waits for them");
        return;
    }
    let mut round = Round::begin(name);
    round.set_strangers();
    let address = round.replicas[0].service().public;
    round.begin_fault("slow");
    let begun = Instant::now();
    let mut silent = Connection::open(address);
    let mut half_sent = Connection::open(address);
    half_sent.write(b"GET /click/spring HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    let mut body = Connection::open(address);
    body.write(b"POST /postback/acme HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n");
    while begun.elapsed() < BODY_WAIT {
        body.write(b"x");
        round.go_on_for(BYTE_EVERY);
    }
    let answer = body.read_to_end();
    round
        .findings
        .expect("time-out", answer.starts_with("HTTP/1.1 400"), || {
            format!("a body that took longer than {BODY_WAIT:?}: expected a 400, got {answer:?}")
        });
    for (what, connection) in [("silent", &mut silent), ("half-sent", &mut half_sent)] {
        connection.read_to_end();
        let took = begun.elapsed();
        println!("  the {what} connection was closed after {took:.1?}");
        round.findings.expect("time-out", took >= BODY_WAIT, || {
            format!("the {what} connection was closed after {took:?}, expected {HEAD_WAIT:?}")
        });
    }
    let mut unread = SlowReader::open(address).expect("a connection");
    round.go_on_for(READER_WAIT + BYTE_EVERY);
    round.findings.expect("time-out", unread.is_closed(), || {
        format!("a connection whose answers were not read for {READER_WAIT:?} is still open")
    });
    round.end_fault();
    round.judge();
}

/// How many files this process may open, after it has asked for as many as it may have.
fn descriptors() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    let current = if setrlimit(Resource::Nofile, raised).is_ok() {
        limit.maximum
    } else {
        limit.current
    };
    current
        .and_then(|most| usize::try_from(most).ok())
        .unwrap_or(usize::MAX)
}

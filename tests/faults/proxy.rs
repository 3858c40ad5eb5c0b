//! A TCP proxy between the service and PostgreSQL that breaks what passes through it.
//!
//! It knows as much of the protocol as it needs to tell when PostgreSQL has said that a transaction is committed:
//! messages have a kind and a length, and `ReadyForQuery` ends every answer and says whether a transaction is open.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

/// What happens to what passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It passes.
    Pass,
    /// So many answers that end a transaction are kept back, one in a few, and their connections closed: what they
    /// acknowledge is committed, but nobody hears of it.
    CutCommits { left: u32 },
    /// Nothing passes any more and nobody is told: connections stay open, also new ones.
    HalfOpen,
    /// Connections are closed, new ones at once.
    Refuse,
}

/// Of so many answers that end a transaction one is kept back: what is repeated has to get through now and then.
const CUT_ONE_IN: u32 = 5;

/// A running proxy. It listens as long as the process lives.
#[derive(Debug)]
pub(crate) struct Proxy {
    port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    mode: Mode,
    open: Vec<Arc<Pair>>,
    commits: u32,
    commits_cut: u32,
}

/// A connection of the service and its counterpart at PostgreSQL.
#[derive(Debug)]
struct Pair {
    service: TcpStream,
    postgres: TcpStream,
    is_silent: Mutex<bool>,
}

impl Pair {
    fn close(&self) {
        for end in [&self.service, &self.postgres] {
            // It may be closed already.
            end.shutdown(Shutdown::Both).ok();
        }
    }

    /// From now on nothing passes.
    fn silence(&self) {
        *self.is_silent.lock().expect("no panic with the lock") = true;
    }

    fn is_silent(&self) -> bool {
        *self.is_silent.lock().expect("no panic with the lock")
    }
}

impl Proxy {
    /// One in front of the server at a port.
    pub(crate) fn start(server_port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("a bound socket").port();
        let state = Arc::new(Mutex::new(State {
            mode: Mode::Pass,
            open: Vec::new(),
            commits: 0,
            commits_cut: 0,
        }));
        let shared = state.clone();
        thread::spawn(move || {
            for service in listener.incoming().flatten() {
                connect(service, server_port, &shared);
            }
        });
        Self { port, state }
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn set(&self, mode: Mode) {
        let mut state = lock(&self.state);
        state.mode = mode;
        match mode {
            Mode::Pass | Mode::CutCommits { .. } => {}
            Mode::HalfOpen => state.open.iter().for_each(|pair| pair.silence()),
            Mode::Refuse => state.open.drain(..).for_each(|pair| pair.close()),
        }
    }

    /// How many answers that end a transaction were kept back.
    pub(crate) fn commits_cut(&self) -> u32 {
        lock(&self.state).commits_cut
    }

    /// Closes the connections that went silent, as keep-alive does in the end.
    pub(crate) fn forget_silent(&self) {
        for pair in lock(&self.state).open.iter().filter(|pair| pair.is_silent()) {
            pair.close();
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("no panic with the lock")
}

fn connect(service: TcpStream, server_port: u16, state: &Arc<Mutex<State>>) {
    let mode = lock(state).mode;
    if mode == Mode::Refuse {
        return;
    }
    // A server that is away refuses, and so does this.
    let Ok(postgres) = TcpStream::connect((Ipv4Addr::LOCALHOST, server_port)) else {
        return;
    };
    for end in [&service, &postgres] {
        end.set_nodelay(true).expect("a socket option");
    }
    let pair = Arc::new(Pair {
        service,
        postgres,
        is_silent: Mutex::new(mode == Mode::HalfOpen),
    });
    lock(state).open.push(pair.clone());
    let other = pair.clone();
    thread::spawn(move || pass_requests(&other));
    let state = state.clone();
    thread::spawn(move || pass_answers(&pair, &state));
}

/// From the service to PostgreSQL.
fn pass_requests(pair: &Pair) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(read @ 1..) = (&pair.service).read(&mut bytes) {
        // Read and thrown away: the kernel at the other end acknowledges it, as one behind a dead line would not, but
        // neither says that anything is wrong.
        if !pair.is_silent() && (&pair.postgres).write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    if !pair.is_silent() {
        pair.close();
    }
}

/// From PostgreSQL to the service, message by message.
fn pass_answers(pair: &Pair, state: &Mutex<State>) {
    let mut answer = Answer::default();
    let mut bytes = [0; 16 * 1024];
    while let Ok(read @ 1..) = (&pair.postgres).read(&mut bytes) {
        let ends_transaction = answer.take(&bytes[..read]);
        if pair.is_silent() {
            continue;
        }
        if ends_transaction && is_to_be_cut(state) {
            break;
        }
        if (&pair.service).write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    if !pair.is_silent() {
        pair.close();
    }
}

fn is_to_be_cut(state: &Mutex<State>) -> bool {
    let mut state = lock(state);
    state.commits += 1;
    let is_turn = state.commits.is_multiple_of(CUT_ONE_IN);
    match &mut state.mode {
        Mode::CutCommits { left } if *left > 0 && is_turn => {
            *left -= 1;
            state.commits_cut += 1;
            true
        }
        Mode::CutCommits { .. } | Mode::Pass | Mode::HalfOpen | Mode::Refuse => false,
    }
}

/// The messages of PostgreSQL, as far as they have come.
#[derive(Debug, Default)]
struct Answer {
    unread: Vec<u8>,
    has_written: bool,
}

impl Answer {
    /// Takes what has come; says whether it holds the end of a transaction that wrote something.
    fn take(&mut self, bytes: &[u8]) -> bool {
        self.unread.extend_from_slice(bytes);
        let mut ends_transaction = false;
        while let Some((kind, body)) = self.next_message() {
            match kind {
                // CommandComplete. A statement that writes may call itself a SELECT when its writing is inside.
                b'C' => self.has_written |= !body.starts_with(b"SET") && !body.starts_with(b"BEGIN"),
                // ReadyForQuery, with no transaction open.
                b'Z' if body == b"I" => ends_transaction |= std::mem::take(&mut self.has_written),
                _ => {}
            }
        }
        ends_transaction
    }

    fn next_message(&mut self) -> Option<(u8, Vec<u8>)> {
        let head: [u8; 5] = self.unread.get(..5)?.try_into().ok()?;
        let [kind, length @ ..] = head;
        // The length counts itself, but not the kind.
        let end = usize::try_from(u32::from_be_bytes(length)).expect("a length") + 1;
        if self.unread.len() < end {
            return None;
        }
        let message: Vec<u8> = self.unread.drain(..end).collect();
        Some((kind, message[5..].to_vec()))
    }
}

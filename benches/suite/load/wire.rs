//! The generator's connections: kept alive, one request in flight on each.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, Timespec, epoll, poll};

use super::answer::{Kind, Outcome, read};
use super::{ANSWER_WAIT_MAX, LOOK_EVERY};

/// Bytes of an answer at most.
const ANSWER_BYTES_MAX: usize = 4096;

/// Connections to one server, and what says which of them have something to read.
pub(super) struct Wire {
    epoll: OwnedFd,
    events: Vec<epoll::Event>,
    connections: Vec<Connection>,
}

#[derive(Debug)]
struct Connection {
    stream: TcpStream,
    unread: Box<[u8; ANSWER_BYTES_MAX]>,
    filled: usize,
    /// What the request in flight asks for; none while there is no request.
    asked: Option<Kind>,
}

/// What is asked for, and the bytes that ask for it.
pub(super) type Request<'r> = (Kind, &'r [u8]);

/// An answer that has come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answered {
    pub(super) connection: usize,
    pub(super) kind: Kind,
    pub(super) outcome: Outcome,
}

impl Wire {
    /// Opens so many connections.
    pub(super) fn connect(to: SocketAddr, count: usize) -> anyhow::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let mut connections = Vec::with_capacity(count);
        for number in 0..count {
            let stream =
                TcpStream::connect_timeout(&to, ANSWER_WAIT_MAX).with_context(|| format!("connecting to {to}"))?;
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            let data = epoll::EventData::new_u64(number as u64);
            epoll::add(&epoll, &stream, data, epoll::EventFlags::IN)?;
            connections.push(Connection {
                stream,
                unread: Box::new([0; ANSWER_BYTES_MAX]),
                filled: 0,
                asked: None,
            });
        }
        Ok(Self {
            epoll,
            events: Vec::with_capacity(count),
            connections,
        })
    }

    /// Sends a request over a connection that has none in flight.
    pub(super) fn send(&mut self, connection: usize, request: Request<'_>) -> anyhow::Result<()> {
        self.connections[connection].send(request)
    }

    /// Waits for answers, at most for `limit`. `next` gets each of them and says what is sent over its connection at once, so
    /// that the server has work while the other answers are read.
    pub(super) fn wait<'r>(
        &mut self,
        limit: Duration,
        mut next: impl FnMut(Answered) -> Option<Request<'r>>,
    ) -> anyhow::Result<()> {
        self.events.clear();
        let mut left = limit;
        if limit < LOOK_EVERY {
            // epoll counts in milliseconds, which is too coarse for an open loop; ppoll does not.
            let mut epoll = [PollFd::new(&self.epoll, PollFlags::IN)];
            retry(|| poll(&mut epoll, Some(&timespec(limit)?)))?;
            left = Duration::ZERO;
        }
        let Self { epoll, events, .. } = self;
        retry(|| epoll::wait(&*epoll, spare_capacity(events), Some(&timespec(left)?)))?;
        for event in &self.events {
            let index = usize::try_from(event.data.u64())?;
            let connection = &mut self.connections[index];
            let Some((kind, outcome)) = connection.receive()? else {
                continue;
            };
            let answered = Answered {
                connection: index,
                kind,
                outcome,
            };
            if let Some(request) = next(answered) {
                connection.send(request)?;
            }
        }
        Ok(())
    }
}

impl Connection {
    fn send(&mut self, (kind, request): Request<'_>) -> anyhow::Result<()> {
        let written = self.stream.write(request).context("sending a request")?;
        // A socket's buffer that holds nothing takes a request at once.
        ensure!(
            written == request.len(),
            "the socket took {written} bytes of {}",
            request.len()
        );
        self.asked = Some(kind);
        Ok(())
    }

    /// Reads what is there; the answer when it is complete.
    fn receive(&mut self) -> anyhow::Result<Option<(Kind, Outcome)>> {
        match self.stream.read(&mut self.unread[self.filled..]) {
            Ok(0) => bail!("the server closed a connection"),
            Ok(read) => self.filled += read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(error).context("reading an answer"),
        }
        let kind = self.asked.context("an answer that nobody asked for")?;
        let Some(outcome) = read(&self.unread[..self.filled], kind)? else {
            ensure!(
                self.filled < ANSWER_BYTES_MAX,
                "an answer of more than {ANSWER_BYTES_MAX} bytes"
            );
            return Ok(None);
        };
        self.filled = 0;
        self.asked = None;
        Ok(Some((kind, outcome)))
    }
}

fn timespec(duration: Duration) -> rustix::io::Result<Timespec> {
    Timespec::try_from(duration).map_err(|_| rustix::io::Errno::INVAL)
}

/// A signal only interrupts a wait: the flag that it sets is looked at elsewhere.
fn retry<T>(mut call: impl FnMut() -> rustix::io::Result<T>) -> rustix::io::Result<T> {
    loop {
        match call() {
            Err(rustix::io::Errno::INTR) => {}
            outcome => return outcome,
        }
    }
}

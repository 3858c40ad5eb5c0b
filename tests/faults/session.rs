//! A session with PostgreSQL that stays as it is: to hold a lock, or only a connection.
//!
//! It speaks just enough of the protocol for that: <https://www.postgresql.org/docs/current/protocol-flow.html>.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};

use crate::harness::EVENT_WAIT_MAX;

/// Version 3.0 of the protocol.
const PROTOCOL: u32 = 3 << 16;

/// An open session. It ends with this value, and PostgreSQL rolls back what it did.
#[derive(Debug)]
pub(crate) struct Session(TcpStream);

impl Session {
    /// Opens one. An error is PostgreSQL's refusal, such as that there are too many.
    pub(crate) fn open(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(EVENT_WAIT_MAX))?;
        let mut session = Self(stream);
        let parameters = b"user\0postgres\0database\0postgres\0application_name\0faults\0\0";
        let startup = [&PROTOCOL.to_be_bytes()[..], parameters].concat();
        session.0.write_all(&length_of(&startup))?;
        session.0.write_all(&startup)?;
        session.wait_until_ready()?;
        Ok(session)
    }

    /// Runs statements.
    pub(crate) fn run(&mut self, sql: &str) {
        let text = [sql.as_bytes(), b"\0"].concat();
        let message = [&b"Q"[..], &length_of(&text), &text].concat();
        let sent = self.0.write_all(&message).and_then(|()| self.wait_until_ready());
        sent.unwrap_or_else(|error| panic!("{error} in {sql}"));
    }

    /// Reads messages up to `ReadyForQuery`.
    fn wait_until_ready(&mut self) -> io::Result<()> {
        let mut failure = None;
        loop {
            let mut head = [0; 5];
            if let Err(closed) = self.0.read_exact(&mut head) {
                return Err(failure.unwrap_or(closed));
            }
            let [kind, length @ ..] = head;
            let length = u32::from_be_bytes(length).saturating_sub(4);
            let mut body = vec![0; usize::try_from(length).expect("a length")];
            self.0.read_exact(&mut body)?;
            match kind {
                b'Z' => return failure.map_or(Ok(()), Err),
                b'E' => failure = Some(io::Error::other(String::from_utf8_lossy(&body).replace('\0', " "))),
                _ => {}
            }
        }
    }
}

/// The length of a message, which counts itself.
fn length_of(message: &[u8]) -> [u8; 4] {
    u32::try_from(message.len() + 4).expect("a short message").to_be_bytes()
}

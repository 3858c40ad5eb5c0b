//! A client that sends more than it reads: its answers fill the buffers until the service has to wait for it.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use rustix::net::sockopt::set_socket_recv_buffer_size;
use rustix::net::{AddressFamily, SocketType, connect, socket};

/// Bytes of each of two values that a redirect hands on, each byte as the three of its percent-encoding: few requests then
/// fill the buffers with answers.
const VALUE_BYTES: usize = 1024;

/// What its own kernel may hold of unread answers; the service's then holds little more.
const UNREAD_BYTES_MAX: usize = 4096;

/// Requests that one sends at most: their answers are more than any buffers hold.
const REQUESTS_MAX: usize = 20_000;

/// A service that takes nothing for so long waits for its answers to be read.
const FULL_AFTER: Duration = Duration::from_millis(500);

/// How long an answer is waited for.
const ANSWER_WAIT_MAX: Duration = Duration::from_secs(10);

/// A connection that the service waits for.
#[derive(Debug)]
pub(crate) struct SlowReader {
    stream: TcpStream,
    request: String,
}

impl SlowReader {
    pub(crate) fn open(address: SocketAddr) -> io::Result<Self> {
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None)?;
        set_socket_recv_buffer_size(&socket, UNREAD_BYTES_MAX)?;
        connect(&socket, &address)?;
        let stream = TcpStream::from(socket);
        stream.set_write_timeout(Some(FULL_AFTER))?;
        stream.set_read_timeout(Some(ANSWER_WAIT_MAX))?;
        let value = "%".repeat(VALUE_BYTES);
        // HEAD redirects and stores nothing.
        let request = format!("HEAD /click/spring?affiliate={value}&sub1={value} HTTP/1.1\r\nHost: x\r\n\r\n");
        let mut reader = Self { stream, request };
        let sent = (0..REQUESTS_MAX).take_while(|_| reader.send().is_ok()).count();
        println!("  a slow reader sent {sent} requests until the service waited for it");
        Ok(reader)
    }

    /// Whether the service has given it up.
    pub(crate) fn is_closed(&mut self) -> bool {
        let is_full = |error: &io::Error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
        self.send().is_err_and(|error| !is_full(&error))
    }

    fn send(&mut self) -> io::Result<()> {
        self.stream.write_all(self.request.as_bytes())
    }

    /// Reads a single byte of its answers.
    pub(crate) fn read_byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.stream.read_exact(&mut byte)?;
        Ok(byte[0])
    }
}

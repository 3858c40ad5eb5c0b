//! A client that writes exactly the bytes a test asks for.

use std::fmt::{self, Write as _};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use super::EVENT_WAIT_MAX;

/// A request on its way.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// A request without a body.
pub(crate) fn request(method: &str, target: impl Into<String>) -> Request {
    Request {
        method: method.to_owned(),
        target: target.into(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

pub(crate) fn get(target: impl Into<String>) -> Request {
    request("GET", target)
}

pub(crate) fn post(target: impl Into<String>, content_type: &str, body: impl Into<Vec<u8>>) -> Request {
    let mut post = request("POST", target).header("Content-Type", content_type);
    post.body = body.into();
    post
}

impl Request {
    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same without a header field.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(said, _)| said != name);
        self
    }

    /// The same with another value of a header field.
    pub(crate) fn changed(self, name: &str, value: &str) -> Self {
        self.without(name).header(name, value)
    }

    /// The same with another body, whatever its headers say of it.
    pub(crate) fn with_body(mut self, body: &str) -> Self {
        self.body = body.as_bytes().to_vec();
        self
    }

    /// The same query at another path.
    pub(crate) fn to(mut self, path: &str) -> Self {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        self.target = format!("{path}?{query}");
        self
    }

    /// The request as it is written: `Host` and `Content-Length` are added unless a test says otherwise.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        let says = |name: &str| self.headers.iter().any(|(said, _)| said.eq_ignore_ascii_case(name));
        if !says("host") {
            text.push_str("Host: postback.example\r\n");
        }
        if (!self.body.is_empty() || self.method == "POST") && !says("content-length") && !says("transfer-encoding") {
            write!(text, "Content-Length: {}\r\n", self.body.len()).expect("memory");
        }
        for (name, value) in &self.headers {
            write!(text, "{name}: {value}\r\n").expect("memory");
        }
        text.push_str("\r\n");
        [text.as_bytes(), &self.body].concat()
    }

    /// Sends it over a connection of its own.
    pub(crate) fn send(&self, to: SocketAddr) -> Answer {
        Connection::open(to).exchange(self)
    }
}

/// An answer.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The one value of a header field.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(said, _)| said.eq_ignore_ascii_case(name));
        let value = values.next().map(|(_, value)| value.as_str());
        assert!(values.next().is_none(), "{name} is there once: {:?}", self.headers);
        value
    }

    /// The click id behind `cid=` in its redirect.
    pub(crate) fn click_id(&self) -> &str {
        let location = self
            .header("location")
            .unwrap_or_else(|| panic!("a redirect: {self:?}"));
        let id = location
            .split(['?', '&', '#'])
            .find_map(|pair| pair.strip_prefix("cid="));
        id.unwrap_or_else(|| panic!("cid= in {location}"))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("bodies are UTF-8")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = String::from_utf8_lossy(&self.body);
        write!(f, "{} {:?} {body}", self.status, self.headers)
    }
}

/// A connection that is kept open.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(to: SocketAddr) -> Self {
        Self::try_open(to, EVENT_WAIT_MAX).unwrap_or_else(|error| panic!("{to} takes connections: {error}"))
    }

    /// One that waits no longer than `wait_max` for anything.
    pub(crate) fn try_open(to: SocketAddr, wait_max: Duration) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&to, wait_max)?;
        stream.set_read_timeout(Some(wait_max))?;
        stream.set_write_timeout(Some(wait_max))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            unread: Vec::new(),
        })
    }

    pub(crate) fn exchange(&mut self, request: &Request) -> Answer {
        self.try_exchange(request)
            .unwrap_or_else(|error| panic!("no answer: {error}"))
    }

    /// Sends a request; an error says why there was no answer.
    pub(crate) fn try_exchange(&mut self, request: &Request) -> io::Result<Answer> {
        self.try_write(&request.bytes())?;
        self.try_read_answer(&request.method)
    }

    /// Writes bytes. A server that refuses early may close before it has read them all: its answer is what counts.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.try_write(bytes)
            .unwrap_or_else(|error| panic!("cannot write: {error}"));
    }

    fn try_write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.stream.write_all(bytes) {
            Err(error) if !matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset) => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Says that nothing more comes.
    pub(crate) fn end_writing(&self) {
        self.stream.shutdown(Shutdown::Write).expect("an open connection");
    }

    /// Reads one answer.
    pub(crate) fn read_answer(&mut self, method: &str) -> Answer {
        self.try_read_answer(method)
            .unwrap_or_else(|error| panic!("no answer: {error}"))
    }

    fn try_read_answer(&mut self, method: &str) -> io::Result<Answer> {
        let head_end = loop {
            if let Some(at) = self.unread.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break at;
            }
            if !self.read_more()? {
                return Err(ended(format!("closed before an answer: {:?}", self.unread)));
            }
        };
        let head = String::from_utf8(self.unread.drain(..head_end + 4).collect()).expect("a head of text");
        let mut lines = head.lines();
        let status_line = lines.next().expect("a status line");
        let status = status_line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        let mut answer = Answer {
            status: status.unwrap_or_else(|| panic!("a status: {status_line}")),
            headers,
            body: Vec::new(),
        };
        let length = answer
            .header("content-length")
            .map(|length| length.parse().expect("a length"));
        assert!(answer.header("transfer-encoding").is_none(), "answers say their length");
        let length: usize = if method == "HEAD" { 0 } else { length.unwrap_or(0) };
        while self.unread.len() < length {
            if !self.read_more()? {
                return Err(ended(format!("closed within a body: {answer:?}")));
            }
        }
        answer.body = self.unread.drain(..length).collect();
        Ok(answer)
    }

    /// Waits until the server has closed the connection, without having said anything more.
    pub(crate) fn expect_end(&mut self) {
        let more = self.read_more().unwrap_or_else(|error| panic!("no end: {error}"));
        assert!(
            !more,
            "the connection ends: {:?}",
            String::from_utf8_lossy(&self.unread)
        );
        assert!(self.unread.is_empty(), "nothing is left over");
    }

    /// Everything that comes until the server closes.
    pub(crate) fn read_to_end(&mut self) -> String {
        while self.read_more().unwrap_or_else(|error| panic!("no end: {error}")) {}
        String::from_utf8_lossy(&self.unread).into_owned()
    }

    /// Reads what comes next; `false` when the server has closed.
    fn read_more(&mut self) -> io::Result<bool> {
        let mut bytes = [0; 16 * 1024];
        match self.stream.read(&mut bytes) {
            Ok(0) => Ok(false),
            Ok(read) => {
                self.unread.extend_from_slice(&bytes[..read]);
                Ok(true)
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn ended(how: String) -> io::Error {
    io::Error::new(ErrorKind::UnexpectedEof, how)
}

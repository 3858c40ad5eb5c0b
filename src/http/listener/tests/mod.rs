//! A server on a real socket, with limits short enough that a test can wait for their end.

mod draining;
mod limits;
mod serving;

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::{Drain, DrainReport, Limits, Server};

/// What a test waits for when it waits for a time-out.
const SHORT: Duration = Duration::from_millis(50);
/// What never ends within a test. A test that would wait for it hangs, and is cut by [`finished`].
const LONG: Duration = Duration::from_mins(10);

/// Nothing ends by itself.
const PATIENT: Limits = Limits {
    connections_max: 100,
    head: LONG,
    write: LONG,
    linger: LONG,
    last_call: SHORT,
};

const GET: &str = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";

struct Running {
    address: SocketAddr,
    drain: Drain,
    report: JoinHandle<DrainReport>,
}

async fn serve(router: Router, limits: Limits) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let drain = Drain::new();
    let report = tokio::spawn(Server::new(listener, router, limits, drain.clone()).run());
    Running { address, drain, report }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn connect_and_send(&self, bytes: &str) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(bytes.as_bytes()).await.unwrap();
        stream
    }
}

/// The result of something that ends soon, or the test fails instead of hanging.
async fn finished<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(30), future)
        .await
        .expect("it should have ended long ago")
}

/// All that comes until the server closes.
async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    finished(stream.read_to_string(&mut text)).await.unwrap();
    text
}

/// Reads until `end` has come, and leaves the connection open.
async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    while !text.ends_with(end) {
        text.push(char::from(finished(stream.read_u8()).await.unwrap()));
    }
    text
}

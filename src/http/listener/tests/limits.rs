use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::get;
use tokio::io::{AsyncReadExt, Interest};
use tokio::sync::Notify;

use super::*;

fn hello() -> Router {
    Router::new().route("/", get(|| async { "hello" }))
}

#[tokio::test]
async fn a_connection_that_sends_nothing_is_closed() {
    let server = serve(hello(), Limits { head: SHORT, ..PATIENT }).await;

    let mut stream = server.connect().await;

    assert_eq!(read_to_end(&mut stream).await, "");
}

#[tokio::test]
async fn half_a_head_is_closed() {
    let server = serve(hello(), Limits { head: SHORT, ..PATIENT }).await;

    let mut stream = server.connect_and_send("GET / HTTP/1.1\r\nHo").await;

    assert_eq!(read_to_end(&mut stream).await, "");
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_its_answer() {
    let server = serve(hello(), Limits { head: SHORT, ..PATIENT }).await;

    let mut stream = server.connect_and_send(GET).await;

    assert!(read_to_end(&mut stream).await.ends_with("hello"));
}

#[tokio::test]
async fn a_running_request_outlives_the_time_out_of_heads() {
    let gate = Arc::new(Notify::new());
    let opened = Arc::clone(&gate);
    let router = hello().route("/slow", get(|| async move { opened.notified().await }));
    let server = serve(router, Limits { head: SHORT, ..PATIENT }).await;

    let mut slow = server
        .connect_and_send("GET /slow HTTP/1.1\r\nHost: test\r\n\r\n")
        .await;
    // That this one has been closed shows that the time-out has passed for the other too.
    let mut silent = server.connect().await;
    read_to_end(&mut silent).await;
    gate.notify_one();

    assert!(read_to_end(&mut slow).await.starts_with("HTTP/1.1 200"));
}

/// More than any socket's buffers hold.
const LARGE_BYTES: usize = 256 * 1024 * 1024;

/// Tells when the server no longer holds the body.
struct Watched {
    bytes: Vec<u8>,
    dropped: Arc<Notify>,
}

impl AsRef<[u8]> for Watched {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.dropped.notify_one();
    }
}

fn large_answer() -> (Router, Arc<Notify>) {
    let dropped = Arc::new(Notify::new());
    let notify = Arc::clone(&dropped);
    let answer = move || {
        let watched = Watched {
            bytes: vec![0; LARGE_BYTES],
            dropped: Arc::clone(&notify),
        };
        async { Body::from(Bytes::from_owner(watched)) }
    };
    (Router::new().route("/", get(answer)), dropped)
}

#[tokio::test]
async fn a_peer_that_does_not_read_is_reset() {
    let (router, dropped) = large_answer();
    let server = serve(
        router,
        Limits {
            write: SHORT,
            ..PATIENT
        },
    )
    .await;

    let stream = server.connect_and_send(GET).await;

    finished(dropped.notified()).await;
    finished(stream.ready(Interest::ERROR)).await.unwrap();
}

/// The whole answer takes far longer than the time-out, though bytes move all the time.
#[tokio::test]
async fn a_peer_that_reads_little_by_little_is_reset() {
    let (router, _dropped) = large_answer();
    let server = serve(
        router,
        Limits {
            write: SHORT,
            ..PATIENT
        },
    )
    .await;

    let mut stream = server.connect_and_send(GET).await;
    let mut received_bytes = 0;
    let mut little = [0; 1024];
    let read_all = async {
        while let Ok(read_bytes @ 1..) = stream.read(&mut little).await {
            received_bytes += read_bytes;
        }
    };
    finished(read_all).await;

    assert!(received_bytes < LARGE_BYTES, "{received_bytes}");
}

#[tokio::test]
async fn no_more_connections_are_open_than_allowed() {
    let (running, peak) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let highest = Arc::clone(&peak);
    let count = move || {
        let (running, peak) = (Arc::clone(&running), Arc::clone(&peak));
        async move {
            peak.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            running.fetch_sub(1, Ordering::SeqCst);
        }
    };
    let server = serve(
        Router::new().route("/", get(count)),
        Limits {
            connections_max: 3,
            ..PATIENT
        },
    )
    .await;

    let mut streams = Vec::new();
    for _ in 0..20 {
        streams.push(
            server
                .connect_and_send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
                .await,
        );
    }
    for mut stream in streams {
        assert!(read_to_end(&mut stream).await.starts_with("HTTP/1.1 200"));
    }

    let highest = highest.load(Ordering::SeqCst);
    assert!((1..=3).contains(&highest), "{highest} at once");
}

#[tokio::test]
async fn connections_that_are_idle_make_room_for_one_that_is_not() {
    let server = serve(
        hello(),
        Limits {
            connections_max: 4,
            ..PATIENT
        },
    )
    .await;
    let mut oldest = server.connect().await;
    let mut idle = Vec::new();
    for _ in 0..50 {
        idle.push(server.connect_and_send("GET").await);
    }

    let mut newcomer = server.connect_and_send(GET).await;

    read_until(&mut newcomer, "hello").await;
    assert_eq!(read_to_end(&mut oldest).await, "");
}

#[tokio::test]
async fn a_full_house_lets_the_next_one_in_when_a_request_has_ended() {
    let gate = Arc::new(Notify::new());
    let opened = Arc::clone(&gate);
    let router = hello().route("/slow", get(|| async move { opened.notified().await }));
    let server = serve(
        router,
        Limits {
            connections_max: 1,
            ..PATIENT
        },
    )
    .await;
    let mut slow = server
        .connect_and_send("GET /slow HTTP/1.1\r\nHost: test\r\n\r\n")
        .await;
    let mut waiting = server.connect_and_send(GET).await;

    gate.notify_one();

    assert!(read_to_end(&mut slow).await.starts_with("HTTP/1.1 200"));
    read_until(&mut waiting, "hello").await;
}

#[test]
fn the_cap_leaves_the_reserved_descriptors_to_others() {
    for (descriptors_max, connections_max) in [(1_000_000, 10_000), (1_024, 824), (100, 1)] {
        let limits = Limits::default().within_descriptors(descriptors_max, 200);
        assert_eq!(limits.connections_max, connections_max);
    }
}

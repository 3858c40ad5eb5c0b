use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use tokio::sync::Notify;

use super::*;

/// `/` answers at once; `/slow` says that it has begun and answers when it may.
struct Gate {
    begun: Arc<Notify>,
    open: Arc<Notify>,
}

const SLOW: &str = "GET /slow HTTP/1.1\r\nHost: test\r\n\r\n";

fn gated() -> (Router, Gate) {
    let gate = Gate {
        begun: Arc::new(Notify::new()),
        open: Arc::new(Notify::new()),
    };
    let (begun, open) = (Arc::clone(&gate.begun), Arc::clone(&gate.open));
    let slow = || async move {
        begun.notify_one();
        open.notified().await;
        "slow"
    };
    (
        Router::new()
            .route("/", get(|| async { "hello" }))
            .route("/slow", get(slow)),
        gate,
    )
}

#[tokio::test]
async fn while_draining_old_and_new_connections_are_served_and_told_to_close() {
    let (router, _gate) = gated();
    let server = serve(router, PATIENT).await;
    let mut old = server.connect_and_send(GET).await;
    read_until(&mut old, "hello").await;

    server.drain.begin();

    assert!(server.drain.is_draining());
    old.write_all(GET.as_bytes()).await.unwrap();
    let mut new = server.connect_and_send(GET).await;
    for stream in [&mut old, &mut new] {
        let answer = read_until(stream, "hello").await;
        assert!(answer.contains("connection: close"), "{answer}");
        assert_eq!(read_to_end(stream).await, "");
    }
}

#[tokio::test]
async fn a_running_request_is_finished_while_others_are_closed() {
    let (router, gate) = gated();
    let server = serve(router, PATIENT).await;
    let mut running = server.connect_and_send(SLOW).await;
    finished(gate.begun.notified()).await;
    let mut idle = server.connect_and_send(GET).await;
    read_until(&mut idle, "hello").await;
    let mut silent = server.connect().await;
    let mut half_sent = server.connect_and_send("GET / HT").await;
    let mut next_half_sent = server.connect_and_send(&format!("{GET}GET / HT")).await;
    read_until(&mut next_half_sent, "hello").await;

    server.drain.stop(LONG);

    for stream in [&mut idle, &mut silent, &mut half_sent, &mut next_half_sent] {
        assert_eq!(read_to_end(stream).await, "");
    }
    gate.open.notify_one();
    let answer = read_to_end(&mut running).await;
    assert!(
        answer.contains("connection: close") && answer.ends_with("slow"),
        "{answer}"
    );
    drop(running);
    assert_eq!(
        finished(server.report).await.unwrap(),
        DrainReport { connections_cut: 0 }
    );
}

#[tokio::test]
async fn a_request_that_was_under_way_at_the_stop_is_served() {
    let (router, _gate) = gated();
    let server = serve(
        router,
        Limits {
            last_call: LONG,
            ..PATIENT
        },
    )
    .await;
    let mut half_sent = server.connect_and_send("GET / HTTP/1.1\r\n").await;
    let mut idle = server.connect_and_send(GET).await;
    read_until(&mut idle, "hello").await;

    server.drain.stop(LONG);
    half_sent.write_all(b"\r\n").await.unwrap();
    idle.write_all(GET.as_bytes()).await.unwrap();

    for mut stream in [half_sent, idle] {
        assert!(read_to_end(&mut stream).await.ends_with("hello"));
    }
    assert_eq!(
        finished(server.report).await.unwrap(),
        DrainReport { connections_cut: 0 }
    );
}

#[tokio::test]
async fn who_waits_in_the_backlog_at_the_stop_is_served() {
    let (router, _gate) = gated();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let drain = Drain::new();
    let server = Server::new(listener, router, PATIENT, drain.clone());
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(GET.as_bytes()).await.unwrap();

    drain.stop(LONG);
    let report = tokio::spawn(server.run());

    assert!(read_to_end(&mut stream).await.ends_with("hello"));
    drop(stream);
    assert_eq!(finished(report).await.unwrap(), DrainReport { connections_cut: 0 });
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn what_is_still_running_at_the_deadline_is_cut_and_reported() {
    let (router, gate) = gated();
    let server = serve(router, PATIENT).await;
    let mut running = server.connect_and_send(SLOW).await;
    finished(gate.begun.notified()).await;

    server.drain.stop(SHORT);

    assert_eq!(
        finished(server.report).await.unwrap(),
        DrainReport { connections_cut: 1 }
    );
    assert_eq!(read_to_end(&mut running).await, "");
}

#[tokio::test]
async fn the_first_stop_sets_the_deadline() {
    let (router, gate) = gated();
    let server = serve(router, PATIENT).await;
    let _running = server.connect_and_send(SLOW).await;
    finished(gate.begun.notified()).await;

    server.drain.stop(SHORT);
    server.drain.stop(LONG);
    server.drain.begin();

    assert_eq!(
        finished(server.report).await.unwrap(),
        DrainReport { connections_cut: 1 }
    );
}

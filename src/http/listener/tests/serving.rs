use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Uri};
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

fn hello() -> Router {
    Router::new().route("/", get(|| async { "hello" }))
}

#[tokio::test]
async fn a_request_carries_its_peers_address() {
    let router = Router::new().route(
        "/",
        get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() }),
    );
    let server = serve(router, PATIENT).await;

    let mut stream = server.connect_and_send(GET).await;

    let own_address = stream.local_addr().unwrap().to_string();
    read_until(&mut stream, &own_address).await;
}

#[tokio::test]
async fn two_pipelined_requests_are_both_answered() {
    let server = serve(hello(), PATIENT).await;

    let mut stream = server.connect_and_send(&GET.repeat(2)).await;

    let first = read_until(&mut stream, "hello").await;
    assert!(!first.contains("connection: close"), "{first}");
    read_until(&mut stream, "hello").await;
}

#[tokio::test]
async fn a_request_is_answered_after_its_sender_closed_its_half() {
    let server = serve(hello(), PATIENT).await;

    let mut stream = server.connect_and_send(GET).await;
    stream.shutdown().await.unwrap();

    assert!(read_to_end(&mut stream).await.ends_with("hello"));
}

#[tokio::test]
async fn a_head_over_our_own_limits_reaches_the_router() {
    let measure =
        |uri: Uri, headers: HeaderMap| async move { format!("{} {}!", uri.to_string().len(), headers["x"].len()) };
    let server = serve(Router::new().fallback(measure), PATIENT).await;

    let (target, header) = ("a".repeat(64_999), "b".repeat(40_000));
    let mut stream = server
        .connect_and_send(&format!("GET /{target} HTTP/1.1\r\nX: {header}\r\n\r\n"))
        .await;

    assert!(read_until(&mut stream, "!").await.ends_with("65000 40000!"));
}

#[tokio::test]
async fn a_head_beyond_every_limit_is_refused_by_the_parser() {
    let server = serve(hello(), PATIENT).await;
    let too_long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(65_534));
    let too_large = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "b".repeat(140_000));
    let too_many = format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(101));

    for (request, status) in [(too_long, "414"), (too_large, "431"), (too_many, "431")] {
        let mut stream = server.connect_and_send(&request).await;
        stream.shutdown().await.unwrap();
        let answer = read_to_end(&mut stream).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
    }
}

#[tokio::test]
async fn a_hundred_headers_are_let_through() {
    let server = serve(hello(), PATIENT).await;

    let mut stream = server
        .connect_and_send(&format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(100)))
        .await;

    assert!(read_until(&mut stream, "hello").await.starts_with("HTTP/1.1 200"));
}

/// Without lingering the unread body would reset the connection under the answer.
#[tokio::test]
async fn a_refusal_arrives_although_the_body_is_still_being_sent() {
    let server = serve(Router::new().route("/", post(|| async { "no" })), PATIENT).await;
    let body = Bytes::from(vec![b'x'; 8 * 1024 * 1024]);
    let head = format!(
        "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );

    let stream = server.connect_and_send(&head).await;
    let (mut answers, mut requests) = stream.into_split();
    let sent = tokio::spawn(async move { requests.write_all(&body).await });
    finished(sent).await.unwrap().unwrap();

    let mut answer = String::new();
    finished(answers.read_to_string(&mut answer)).await.unwrap();
    assert!(answer.ends_with("no"), "{answer}");
}

async fn panic_on_purpose() {
    panic!("on purpose")
}

#[tokio::test]
async fn a_panic_ends_only_its_own_connection() {
    let router = hello().route("/panic", get(panic_on_purpose));
    let server = serve(router, PATIENT).await;

    let mut unlucky = server
        .connect_and_send("GET /panic HTTP/1.1\r\nHost: test\r\n\r\n")
        .await;
    assert_eq!(read_to_end(&mut unlucky).await, "");

    let mut next = server.connect_and_send(GET).await;
    read_until(&mut next, "hello").await;
}

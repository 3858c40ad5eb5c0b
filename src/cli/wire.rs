//! A small HTTP/1.1 client for the commands that talk to a running service.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use http::header::HOST;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longest time that one exchange may take.
const EXCHANGE_MAX: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// An answer.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Sends one request over a connection of its own.
pub(super) async fn call(
    address: SocketAddr,
    method: Method,
    target: &str,
    headers: &[(HeaderName, HeaderValue)],
    body: &str,
) -> anyhow::Result<Answer> {
    let body = Bytes::copy_from_slice(body.as_bytes());
    call_at(&address.to_string(), method, target, headers, body).await
}

/// The same to a host of a name or an address, with its port.
pub(super) async fn call_at(
    authority: &str,
    method: Method,
    target: &str,
    headers: &[(HeaderName, HeaderValue)],
    body: Bytes,
) -> anyhow::Result<Answer> {
    let exchange = async {
        let stream = TcpStream::connect(authority)
            .await
            .with_context(|| format!("{authority} does not answer"))?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let mut request = Request::builder().method(method).uri(target).header(HOST, authority);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(body))?;
        let exchange = async {
            let response = sender.send_request(request).await?;
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, ANSWER_BYTES_MAX)
                .collect()
                .await
                .map_err(anyhow::Error::from_boxed)?;
            anyhow::Ok(Answer {
                status: parts.status,
                headers: parts.headers,
                body: body.to_bytes(),
            })
        };
        // The connection is driven as long as the exchange needs it.
        tokio::select! {
            answer = exchange => answer,
            ended = connection => {
                ended?;
                anyhow::bail!("{authority} closed the connection without an answer")
            }
        }
    };
    timeout(EXCHANGE_MAX, exchange)
        .await
        .with_context(|| format!("{authority} took longer than 10 s"))?
}

/// The address to call for a listener that listens on every address.
pub(super) fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    SocketAddr::new(ip, listen.port())
}

//! One connection: HTTP/1.1 by hyper, the router behind it, the peer's address and an id on each request, and `Connection: close` on
//! the answers of a connection that has to go.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, header};
use axum::response::Response;
use axum::routing::future::RouteFuture;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::Service;
use tracing::debug;

use crate::http::access::Access;

use super::seat::{HeadTimer, Seat};
use super::socket::Socket;
use super::{Drain, Limits};

/// The longest head that hyper reads: a target of 64 KiB and 32 KiB of headers with some room, so that a request over
/// our own, lower limits still reaches the layers that refuse it with a problem. Beyond this hyper answers 431, and 414
/// to a target over 65,534 bytes, both without a body. It also bounds a connection's buffers, but only roughly: they grow
/// by doubling.
const HEAD_BYTES_MAX: usize = 128 * 1024;

/// Serves a connection to its end. Dropping the future cuts it, with the request that is running.
pub(super) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    seat: Arc<Seat>,
    router: Router,
    drain: Drain,
    limits: Limits,
) {
    let socket = Socket::new(stream, limits.write, limits.linger);
    let requests = Requests {
        router,
        peer,
        seat: Arc::clone(&seat),
        drain,
    };
    // `max_headers` is left at hyper's 100, which is the contract's: set, it would cost an allocation per request.
    let connection = http1::Builder::new()
        .half_close(true)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_header_size(HEAD_BYTES_MAX)
        .timer(HeadTimer {
            seat: Arc::clone(&seat),
        })
        .header_read_timeout(limits.head)
        .serve_connection(TokioIo::new(socket), requests);
    let mut connection = pin!(connection);
    // Biased, so that bytes which have arrived are read before the connection is asked to go.
    let served = tokio::select! {
        biased;
        served = connection.as_mut() => served,
        () = seat.asked_to_leave() => connection.await,
    };
    if let Err(error) = served {
        // Time-outs, resets, malformed heads: the peer's doing, and its answer if there is one has been sent.
        debug!(error = &error as &dyn std::error::Error, "a connection ended early");
    }
}

/// The requests of one connection.
struct Requests {
    router: Router,
    peer: SocketAddr,
    seat: Arc<Seat>,
    drain: Drain,
}

impl hyper::service::Service<Request<Incoming>> for Requests {
    type Response = Response;
    type Error = Infallible;
    type Future = Answer;

    fn call(&self, mut request: Request<Incoming>) -> Answer {
        request.extensions_mut().insert(ConnectInfo(self.peer));
        let access = Access::begin(&mut request);
        // A router is always ready, so it need not be asked first.
        let route = self.router.clone().call(request);
        Answer {
            route,
            access,
            seat: Arc::clone(&self.seat),
            drain: self.drain.clone(),
        }
    }
}

pin_project_lite::pin_project! {
    /// A response on its way, which learns at the end whether the connection may stay.
    struct Answer {
        #[pin]
        route: RouteFuture<Infallible>,
        access: Access,
        seat: Arc<Seat>,
        drain: Drain,
    }
}

impl Future for Answer {
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Ok(mut response) = ready!(this.route.poll(cx));
        this.access.end(&mut response);
        if this.drain.is_draining() || this.seat.is_leaving() {
            // hyper closes the connection itself after a response that says so.
            response
                .headers_mut()
                .insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        Poll::Ready(Ok(response))
    }
}

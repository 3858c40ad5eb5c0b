//! A TCP stream that does not wait for ever for its peer to read, and that closes without tearing up the last answer.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// How much of what nobody will read is thrown away per system call.
const DISCARDED_AT_ONCE_BYTES: usize = 4096;

/// The stream under hyper.
///
/// **Writing** is bounded as a whole, not per call: from the first write that found the kernel's buffer full until all
/// that hyper has buffered is written. A time-out that starts again with each byte of progress would let a peer that
/// reads a byte at a time stay for hours.
///
/// **Shutting down** lingers: closing a socket that holds unread bytes resets it, and the reset may overtake the answer
/// (a `413` to a body that is still being sent). So after our end is closed, what comes is discarded until the peer
/// closes too or `linger` is over.
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    write: Duration,
    linger: Duration,
    write_overdue: Option<Pin<Box<Sleep>>>,
    linger_over: Option<Pin<Box<Sleep>>>,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, write: Duration, linger: Duration) -> Self {
        Self {
            stream,
            write,
            linger,
            write_overdue: None,
            linger_over: None,
        }
    }

    /// The result of a write, once it is there or the peer has been too slow.
    fn poll_written(&mut self, written: Poll<io::Result<usize>>, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            return written;
        }
        let overdue = self.write_overdue.get_or_insert_with(|| Box::pin(sleep(self.write)));
        ready!(overdue.as_mut().poll(cx));
        // What the peer did not read is worthless now: without this the kernel would keep it for minutes.
        match self.stream.set_zero_linger() {
            // The stream is dropped next in both cases; a failure costs only that memory.
            Ok(()) | Err(_) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.poll_written(written, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.poll_written(written, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// hyper flushes when it has written all it had.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write_overdue = None;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self {
            stream,
            linger,
            linger_over,
            ..
        } = &mut *self;
        if linger_over.is_none() {
            ready!(Pin::new(&mut *stream).poll_shutdown(cx))?;
        }
        let linger_over = linger_over.get_or_insert_with(|| Box::pin(sleep(*linger)));
        // The time is looked at before the bytes: a peer that sends without a pause uses up the task's budget, under
        // which no timer ends.
        if linger_over.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Ok(()));
        }
        loop {
            let mut bytes = [MaybeUninit::uninit(); DISCARDED_AT_ONCE_BYTES];
            let mut discarded = ReadBuf::uninit(&mut bytes);
            let read = ready!(Pin::new(&mut *stream).poll_read(cx, &mut discarded));
            // The answer has been sent: an error says only that the peer is gone.
            if read.is_err() || discarded.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

//! The server's end of a connection: every byte is counted, and every wait has an end.
//!
//! hyper has one timer for reading a head, and it also ends idle keep-alive connections: a poll slower than it would
//! have to reconnect. So the waits are told apart here: a head is due soon, the next request is not.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::line::Line;

/// Sets up the socket of a client that was just accepted. Small messages leave at once. The kernel holds at most about
/// `send_buffer_bytes` for a client that does not read: left alone it would take megabytes, an hour of prices, before
/// anybody noticed. A client that acknowledges nothing for `full` is dropped by the kernel (Linux; elsewhere only by the
/// limit on a full socket).
///
/// # Errors
/// When the client is gone already.
pub fn prepare_client(client: &TcpStream, send_buffer_bytes: usize, full: Duration) -> io::Result<()> {
    client.set_nodelay(true)?;
    let socket = SockRef::from(client);
    drop_unheard(&socket, full)?;
    socket.set_send_buffer_size(send_buffer_bytes)
}

/// `TCP_USER_TIMEOUT` (RFC 5482).
#[cfg(target_os = "linux")]
fn drop_unheard(socket: &SockRef<'_>, full: Duration) -> io::Result<()> {
    socket.set_tcp_user_timeout(Some(full))
}

#[cfg(not(target_os = "linux"))]
fn drop_unheard(_: &SockRef<'_>, _: Duration) -> io::Result<()> {
    Ok(())
}

/// A socket whose bytes and waits are known to a [`Line`].
///
/// Errors: reading and writing fail with [`io::ErrorKind::TimedOut`] when a limit of the line's times has passed.
#[derive(Debug)]
pub struct Socket<S> {
    inner: S,
    line: Arc<Line>,
    // Made when first needed and dropped when not: an open stream waits for nothing and pays for no timer.
    silence: Option<Pin<Box<Sleep>>>,
    full: Option<Pin<Box<Sleep>>>,
}

impl<S> Socket<S> {
    /// The server's end of `inner`.
    pub fn new(inner: S, line: Arc<Line>) -> Self {
        Self { inner, line, silence: None, full: None }
    }

    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let Some(until) = self.line.read_until() else {
            self.silence = None;
            return Poll::Pending;
        };
        let timer = self.silence.get_or_insert_with(|| Box::pin(sleep_until(until)));
        if timer.deadline() != until {
            timer.as_mut().reset(until);
        }
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, "the client sent no whole request in time"))
    }

    fn poll_full(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let limit = self.line.full_max();
        let timer = self.full.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + limit)));
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, "the client took no byte for too long"))
    }

    fn wrote(&mut self, result: io::Result<usize>) -> Poll<io::Result<usize>> {
        self.full = None;
        if let Ok(bytes) = result {
            self.line.wrote(bytes);
        }
        Poll::Ready(result)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Socket<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        match Pin::new(&mut self.inner).poll_read(cx, buf) {
            Poll::Ready(result) => {
                let bytes = buf.filled().len() - before;
                if bytes > 0 {
                    self.line.read(bytes);
                }
                Poll::Ready(result)
            }
            Poll::Pending => self.poll_silence(cx).map(Err),
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Socket<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.inner).poll_write(cx, buf) {
            Poll::Ready(result) => self.wrote(result),
            Poll::Pending => self.poll_full(cx).map(Err),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.inner).poll_write_vectored(cx, bufs) {
            Poll::Ready(result) => self.wrote(result),
            Poll::Pending => self.poll_full(cx).map(Err),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

//! Words for what hyper refuses by itself.
//!
//! What is no request at all never reaches a route: hyper answers it with a bare status and closes. The client shall
//! still read what was wrong, so that one answer is replaced on its way to the socket.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::http::StatusCode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use transport::Problem;

/// A connection on which hyper's own refusals are replaced by problems.
#[derive(Debug)]
pub(crate) struct Explained<S> {
    inner: S,
    /// What is being written in place of a refusal, and how much of it was.
    words: Option<(Vec<u8>, usize)>,
}

impl<S> Explained<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self { inner, words: None }
    }
}

/// The status of an answer that hyper made: a whole head without a body, and without what `door` puts on every one of
/// ours.
fn own_refusal(bytes: &[u8]) -> Option<StatusCode> {
    let head = std::str::from_utf8(bytes).ok()?;
    let made_by_hyper = head.ends_with("\r\n\r\n") && !head.contains("x-content-type-options");
    let status = head.strip_prefix("HTTP/1.1 4").filter(|_| made_by_hyper)?.get(..2)?;
    StatusCode::from_bytes(format!("4{status}").as_bytes()).ok()
}

fn problem(status: StatusCode) -> Problem {
    match status {
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Problem::new(
            status,
            "the request head is too large",
            "send fewer or shorter headers (limit `header_bytes`, and at most 100 headers)",
        ),
        StatusCode::URI_TOO_LONG => {
            Problem::new(status, "the request target is too long", "shorten it (limit `url_bytes`)")
        }
        _ => Problem::new(
            status,
            "this is no HTTP/1.1 request",
            "check its first line and its headers (RFC 9112)",
        ),
    }
}

/// A whole answer that is written by hand: the connection closes after it.
pub(crate) fn answer(problem: &Problem, headers: &str) -> Vec<u8> {
    let (status, body) = (problem.status(), problem.json());
    format!(
        "HTTP/1.1 {status}\r\n{headers}connection: close\r\ncontent-type: application/problem+json\r\n\
         cache-control: no-store\r\nx-content-type-options: nosniff\r\ncontent-length: {}\r\n\r\n{body}",
        body.len(),
    )
    .into_bytes()
}

impl<S: AsyncRead + Unpin> AsyncRead for Explained<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Explained<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let Self { inner, words } = &mut *self;
        if words.is_none() {
            *words = own_refusal(buf).map(|status| (answer(&problem(status), ""), 0));
        }
        let Some((answer, written)) = words else { return Pin::new(inner).poll_write(cx, buf) };
        while *written < answer.len() {
            *written += ready!(Pin::new(&mut *inner).poll_write(cx, &answer[*written..]))?;
        }
        *words = None;
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // A refusal is one slice: it has no body.
        match bufs {
            [head] if self.words.is_some() || own_refusal(head).is_some() => self.poll_write(cx, head),
            _ => Pin::new(&mut self.inner).poll_write_vectored(cx, bufs),
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

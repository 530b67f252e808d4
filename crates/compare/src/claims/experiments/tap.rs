//! A connection that notes when bytes pass, how many, and which way: what a radio or a round trip is counted from.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;
use wire::{Connect, Connecting, Io, TcpConnect};

/// Bytes that passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Touch {
    pub(super) at: Instant,
    pub(super) way: Direction,
    pub(super) bytes: usize,
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// A connection was made; no bytes of ours.
    Connect,
    /// To the server.
    Up,
    /// From the server.
    Down,
}

/// TCP whose bytes are noted. Cloning shares the notes, which are bounded by what one experiment sends.
#[derive(Clone, Debug, Default)]
pub(super) struct Tap(Arc<Mutex<Vec<Touch>>>);

impl Tap {
    /// What has passed, in order.
    pub(super) fn touches(&self) -> Vec<Touch> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, way: Direction, bytes: usize) {
        let touch = Touch { at: Instant::now(), way, bytes };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(touch);
    }
}

impl Connect for Tap {
    fn connect(&self, authority: String) -> Connecting {
        let tap = self.clone();
        Box::pin(async move {
            let inner = TcpConnect.connect(authority).await?;
            tap.note(Direction::Connect, 0);
            Ok(Box::new(Tapped { inner, tap }) as Box<dyn Io>)
        })
    }
}

struct Tapped {
    inner: Box<dyn Io>,
    tap: Tap,
}

impl AsyncRead for Tapped {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = Pin::new(&mut self.inner).poll_read(cx, buf);
        let bytes = buf.filled().len() - before;
        if bytes > 0 {
            self.tap.note(Direction::Down, bytes);
        }
        result
    }
}

impl AsyncWrite for Tapped {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write(cx, buf);
        if let Poll::Ready(Ok(bytes)) = result {
            self.tap.note(Direction::Up, bytes);
        }
        result
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

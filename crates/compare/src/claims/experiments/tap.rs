//! A connection that notes when bytes pass, how many, and which way: what a radio or a round trip is counted from.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;
use wire::{Connect, Connecting, Io, TcpConnect, Watch, Watched};

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
            Ok(Box::new(Watched { inner, watch: tap }) as Box<dyn Io>)
        })
    }
}

impl Watch for Tap {
    fn up(&self, bytes: usize) {
        self.note(Direction::Up, bytes);
    }

    fn down(&self, bytes: usize) {
        self.note(Direction::Down, bytes);
    }
}

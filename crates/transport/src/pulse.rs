//! Signs of life on a stream: a silence that lasts too long, and a ping that must be answered.

use std::pin::Pin;
use std::time::Duration;

use futures_util::future::OptionFuture;
use tokio::time::{Instant, Interval, Sleep, interval_at, sleep};

use crate::limits::Limits;

/// How long nothing was sent.
#[derive(Debug)]
pub struct Silence {
    timer: Pin<Box<Sleep>>,
    max: Duration,
}

impl Silence {
    /// A silence that begins now and may last `heartbeat_ms`.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let max = Duration::from_millis(limits.heartbeat_ms);
        Self { timer: Box::pin(sleep(max)), max }
    }

    /// Something was sent.
    pub fn broken(&mut self) {
        self.timer.as_mut().reset(Instant::now() + self.max);
    }

    /// Resolves when it has lasted too long, and begins anew. Cancelling it loses nothing.
    pub async fn over(&mut self) {
        self.timer.as_mut().await;
        self.broken();
    }
}

/// Pings and their pongs (RFC 6455 5.5.2): how a peer is noticed that is gone without a word.
#[derive(Debug)]
pub struct Pings {
    next: Interval,
    pong: Option<Pin<Box<Sleep>>>,
    pong_within: Duration,
}

/// What [`Pings`] ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ping {
    /// Send a ping.
    Send,
    /// The pong did not come within `pong_ms`: the peer is gone.
    Unanswered,
}

impl Pings {
    /// Pings every `ping_ms`, the first in one such time.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let every = Duration::from_millis(limits.ping_ms);
        let pong_within = Duration::from_millis(limits.pong_ms);
        Self { next: interval_at(Instant::now() + every, every), pong: None, pong_within }
    }

    /// A pong came.
    pub fn answered(&mut self) {
        self.pong = None;
    }

    /// Waits until something is due. Cancelling it loses nothing.
    pub async fn due(&mut self) -> Ping {
        tokio::select! {
            Some(()) = OptionFuture::from(self.pong.as_mut()) => Ping::Unanswered,
            _ = self.next.tick() => {
                self.pong.get_or_insert_with(|| Box::pin(sleep(self.pong_within)));
                Ping::Send
            }
        }
    }
}

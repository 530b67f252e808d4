//! The control block of one connection: whom it serves now, and what it is waiting for.
//!
//! The socket knows bytes but not requests, the handler knows the request but not its bytes. They meet here. Bytes
//! that were read belong to the request whose head they hold: they wait until that request is known.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::account::Account;

/// How long a connection may take over what.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// From being accepted to a whole request head, and from the first byte of any later head to its end.
    pub head: Duration,
    /// From the end of an answer to the first byte of the next request.
    pub idle: Duration,
    /// A socket that takes no byte for so long is dropped.
    pub full: Duration,
}

/// One connection, as its socket and its handlers see it.
#[derive(Debug)]
pub struct Line {
    times: Times,
    state: Mutex<State>,
    /// Bytes read that no request has claimed yet.
    unclaimed: AtomicU64,
    upgraded: AtomicBool,
}

#[derive(Debug)]
struct State {
    account: Arc<Account>,
    waits: Waits,
}

#[derive(Clone, Copy, Debug)]
enum Waits {
    Head { until: Instant },
    Next { until: Instant },
    Answer,
}

impl Line {
    /// A connection that was just accepted; until a request is known its bytes go to `account`.
    #[must_use]
    pub fn new(times: Times, account: Arc<Account>) -> Self {
        account.connected();
        let waits = Waits::Head { until: Instant::now() + times.head };
        let state = Mutex::new(State { account, waits });
        Self { times, state, unclaimed: AtomicU64::new(0), upgraded: AtomicBool::new(false) }
    }

    /// A request head was read: from here to [`Line::answered`] nothing is expected from the client.
    pub fn asked(&self) {
        self.state().waits = Waits::Answer;
    }

    /// The request, and with it the bytes of its head and of its answer, is `account`'s.
    pub fn serve(&self, account: Arc<Account>) {
        account.asked();
        account.up(self.unclaimed.swap(0, Relaxed));
        let mut state = self.state();
        if !Arc::ptr_eq(&state.account, &account) {
            state.account.disconnected();
            account.connected();
            state.account = account;
        }
    }

    /// The answer is whole: the next request may take its time.
    pub fn answered(&self) {
        self.state().waits = Waits::Next { until: Instant::now() + self.times.idle };
    }

    /// The connection left HTTP: what is read from now on belongs to the same account.
    pub fn upgraded(&self) {
        self.upgraded.store(true, Relaxed);
        self.state().waits = Waits::Answer;
    }

    /// How long a full socket may stay full.
    #[must_use]
    pub fn full_max(&self) -> Duration {
        self.times.full
    }

    pub(crate) fn read(&self, bytes: usize) {
        let mut state = self.state();
        if let Waits::Next { .. } = state.waits {
            state.waits = Waits::Head { until: Instant::now() + self.times.head };
        }
        if self.upgraded.load(Relaxed) {
            state.account.up(bytes as u64);
        } else {
            self.unclaimed.fetch_add(bytes as u64, Relaxed);
        }
    }

    pub(crate) fn wrote(&self, bytes: usize) {
        let state = self.state();
        state.account.down(bytes as u64);
        // Whatever was read before an answer was part of its request: the body of a POST, say.
        state.account.up(self.unclaimed.swap(0, Relaxed));
    }

    /// When a client that sends nothing is given up.
    pub(crate) fn read_until(&self) -> Option<Instant> {
        match self.state().waits {
            Waits::Head { until } | Waits::Next { until } => Some(until),
            Waits::Answer => None,
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let state = self.state();
        state.account.up(self.unclaimed.swap(0, Relaxed));
        state.account.disconnected();
    }
}

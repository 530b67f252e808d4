//! The control block of one connection: whom it serves now, and what it is waiting for.
//!
//! The socket knows bytes but not requests, the handler knows the request but not its bytes. They meet here. Bytes
//! that were read belong to the request whose head they hold: they wait until that request is known.

use std::any::Any;
use std::fmt;
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
pub struct Line {
    times: Times,
    state: Mutex<State>,
    /// Bytes read that no request has claimed yet.
    unclaimed: AtomicU64,
    /// Bytes read in all.
    read: AtomicU64,
    upgraded: AtomicBool,
    /// Kept as long as the connection, also when it outlives HTTP.
    _place: Box<dyn Any + Send + Sync>,
}

#[derive(Debug)]
struct State {
    /// Whom this connection has served, the newest first. A browser mixes requests of several kinds on one.
    accounts: Vec<Arc<Account>>,
    served: bool,
    waits: Waits,
}

/// Accounts that one connection is counted under.
const ACCOUNTS_MAX: usize = 16;

#[derive(Clone, Copy, Debug)]
enum Waits {
    Head { until: Instant },
    Next { until: Instant },
    Answer,
}

impl Line {
    /// A connection that was just accepted; until a request is known its bytes go to `account`. `place` is dropped
    /// when the connection is gone.
    #[must_use]
    pub fn new(times: Times, account: Arc<Account>, place: impl Any + Send + Sync) -> Self {
        account.connected();
        let waits = Waits::Head { until: Instant::now() + times.head };
        let state = Mutex::new(State { accounts: vec![account], served: false, waits });
        let (unclaimed, read, upgraded) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
        Self { times, state, unclaimed, read, upgraded, _place: Box::new(place) }
    }

    /// A request head was read: from here to [`Line::answered`] nothing is expected from the client.
    pub fn asked(&self) {
        let mut state = self.state();
        state.served = false;
        state.waits = Waits::Answer;
    }

    /// Whether the newest request was claimed by [`Line::serve`].
    #[must_use]
    pub fn is_served(&self) -> bool {
        self.state().served
    }

    /// The request, and with it the bytes of its head and of its answer, is `account`'s.
    pub fn serve(&self, account: Arc<Account>) {
        account.asked();
        account.up(self.unclaimed.swap(0, Relaxed));
        let mut state = self.state();
        state.served = true;
        match state.accounts.iter().position(|known| Arc::ptr_eq(known, &account)) {
            Some(place) => state.accounts.swap(0, place),
            None => {
                account.connected();
                state.accounts.insert(0, account);
                if state.accounts.len() > ACCOUNTS_MAX {
                    state.accounts.pop().into_iter().for_each(|oldest| oldest.disconnected());
                }
            }
        }
    }

    /// The answer is whole: the next request may take its time.
    pub fn answered(&self) {
        if !self.upgraded.load(Relaxed) {
            self.state().waits = Waits::Next { until: Instant::now() + self.times.idle };
        }
    }

    /// The connection left HTTP: what is read from now on belongs to the same account.
    pub fn upgraded(&self) {
        self.upgraded.store(true, Relaxed);
        self.state().waits = Waits::Answer;
    }

    /// Bytes that have come from the client so far, whoever's they are.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.read.load(Relaxed)
    }

    /// How long a full socket may stay full.
    #[must_use]
    pub fn full_max(&self) -> Duration {
        self.times.full
    }

    pub(crate) fn read(&self, bytes: usize) {
        self.read.fetch_add(bytes as u64, Relaxed);
        let mut state = self.state();
        if let Waits::Next { .. } = state.waits {
            state.waits = Waits::Head { until: Instant::now() + self.times.head };
        }
        if self.upgraded.load(Relaxed) {
            state.account().up(bytes as u64);
        } else {
            self.unclaimed.fetch_add(bytes as u64, Relaxed);
        }
    }

    pub(crate) fn wrote(&self, bytes: usize) {
        let state = self.state();
        state.account().down(bytes as u64);
        // Whatever was read before an answer was part of its request: the body of a POST, say.
        state.account().up(self.unclaimed.swap(0, Relaxed));
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

impl State {
    /// Whom the connection serves now: there is always one.
    fn account(&self) -> &Account {
        &self.accounts[0]
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("state", &*self.state()).finish_non_exhaustive()
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let state = self.state();
        state.account().up(self.unclaimed.swap(0, Relaxed));
        state.accounts.iter().for_each(|account| account.disconnected());
    }
}

//! What every route of one server shares.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use feed::{Clock, Feeds};
use tokio::sync::watch;
use wire::Ledger;

use crate::limits::Limits;
use crate::problem::Problem;

/// One server's topics, bounds, counters and its wish to stop. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Site(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    feeds: Feeds,
    limits: Limits,
    ledger: Ledger,
    waiters: AtomicU64,
    draining: watch::Sender<bool>,
    dice: Mutex<fastrand::Rng>,
}

impl Site {
    /// A site. `seed` is for jitter alone.
    #[must_use]
    pub fn new(feeds: Feeds, limits: Limits, seed: u64) -> Self {
        let ledger = Ledger::new(limits.lanes as usize);
        let dice = Mutex::new(fastrand::Rng::with_seed(seed));
        let (waiters, draining) = (AtomicU64::new(0), watch::Sender::new(false));
        Self(Arc::new(Shared { feeds, limits, ledger, waiters, draining, dice }))
    }

    /// The topics.
    #[must_use]
    pub fn feeds(&self) -> &Feeds {
        &self.0.feeds
    }

    /// The bounds.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Whose bytes were counted.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    /// The wall clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.0.feeds.clock()
    }

    /// Ends what is held open: streams end, long polls answer.
    pub fn drain(&self) {
        self.0.draining.send_replace(true);
    }

    /// Hears of [`Site::drain`].
    #[must_use]
    pub fn draining(&self) -> Drain {
        Drain(self.0.draining.subscribe())
    }

    /// How long this client shall wait before it reconnects: 1,000 to 3,000 ms, so that not all come back at once.
    #[must_use]
    pub fn retry_ms(&self) -> u64 {
        self.0.dice.lock().unwrap_or_else(PoisonError::into_inner).u64(1_000..=3_000)
    }

    /// A place among those that wait for news. It is given back by dropping it.
    ///
    /// # Errors
    /// 503 when all places are taken.
    pub fn wait(&self) -> Result<Waiter, Problem> {
        let waiter = Waiter(self.clone());
        if self.0.waiters.fetch_add(1, Relaxed) < self.0.limits.waiters {
            return Ok(waiter);
        }
        let limit = self.0.limits.waiters;
        let detail =
            format!("{limit} requests and streams are waiting already (limit `waiters`); come back later");
        Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too many clients are waiting", detail)
            .retry_after(2))
    }

    /// How many wait now.
    #[must_use]
    pub fn waiters(&self) -> u64 {
        self.0.waiters.load(Relaxed)
    }
}

/// A place among those that wait for news.
#[derive(Debug)]
pub struct Waiter(Site);

impl Drop for Waiter {
    fn drop(&mut self) {
        self.0.0.waiters.fetch_sub(1, Relaxed);
    }
}

/// Hears when the server wants to stop.
#[derive(Clone, Debug)]
pub struct Drain(watch::Receiver<bool>);

impl Drain {
    /// Resolves when the server drains, at once if it does already. Never otherwise: not even when the site is gone.
    pub async fn begun(&mut self) {
        if self.0.wait_for(|draining| *draining).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Whether the server drains.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }
}

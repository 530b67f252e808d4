//! A server inside the test, on a port of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use feed::{Clock, Market};
use fourways::run::{Options, Server};
use serve::{Drained, Hosts};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use transport::{Limits, Site, Target};

/// When the markets of the tests begin: 2023-11-14 22:13:20 UTC.
pub const START_US: u64 = 1_700_000_000_000_000;

/// A clock that a test sets by hand.
#[derive(Clone, Debug)]
pub struct Hand(Arc<AtomicU64>);

impl Hand {
    /// A clock that stands at `now_us`.
    #[must_use]
    pub fn at(now_us: u64) -> Self {
        Self(Arc::new(AtomicU64::new(now_us)))
    }

    /// Sets it.
    pub fn set(&self, now_us: u64) {
        self.0.store(now_us, SeqCst);
    }

    /// What reads it.
    #[must_use]
    pub fn clock(&self) -> Clock {
        let time = Arc::clone(&self.0);
        Clock::of(move || time.load(SeqCst))
    }
}

/// A running server. Dropping it stops it at once.
#[derive(Debug)]
pub struct Inside {
    address: SocketAddr,
    site: Site,
    hand: Hand,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Drained>,
}

impl Inside {
    /// A market of 10 prices a second whose clock stands still 100 s after its start: `head` is 1000, and only
    /// [`Inside::publish`] goes on.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with other options. `change` may also replace the market.
    pub async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let hand = Hand::at(START_US + 100_000_000);
        let mut options = Options {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            market: Market::new(1, 10.0, 8, START_US).expect("a good market"),
            history: 64,
            limits: Limits::default(),
            hosts: Hosts::default(),
            clock: hand.clock(),
            chance: 7,
        };
        change(&mut options);
        let server = Server::bind(options).await.expect("a free port");
        let (address, site) = (server.address(), server.site().clone());
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server.run(async move {
            // A sender that is dropped stops the server as well.
            drop(stopped.await);
        }));
        Self { address, site, hand, stop: Some(stop), task }
    }

    /// `127.0.0.1:PORT`.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT` and `path`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What its routes share.
    #[must_use]
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// Its clock, if `with` did not replace it.
    #[must_use]
    pub fn hand(&self) -> &Hand {
        &self.hand
    }

    /// A topic of it as a client's target, polled every 5 ms.
    #[must_use]
    pub fn target(&self, topic: &str) -> Target {
        let mut target = Target::new(self.address.to_string(), topic);
        target.interval = std::time::Duration::from_millis(5);
        target
    }

    /// Publishes the next `count` prices: sets the clock to when the last of them is due.
    pub fn publish(&self, count: u64) {
        let ticker = self.site.feeds().ticker();
        let market = ticker.feed().market().expect("stock-price has a market");
        self.hand.set(market.due_us(ticker.feed().head().seq + count));
        ticker.tick();
    }

    /// Drains it as a signal would, and tells how it ended.
    pub async fn drain(mut self) -> Drained {
        drop(self.stop.take());
        crate::soon("the drain", self.task).await.expect("the server does not panic")
    }
}

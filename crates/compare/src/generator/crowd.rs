//! What all subscribers of a round share, and what they add to. One thread: cells, no locks.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::Notify;
use wire::Wire;

use super::freshness::Freshness;
use crate::result::HeardOf;
use crate::settings::Settings;

/// The wall clock in Unix microseconds: the one by which the server schedules.
pub(super) fn now_us() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_micros() as u64)
}

/// The crowd of one round. Cloning shares it.
#[derive(Clone, Debug)]
pub(super) struct Crowd(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    rate: f64,
    symbols: usize,
    clients: u32,
    window: RefCell<Range<u64>>,
    opened: Cell<u32>,
    /// Subscribers whose session broke in the window.
    lost: Cell<u32>,
    came: Notify,
    heard: RefCell<HeardOf>,
    /// What each subscriber that opened shows.
    fresh: RefCell<Vec<Rc<RefCell<Freshness>>>>,
}

impl Crowd {
    pub(super) fn new(settings: &Settings) -> Self {
        Self(Rc::new(Inner {
            rate: settings.rate,
            symbols: settings.symbols as usize,
            clients: settings.clients,
            // No window yet: nothing that happens now lies in it.
            window: RefCell::new(u64::MAX - 1..u64::MAX),
            opened: Cell::new(0),
            lost: Cell::new(0),
            came: Notify::new(),
            heard: RefCell::default(),
            fresh: RefCell::default(),
        }))
    }

    pub(super) fn symbols(&self) -> usize {
        self.0.symbols
    }

    pub(super) fn opened(&self) -> u32 {
        self.0.opened.get()
    }

    /// Subscribers that have opened and not lost their session in the window.
    pub(super) fn held(&self) -> u32 {
        self.opened() - self.0.lost.get()
    }

    /// Resolves when another subscriber has opened.
    pub(super) async fn someone_came(&self) {
        self.0.came.notified().await;
    }

    pub(super) fn set_window(&self, begin_us: u64, length_us: u64) {
        *self.0.window.borrow_mut() = begin_us..begin_us + length_us;
    }

    pub(super) fn window(&self) -> Range<u64> {
        self.0.window.borrow().clone()
    }

    /// A subscriber has heard its first word, so long after it began to connect.
    pub(super) fn came(&self, handshake_us: u64, fresh: &Rc<RefCell<Freshness>>) {
        self.0.opened.set(self.0.opened.get() + 1);
        self.0.heard.borrow_mut().handshake_us.record(handshake_us);
        self.0.fresh.borrow_mut().push(Rc::clone(fresh));
        self.0.came.notify_one();
    }

    /// A subscriber's session broke, the first time in the window if `first`.
    pub(super) fn broke(&self, first: bool) {
        self.0.heard.borrow_mut().broken += 1;
        self.0.lost.set(self.0.lost.get() + u32::from(first));
    }

    /// Adds to what was heard.
    pub(super) fn add(&self, add: impl FnOnce(&mut HeardOf)) {
        add(&mut self.0.heard.borrow_mut());
    }

    /// What was heard in the window that has ended.
    pub(super) fn finish(&self) -> HeardOf {
        let window = self.window();
        let mut heard = self.0.heard.take();
        heard.opened = self.opened();
        heard.failed = self.0.clients.saturating_sub(heard.opened);
        // A window that is a whole number of ticks long holds exactly so many, wherever it begins.
        let window_s = (window.end - window.start) as f64 / 1e6;
        heard.published = (window_s * self.0.rate).round() as u64 * u64::from(heard.opened);
        let fresh = self.0.fresh.borrow();
        let ages: Vec<f64> = fresh.iter().filter_map(|fresh| fresh.borrow().staleness_s(&window)).collect();
        heard.staleness_s = (!ages.is_empty()).then(|| ages.iter().sum::<f64>() / ages.len() as f64);
        // Without delay the age of a symbol rises from 0 to the time between two of its updates.
        heard.staleness_ideal_s = self.0.symbols as f64 / self.0.rate / 2.0;
        heard
    }
}

/// What went over the sockets of all subscribers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traffic {
    requests: u64,
    connections: u64,
    up: u64,
    down: u64,
}

impl Traffic {
    pub(super) fn of(wire: &Wire) -> Self {
        Self {
            requests: wire.requests(),
            connections: wire.connections(),
            up: wire.bytes_up(),
            down: wire.bytes_down(),
        }
    }

    pub(super) fn since(self, before: &Self) -> Self {
        Self {
            requests: self.requests - before.requests,
            connections: self.connections - before.connections,
            up: self.up - before.up,
            down: self.down - before.down,
        }
    }

    pub(super) fn into_result(self, heard: &mut HeardOf, before: &Self) {
        heard.requests = self.requests;
        heard.connections = self.connections;
        heard.connections_before = before.connections;
        heard.bytes_up = self.up;
        heard.bytes_down = self.down;
    }
}

//! Whose bytes they are.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

/// What an account is kept for. An empty `lane` is everybody who did not name one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// The way, as in `long-poll`; `other` for all that is none of the four.
    pub way: &'static str,
    /// The topic; empty for `other`.
    pub topic: &'static str,
    /// What the client calls itself by `?lane=`.
    pub lane: String,
}

/// Live counters. All but `open` only rise.
#[derive(Debug, Default)]
pub struct Account {
    requests: AtomicU64,
    connections: AtomicU64,
    open: AtomicI64,
    bytes_up: AtomicU64,
    bytes_down: AtomicU64,
    events: AtomicU64,
    touched: AtomicU64,
}

/// A reading of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Requests, WebSocket handshakes included.
    pub requests: u64,
    /// Connections that carried at least one of the requests.
    pub connections: u64,
    /// Those of the connections that are open now.
    pub open: i64,
    /// Bytes from the client, heads included.
    pub bytes_up: u64,
    /// Bytes to the client, heads included.
    pub bytes_down: u64,
    /// Events handed to a client.
    pub events: u64,
}

impl Account {
    /// The counters now.
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally {
            requests: self.requests.load(Relaxed),
            connections: self.connections.load(Relaxed),
            open: self.open.load(Relaxed),
            bytes_up: self.bytes_up.load(Relaxed),
            bytes_down: self.bytes_down.load(Relaxed),
            events: self.events.load(Relaxed),
        }
    }

    /// So many events were handed to a client.
    pub fn told(&self, events: usize) {
        self.events.fetch_add(events as u64, Relaxed);
    }

    pub(crate) fn asked(&self) {
        self.requests.fetch_add(1, Relaxed);
    }

    pub(crate) fn connected(&self) {
        self.connections.fetch_add(1, Relaxed);
        self.open.fetch_add(1, Relaxed);
    }

    pub(crate) fn disconnected(&self) {
        self.open.fetch_sub(1, Relaxed);
    }

    pub(crate) fn up(&self, bytes: u64) {
        self.bytes_up.fetch_add(bytes, Relaxed);
    }

    pub(crate) fn down(&self, bytes: u64) {
        self.bytes_down.fetch_add(bytes, Relaxed);
    }
}

/// All accounts of a server. Lanes are named by clients, so their number is bounded: the account that was asked for
/// longest ago, and that no connection uses, makes room.
#[derive(Debug)]
pub struct Ledger {
    accounts: Mutex<HashMap<Name, Arc<Account>>>,
    turn: AtomicU64,
    lanes_max: usize,
}

impl Ledger {
    /// An empty ledger of at most `lanes_max` accounts that name a lane.
    #[must_use]
    pub fn new(lanes_max: usize) -> Self {
        Self { accounts: Mutex::default(), turn: AtomicU64::new(0), lanes_max }
    }

    /// The account of this name. When all lanes are in use, the bytes go to the account without a lane.
    #[must_use]
    pub fn account(&self, mut name: Name) -> Arc<Account> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if !name.lane.is_empty() && !accounts.contains_key(&name) {
            let lanes = accounts.keys().filter(|name| !name.lane.is_empty()).count();
            if lanes >= self.lanes_max {
                let idle = accounts
                    .iter()
                    .filter(|(name, account)| !name.lane.is_empty() && Arc::strong_count(account) == 1);
                match idle
                    .min_by_key(|(_, account)| account.touched.load(Relaxed))
                    .map(|(name, _)| name.clone())
                {
                    Some(oldest) => drop(accounts.remove(&oldest)),
                    None => name.lane.clear(),
                }
            }
        }
        let account = accounts.entry(name).or_default();
        account.touched.store(self.turn.fetch_add(1, Relaxed), Relaxed);
        Arc::clone(account)
    }

    /// Every account with its counters now, in the order of the names.
    #[must_use]
    pub fn tallies(&self) -> Vec<(Name, Tally)> {
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> =
            accounts.iter().map(|(name, account)| (name.clone(), account.tally())).collect();
        drop(accounts);
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(lane: &str) -> Name {
        Name { way: "sse", topic: "chat", lane: lane.to_owned() }
    }

    #[test]
    fn lanes_are_bounded_and_those_in_use_stay() {
        let ledger = Ledger::new(2);
        let kept = ledger.account(lane("a"));
        kept.told(3);
        drop(ledger.account(lane("b")));
        drop(ledger.account(lane("c")));
        let lanes: Vec<_> =
            ledger.tallies().into_iter().map(|(name, tally)| (name.lane, tally.events)).collect();
        assert_eq!(lanes, [("a".to_owned(), 3), ("c".to_owned(), 0)]);
        let _also = ledger.account(lane("c"));
        ledger.account(lane("d")).told(1);
        assert_eq!(ledger.tallies()[0].1.events, 1, "no room: counted without a lane");
    }
}

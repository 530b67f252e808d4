//! The bounded log: the newest events in a row (the window), and the newest event of each key.
//!
//! Pure: no clock, no lock, no wake-up. `tests/model.rs` compares it with a model that forgets nothing.

use std::collections::{BTreeMap, VecDeque};

use crate::cursor::{Cursor, Epoch};
use crate::event::{Event, Key};

/// What a snapshot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The newest event of each key, also when it has left the window.
    PerKey,
    /// The newest so many events, whatever their keys: such topics have no filter and publish with key 0.
    Newest(usize),
}

/// Which keys a reader wants: all, or those in the set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted(Option<u128>);

impl Wanted {
    /// Every event.
    pub const ALL: Self = Self(None);

    /// Only these keys; a key over 127 is never wanted (a market has at most 100).
    #[must_use]
    pub fn only(keys: impl IntoIterator<Item = Key>) -> Self {
        Self(Some(keys.into_iter().filter(|key| *key < 128).fold(0, |set, key| set | 1 << key)))
    }

    /// Whether an event with this key is wanted.
    #[must_use]
    pub fn has(self, key: Key) -> bool {
        self.0.is_none_or(|set| key < 128 && set >> key & 1 == 1)
    }
}

/// The log of one topic in one epoch.
#[derive(Debug)]
pub(crate) struct Log {
    epoch: Epoch,
    /// The epoch that this one replaced while the process ran.
    before: Option<Epoch>,
    head: u64,
    window: VecDeque<Event>,
    window_max: usize,
    keep: Keep,
    newest: BTreeMap<Key, Event>,
}

impl Log {
    pub(crate) fn new(epoch: Epoch, keep: Keep, history: usize) -> Self {
        let window_max = match keep {
            Keep::PerKey => history.max(1),
            Keep::Newest(count) => history.max(count),
        };
        let (window, newest) = (VecDeque::new(), BTreeMap::new());
        Self { epoch, before: None, head: 0, window, window_max, keep, newest }
    }

    /// Appends. A `seq` that does not follow the head (a clock that jumped forward) starts a new window.
    pub(crate) fn push(&mut self, event: Event) {
        if event.seq() != self.head + 1 {
            self.window.clear();
        }
        self.head = event.seq();
        if self.keep == Keep::PerKey {
            self.newest.insert(event.key(), event.clone());
        }
        if self.window.len() == self.window_max {
            self.window.pop_front();
        }
        self.window.push_back(event);
    }

    /// Starts another life: nothing of the old one can be read any more.
    pub(crate) fn renew(&mut self, epoch: Epoch) {
        self.before = Some(self.epoch);
        self.epoch = epoch;
        self.head = 0;
        self.window.clear();
        self.newest.clear();
    }

    pub(crate) fn epoch(&self) -> Epoch {
        self.epoch
    }

    pub(crate) fn before(&self) -> Option<Epoch> {
        self.before
    }

    /// The newest number, 0 before the first event.
    pub(crate) fn head(&self) -> u64 {
        self.head
    }

    pub(crate) fn cursor(&self) -> Cursor {
        Cursor { epoch: self.epoch, seq: self.head }
    }

    /// Whether something wanted after `seq` can no longer be given from the window.
    pub(crate) fn lost(&self, seq: u64, wanted: Wanted) -> bool {
        let first = self.window.front().map_or(self.head + 1, Event::seq);
        seq + 1 < first && !self.snapshot(seq, wanted).is_empty()
    }

    /// The newest event of each wanted key beyond `seq` (or the newest so many), ascending.
    pub(crate) fn snapshot(&self, seq: u64, wanted: Wanted) -> Vec<Event> {
        let beyond = |event: &&Event| event.seq() > seq && wanted.has(event.key());
        match self.keep {
            Keep::Newest(count) => {
                let skip = self.window.len().saturating_sub(count);
                self.window.iter().skip(skip).filter(beyond).cloned().collect()
            }
            Keep::PerKey => {
                let mut events: Vec<_> = self.newest.values().filter(beyond).cloned().collect();
                events.sort_unstable_by_key(Event::seq);
                events
            }
        }
    }

    /// Up to `max` wanted events of the window after `seq`, and the number up to which it was scanned for them.
    pub(crate) fn after(&self, seq: u64, wanted: Wanted, max: usize) -> (Vec<Event>, u64) {
        let first = self.window.front().map_or(self.head + 1, Event::seq);
        let skip = usize::try_from((seq + 1).saturating_sub(first)).unwrap_or(usize::MAX);
        let mut events = Vec::new();
        for event in self.window.iter().skip(skip).filter(|event| wanted.has(event.key())) {
            if events.len() == max {
                let scanned = events.last().map_or(seq, Event::seq);
                return (events, scanned);
            }
            events.push(event.clone());
        }
        (events, self.head.max(seq))
    }
}

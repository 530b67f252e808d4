//! A position in a log, and the one gap rule.
//!
//! Every reader tells the same story, whichever way carries it: **hello**, then the snapshot or what came after its
//! cursor, then a **cursor**, then live. If not everything after its cursor can be given, a **gap** comes first and
//! then the catch-up: the newest event of each key beyond the cursor. A reader never goes on at the oldest event that
//! is left, because a slow one would then gap for ever. Lessons 04 and 07.

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::cursor::{Cursor, Since};
use crate::event::Event;
use crate::feed::{Feed, State};
use crate::log::Wanted;

/// Events that one look at the log hands out: bounds the memory of a replay that is on its way.
const BATCH_MAX: usize = 256;

/// What a reader is told.
#[derive(Clone, Debug)]
pub enum Batch {
    /// A life begins: the first thing a reader hears, and again when a new epoch opens.
    Hello {
        /// The epoch and its newest number at this instant. Not a position of this reader.
        head: Cursor,
        /// Only the newest event per key will come: holes in the numbers are not gaps.
        conflated: bool,
    },
    /// Events, ascending.
    Events(Vec<Event>),
    /// Something after the reader's cursor cannot be given; the catch-up follows.
    Gap(Gap),
    /// Everything up to here was looked at for this reader.
    Cursor(Cursor),
    /// The topic has ended and the reader has all of it.
    End,
}

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The first number that may be missing; none if the cursor says nothing about this epoch.
    pub first: Option<u64>,
    /// The newest number when the catch-up was made.
    pub last: u64,
    /// Why.
    pub reason: Reason,
}

/// Why a gap was announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    /// The cursor is older than the window.
    Expired,
    /// The cursor is of another life.
    Foreign,
    /// The cursor's event is not yet due.
    Future,
    /// It is no cursor.
    Malformed,
    /// An open stream fell behind the window.
    Slow,
    /// The market was changed while the server ran: nothing was lost, the old numbers are over.
    Epoch,
}

/// A reader of one topic. Dropping it leaves nothing behind.
#[derive(Debug)]
pub struct Reader {
    feed: Feed,
    wake: watch::Receiver<u64>,
    wanted: Wanted,
    conflate: bool,
    at: Cursor,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Hello(Option<Since>),
    Begin(Option<Since>),
    /// The catch-up that goes with the gap just told, and the head it was made at.
    CatchUp(Vec<Event>, u64),
    Replay,
    Live,
    Ended,
}

impl Reader {
    pub(crate) fn new(feed: Feed, since: Option<Since>, wanted: Wanted, conflate: bool) -> Self {
        let (wake, at) = (feed.waiter(), feed.head());
        let at = Cursor { seq: 0, ..at };
        Self { feed, wake, wanted, conflate, at, stage: Stage::Hello(since) }
    }

    /// Where this reader stands. Never beyond what it was given or what was scanned for it.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.at
    }

    /// Its topic.
    #[must_use]
    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// Replaces the filter. The story starts anew: hello, snapshot, cursor.
    pub fn want(&mut self, wanted: Wanted) {
        self.wanted = wanted;
        self.stage = Stage::Hello(None);
    }

    /// What is there now, if anything. Polling is this call.
    pub fn ready(&mut self) -> Option<Batch> {
        let feed = self.feed.clone();
        let state = feed.state();
        loop {
            match std::mem::replace(&mut self.stage, Stage::Live) {
                Stage::Hello(since) => {
                    self.at = Cursor { epoch: state.log.epoch(), seq: 0 };
                    self.stage = Stage::Begin(since);
                    return Some(Batch::Hello { head: state.log.cursor(), conflated: self.conflate });
                }
                // The epoch may have changed since the hello: greet again rather than mix two lives.
                Stage::Begin(since) if state.log.epoch() != self.at.epoch => self.stage = Stage::Hello(since),
                Stage::CatchUp(..) | Stage::Replay | Stage::Live if state.log.epoch() != self.at.epoch => {
                    self.stage = Stage::Hello(None);
                }
                Stage::Begin(None) => {
                    self.at.seq = state.log.head();
                    self.stage = Stage::Replay;
                    return Some(Batch::Events(state.log.snapshot(0, self.wanted)));
                }
                Stage::Begin(Some(since)) => match self.begin(&state, since) {
                    None => self.stage = Stage::Replay,
                    Some(reason) => return Some(self.gap(&state, reason, since)),
                },
                Stage::CatchUp(events, head) => {
                    self.at.seq = head;
                    self.stage = Stage::Replay;
                    return Some(Batch::Events(events));
                }
                stage @ (Stage::Replay | Stage::Live) => {
                    if let Some(batch) = self.following(&state, &stage) {
                        if matches!(stage, Stage::Replay) && matches!(batch, Batch::Events(_)) {
                            self.stage = Stage::Replay;
                        }
                        return Some(batch);
                    }
                    if matches!(stage, Stage::Replay) {
                        return Some(Batch::Cursor(self.at));
                    }
                    if state.ended && self.at.seq >= state.log.head() {
                        self.stage = Stage::Ended;
                        return Some(Batch::End);
                    }
                    return None;
                }
                Stage::Ended => {
                    self.stage = Stage::Ended;
                    return Some(Batch::End);
                }
            }
        }
    }

    /// Waits until there is something. Long polling is this call with a time limit, SSE and WebSocket a loop of it.
    ///
    /// Cancelling it loses nothing: the position moves only with a batch that was returned.
    pub async fn next(&mut self) -> Batch {
        loop {
            // Marked before the look: what is published after it wakes us again. The other order loses events.
            self.wake.borrow_and_update();
            if let Some(batch) = self.ready() {
                return batch;
            }
            if self.wake.changed().await.is_err() {
                unreachable!("the reader holds its feed, and with it the sender");
            }
        }
    }

    /// Takes up a client's cursor, or says why it cannot be continued.
    fn begin(&mut self, state: &State, since: Since) -> Option<Reason> {
        let Since::Seq { epoch, seq } = since else { return Some(Reason::Malformed) };
        let current = state.log.epoch();
        if epoch.is_some_and(|epoch| epoch != current) {
            return Some(if epoch.is_some() && epoch == state.log.before() {
                Reason::Epoch
            } else {
                Reason::Foreign
            });
        }
        // Due but not published yet is not the future: lanes of one market differ by milliseconds.
        if seq > state.log.head() && !state.is_due(seq) {
            return Some(Reason::Future);
        }
        self.at.seq = seq;
        (!self.conflate && state.log.lost(seq, self.wanted)).then_some(Reason::Expired)
    }

    fn gap(&mut self, state: &State, reason: Reason, since: Since) -> Batch {
        let known = match (reason, since) {
            (Reason::Expired | Reason::Slow, Since::Seq { seq, .. }) => Some(seq),
            _ => None,
        };
        let events = state.log.snapshot(known.unwrap_or(0), self.wanted);
        let last = state.log.head();
        self.stage = Stage::CatchUp(events, last);
        Batch::Gap(Gap { first: known.map(|seq| seq + 1), last, reason })
    }

    /// What comes after the reader's position, if anything.
    fn following(&mut self, state: &State, stage: &Stage) -> Option<Batch> {
        if self.conflate {
            let events = state.log.snapshot(self.at.seq, self.wanted);
            self.at.seq = self.at.seq.max(state.log.head());
            return (!events.is_empty()).then_some(Batch::Events(events));
        }
        if state.log.lost(self.at.seq, self.wanted) {
            let reason = if matches!(stage, Stage::Live) { Reason::Slow } else { Reason::Expired };
            return Some(self.gap(state, reason, self.at.into()));
        }
        let (events, scanned) = state.log.after(self.at.seq, self.wanted, BATCH_MAX);
        self.at.seq = scanned;
        (!events.is_empty()).then_some(Batch::Events(events))
    }
}

impl State {
    fn is_due(&self, seq: u64) -> bool {
        self.market.as_ref().is_some_and(|(market, clock)| market.due_us(seq) <= clock.now_us())
    }
}

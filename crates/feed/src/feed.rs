//! A topic: its log, the wake-up of its readers, and room for what a way keeps beside it.
//!
//! There is no queue per reader. Publishing appends to the log and raises one number; whoever waits for that number
//! wakes and looks at the log from its own position.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::clock::Clock;
use crate::cursor::{Cursor, Epoch, Since};
use crate::event::{Event, Fields, Key};
use crate::log::{Keep, Log, Wanted};
use crate::market::Market;
use crate::reader::Reader;

/// How a topic is kept and told.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Its name in the path, as in `stock-price`.
    pub name: &'static str,
    /// The SSE event name; none is the browser's `message`.
    pub event_name: Option<&'static str>,
    /// What a snapshot holds.
    pub keep: Keep,
    /// How many of the newest events can be replayed.
    pub history: usize,
}

/// A topic that can be published to and read from. Cloning shares it.
#[derive(Clone)]
pub struct Feed(Arc<Shared>);

struct Shared {
    shape: Shape,
    state: Mutex<State>,
    /// Raised at every change of the state. Waiting costs a reader one list entry, not a queue.
    wake: watch::Sender<u64>,
    beside: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

pub(crate) struct State {
    pub(crate) log: Log,
    /// For a topic that is a function of time: what it is, and the clock that tells which event is due.
    pub(crate) market: Option<(Market, Clock)>,
    pub(crate) ended: bool,
}

impl Feed {
    /// An empty topic in this epoch.
    #[must_use]
    pub fn new(shape: Shape, epoch: Epoch) -> Self {
        Self::with(shape, epoch, None)
    }

    /// The topic of a market: its epoch, its symbols and its due times are the market's.
    #[must_use]
    pub fn of_market(shape: Shape, market: Market, clock: Clock) -> Self {
        let epoch = market.epoch();
        Self::with(shape, epoch, Some((market, clock)))
    }

    fn with(shape: Shape, epoch: Epoch, market: Option<(Market, Clock)>) -> Self {
        let log = Log::new(epoch, shape.keep, shape.history);
        let state = Mutex::new(State { log, market, ended: false });
        Self(Arc::new(Shared { shape, state, wake: watch::Sender::new(0), beside: Mutex::default() }))
    }

    /// How it is kept and told.
    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.0.shape
    }

    /// The newest position.
    #[must_use]
    pub fn head(&self) -> Cursor {
        self.state().log.cursor()
    }

    /// The market that is told here, if any.
    #[must_use]
    pub fn market(&self) -> Option<Market> {
        self.state().market.as_ref().map(|(market, _)| market.clone())
    }

    /// Appends one event with the next number and wakes the readers.
    pub fn publish(&self, at: u64, key: Key, fields: &Fields) -> Event {
        let event = {
            let mut state = self.state();
            let event = Event::new(state.log.head() + 1, at, key, fields);
            state.log.push(event.clone());
            event
        };
        self.wake();
        event
    }

    /// Appends events that carry their own numbers and wakes the readers once.
    pub(crate) fn publish_all(&self, events: impl IntoIterator<Item = Event>) {
        {
            let mut state = self.state();
            events.into_iter().for_each(|event| state.log.push(event));
        }
        self.wake();
    }

    /// Starts another life of this topic. Open streams are greeted anew; old cursors get a gap.
    pub(crate) fn renew(&self, market: Market) {
        {
            let mut state = self.state();
            state.log.renew(market.epoch());
            if let Some((told, _)) = &mut state.market {
                *told = market;
            }
        }
        self.wake();
    }

    /// Nothing will follow: readers that have everything hear the end.
    pub fn end(&self) {
        self.state().ended = true;
        self.wake();
    }

    /// Whether [`Feed::end`] was called.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.state().ended
    }

    /// Whether a client with this cursor has everything of a topic that has ended.
    #[must_use]
    pub fn ends_at(&self, since: Since) -> bool {
        let state = self.state();
        let head = state.log.cursor();
        state.ended
            && matches!(since, Since::Seq { epoch, seq } if seq == head.seq && epoch.is_none_or(|epoch| epoch == head.epoch))
    }

    /// A reader that starts after `since`, or with the snapshot.
    #[must_use]
    pub fn reader(&self, since: Option<Since>, wanted: Wanted, conflate: bool) -> Reader {
        Reader::new(self.clone(), since, wanted, conflate)
    }

    /// What a way keeps beside this topic, made at the first call: its encoded bytes, say. It goes with the topic.
    #[must_use]
    pub fn beside<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        let mut map = self.0.beside.lock().unwrap_or_else(PoisonError::into_inner);
        let any = Arc::clone(map.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(make())));
        drop(map);
        any.downcast().unwrap_or_else(|_| unreachable!("the entry is filed under its own type"))
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // A publisher that panicked left a whole log behind: each change is one push.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn waiter(&self) -> watch::Receiver<u64> {
        self.0.wake.subscribe()
    }

    /// How many readers are waiting for or reading this topic now.
    #[must_use]
    pub fn readers(&self) -> usize {
        self.0.wake.receiver_count()
    }

    fn wake(&self) {
        self.0.wake.send_modify(|version| *version += 1);
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Feed({} at {})", self.shape().name, self.head())
    }
}

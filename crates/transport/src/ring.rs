//! N readers, one encoding: what a way made of an event is kept beside the log until the event leaves the window.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use feed::{Event, Feed};

use crate::limits::Limits;

/// A way's encoded bytes of the newest events. The first reader that needs one makes it.
#[derive(Debug)]
pub struct Ring(Box<[Place]>);

/// The event that was encoded last for this place, and its bytes.
type Place = Mutex<Option<(Event, Bytes)>>;

impl Ring {
    /// Room for the newest `len` events. Without any room each reader encodes for itself: that is how `compare`
    /// measures what the ring saves.
    #[must_use]
    pub fn new(len: usize) -> Self {
        Self((0..len).map(|_| Place::default()).collect())
    }

    /// Room for the events that `feed` can replay, at most `ring_events` of the limits.
    #[must_use]
    pub fn of(feed: &Feed, limits: &Limits) -> Self {
        Self::new(feed.shape().history.min(limits.ring_events as usize))
    }

    /// The bytes of `event`, made by `encode` if nobody has needed them yet.
    pub fn get(&self, event: &Event, encode: impl FnOnce(&Event) -> Bytes) -> Bytes {
        let Some(index) = event.seq().checked_rem(self.0.len() as u64) else { return encode(event) };
        let place = &self.0[index as usize];
        // Held while encoding: of a thousand readers that wake together one encodes and the others wait for it.
        let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
        match place.as_ref() {
            Some((known, bytes)) if known.is(event) => bytes.clone(),
            _ => place.insert((event.clone(), encode(event))).1.clone(),
        }
    }
}

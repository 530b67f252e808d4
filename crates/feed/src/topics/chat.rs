//! `chat` (tutorial 5.3): everyone hears what anyone says. Up comes by `POST /api/send-message` or on WebSocket; down
//! it goes on all four ways.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use crate::clock::{Clock, rfc3339};
use crate::event::{Event, Fields};
use crate::feed::Feed;

/// How many sayings a snapshot holds.
pub const SAYINGS_KEPT: usize = 50;
/// The longest name, in characters.
pub const USER_MAX: usize = 40;
/// The longest text, in characters.
pub const TEXT_MAX: usize = 1_000;
/// How many idempotency keys are remembered.
const KEYS_KEPT: usize = 1_000;
/// The longest idempotency key, in bytes.
const KEY_MAX: usize = 200;

/// The chat topic and the keys of what was said lately.
#[derive(Debug)]
pub struct Chat {
    feed: Feed,
    clock: Clock,
    said: Mutex<VecDeque<(String, Event)>>,
}

/// What cannot be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSaying {
    /// The name.
    #[error("\"user\" must have 1 to {USER_MAX} characters and no control characters")]
    User,
    /// The text.
    #[error("\"text\" must have 1 to {TEXT_MAX} characters")]
    Text,
    /// The idempotency key.
    #[error("the idempotency key must have 1 to {KEY_MAX} bytes")]
    Key,
}

#[derive(Serialize)]
struct Saying<'a> {
    user: &'a str,
    text: &'a str,
    time: String,
}

impl Chat {
    pub(super) fn new(feed: Feed, clock: Clock) -> Self {
        Self { feed, clock, said: Mutex::default() }
    }

    /// The topic.
    #[must_use]
    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// Says something to everyone. With a `key` that was used lately nothing is said again: the first event is
    /// returned with `false`, so a client may retry without saying it twice.
    ///
    /// # Errors
    /// When the name, the text or the key is empty or too long.
    pub fn say(&self, user: &str, text: &str, key: Option<&str>) -> Result<(Event, bool), BadSaying> {
        if !(1..=USER_MAX).contains(&user.chars().count()) || user.chars().any(char::is_control) {
            return Err(BadSaying::User);
        }
        if !(1..=TEXT_MAX).contains(&text.chars().count()) {
            return Err(BadSaying::Text);
        }
        if key.is_some_and(|key| !(1..=KEY_MAX).contains(&key.len())) {
            return Err(BadSaying::Key);
        }
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, event)) = said.iter().find(|(known, _)| Some(known.as_str()) == key) {
            return Ok((event.clone(), false));
        }
        let at = self.clock.now_us();
        let saying = Saying { user, text, time: rfc3339(at) };
        let event = self.feed.publish(at, 0, &Fields::of(&saying, false).map_err(|_| BadSaying::Text)?);
        if let Some(key) = key {
            said.truncate(KEYS_KEPT - 1);
            said.push_front((key.to_owned(), event.clone()));
        }
        Ok((event, true))
    }
}

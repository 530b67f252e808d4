//! `logs` (tutorial 4.3): the server's own log, as `tracing` hears it. Addresses and tokens are never logged, and the
//! requests for this topic are not in it, or watching the log would write the log.

use std::fmt::{self, Write as _};

use serde::Serialize;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use crate::clock::{Clock, rfc3339};
use crate::event::Fields;
use crate::feed::Feed;

/// What is logged under this target stays out of the topic.
pub const TARGET_UNLOGGED: &str = "fourways::unlogged";
/// Longer messages are cut, in bytes.
const MESSAGE_MAX: usize = 2_000;

/// Publishes events of `INFO` and above.
#[derive(Debug)]
pub struct LogLayer {
    feed: Feed,
    clock: Clock,
}

#[derive(Serialize)]
struct Line<'a> {
    timestamp: String,
    level: &'a str,
    message: String,
}

impl LogLayer {
    pub(super) fn new(feed: Feed, clock: Clock) -> Self {
        Self { feed, clock }
    }
}

impl<S: Subscriber> Layer<S> for LogLayer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let about = event.metadata();
        if *about.level() > Level::INFO || about.target() == TARGET_UNLOGGED {
            return;
        }
        let mut text = Text(String::new());
        event.record(&mut text);
        let at = self.clock.now_us();
        // The tutorial's viewer makes a CSS class of the level, so it is lower case.
        let level = about.level().as_str().to_ascii_lowercase();
        let line = Line { timestamp: rfc3339(at), level: &level, message: text.0 };
        if let Ok(fields) = Fields::of(&line, false) {
            self.feed.publish(at, 0, &fields);
        }
    }
}

/// The message first, then the fields as `name=value`.
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let value = if field.name() == "message" {
            format!("{value:?}")
        } else {
            format!(" {}={value:?}", field.name())
        };
        // A control character in a value must not forge a line where the log is shown as text.
        for letter in value.chars() {
            if self.0.len() >= MESSAGE_MAX {
                return;
            }
            if letter.is_control() {
                write!(self.0, "{}", letter.escape_default()).unwrap_or_default();
            } else {
                self.0.push(letter);
            }
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }
}

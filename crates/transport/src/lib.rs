//! What the four ways have in common, so that what is left in each is only what makes it different.
//!
//! | file | idea |
//! |---|---|
//! | `site` | what every route of one server shares |
//! | `limits` | every bound, with its default and its flag |
//! | `ask` | a request for a topic, read strictly |
//! | `problem` | a refusal that says what, where and the way out (RFC 9457) |
//! | `answer` | the JSON body of polling and long polling |
//! | `pulse` | signs of life on a stream |
//! | `ring` | N readers, one encoding |
//! | `heard`, `target`, `http`, `sender` | what a client hears, from whom, over one connection |
//! | `tls` | TLS under it, and which HTTP is spoken; with the feature `http2` |
//! | `description`, `described` | a foreign server, and one way of it |
//! | `follow`, `backoff` | the only reconnect loop |

mod answer;
mod ask;
mod backoff;
mod described;
mod description;
mod follow;
mod heard;
pub mod http;
mod limits;
mod problem;
mod pulse;
mod ring;
mod sender;
mod site;
mod target;
#[cfg(feature = "http2")]
mod tls;
#[cfg(not(feature = "http2"))]
#[path = "no_tls.rs"]
mod tls;

use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use feed::Cursor;
use futures_util::Stream;
use wire::Wire;

pub use answer::Answer;
pub use ask::{Ask, Query};
pub use backoff::Backoff;
pub use described::Described;
pub use description::{BadDescription, Command, Description, Start, Title, Values};
pub use follow::follow;
pub use heard::{Error, Heard};
pub use limits::{BadLimit, Limit, Limits};
pub use problem::Problem;
pub use pulse::{Ping, Pings, Silence};
pub use ring::Ring;
pub use site::{Drain, Site, Waiter};
pub use target::{Speaks, Target};
pub use tls::Tls;

/// A way to carry the feed: its server half and its client half.
pub trait Transport: Send + Sync + 'static {
    /// What it is called and where it is found.
    fn card(&self) -> Card;

    /// The server half.
    fn routes(&self) -> Router<Site>;

    /// The client half: **one** connection, from `from` (or with the snapshot) until it breaks or ends. It does not
    /// reconnect; [`follow`] does. Dropping it closes the connection.
    fn session(&self, target: Arc<Target>, from: Option<Cursor>, wire: Wire) -> Session;
}

/// What one connection brings. After an error nothing comes any more; an end without [`Heard::End`] is a connection
/// that was closed.
pub type Session = Pin<Box<dyn Stream<Item = Result<Heard, Error>> + Send>>;

/// How a way presents itself.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Card {
    /// Its name in paths and on the command line.
    pub name: &'static str,
    /// Its name for people, English.
    pub title: &'static str,
    /// Its name for people, Chinese.
    pub title_zh: &'static str,
    /// Where its server half is found.
    pub path: &'static str,
    /// The whole idea in one sentence.
    pub one_liner: &'static str,
    /// The whole idea in one sentence, Chinese.
    pub one_liner_zh: &'static str,
}

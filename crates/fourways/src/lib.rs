//! Fourways: one price feed, carried four ways.
//!
//! [`ALL`] is the only place that knows all ways; everything else goes through `transport::Transport`.

mod page;
pub mod run;

pub use page::lesson_path;
use transport::Transport;

/// The four ways, in the order in which they are taught.
pub static ALL: &[&dyn Transport] = &[&poll::Poll, &long_poll::LongPoll, &ws::WebSocket, &sse::Sse];

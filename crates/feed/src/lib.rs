//! The log that all four ways read, and what is written into it.
//!
//! A **topic** is a bounded log of events ([`Feed`]). A **reader** is a position in that log ([`Reader`]), not a
//! queue, so a slow one costs no memory. Nothing here knows a network or a transport: polling, long polling, SSE
//! and WebSocket differ only in who calls [`Reader::ready`] and who awaits [`Reader::next`].
//!
//! | file | idea |
//! |---|---|
//! | `cursor` | a position that survives a reconnect: epoch and sequence number |
//! | `event` | one event, its JSON encoded once |
//! | `log` | the window of the newest events, and the newest event of each key |
//! | `feed` | the log with its wake-up, shared by publishers and readers |
//! | `reader` | hello, snapshot or replay, live; the one gap rule |
//! | `market`, `ticker` | the price as a pure function; publishing it on time |
//! | `topics` | the tutorial's scenes: notifications, news, figures, logs, jobs, chat |

mod clock;
mod cursor;
mod event;
#[allow(clippy::module_inception)]
mod feed;
mod log;
mod market;
mod reader;
mod ticker;
pub mod topics;

pub use clock::Clock;
pub use cursor::{BadCursor, Cursor, Epoch, SEQ_END, Since};
pub use event::{Event, Fields, Key};
pub use feed::{Feed, Shape};
pub use log::{Keep, Wanted};
pub use market::{BadMarket, Market, NAMES, PAYLOAD_MAX, SYMBOLS_MAX};
pub use reader::{Batch, Gap, Reader, Reason};
pub use ticker::{BadNotice, Ticker};
pub use topics::Feeds;

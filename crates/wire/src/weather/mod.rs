//! The fault proxy: a TCP relay that counts what passes, tells of it, and spoils it as a bad road would.
//!
//! Client and server know nothing of it. It never changes a byte: it delays, holds, narrows, loses and cuts. The one
//! thing that it says itself is the status of [`Weather::refuse`]. It works above TCP, so the handshake of a
//! connection is not delayed, and nothing is ever lost within a connection that goes on.
//!
//! | file | idea |
//! |---|---|
//! | `settings` | what the weather is: lasting settings, and cuts |
//! | `proxy` | what its owner holds: commands and counters |
//! | `entrance` | whether anybody is let in |
//! | `breaks` | what broke it last |
//! | `door` | the listener: open, shut, open again at the same port |
//! | `accept` | who is let in |
//! | `budget` | what several proxies may have open together |
//! | `knocks` | how many come at the same time |
//! | `connection` | one connection's control block: what may still pass |
//! | `relay` | one connection from its first to its last byte |
//! | `road` | one direction of it |
//! | `queue`, `lumps`, `pace` | what is under way; what is held together; how fast it goes |
//! | `hole` | a connection of which only the ends are left |
//! | `refuse` | the status that the proxy gives itself |
//! | `parse`, `body`, `blocks`, `frames` | where pieces begin and end, in HTTP/1.1, event streams and WebSocket |
//! | `tap`, `telling` | whoever is told, and what |

mod accept;
mod blocks;
mod body;
mod breaks;
mod budget;
mod connection;
mod door;
mod entrance;
mod frames;
mod hole;
mod knocks;
mod lumps;
mod pace;
mod parse;
mod proxy;
mod queue;
mod refuse;
mod relay;
mod road;
mod settings;
mod tap;
mod telling;

pub use breaks::{Break, Broke};
pub use budget::Budget;
pub use knocks::KNOCKS_WITHIN;
pub use proxy::{Passage, Proxy};
pub use settings::{Cut, LUMP_BYTES, Weather};
pub use tap::{Passed, Tap, What};

//! Bytes on a socket: counted where they pass, attributed to whom they serve, timed, and spoiled on purpose.
//!
//! The count is taken at the accepted socket, under HTTP and WebSocket, so heads, chunk sizes, frame headers and pings
//! are all in it: it equals the payload of a packet capture. What it leaves out is TCP and IP (40 bytes or more a
//! packet).
//!
//! | file | idea |
//! |---|---|
//! | `account` | whose bytes: a way, a topic and a lane |
//! | `line` | one connection's control block: who it serves now, what it waits for |
//! | `socket` | the server's end: counts and enforces the time limits |
//! | `client` | the client's end: connects and counts |
//! | `weather/` | the fault proxy: a relay that counts, tells and spoils |

mod account;
mod client;
mod line;
mod socket;
mod weather;

pub use account::{Account, Ledger, Name, Tally};
pub use client::{Connect, Connecting, Io, TcpConnect, Watch, Watched, Wire};
pub use line::{Line, Times};
pub use socket::{Socket, prepare_client};
pub use weather::{
    Break, Broke, Budget, Cut, KNOCKS_WITHIN, LUMP_BYTES, Passage, Passed, Proxy, Tap, Weather, What,
};

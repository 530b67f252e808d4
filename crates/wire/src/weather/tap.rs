//! Whoever is told of what passes, piece by piece.

use std::net::IpAddr;

use bytes::Bytes;

/// Told of what passed, from the tasks that carry it: every method must return at once.
pub trait Tap: Send + Sync + 'static {
    /// The wall clock: Unix time in microseconds.
    fn now_us(&self) -> u64;

    /// Whether the exchange is to be told that begins by a request with this target (`/sse/stock-price?lane=board-sse`) on
    /// this connection (as in [`Passed`]) from `peer`.
    /// Asked once for each request: a browser mixes requests of several kinds on one connection. The answer counts for
    /// the request, its answer, and a WebSocket that it opens.
    fn wants(&self, connection: u64, peer: IpAddr, target: &str) -> bool;

    /// A piece has passed, or was lost. Those of one connection and direction come in their order.
    fn passed(&self, passed: Passed);
}

/// One piece of a conversation. Joined, the pieces of one direction are its bytes, if all its requests are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Which connection, counted from 0 in the order in which they came.
    pub connection: u64,
    /// Where its client is. An IPv4 address is one, also where it came by IPv6.
    pub peer: IpAddr,
    /// From the client to the server.
    pub up: bool,
    /// What it is.
    pub what: What,
    /// When the last of it had come to the proxy, in Unix microseconds.
    pub came_us: u64,
    /// When the last of it was handed on; for what was lost, when it was lost. The difference is the weather's.
    pub went_us: u64,
    /// The bytes of exactly this piece, framing included. They may share the memory of what arrived together with
    /// them, at most 16 KiB.
    pub bytes: Bytes,
}

/// What a piece is. One longer than 64 KiB is told in parts: they are [`What::Body`], and the last names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The connection was accepted. Told together with its first wanted request.
    Opened,
    /// The head of a request.
    Request {
        /// Its target as it was sent.
        target: String,
    },
    /// The head of an answer.
    Answer {
        /// Its status.
        status: u16,
    },
    /// The body of a request or of a whole answer, framing included, and whatever is not understood.
    Body,
    /// One block of an event stream with its blank line (HTML 9.2.5), and the chunk framing before and behind it.
    Event,
    /// One data frame (RFC 6455 5.6).
    Message {
        /// 1 text, 2 binary; 0 goes on with the message of the frame before.
        opcode: u8,
    },
    /// A ping frame.
    Ping,
    /// A pong frame.
    Pong,
    /// A close frame.
    Close {
        /// Its code; it may have none.
        code: Option<u16>,
    },
    /// Bytes that came and were never handed on: the connection was cut, or became a black hole.
    Lost,
    /// The connection has ended.
    Ended {
        /// By the weather, and not by one of its ends.
        cut: bool,
    },
}

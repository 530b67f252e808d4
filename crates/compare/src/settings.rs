//! What one round is made with: one point of a scenario's sweep.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The settings of one round. Two rounds are comparable when they differ in one of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Who serves: `fourways`, or the name of a description.
    pub server: String,
    /// By which way: `poll`, `long-poll`, `ws` or `sse`.
    pub way: String,
    /// Subscribers.
    pub clients: u32,
    /// Events a second, all symbols together.
    pub rate: f64,
    /// Symbols, which take turns.
    pub symbols: u32,
    /// An event's JSON is filled up to so many bytes; 0 leaves it as it is.
    pub payload_bytes: u32,
    /// Between the starts of two polls, in milliseconds. Of polling only.
    pub interval_ms: u64,
    /// How long a long poll may be held, in milliseconds. Of long polling only.
    pub hold_ms: u64,
    /// What a poll asks for. Of polling only.
    pub polls: Polls,
    /// Whether a connection carries more than one request. Of polling and long polling only.
    pub keep_alive: bool,
    /// The request head that a client sends.
    pub heads: Heads,
    /// What the server's WebSocket library buffers for each direction, in bytes. Of WebSocket only.
    pub ws_buffer_bytes: u32,
    /// Whether an event is encoded once for all subscribers, or for each.
    pub encode: Encode,
    /// What stands between server and clients.
    pub front: Front,
    /// The server sleeps so long before each event, in milliseconds: to check that a delay is measured.
    pub late_ms: u64,
}

/// What a poll asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Polls {
    /// The newest value of each symbol, as in the tutorial: what lies between two polls is never seen.
    #[default]
    Newest,
    /// All events after the cursor: nothing is lost, everything comes late.
    All,
}

/// The request head that a client sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Heads {
    /// What the protocol needs.
    #[default]
    Minimal,
    /// What a browser sends along.
    Browser,
}

/// How often an event is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encode {
    /// Once; all subscribers share the bytes.
    #[default]
    Once,
    /// For each subscriber anew.
    Each,
}

/// What stands between server and clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Front {
    /// Nothing.
    #[default]
    None,
    /// nginx, which honours `X-Accel-Buffering: no`.
    Nginx,
    /// nginx as it buffers by default: `proxy_ignore_headers X-Accel-Buffering`, and HTTP/1.0 towards the server.
    NginxBuffering,
    /// nginx that compresses (`gzip_types text/event-stream application/json`).
    NginxGzip,
    /// nginx with TLS and HTTP/2, which honours `X-Accel-Buffering: no`. It knows no RFC 8441, so a WebSocket begins with
    /// HTTP/1.1 on a TLS connection of its own, as in browsers. To the server it speaks as [`Front::Nginx`] does.
    NginxHttp2,
}

impl fmt::Display for Front {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Nginx => "nginx",
            Self::NginxBuffering => "nginx-buffering",
            Self::NginxGzip => "nginx-gzip",
            Self::NginxHttp2 => "nginx-http2",
        })
    }
}

//! WebSocket: *we talk to each other.*
//!
//! An HTTP request turns its connection into a channel for messages both ways. What HTTP gave for free (resuming,
//! caching, one answer for one question) is now the application's own business.
//!
//! ```text
//! -> GET /ws/stock-price HTTP/1.1
//! -> upgrade: websocket
//! -> sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==
//! <- HTTP/1.1 101 Switching Protocols
//! <- sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
//! <-
//! <= text {"type":"hello","epoch":"k3x9a1","head":1042}
//! <= text {"seq":1043,…}
//! => text {"op":"subscribe","symbols":["ACME"]}
//! <= text {"type":"hello","epoch":"k3x9a1","head":1043}
//! ```
//!
//! Choose it when the client talks often as well, or when the data is binary. Lesson 08.

mod client;
mod server;
pub mod wire;

use std::sync::Arc;

use ::wire::Wire;
use axum::Router;
use feed::Cursor;
use transport::{Card, Session, Site, Target, Transport};

/// The way.
#[derive(Clone, Copy, Debug)]
pub struct WebSocket;

// #region card
impl Transport for WebSocket {
    fn card(&self) -> Card {
        Card {
            name: "ws",
            title: "WebSocket",
            title_zh: "WebSocket",
            path: "/ws/{topic}",
            one_liner: "we talk to each other",
            one_liner_zh: "我们互相聊天",
        }
    }

    fn routes(&self) -> Router<Site> {
        server::routes()
    }

    fn session(&self, target: Arc<Target>, from: Option<Cursor>, wire: Wire) -> Session {
        Box::pin(client::session(target, from, wire))
    }
}
// #endregion

//! Server-sent events: *you tell me.*
//!
//! The client asks once, and the answer never ends: the server appends an event whenever there is one. The browser
//! reconnects by itself and sends the id of the last event it has.
//!
//! ```text
//! -> GET /sse/stock-price HTTP/1.1
//! <- HTTP/1.1 200 OK
//! <- content-type: text/event-stream
//! <- cache-control: no-cache, no-transform
//! <- x-accel-buffering: no
//! <-
//! <- retry: 1742
//! <- event: hello
//! <- data: {"epoch":"k3x9a1","head":1042}
//! <-
//! <- id: k3x9a1-1043
//! <- data: {"seq":1043,…}
//! <-
//! ```
//!
//! Choose it when the server talks and the client listens, over plain HTTP with text. Lessons 05 and 06.

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
pub struct Sse;

// #region card
impl Transport for Sse {
    fn card(&self) -> Card {
        Card {
            name: "sse",
            title: "SSE",
            title_zh: "SSE",
            path: "/sse/{topic}",
            one_liner: "you tell me",
            one_liner_zh: "你主动告诉我",
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

//! Ajax polling: *I keep asking you.*
//!
//! The client asks, the server answers with what is there now, and the client asks again after a pause. Whatever was
//! replaced during the pause is never seen, and an answer that tells nothing new costs as much as one that does.
//!
//! ```text
//! -> GET /poll/stock-price HTTP/1.1
//! <- HTTP/1.1 200 OK
//! <- content-type: application/json
//! <- cache-control: no-cache
//! <- etag: "k3x9a1-1042"
//! <-
//! <- {"epoch":"k3x9a1","cursor":"k3x9a1-1042","events":[{"seq":1035,…},…],"gap":null,"end":false}
//!    … the pause …
//! -> GET /poll/stock-price HTTP/1.1
//! -> if-none-match: "k3x9a1-1042"
//! <- HTTP/1.1 304 Not Modified
//! ```
//!
//! Choose it when updates are rare or their age does not matter, when every request must stand alone (caches, quotas,
//! logs), or when nothing else passes the network. Lesson 02.

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
pub struct Poll;

// #region card
impl Transport for Poll {
    fn card(&self) -> Card {
        Card {
            name: "poll",
            title: "Ajax polling",
            title_zh: "Ajax 轮询",
            path: "/poll/{topic}",
            one_liner: "I keep asking you",
            one_liner_zh: "我反复问你",
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

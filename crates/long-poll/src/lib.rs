//! Long polling: *I wait until you tell me.*
//!
//! The client asks, and the server holds the request until there is something to tell. Then the client asks again at
//! once, with the cursor of the answer, so what happens between two requests is not lost.
//!
//! ```text
//! -> GET /long-poll/stock-price?after=k3x9a1-1042&hold=25 HTTP/1.1
//!    … until event 1043, or 25 s …
//! <- HTTP/1.1 200 OK
//! <- content-type: application/json
//! <- cache-control: no-store
//! <-
//! <- {"epoch":"k3x9a1","cursor":"k3x9a1-1043","events":[{"seq":1043,…}],"gap":null,"end":false}
//! -> GET /long-poll/stock-price?after=k3x9a1-1043&hold=25 HTTP/1.1
//!    … 25 s without an event …
//! <- HTTP/1.1 204 No Content
//! ```
//!
//! Choose it when updates must be fresh but only plain requests and answers pass the network. Every update costs a
//! whole request. Lesson 03.

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
pub struct LongPoll;

// #region card
impl Transport for LongPoll {
    fn card(&self) -> Card {
        Card {
            name: "long-poll",
            title: "Long polling",
            title_zh: "长轮询",
            path: "/long-poll/{topic}",
            one_liner: "I wait until you tell me",
            one_liner_zh: "我等着你告诉我",
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

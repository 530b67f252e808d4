//! The server half of long polling: `timeout(hold, reader.next())`, polling one `await` later.

use axum::Router;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::time::sleep;
use transport::{Answer, Ask, Problem, Ring, Site};

use crate::wire::{self, Encoded};

// #region routes
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/long-poll/{topic}", get(open))
}
// #endregion

// #region open
async fn open(State(site): State<Site>, parts: Parts) -> Result<Response, Problem> {
    let ask = Ask::read(&site, "long-poll", &parts)?;
    let mut reader = ask.reader();
    let mut answer = Answer::ready(&mut reader);
    if !answer.has_news() {
        let _waiter = site.wait()?;
        let mut drain = site.draining();
        tokio::select! {
            () = answer.next(&mut reader) => {}
            () = sleep(ask.hold) => return Ok(nothing().into_response()),
            () = drain.begun() => return Ok(end()),
        }
    }
    Ok(deliver(&site, &ask, &answer))
}
// #endregion

// #region handshake
// None: what a long poll asks for is a plain answer, only a late one.
// #endregion

// #region deliver
fn deliver(site: &Site, ask: &Ask, answer: &Answer) -> Response {
    ask.account.told(answer.events().len());
    let encoded = ask.feed.beside(|| Encoded(Ring::of(&ask.feed, site.limits())));
    let body = wire::encode(&encoded, answer);
    // A browser makes requests for one cacheable URL wait for each other: two tabs with one cursor would take turns.
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], body).into_response()
}
// #endregion

// #region hear
// None: while the question is held, nothing more can be said on it.
// #endregion

// #region heartbeat
/// The end of a hold without news. It is the heartbeat of this way: both sides learn that the other lives.
fn nothing() -> impl IntoResponse {
    (StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "no-store")])
}
// #endregion

// #region drain
/// Whoever is held when the server stops is told to come back on another connection.
fn end() -> Response {
    ([(header::CONNECTION, "close")], nothing()).into_response()
}
// #endregion

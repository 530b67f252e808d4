//! The server half of polling: `reader.ready()`, answer what is there now.

use axum::Router;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use transport::{Answer, Ask, Problem, Ring, Site};

use crate::wire::{self, Encoded};

// #region routes
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/poll/{topic}", get(open))
}
// #endregion

// #region open
async fn open(State(site): State<Site>, parts: Parts) -> Result<Response, Problem> {
    let ask = Ask::read(&site, "poll", &parts)?;
    let mut reader = ask.reader();
    let answer = Answer::ready(&mut reader);
    let known = parts.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    Ok(deliver(&site, &ask, &answer, known.unwrap_or_default()))
}
// #endregion

// #region handshake
// None: what a poll asks for is a plain answer with its length.
// #endregion

// #region deliver
fn deliver(site: &Site, ask: &Ask, answer: &Answer, known: &str) -> Response {
    let etag = wire::etag(answer.cursor());
    let headers = [(header::CACHE_CONTROL, "no-cache"), (header::ETAG, &etag)];
    if answer.is_plain() && wire::matches(known, &etag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    ask.account.told(answer.events().len());
    let encoded = ask.feed.beside(|| Encoded(Ring::of(&ask.feed, site.limits())));
    let whole_snapshot = ask.since.is_none() && ask.wanted == feed::Wanted::ALL;
    let body = wire::encode(&encoded, answer, whole_snapshot);
    ([(header::CONTENT_TYPE, "application/json")], headers, body).into_response()
}
// #endregion

// #region hear
// None: whoever has asked can only ask again.
// #endregion

// #region heartbeat
// None: a poll holds no connection open, so nothing can fall silent.
// #endregion

// #region drain
// None: every answer is given at once, so there is nothing to end.
// #endregion

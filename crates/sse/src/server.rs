//! The server half of SSE: a loop of `reader.next()` into one answer that never ends.

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use feed::{Batch, Reader};
use futures_util::Stream;
use transport::{Ask, Problem, Ring, Silence, Site, Waiter};

use crate::wire::{self, Encoded};

// #region routes
pub(crate) fn routes() -> Router<Site> {
    // The tutorial's own paths, so that its samples run unchanged.
    let tutorial = ["/events", "/stock-price", "/notifications", "/system-stats", "/logs"];
    let router = Router::new().route("/sse/{topic}", get(open));
    tutorial.into_iter().fold(router, |router, path| router.route(path, get(open)))
}
// #endregion

// #region open
async fn open(State(site): State<Site>, parts: Parts) -> Result<Response, Problem> {
    let ask = Ask::read_resuming(&site, "sse", &parts)?;
    if ask.is_at_end() {
        // The one status that tells EventSource to stop for good (HTML 9.2.3).
        return Ok((StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "no-store")]).into_response());
    }
    let waiter = site.wait()?;
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-cache, no-transform"),
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::from_stream(deliver(site, ask, waiter))).into_response())
}
// #endregion

// #region handshake
// None: a plain GET is all it takes. The headers in `open` make its answer a stream.
// #endregion

// #region deliver
fn deliver(site: Site, ask: Ask, waiter: Waiter) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    async_stream::stream! {
        let _waiter = waiter;
        let encoded = ask.feed.beside(|| Encoded(Ring::of(&ask.feed, site.limits())));
        let name = ask.feed.shape().event_name;
        let mut reader = ask.reader();
        let mut drain = site.draining();
        let mut silence = Silence::new(site.limits());
        yield Ok(wire::encode_retry(site.retry_ms()));
        loop {
            let bytes = tokio::select! {
                batch = reader.next() => {
                    if let Batch::End = batch { return end() }
                    if let Batch::Events(events) = &batch { ask.account.told(events.len()) }
                    wire::encode(&encoded, &batch, reader.cursor().epoch, name)
                }
                () = silence.over() => heartbeat(&reader),
                () = drain.begun() => return end(),
            };
            if !bytes.is_empty() {
                silence.broken();
                yield Ok(bytes);
            }
        }
    }
}
// #endregion

// #region hear
// None: an answer runs one way. Who wants to say something makes another request.
// #endregion

// #region heartbeat
/// After a silence: where the reader stands. A filtered reader thus resumes near the head, not at its last event.
fn heartbeat(reader: &Reader) -> Bytes {
    wire::encode_cursor(reader.cursor())
}
// #endregion

// #region drain
/// The body just ends, its last chunk written: the client reconnects after its `retry`, to whoever serves then.
fn end() {}
// #endregion

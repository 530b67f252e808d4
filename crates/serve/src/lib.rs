//! The server around the four ways: who is let in, for how long, and how it stops.
//!
//! `axum::serve` sets no time limit and hyper's version sniffing waits for ever, so the accept loop is our own.
//!
//! | file | idea |
//! |---|---|
//! | `accept` | the loop: places, refusal, drain |
//! | `listen` | where connections come from, and what is set on their sockets |
//! | `door` | what every request must pass: target, Host, Origin |
//! | `explain` | words for what hyper refuses by itself |
//! | `hosts` | which hosts and origins are ours |
//! | `api` | what is served, counted and told about the server itself |
//! | `presenter` | who may change what everybody sees |
//! | `market` | another market while everyone listens |
//! | `metrics` | the counters in the Prometheus text format |

mod accept;
mod api;
mod door;
mod explain;
mod hosts;
mod listen;
mod market;
mod metrics;
mod presenter;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tower_http::cors::{AllowOrigin, CorsLayer};
use transport::{Card, Problem, Site};

pub use accept::{Drained, serve};
pub use api::body;
pub use door::Peer;
pub use hosts::{BadHost, BadOrigin, Hosts};
pub use listen::{Listen, Tcp};
pub use presenter::{NoToken, Presenter};

/// What the page has for a request that no route takes, if anything.
pub type Page = fn(&Parts) -> Option<Response>;

/// The whole application: the ways, the API and `page`, behind the door. Without a presenter the market stays as it is.
pub fn app(
    site: Site,
    hosts: Hosts,
    cards: Vec<Card>,
    ways: Router<Site>,
    page: Page,
    presenter: Option<Presenter>,
) -> Router {
    let other = move |parts: Parts| async move { page(&parts).unwrap_or_else(no_route) };
    let mut router =
        ways.merge(api::routes(cards, presenter)).fallback(other).method_not_allowed_fallback(no_method);
    if !hosts.origins().is_empty() {
        router = router.layer(cors(&hosts));
    }
    let door = door::Door { site: site.clone(), hosts: Arc::new(hosts) };
    router.layer(axum::middleware::from_fn_with_state(door, door::pass)).with_state(site)
}

/// Exact origins only, no credentials; `Vary: Origin` always.
fn cors(hosts: &Hosts) -> CorsLayer {
    let origins = hosts.origins().iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        // Whoever posts, or sets `If-None-Match` by hand, is asked for first; without this, again every 5 s. Chromium keeps
        // it for two hours at most, and not for requests that say how its cache is to be used.
        .max_age(Duration::from_secs(2 * 60 * 60))
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_NONE_MATCH,
            HeaderName::from_static("last-event-id"),
            HeaderName::from_static("idempotency-key"),
        ])
        .expose_headers([header::ETAG, header::RETRY_AFTER])
}

fn no_route() -> Response {
    let title = "there is nothing at this path";
    Problem::new(StatusCode::NOT_FOUND, title, "GET /api/info tells what is served").into_response()
}

async fn no_method() -> Response {
    // axum adds `Allow`.
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this path does not take this method",
        "the Allow header tells which it takes",
    )
    .into_response()
}

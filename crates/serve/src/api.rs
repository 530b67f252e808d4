//! What the server tells about itself, and what clients can do: start a job, say something; the presenter, change the
//! market.

use std::sync::Arc;
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use feed::topics::{BadSaying, JOBS_MAX};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::timeout;
use transport::{Card, Problem, Query, Site};
use wire::{Name, Tally};

use crate::presenter::Presenter;
use crate::{market, metrics};

/// Without a presenter nobody can change the market: the route is not there.
pub(crate) fn routes(cards: Vec<Card>, presenter: Option<Presenter>) -> Router<Site> {
    let cards: Arc<[Card]> = cards.into();
    let router = match presenter {
        Some(presenter) => Router::new().route(
            "/api/market",
            post(move |State(site): State<Site>, request: Request| {
                market::change(site, presenter.clone(), request)
            }),
        ),
        None => Router::new(),
    };
    router
        .route("/api/info", get(move |State(site): State<Site>| async move { fresh(info(&site, &cards)) }))
        .route("/api/stats", get(stats))
        .route("/api/time", get(time))
        .route("/api/jobs", post(start_job))
        .route("/api/send-message", post(send_message))
        .route("/metrics", get(metrics::text))
        .route("/healthz", get(health))
}

/// What is served, with every limit.
fn info(site: &Site, cards: &[Card]) -> Value {
    let ticker = site.feeds().ticker();
    let now = ticker.feed().market().map(|market| {
        json!({
            "seed": market.seed(), "rate": market.rate(), "symbols": market.symbols(),
            "start_us": market.start_us(), "epoch": market.epoch().as_str(),
        })
    });
    let next = ticker.next().map(|next| market::announcement(&next));
    let topics: Vec<_> = site
        .feeds()
        .standing()
        .map(|feed| {
            let (shape, head) = (feed.shape(), feed.head());
            json!({
                "name": shape.name, "event_name": shape.event_name, "history": shape.history,
                "epoch": head.epoch.as_str(), "head": head.seq,
            })
        })
        .collect();
    let limits: serde_json::Map<_, _> =
        site.limits().list().into_iter().map(|limit| (limit.name.to_owned(), limit.value.into())).collect();
    json!({
        "name": "fourways", "version": env!("CARGO_PKG_VERSION"),
        "ways": cards, "topics": topics, "market": now, "next_epoch": next,
        "jobs": {"now": site.feeds().jobs().count(), "max": JOBS_MAX}, "limits": limits,
    })
}

/// Live counters; with `?lane=` those of one client.
async fn stats(State(site): State<Site>, parts: Parts) -> Result<Response, Problem> {
    let query = Query::of(&parts);
    let lane = query.one("lane", "query parameter `lane`")?;
    let accounts = site.ledger().tallies();
    let wanted = accounts.iter().filter(|(name, _)| lane.is_none_or(|lane| name.lane == lane));
    let accounts: Vec<_> = wanted.map(|(name, tally)| account(name, *tally)).collect();
    Ok(fresh(json!({"at": site.clock().now_us(), "waiters": site.waiters(), "accounts": accounts})))
}

fn account(Name { way, topic, lane }: &Name, tally: Tally) -> Value {
    let Tally { requests, connections, open, bytes_up, bytes_down, events } = tally;
    json!({
        "way": way, "topic": topic, "lane": lane, "requests": requests, "connections": connections, "open": open,
        "bytes_up": bytes_up, "bytes_down": bytes_down, "events": events,
    })
}

/// One step of a clock exchange (as in NTP, RFC 5905 8): the client notes when it asked and when it was answered.
async fn time(State(site): State<Site>) -> Response {
    let received = site.clock().now_us();
    fresh(json!({"received_us": received, "sent_us": site.clock().now_us()}))
}

async fn health(State(site): State<Site>) -> Response {
    if site.draining().has_begun() {
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the server is stopping", "come back later")
            .retry_after(2)
            .into_response();
    }
    ([(header::CACHE_CONTROL, "no-store")], "ok\n").into_response()
}

/// Starts a job.
async fn start_job(State(site): State<Site>, request: Request) -> Result<Response, Problem> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wish {
        #[serde(default = "twenty")]
        total: u32,
        #[serde(default = "quarter")]
        step_ms: u64,
    }
    fn twenty() -> u32 {
        20
    }
    fn quarter() -> u64 {
        250
    }
    let Wish { total, step_ms } = body(&site, request, "{\"total\":20,\"step_ms\":250}").await?;
    if !(1..=1_000).contains(&total) {
        return Err(Problem::bad(
            "member `total`",
            "total is out of range",
            "it is the number of steps, 1 to 1000",
        ));
    }
    if !(1..=10_000).contains(&step_ms) {
        return Err(Problem::bad(
            "member `step_ms`",
            "step_ms is out of range",
            "it is the time for a step in milliseconds, 1 to 10000",
        ));
    }
    let job = site.feeds().jobs().start(total, Duration::from_millis(step_ms));
    let job = job.map_err(|full| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too many jobs", full.to_string()).retry_after(30)
    })?;
    let location = [(header::LOCATION, format!("/sse/progress?job={}", job.id))];
    Ok((StatusCode::CREATED, location, fresh(json!({"job": job.id, "total": total, "step_ms": step_ms})))
        .into_response())
}

/// Says something on `chat`. With an `Idempotency-Key` a repeated request says it once.
async fn send_message(State(site): State<Site>, request: Request) -> Result<Response, Problem> {
    #[derive(Deserialize)]
    struct Saying {
        user: String,
        text: String,
    }
    let key = request.headers().get("idempotency-key").cloned();
    let saying: Saying = body(&site, request, "{\"user\":\"Ann\",\"text\":\"hello\"}").await?;
    let key = key.as_ref().map(HeaderValue::to_str).transpose().ok();
    let key = key.ok_or_else(|| {
        Problem::bad("header Idempotency-Key", "the key is not plain text", "send letters and digits")
    })?;
    let said = site.feeds().chat().say(&saying.user, &saying.text, key);
    let (event, new) = said.map_err(|error| {
        let place = match error {
            BadSaying::User => "member `user`",
            BadSaying::Text => "member `text`",
            BadSaying::Key => "header Idempotency-Key",
        };
        Problem::bad(place, "this cannot be said", error.to_string())
    })?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok((status, headers, event.json().clone()).into_response())
}

/// The JSON body of a request that changes something, within its limits of size (`body_bytes`) and time (`head_ms`).
/// Whoever sends something else is shown the `example`.
///
/// # Errors
/// 415 when it is not declared as JSON, 413 and 408 beyond the limits, 400 when it is no object or not the expected one.
pub async fn body<T: DeserializeOwned>(site: &Site, request: Request, example: &str) -> Result<T, Problem> {
    let kind =
        request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        let title = "the body is not declared as JSON";
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            title,
            "send Content-Type: application/json",
        ));
    }
    let (max, patience) = (site.limits().body_bytes as usize, Duration::from_millis(site.limits().head_ms));
    let too_large = || {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body is too large",
            format!("keep it within {max} bytes (limit `body_bytes`)"),
        )
    };
    let length = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > max) {
        return Err(too_large());
    }
    let whole = timeout(patience, to_bytes(request.into_body(), max)).await;
    let whole = whole.map_err(|_| {
        Problem::new(StatusCode::REQUEST_TIMEOUT, "the body did not come in time", "send it at once")
    })?;
    let whole =
        whole.map_err(|_| Problem::bad("body", "the body did not come whole", "send all of its bytes"))?;
    // serde would also take an array for the object, member by member.
    if !whole.trim_ascii_start().starts_with(b"{") {
        return Err(Problem::bad("body", "the body is no JSON object", format!("send one, as in {example}")));
    }
    serde_json::from_slice(&whole)
        .map_err(|error| Problem::bad("body", "the body is not what was expected", error.to_string()))
}

fn fresh(value: Value) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(value)).into_response()
}

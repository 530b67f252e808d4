//! Another market while everyone listens: `POST /api/market`, for the presenter alone.
//!
//! The change is announced (`next_epoch` in `/api/info`) and comes at least 500 ms later, as a new epoch; at `at_us` if
//! that is given, so that several servers change at one instant. README.md, "The wire contract".

use axum::Json;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use feed::{BadMarket, BadNotice, Market, SYMBOLS_MAX};
use serde::Deserialize;
use serde_json::{Value, json};
use transport::{Problem, Site};

use crate::api::body;
use crate::presenter::Presenter;

/// A body that would do.
const EXAMPLE: &str = "{\"rate\":20}";

/// What shall be other than before. What is absent stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    rate: Option<Value>,
    symbols: Option<Value>,
    at_us: Option<Value>,
}

/// Announces another market and answers 202 with its announcement.
pub(crate) async fn change(site: Site, presenter: Presenter, request: Request) -> Result<Response, Problem> {
    presenter.admit(&request)?;
    let wish: Wish = body(&site, request, EXAMPLE).await?;
    let ticker = site.feeds().ticker();
    // Two changes that follow at once are one: the second keeps what the first has announced.
    let before = ticker.next().or_else(|| ticker.feed().market()).ok_or_else(no_market)?;
    let market = wish.of(&before)?;
    let next = match &wish.at_us {
        None => ticker.change(&market),
        Some(at_us) => {
            ticker.change_at(&market, at_us.as_u64().ok_or_else(no_instant)?).map_err(bad_notice)?
        }
    };
    Ok((StatusCode::ACCEPTED, [(header::CACHE_CONTROL, "no-store")], Json(announcement(&next)))
        .into_response())
}

/// A market that is to begin, as `/api/info` tells it.
pub(crate) fn announcement(next: &Market) -> Value {
    json!({"epoch": next.epoch().as_str(), "at_us": next.start_us(), "rate": next.rate(), "symbols": next.symbols()})
}

impl Wish {
    fn of(&self, before: &Market) -> Result<Market, Problem> {
        if self.rate.is_none() && self.symbols.is_none() {
            let title = "nothing is to be changed";
            return Err(Problem::bad("body", title, "send `rate` or `symbols` or both, as in {\"rate\":20}"));
        }
        let rate = self.rate.as_ref().map_or(Some(before.rate()), Value::as_f64);
        let symbols = self.symbols.as_ref().map_or(u32::try_from(before.symbols().len()).ok(), |symbols| {
            symbols.as_u64().and_then(|symbols| u32::try_from(symbols).ok())
        });
        let (rate, symbols) = (rate.ok_or_else(bad_rate)?, symbols.ok_or_else(bad_symbols)?);
        before.changed_to(rate, symbols).map_err(|error| match error {
            BadMarket::Rate(_) => bad_rate(),
            BadMarket::Symbols(_) => bad_symbols(),
        })
    }
}

fn bad_rate() -> Problem {
    let detail = "it is the number of prices a second, all symbols together: 0.1 to 10000";
    Problem::bad("member `rate`", "rate is out of range", detail)
}

fn bad_symbols() -> Problem {
    let detail = format!("it is the number of symbols, a whole number from 1 to {SYMBOLS_MAX}");
    Problem::bad("member `symbols`", "symbols is out of range", detail)
}

fn no_instant() -> Problem {
    let detail = "it is an instant in Unix microseconds, a whole number; GET /api/time tells the server's";
    Problem::bad("member `at_us`", "at_us is no instant", detail)
}

fn bad_notice(bad: BadNotice) -> Problem {
    Problem::bad("member `at_us`", "at_us is too near or too far", bad.to_string())
}

fn no_market() -> Problem {
    let detail = "only a server with a market can change it; GET /api/info tells what is served";
    Problem::new(StatusCode::NOT_FOUND, "there is no market here", detail)
}

//! `news` (tutorial 3.3): every fifteen seconds a summary of the market. Its JSON stands on several lines, so that
//! SSE has to send several `data:` lines for one event (HTML 9.2.6).

use serde::{Deserialize, Serialize};

use crate::clock::rfc3339;
use crate::event::Fields;
use crate::feed::Feed;
use crate::log::Wanted;

/// A price as the market's own events tell it.
#[derive(Deserialize)]
pub(super) struct Quote {
    pub(super) symbol: String,
    pub(super) value: f64,
    pub(super) change: f64,
}

impl Quote {
    /// The newest price of each symbol.
    pub(super) fn all(market: &Feed) -> Vec<Self> {
        let events = market.state().log.snapshot(0, Wanted::ALL);
        let mut quotes: Vec<Self> =
            events.iter().filter_map(|event| serde_json::from_slice(event.json()).ok()).collect();
        quotes.sort_by(|a, b| a.symbol.cmp(&b.symbol));
        quotes
    }
}

#[derive(Serialize)]
struct News {
    title: String,
    text: String,
}

pub(super) fn next(market: &Feed, at_us: u64) -> Option<Fields> {
    let quotes = Quote::all(market);
    let up = quotes.iter().filter(|quote| quote.change > 0.0).count();
    let best = quotes.iter().max_by(|a, b| a.change.total_cmp(&b.change))?;
    let news = News {
        title: format!("{up} of {} symbols are up", quotes.len()),
        text: format!("Largest gain: {} {:+.2}.\nSeen at {}.", best.symbol, best.change, rfc3339(at_us)),
    };
    Fields::of(&news, true).ok()
}

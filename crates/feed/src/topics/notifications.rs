//! `notifications` (tutorial 4.1): every ten seconds one symbol of the market is reported, in turn.

use serde::Serialize;

use super::news::Quote;
use crate::clock::rfc3339;
use crate::event::Fields;
use crate::feed::Feed;

#[derive(Serialize)]
struct Notification {
    title: String,
    message: String,
    time: String,
}

pub(super) fn next(market: &Feed, turn: u64, at_us: u64) -> Option<Fields> {
    let quotes = Quote::all(market);
    let quote = quotes.get(turn as usize % quotes.len().max(1))?;
    let moved = if quote.change < 0.0 { "down" } else { "up" };
    let notification = Notification {
        title: format!("{} {moved} {:.2}", quote.symbol, quote.change.abs()),
        message: format!("{} now stands at {:.2}.", quote.symbol, quote.value),
        time: rfc3339(at_us),
    };
    Fields::of(&notification, false).ok()
}

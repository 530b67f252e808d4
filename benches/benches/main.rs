//! What an event, a wake-up, a parsed byte and a replay cost, without sockets: `cargo bench -p benches`.
//!
//! These are figures of one process on one machine. What a delivered event costs a server, with the kernel's part, is
//! measured over real sockets elsewhere. One binary, because it is linked once; a name filters it, as in
//! `cargo bench -p benches -- wake`.

mod encode;
mod parse;
mod replay;
mod wake;

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use feed::{Clock, Cursor, Feed, Market, Since, Ticker};

const START_US: u64 = 1_700_000_000_000_000;
/// The window of the market's log, in events.
const HISTORY: usize = 4096;

/// Ten prices a second of eight symbols.
fn market() -> Market {
    Market::new(1, 10.0, 8, START_US).expect("the parameters are in range")
}

/// The market after so many hours: its window is full.
fn full_feed(hours: u64) -> Feed {
    Ticker::new(market(), HISTORY, Clock::of(move || START_US + hours * 3_600_000_000)).feed().clone()
}

/// The place before the newest `count` events.
fn before(feed: &Feed, count: usize) -> Option<Since> {
    let head = feed.head();
    Some(Cursor { seq: head.seq - count as u64, ..head }.into())
}

fn config() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .sample_size(50)
}

criterion_group! {
    name = ways;
    config = config();
    targets = encode::benches, wake::benches, parse::benches, replay::benches
}
criterion_main!(ways);

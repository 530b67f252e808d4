//! Staleness and what is never seen, of polling for the newest value: both follow from interval and rate.
//!
//! A value is as old as the time since it was published, half a period on average, and a reader shows it until the next
//! poll, half an interval on average: staleness is half of both together. Of the values that come between two polls only
//! the last is seen.

use crate::{Checks, TURN, compared, median};

/// The window holds a whole number of both intervals and of both periods.
const SCENARIO: &str = r#"
    rounds = 1
    duration = "18s"
    warm_up = "2s"
    clients = 200
    ways = "poll"
    polls = "newest"
    [[cells]]
    interval = "1s"
    rate = 2
    [[cells]]
    interval = "0.3s"
    rate = 1
"#;
/// Of the known figure.
const ALLOWED: f64 = 0.03;

#[tokio::test]
async fn polling_is_as_stale_as_arithmetic_says() {
    let _turn = TURN.lock().await;
    let run = compared(SCENARIO).await;
    let mut checks = Checks::default();
    for (interval_ms, rate) in [(1_000_u32, 2.0), (300, 1.0)] {
        let (interval_s, period_s) = (f64::from(interval_ms) / 1000.0, 1.0 / rate);
        let of = |id| median(&run, id, |cell| cell.interval_ms == u64::from(interval_ms));
        let name = format!("poll each {interval_s} s at {rate}/s");
        let stale_s = f64::midpoint(period_s, interval_s);
        checks.near(&format!("{name}, staleness"), "s", of("staleness"), stale_s, ALLOWED * stale_s);
        // Where polls are faster than values nothing may be lost, and 3 % of nothing is nothing.
        let unseen = 100.0 * (1.0 - period_s / interval_s).max(0.0);
        checks.near(&format!("{name}, never seen"), "%", of("never_seen"), unseen, ALLOWED * unseen);
    }
    checks.all_hold();
}

//! Latency: a server that publishes 50 ms late is measured as 50 ms later.

use crate::{Checks, TURN, compared, median};

/// The period at 9.7 events a second is no whole number of milliseconds. The timers of server and kernel go by the
/// millisecond: so all their phases are in each round alike, and not one phase for a whole round.
const SCENARIO: &str = r#"
    rounds = 3
    duration = "5s"
    warm_up = "1s"
    clients = 20
    rate = 9.7
    ways = ["long-poll", "ws", "sse"]
    late = ["0ms", "50ms"]
"#;

#[tokio::test]
async fn fifty_milliseconds_are_measured_as_fifty() {
    let _turn = TURN.lock().await;
    let run = compared(SCENARIO).await;
    let mut checks = Checks::default();
    for way in ["long-poll", "ws", "sse"] {
        let p50 = |late| median(&run, "latency_p50", |cell| cell.way == way && cell.late_ms == late);
        let (late, usual) = (p50(50), p50(0));
        let what = format!("{way}: p50 {late:.3} ms late, {usual:.3} ms as usual, the delay between");
        checks.near(&what, "ms", late - usual, 50.0, 1.0);
    }
    checks.all_hold();
}

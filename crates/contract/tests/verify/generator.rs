//! What the generator itself costs: it shares the machine with the server, so it must be cheap.

use crate::{Checks, TURN, compared, median};

const SCENARIO: &str = r#"
    rounds = 3
    duration = "8s"
    warm_up = "1s"
    ramp = 1000
    clients = 1000
    rate = 10
"#;
/// Microseconds of CPU for each event that a subscriber of a push way receives.
const US_MAX: f64 = 10.0;

#[tokio::test]
async fn the_generator_is_cheap() {
    let _turn = TURN.lock().await;
    let run = compared(SCENARIO).await;
    let mut checks = Checks::default();
    for way in ["poll", "long-poll", "ws", "sse"] {
        let of = |id| median(&run, id, |cell| cell.way == way);
        let (us, core) = (of("generator_cpu_per_event"), of("generator_core"));
        let what = format!("{way}, 1,000 subscribers at 10/s: {us:.2} us of the generator an event received");
        let busy = format!("{core:.0} % of a core");
        if matches!(way, "ws" | "sse") {
            checks
                .say(format!("{what}, {:+.2} to the allowed {US_MAX:.2}; {busy}", us - US_MAX), us <= US_MAX);
        } else {
            println!("{what}; {busy}; not limited, as each answer is a request");
        }
    }
    checks.all_hold();
}

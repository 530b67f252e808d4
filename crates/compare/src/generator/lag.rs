//! How late the generator itself is: a timer that should fire each 10 ms.

use std::time::Duration;

use measure::Histogram;
use tokio::time::{Instant, sleep_until};

/// Between two firings.
const EACH: Duration = Duration::from_millis(10);

/// By how much each firing was late, until `end`. What a late firing overtook is counted as well, each with its own
/// delay: a stall of a second is a hundred late timers, not one.
pub(super) async fn watch(end: Instant) -> Histogram {
    let mut lag = Histogram::default();
    let mut due = Instant::now() + EACH;
    while due < end {
        sleep_until(due).await;
        let now = Instant::now();
        while due <= now {
            lag.record((now - due).as_micros() as u64);
            due += EACH;
        }
    }
    lag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stall_is_as_many_late_timers_as_it_lasted() {
        const STALL: Duration = Duration::from_millis(200);
        let begun = Instant::now();
        let watching = tokio::task::spawn(watch(begun + STALL));
        // Lets it set its first timer, and then nothing else runs on this thread.
        tokio::task::yield_now().await;
        while begun.elapsed() < STALL {
            std::hint::spin_loop();
        }
        let lag = watching.await.expect("it does not panic");
        // As many as fit, if the machine gave it the core at once, and each 10 ms less late than the one before.
        assert!(lag.count() >= 10, "{} timers", lag.count());
        assert!(lag.max() >= Some((lag.count() - 1) * 9_900), "{:?} of {} timers", lag.max(), lag.count());
    }
}

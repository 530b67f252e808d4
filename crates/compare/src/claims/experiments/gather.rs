//! Cases of an experiment that run side by side, and word of how far they are.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::Trouble;

/// Between two words.
const EACH: Duration = Duration::from_secs(10);

/// What all cases found, in the order in which they ended; the first that fails ends the others.
pub(super) async fn gather<T: 'static>(
    mut cases: JoinSet<Result<T, Trouble>>,
    what: &str,
    say: &mut dyn FnMut(&str),
) -> Result<Vec<T>, Trouble> {
    let (whole, mut found, begun) = (cases.len(), Vec::new(), Instant::now());
    let mut word = interval(EACH);
    word.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            ended = cases.join_next() => match ended {
                Some(Ok(case)) => found.push(case?),
                Some(Err(error)) => return Err(Trouble::Case(error.to_string())),
                None => return Ok(found),
            },
            _ = word.tick() => {
                let seconds = begun.elapsed().as_secs();
                say(&format!("{what}: {seconds} s, {} of {whole} cases done", found.len()));
            }
        }
    }
}

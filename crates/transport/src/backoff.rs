//! How long to wait before the next attempt: longer each time, and never all at once.

use std::time::Duration;

/// The first wait, unless the server asks for another by `retry`.
const FIRST: Duration = Duration::from_secs(1);
/// So many waits are of the first length: a server that is started anew is there again in two or three seconds, and whoever
/// doubled at once would miss it by as much again.
const STEADY: u32 = 4;
/// 2^5 times any first wait is more than [`MAX`].
const DOUBLINGS_MAX: u32 = 5;
/// No wait is longer.
const MAX: Duration = Duration::from_secs(30);

/// Doubles from the fifth wait on, each drawn evenly from half to one and a half of its length: a thousand clients that
/// lost the same server come back spread out, not as one wave. A server that was away for 2 s is found within 5 s.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    failures: u32,
    /// The first length was drawn by the server, for this client alone.
    drawn: bool,
    /// None: every wait is exactly as long as it is.
    dice: Option<fastrand::Rng>,
}

impl Backoff {
    /// A back-off whose jitter comes from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { first: FIRST, failures: 0, drawn: false, dice: Some(fastrand::Rng::with_seed(seed)) }
    }

    /// A back-off without jitter, deaf to the server's `retry`, which is jittered: what not to do. Whoever lost the
    /// server at one instant comes back at one instant.
    #[must_use]
    pub fn in_step() -> Self {
        Self { first: FIRST, failures: 0, drawn: false, dice: None }
    }

    /// The first wait from now on: the server's `retry`, at most 30 s. It is jittered already, so it is kept to exactly until
    /// it is doubled.
    pub fn start_with(&mut self, first: Duration) {
        if self.dice.is_some() {
            (self.first, self.drawn) = (first.min(MAX), true);
        }
    }

    /// The connection works: the next wait is the first again.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// How long to wait now; at least `asked` (`Retry-After`), up to 30 s.
    pub fn wait(&mut self, asked: Option<Duration>) -> Duration {
        let doublings = (self.failures + 1).saturating_sub(STEADY).min(DOUBLINGS_MAX);
        let length = self.first.saturating_mul(1 << doublings).min(MAX);
        self.failures = (self.failures + 1).min(STEADY + DOUBLINGS_MAX);
        let dice = self.dice.as_mut().filter(|_| doublings > 0 || !self.drawn);
        let jitter = dice.map_or(1.0, |dice| 0.5 + dice.f64());
        length.mul_f64(jitter).max(asked.unwrap_or_default()).min(MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_and_then_doubles_within_its_bounds() {
        let mut backoff = Backoff::new(1);
        for length in [1, 1, 1, 1, 2, 4, 8, 16, 30, 30] {
            let (wait, length) = (backoff.wait(None), Duration::from_secs(length));
            assert!(wait >= length / 2 && wait <= (length * 3 / 2).min(MAX), "{length:?}: {wait:?}");
        }
        backoff.reset();
        assert!(backoff.wait(None) <= Duration::from_millis(1_500));
        assert!(backoff.wait(Some(Duration::from_secs(9))) >= Duration::from_secs(9));
    }

    #[test]
    fn what_the_server_has_drawn_is_kept_to() {
        let mut backoff = Backoff::new(1);
        backoff.start_with(Duration::from_millis(2_345));
        let waits: Vec<_> = (0..4).map(|_| backoff.wait(None).as_millis()).collect();
        assert_eq!(waits, [2_345; 4]);
        assert_ne!(backoff.wait(None).as_millis(), 2 * 2_345, "jittered from here on");
    }

    #[test]
    fn in_step_is_the_same_for_everyone() {
        let mut backoff = Backoff::in_step();
        backoff.start_with(Duration::from_millis(2_345));
        let waits: Vec<_> = (0..10).map(|_| backoff.wait(None).as_secs()).collect();
        assert_eq!(waits, [1, 1, 1, 1, 2, 4, 8, 16, 30, 30]);
    }
}

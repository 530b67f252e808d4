//! How many come at the same time: what a storm of those who all come back together is measured by.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Connections that come within so long have come together.
pub const KNOCKS_WITHIN: Duration = Duration::from_millis(200);
/// Of more than these together not all are counted. A machine of today does not let in half as many in that time.
const TOGETHER_MAX: usize = 16_384;

/// Counts those who knock.
#[derive(Debug, Default)]
pub(super) struct Knocks {
    /// When the last ones came, no longer ago than [`KNOCKS_WITHIN`].
    came: VecDeque<Instant>,
    most: usize,
}

impl Knocks {
    /// Somebody has come.
    pub(super) fn knock(&mut self, now: Instant) {
        while self.came.len() >= TOGETHER_MAX
            || self.came.front().is_some_and(|first| now.duration_since(*first) >= KNOCKS_WITHIN)
        {
            self.came.pop_front();
        }
        self.came.push_back(now);
        self.most = self.most.max(self.came.len());
    }

    /// The most that had come together, at any instant since this was last asked.
    pub(super) fn take(&mut self) -> usize {
        std::mem::take(&mut self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_those_who_come_together_are_counted() {
        let (mut knocks, start) = (Knocks::default(), Instant::now());
        let mut at = |ms| knocks.knock(start + Duration::from_millis(ms));
        (0..10).for_each(|second| at(second * 1_000));
        // Over the border of two such times: 7 within 199 ms.
        [20_150, 20_190, 20_199, 20_200, 20_210, 20_348, 20_349, 20_350].into_iter().for_each(at);
        assert_eq!(knocks.take(), 7);
        assert_eq!(knocks.take(), 0, "told once");
        knocks.knock(start + Duration::from_millis(20_400));
        assert_eq!(knocks.take(), 5, "with those who came shortly before it was asked");
    }

    #[test]
    fn it_keeps_no_more_than_it_says() {
        let (mut knocks, now) = (Knocks::default(), Instant::now());
        (0..2 * TOGETHER_MAX).for_each(|_| knocks.knock(now));
        assert_eq!((knocks.came.len(), knocks.take()), (TOGETHER_MAX, TOGETHER_MAX));
    }
}

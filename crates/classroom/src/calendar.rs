//! Which market is valid, and which comes: one answer for the page and all lanes, also for a lane that starts in between.

use std::sync::{Mutex, PoisonError};

use feed::{Clock, Epoch, Market};

/// The market of a class through time.
#[derive(Debug)]
pub(crate) struct Calendar {
    clock: Clock,
    pages: Mutex<Pages>,
}

#[derive(Debug)]
struct Pages {
    now: Market,
    next: Option<Market>,
    /// What the page's feed told when it was last looked at.
    before: Option<Epoch>,
}

impl Calendar {
    pub(crate) fn new(market: Market, clock: Clock) -> Self {
        Self { clock, pages: Mutex::new(Pages { now: market, next: None, before: None }) }
    }

    /// The market of this instant, and the one that is announced.
    pub(crate) fn read(&self) -> (Market, Option<Market>) {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        let now_us = self.clock.now_us();
        if let Some(begun) = pages.next.take_if(|next| next.start_us() <= now_us) {
            pages.now = begun;
        }
        (pages.now.clone(), pages.next.clone())
    }

    /// The market that will last: the announced one, if there is one.
    pub(crate) fn last(&self) -> Market {
        let (now, next) = self.read();
        next.unwrap_or(now)
    }

    /// Another market comes, at its start.
    pub(crate) fn announce(&self, next: Market) {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).next = Some(next);
    }

    /// Takes over what the page's feed tells, if it is neither the market of this instant nor the announced one: then the
    /// clock fell back so far that the feed opened an epoch of its own, and every lane did so for itself. Says whether
    /// that is so. `next` is what the page's feed will tell after it.
    pub(crate) fn follow(&self, page: &Market, next: Option<Market>) -> bool {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |market: &Market| market.epoch() == page.epoch();
        if pages.before.is_some_and(|epoch| epoch == page.epoch()) {
            return false;
        }
        pages.before = Some(page.epoch());
        if known(&pages.now) || pages.next.as_ref().is_some_and(known) {
            return false;
        }
        (pages.now, pages.next) = (page.clone(), next);
        true
    }

    /// The market for a process that starts now. If another one is announced it is waited for: a process that started
    /// with the old one could no longer be told in time.
    pub(crate) async fn to_start_with(&self) -> Market {
        loop {
            let (now, next) = self.read();
            let Some(next) = next else { return now };
            let wait_us = next.start_us().saturating_sub(self.clock.now_us());
            // Not longer: the clock may jump, and another change may come.
            tokio::time::sleep(std::time::Duration::from_micros(wait_us.clamp(1_000, 100_000))).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

    use super::*;

    #[test]
    fn a_clock_that_falls_back_is_followed_once_and_a_change_is_none() {
        let time = Arc::new(AtomicU64::new(9_000_000));
        let hand = Arc::clone(&time);
        let first = Market::new(1, 2.0, 1, 0).unwrap();
        let calendar = Calendar::new(first.clone(), Clock::of(move || hand.load(SeqCst)));
        assert!(!calendar.follow(&first, None));
        let second = Market::new(1, 5.0, 1, 10_000_000).unwrap();
        calendar.announce(second.clone());
        time.store(10_000_000, SeqCst);
        // The feed may be later with the change than the calendar, or earlier.
        assert_eq!(calendar.read().0, second);
        assert!(!calendar.follow(&first, None) && !calendar.follow(&second, None));
        time.store(3_000_000, SeqCst);
        let (fallen, next) = (second.starting_at(3_000_000), second.starting_at(3_500_000));
        assert!(calendar.follow(&fallen, Some(next.clone())));
        assert_eq!(calendar.read(), (fallen.clone(), Some(next)));
        assert!(!calendar.follow(&fallen, None), "once");
    }

    #[tokio::test(start_paused = true)]
    async fn who_starts_before_a_change_waits_for_it() {
        let time = Arc::new(AtomicU64::new(1_000_000));
        let hand = Arc::clone(&time);
        let first = Market::new(1, 2.0, 1, 0).unwrap();
        let calendar = Calendar::new(first.clone(), Clock::of(move || hand.load(SeqCst)));
        assert_eq!(calendar.to_start_with().await, first);
        let second = Market::new(1, 5.0, 1, 3_000_000).unwrap();
        calendar.announce(second.clone());
        assert_eq!((calendar.read(), calendar.last()), ((first, Some(second.clone())), second.clone()));
        let starting = calendar.to_start_with();
        tokio::pin!(starting);
        let early = tokio::time::timeout(std::time::Duration::from_secs(9), &mut starting).await;
        assert!(early.is_err(), "its clock still shows the old time");
        time.store(3_000_000, SeqCst);
        assert_eq!(starting.await, second);
        assert_eq!(calendar.read(), (second, None));
    }
}

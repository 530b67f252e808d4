//! Tells the market on time.

use std::ops::RangeInclusive;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Clock;
use crate::feed::{Feed, Shape};
use crate::log::Keep;
use crate::market::Market;

/// A clock that falls back less than this is waited for; one that falls back further opens a new epoch.
const BACK_MAX_US: u64 = 2_000_000;
/// The notice of a change of the market: at least so long, and at most.
const NOTICE_US: RangeInclusive<u64> = 500_000..=10_000_000;

/// An instant for which a change cannot be announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the change must come 500 ms to 10 s ahead: from {from_us} to {until_us} by the clock of this server"
)]
pub struct BadNotice {
    /// The first instant that would do, in Unix microseconds.
    pub from_us: u64,
    /// The last.
    pub until_us: u64,
}

/// Publishes the events of a market when they are due.
#[derive(Debug)]
pub struct Ticker {
    feed: Feed,
    clock: Clock,
    next: Mutex<Option<Market>>,
}

impl Ticker {
    /// A ticker whose topic already holds the newest `history` events, as if it had always run.
    #[must_use]
    pub fn new(market: Market, history: usize, clock: Clock) -> Self {
        let shape = Shape { name: "stock-price", event_name: None, keep: Keep::PerKey, history };
        let feed = Feed::of_market(shape, market, clock.clone());
        let ticker = Self { feed, clock, next: Mutex::default() };
        ticker.tick();
        ticker
    }

    /// The topic.
    #[must_use]
    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// Another market from the first instant on that is at least 500 ms ahead. Returns it with its start.
    pub fn change(&self, market: &Market) -> Market {
        self.announce(market.starting_at(self.clock.now_us() + NOTICE_US.start()))
    }

    /// Another market from `at_us` on, so that several servers change at one instant. Returns it with its start.
    ///
    /// # Errors
    /// When that is less than 500 ms ahead, or more than 10 s.
    pub fn change_at(&self, market: &Market, at_us: u64) -> Result<Market, BadNotice> {
        let now = self.clock.now_us();
        let (from_us, until_us) = (now + NOTICE_US.start(), now + NOTICE_US.end());
        if !(from_us..=until_us).contains(&at_us) {
            return Err(BadNotice { from_us, until_us });
        }
        Ok(self.announce(market.starting_at(at_us)))
    }

    fn announce(&self, next: Market) -> Market {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(next.clone());
        next
    }

    /// The market that will begin, if a change was asked for.
    #[must_use]
    pub fn next(&self) -> Option<Market> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Publishes what is due and returns how long to sleep.
    pub fn tick(&self) -> Duration {
        // Held to the end: two ticks at once would tell the same events twice.
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now_us();
        if let Some(begun) = next.take_if(|next| next.start_us() <= now) {
            self.feed.renew(begun);
        }
        let Some(mut market) = self.feed.market() else { return Duration::MAX };
        let mut told = self.feed.head().seq;
        if market.due_us(told) > now + BACK_MAX_US {
            // The same start would be the same epoch, in which these numbers mean something already.
            market = market.starting_at(if now == market.start_us() { now + 1 } else { now });
            told = 0;
            self.feed.renew(market.clone());
            // What was announced by the old clock comes as soon as by the new one.
            *next = next.take().map(|next| next.starting_at(now + NOTICE_US.start()));
        }
        let head = market.head_at(now);
        if head > told {
            // After a jump forward only what the window can hold; the rest is a gap for whoever was waiting. Fewer
            // events than symbols would leave symbols without a price.
            let window = self.feed.shape().history.max(market.symbols().len()) as u64;
            self.feed
                .publish_all((told.max(head.saturating_sub(window)) + 1..=head).map(|seq| market.event(seq)));
        }
        let due = market.due_us(head.max(told) + 1);
        let due = next.as_ref().map_or(due, |next| due.min(next.start_us()));
        Duration::from_micros(due.saturating_sub(self.clock.now_us()).max(1))
    }

    /// Ticks for ever. Sleeps at most 100 ms at a time, so that a clock that jumps or a change is soon noticed.
    pub async fn run(&self) {
        loop {
            tokio::time::sleep(self.tick().min(Duration::from_millis(100))).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    use super::*;
    use crate::{Batch, Wanted};

    const START: u64 = 1_700_000_000_000_000;

    fn ticker(at_us: u64) -> (Ticker, Arc<AtomicU64>) {
        let time = Arc::new(AtomicU64::new(at_us));
        let hand = Arc::clone(&time);
        let market = Market::new(1, 10.0, 8, START).unwrap();
        (Ticker::new(market, 100, Clock::of(move || hand.load(Relaxed))), time)
    }

    #[test]
    fn starts_as_if_it_had_always_run() {
        let (ticker, _) = ticker(START + 3_600_000_000);
        assert_eq!(ticker.feed().head().seq, 36_000);
        let mut reader = ticker.feed().reader(Some(ticker.feed().head().into()), Wanted::ALL, false);
        assert!(matches!(reader.ready(), Some(Batch::Hello { .. })));
    }

    #[test]
    fn a_jump_forward_fills_one_window() {
        let (ticker, time) = ticker(START + 1_000_000);
        time.store(START + 1_000_000_000, Relaxed);
        ticker.tick();
        let mut reader =
            ticker.feed().reader(Some(crate::Since::Seq { epoch: None, seq: 9_900 }), Wanted::ALL, false);
        assert!(matches!(reader.ready(), Some(Batch::Hello { .. })));
        assert!(matches!(reader.ready(), Some(Batch::Events(events)) if events.len() == 100));
    }

    #[test]
    fn a_jump_back_waits_or_opens_an_epoch() {
        let (ticker, time) = ticker(START + 10_000_000);
        let head = ticker.feed().head();
        time.store(START + 9_000_000, Relaxed);
        ticker.tick();
        assert_eq!(ticker.feed().head(), head, "one second is waited for");
        time.store(START + 5_000_000, Relaxed);
        ticker.tick();
        let second = ticker.feed().head().epoch;
        assert_ne!(second, head.epoch);
        time.store(START - 3_600_000_000, Relaxed);
        ticker.tick();
        assert_ne!(ticker.feed().head().epoch, second, "also before the first event");
    }

    #[test]
    fn a_change_comes_at_its_announced_instant() {
        let (ticker, time) = ticker(START + 10_000_000);
        let old = ticker.feed().head().epoch;
        let next = ticker.change(&Market::new(1, 2.0, 3, 0).unwrap());
        assert_eq!(next.start_us(), START + 10_500_000);
        time.store(next.start_us() - 1, Relaxed);
        ticker.tick();
        assert_eq!(ticker.feed().head().epoch, old);
        time.store(next.start_us(), Relaxed);
        ticker.tick();
        assert_eq!(ticker.feed().head().epoch, next.epoch());
        assert_eq!(ticker.feed().market().map(|market| market.symbols().len()), Some(3));
    }

    #[test]
    fn two_servers_change_at_one_instant() {
        let (here, there) = (ticker(START + 10_000_000), ticker(START + 10_300_000));
        let (market, at_us) = (Market::new(1, 2.0, 3, 0).unwrap(), START + 11_000_000);
        let [one, two] = [&here, &there].map(|(ticker, _)| ticker.change_at(&market, at_us).unwrap());
        assert_eq!((one.start_us(), one.epoch()), (at_us, two.epoch()));
        for (ticker, time) in [&here, &there] {
            time.store(one.due_us(7), Relaxed);
            ticker.tick();
        }
        assert_eq!(here.0.feed().head(), there.0.feed().head());
        // A server that starts later, with the changed market as its own, is at the same number.
        let clock = Arc::clone(&here.1);
        let later = Ticker::new(one, 100, Clock::of(move || clock.load(Relaxed)));
        assert_eq!(later.feed().head(), here.0.feed().head());
    }

    #[test]
    fn the_notice_of_a_change_has_its_bounds() {
        let (ticker, _) = ticker(START);
        let market = Market::new(1, 2.0, 3, 0).unwrap();
        for (ahead_us, good) in
            [(0, false), (499_999, false), (500_000, true), (10_000_000, true), (10_000_001, false)]
        {
            assert_eq!(ticker.change_at(&market, START + ahead_us).is_ok(), good, "{ahead_us}");
        }
        assert!(ticker.change_at(&market, 0).is_err() && ticker.change_at(&market, u64::MAX).is_err());
    }
}

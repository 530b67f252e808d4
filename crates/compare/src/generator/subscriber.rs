//! One subscriber: follows the feed by its way, checks what it hears, and notes when it heard it.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use feed::Cursor;
use futures_util::StreamExt as _;
use tokio::time::{Instant, sleep};
use transport::{Backoff, Error, Heard, Target, Transport, follow};
use wire::Wire;

use super::crowd::{Crowd, now_us};
use super::freshness::Freshness;

/// One of the crowd.
pub(super) struct Subscriber {
    pub(super) way: &'static dyn Transport,
    pub(super) target: Arc<Target>,
    pub(super) wire: Wire,
    pub(super) crowd: Crowd,
    pub(super) backoff: Backoff,
    /// Waits so long before it begins.
    pub(super) phase: Duration,
}

/// Where a subscriber stands.
struct Stand {
    crowd: Crowd,
    /// Its polls ask for the newest values only: then the same come again, and holes are no loss.
    newest_only: bool,
    fresh: Rc<RefCell<Freshness>>,
    newest: Option<Cursor>,
    /// What is not yet counted, because something newer of its symbol may stand behind it: (seq, at).
    batch: Vec<(u64, u64)>,
    /// It has heard where it stands.
    opened: bool,
    /// Its session broke in the window, after it had opened.
    lost: bool,
}

impl Subscriber {
    /// Follows until the process ends, or an error comes that would come again.
    pub(super) async fn run(self) {
        let Self { way, target, wire, crowd, backoff, phase } = self;
        sleep(phase).await;
        let begun = Instant::now();
        let newest_only = way.card().name == "poll" && target.newest;
        let mut feed = pin!(follow(way, target, None, wire, backoff));
        let fresh = Rc::new(RefCell::new(Freshness::new(crowd.symbols())));
        let mut stand =
            Stand { crowd, newest_only, fresh, newest: None, batch: Vec::new(), opened: false, lost: false };
        poll_fn(|cx| {
            while let Poll::Ready(heard) = feed.poll_next_unpin(cx) {
                let Some(heard) = heard else { return Poll::Ready(()) };
                if !stand.opened && matches!(heard, Ok(Heard::Open { .. })) {
                    stand.opened = true;
                    stand.crowd.came(begun.elapsed().as_micros() as u64, &stand.fresh);
                }
                stand.take(&heard);
            }
            // Nothing more is there: all that came, came at this instant.
            stand.count();
            Poll::Pending
        })
        .await;
    }
}

impl Stand {
    fn take(&mut self, heard: &Result<Heard, Error>) {
        match heard {
            Ok(Heard::Event { cursor, at, .. }) => {
                if self.follows(*cursor) {
                    self.newest = Some(*cursor);
                    self.batch.push((cursor.seq, *at));
                }
            }
            Ok(Heard::Gap(_)) => {
                self.crowd.add(|heard| heard.gaps += 1);
                // What follows is the newest of each symbol, and numbers begin anew behind it.
                self.newest = None;
            }
            Ok(_) => {}
            Err(_) => {
                let first = self.opened && !self.lost && self.crowd.window().contains(&now_us());
                self.lost |= first;
                self.crowd.broke(first);
            }
        }
    }

    /// Whether an event is new; counts what is wrong with its number.
    fn follows(&mut self, Cursor { epoch, seq }: Cursor) -> bool {
        let Some(newest) = self.newest.filter(|newest| newest.epoch == epoch) else { return true };
        if seq <= newest.seq {
            if !self.newest_only {
                let again = seq == newest.seq;
                self.crowd.add(|heard| {
                    heard.duplicates += u64::from(again);
                    heard.disordered += u64::from(!again);
                });
            }
            return false;
        }
        if !self.newest_only {
            self.crowd.add(|heard| heard.missed += seq - newest.seq - 1);
        }
        true
    }

    /// Counts a batch that arrived now. The symbols take turns, so the number tells the symbol.
    fn count(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        let (now, window, symbols) = (now_us(), self.crowd.window(), self.crowd.symbols() as u64);
        let mut fresh = self.fresh.borrow_mut();
        // From the newest to the oldest: the first of each symbol is shown, the others are only delivered.
        for (seq, at) in self.batch.drain(..).rev() {
            let seen = fresh.show((seq.saturating_sub(1) % symbols) as usize, at, now, &window);
            if window.contains(&at) {
                self.crowd.add(|heard| {
                    heard.delivered += 1;
                    heard.seen += u64::from(seen);
                    heard.latency_us.record(now.saturating_sub(at));
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use feed::{Epoch, Gap, Reason};

    use super::*;
    use crate::Settings;
    use crate::result::HeardOf;
    use crate::scenario::defaults;

    /// A subscriber that has opened; the window is open all day.
    fn stand(newest_only: bool, symbols: u32) -> Stand {
        let crowd = Crowd::new(&Settings { symbols, clients: 1, ..defaults() });
        crowd.set_window(now_us() - 1_000_000, 86_400_000_000);
        let fresh = Rc::new(RefCell::new(Freshness::new(symbols as usize)));
        crowd.came(1_000, &fresh);
        Stand { crowd, newest_only, fresh, newest: None, batch: Vec::new(), opened: true, lost: false }
    }

    fn event(epoch: Epoch, seq: u64) -> Result<Heard, Error> {
        let cursor = Cursor { epoch, seq };
        Ok(Heard::Event { cursor, at: now_us() + seq, json: bytes::Bytes::new() })
    }

    /// What is counted after numbers that came each in its own batch.
    fn counted(newest_only: bool, numbers: &[u64]) -> HeardOf {
        let mut stand = stand(newest_only, 1);
        for seq in numbers {
            stand.take(&event(Epoch::of(1), *seq));
            stand.count();
        }
        stand.crowd.finish()
    }

    #[test]
    fn holes_repeats_and_old_numbers_are_told_apart() {
        let of = |heard: HeardOf| (heard.delivered, heard.missed, heard.duplicates, heard.disordered);
        assert_eq!(of(counted(false, &[5, 6, 7])), (3, 0, 0, 0), "a snapshot may begin anywhere");
        assert_eq!(of(counted(false, &[5, 9])), (2, 3, 0, 0));
        assert_eq!(of(counted(false, &[5, 6, 6])), (2, 0, 1, 0));
        assert_eq!(of(counted(false, &[5, 7, 6])), (2, 1, 0, 1));
        assert_eq!(
            of(counted(true, &[5, 5, 9])),
            (2, 0, 0, 0),
            "the newest value, asked for again and again"
        );
    }

    #[test]
    fn a_gap_and_a_new_epoch_begin_anew() {
        let mut stand = stand(false, 1);
        let (first, second) = (Epoch::of(1), Epoch::of(2));
        stand.take(&event(first, 5));
        let gap = Gap { first: Some(6), last: 90, reason: Reason::Expired };
        stand.take(&Ok(Heard::Gap(gap)));
        stand.take(&event(first, 90));
        stand.take(&event(second, 1));
        let heard = stand.crowd.finish();
        assert_eq!((heard.gaps, heard.missed, heard.disordered), (1, 0, 0));
    }

    #[test]
    fn of_a_batch_only_the_newest_of_each_symbol_is_seen() {
        let mut stand = stand(false, 2);
        (1..=7).for_each(|seq| stand.take(&event(Epoch::of(1), seq)));
        stand.count();
        let heard = stand.crowd.finish();
        assert_eq!((heard.delivered, heard.seen), (7, 2));
        assert_eq!(heard.latency_us.count(), 7, "what was only delivered was late all the same");
    }

    #[test]
    fn a_session_is_lost_once_however_often_it_breaks() {
        let mut stand = stand(false, 1);
        for _ in 0..3 {
            stand.take(&Err(Error::Silent(Duration::from_secs(1))));
        }
        assert_eq!((stand.crowd.held(), stand.crowd.finish().broken), (0, 3));
    }
}

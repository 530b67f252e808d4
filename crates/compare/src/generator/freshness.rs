//! How old what one subscriber shows is, and what it never saw. Pure arithmetic on Unix microseconds.

use std::ops::Range;

/// What one subscriber shows, symbol by symbol, and how old that was through the window.
///
/// *Staleness* is the age of the newest value shown, now minus its scheduled publication, integrated over the window:
/// it counts every instant, also those at which nothing arrives. An update is *seen* if it was the newest of its symbol
/// when it arrived; one behind a newer one in the same batch is only *delivered*.
#[derive(Clone, Debug)]
pub(super) struct Freshness {
    shown: Vec<Option<Shown>>,
    /// Area under the age, in square microseconds.
    area: f64,
}

#[derive(Clone, Copy, Debug)]
struct Shown {
    at: u64,
    since: u64,
}

impl Freshness {
    /// Nothing is shown yet.
    #[must_use]
    pub(super) fn new(symbols: usize) -> Self {
        Self { shown: vec![None; symbols], area: 0.0 }
    }

    /// The newest value of `symbol` that a batch brought: published at `at`, arrived at `now`. Returns whether it is
    /// newer than what was shown.
    pub(super) fn show(&mut self, symbol: usize, at: u64, now: u64, window: &Range<u64>) -> bool {
        let Some(place) = self.shown.get_mut(symbol) else { return false };
        if place.is_some_and(|shown| shown.at >= at) {
            return false;
        }
        if let Some(old) = place.replace(Shown { at, since: now }) {
            self.area += area(old, now, window);
        }
        true
    }

    /// Mean staleness over the symbols and the window that has ended, in seconds. None if a symbol was never shown.
    #[must_use]
    pub(super) fn staleness_s(&self, window: &Range<u64>) -> Option<f64> {
        let mut area_us2 = self.area;
        for shown in &self.shown {
            area_us2 += area((*shown)?, window.end, window);
        }
        let length = (window.end - window.start) as f64;
        Some(area_us2 / length / self.shown.len() as f64 / 1e6)
    }
}

/// The area under the age of a value that was shown until `until`, within the window.
fn area(shown: Shown, until: u64, window: &Range<u64>) -> f64 {
    let (from, to) = (shown.since.max(window.start), until.min(window.end));
    if from >= to {
        return 0.0;
    }
    let age = |instant: u64| instant as f64 - shown.at as f64;
    (to - from) as f64 * (age(from) + age(to)) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Range<u64> = 10_000_000..20_000_000;

    /// A reader of one symbol that is told `told` as (published, arrived).
    fn staleness(told: &[(u64, u64)]) -> f64 {
        let mut fresh = Freshness::new(1);
        for (at, now) in told {
            fresh.show(0, *at, *now, &WINDOW);
        }
        fresh.staleness_s(&WINDOW).unwrap()
    }

    #[test]
    fn without_delay_it_is_half_the_time_between_two_updates() {
        let told: Vec<_> = (0..=20).map(|k| (k * 1_000_000, k * 1_000_000)).collect();
        assert!((staleness(&told) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn a_constant_delay_adds_to_it() {
        let told: Vec<_> = (0..=20).map(|k| (k * 1_000_000, k * 1_000_000 + 300_000)).collect();
        assert!((staleness(&told) - 0.8).abs() < 1e-9);
    }

    #[test]
    fn one_value_grows_old() {
        assert!((staleness(&[(10_000_000, 10_000_000)]) - 5.0).abs() < 1e-9);
        assert!((staleness(&[(4_000_000, 5_000_000)]) - 11.0).abs() < 1e-9, "older than the window");
    }

    #[test]
    fn an_older_value_changes_nothing() {
        let mut fresh = Freshness::new(1);
        assert!(fresh.show(0, 12_000_000, 12_000_000, &WINDOW));
        assert!(!fresh.show(0, 11_000_000, 13_000_000, &WINDOW));
        assert!(!fresh.show(0, 12_000_000, 14_000_000, &WINDOW), "the same again");
        assert!(!fresh.show(7, 15_000_000, 15_000_000, &WINDOW), "no such symbol");
    }

    /// Two symbols take turns: each is as old as its own last update, and the mean is told.
    #[test]
    fn two_symbols_grow_old_apart() {
        let mut fresh = Freshness::new(2);
        // The first is told each second without delay, the second once.
        for second in 9..20 {
            fresh.show(0, second * 1_000_000, second * 1_000_000, &WINDOW);
        }
        fresh.show(1, 10_000_000, 10_000_000, &WINDOW);
        let wanted = f64::midpoint(0.5, 5.0);
        assert!((fresh.staleness_s(&WINDOW).unwrap() - wanted).abs() < 1e-9);
    }

    #[test]
    fn a_symbol_that_was_never_shown_has_no_age() {
        let mut fresh = Freshness::new(2);
        fresh.show(0, 9_000_000, 9_000_000, &WINDOW);
        assert_eq!(fresh.staleness_s(&WINDOW), None);
        fresh.show(1, 9_000_000, 9_000_000, &WINDOW);
        assert!((fresh.staleness_s(&WINDOW).unwrap() - 6.0).abs() < 1e-9);
    }
}

//! The market: a pure function of seed, rate, symbols and start.
//!
//! Event *k* is due at `start + k / rate`; the symbols take turns; the price is a function of (seed, symbol, time)
//! that can be asked at any instant. So a server that was killed and starts again with the same parameters goes on
//! without a gap, two servers tell the same prices, and start-up does not depend on how long the market has run.

use std::fmt::Write as _;

use crate::cursor::{Epoch, SEQ_END};
use crate::event::{Event, Fields, Key};

/// The symbols that a market has by default. Further ones repeat the names with a number: `ACME2`.
pub const NAMES: [&str; 8] = ["ACME", "BOLT", "CRUX", "DUNE", "ECHO", "FLUX", "GALE", "HALO"];
/// The most symbols that a market can have.
pub const SYMBOLS_MAX: u32 = 100;

/// Raised whenever the same parameters would tell other events: two versions never share an epoch.
const VERSION: u64 = 1;
/// The first price of each of the named symbols, in cents, and its volatility a year.
const LISTED: [(f64, f64); 8] = [
    (123.4, 0.30),
    (48.1, 0.45),
    (212.9, 0.22),
    (17.3, 0.55),
    (88.6, 0.35),
    (305.2, 0.28),
    (64.7, 0.40),
    (150.5, 0.25),
];
/// Trading seconds in a year: 252 days of 24 hours, since this market never closes.
const YEAR_S: f64 = 252.0 * 86_400.0;
/// The walk is drawn between anchors that lie 2^27 ms (37 hours) apart, by halving down to 1 ms.
const LEVELS: u32 = 27;

/// What the prices are made of. Equal parameters are the same market, on every machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Market {
    seed: u64,
    /// Events in 1,000 seconds: rates have three decimals, and all due times are whole arithmetic.
    rate_milli: u64,
    symbols: u32,
    start_us: u64,
    payload_bytes: u32,
}

/// The largest event that a market tells, in bytes of JSON.
pub const PAYLOAD_MAX: u32 = 32 * 1024;

/// A parameter is out of its range.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BadMarket {
    /// The rate.
    #[error("the rate is {0}: it must be 0.1 to 10000 events a second")]
    Rate(f64),
    /// The number of symbols.
    #[error("the number of symbols is {0}: it must be 1 to {SYMBOLS_MAX}")]
    Symbols(u32),
}

impl Market {
    /// A market of `symbols` symbols that tells `rate` events a second in all, from `start_us` (Unix microseconds).
    ///
    /// # Errors
    /// When `rate` is not 0.1 to 10,000 or `symbols` not 1 to 100.
    pub fn new(seed: u64, rate: f64, symbols: u32, start_us: u64) -> Result<Self, BadMarket> {
        if !(0.1..=10_000.0).contains(&rate) {
            return Err(BadMarket::Rate(rate));
        }
        if !(1..=SYMBOLS_MAX).contains(&symbols) {
            return Err(BadMarket::Symbols(symbols));
        }
        Ok(Self { seed, rate_milli: (rate * 1000.0).round() as u64, symbols, start_us, payload_bytes: 0 })
    }

    /// The same market, each event's JSON filled up to `bytes` (at most [`PAYLOAD_MAX`]) by a member `fill`: another
    /// epoch. 0 fills nothing.
    #[must_use]
    pub fn filled_to(&self, bytes: u32) -> Self {
        Self { payload_bytes: bytes.min(PAYLOAD_MAX), ..self.clone() }
    }

    /// The same market at another rate or with other symbols: another epoch. Seed, start and filling stay.
    ///
    /// # Errors
    /// When `rate` is not 0.1 to 10,000 or `symbols` not 1 to 100.
    pub fn changed_to(&self, rate: f64, symbols: u32) -> Result<Self, BadMarket> {
        Ok(Self::new(self.seed, rate, symbols, self.start_us)?.filled_to(self.payload_bytes))
    }

    /// The same market, begun at another instant: another epoch.
    #[must_use]
    pub fn starting_at(&self, start_us: u64) -> Self {
        Self { start_us, ..self.clone() }
    }

    /// The life in which these parameters number the events.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        let parts = [VERSION, self.seed, self.rate_milli, u64::from(self.symbols), self.start_us];
        let fill = Some(u64::from(self.payload_bytes)).filter(|bytes| *bytes > 0);
        Epoch::of(parts.into_iter().chain(fill).fold(0, |hash, part| mix(hash ^ part)))
    }

    /// Events a second, all symbols together.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.rate_milli as f64 / 1000.0
    }

    /// What the prices are drawn from.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// When the numbering begins, in Unix microseconds.
    #[must_use]
    pub fn start_us(&self) -> u64 {
        self.start_us
    }

    /// The symbols, in the order of their keys.
    #[must_use]
    pub fn symbols(&self) -> Vec<String> {
        (0..self.symbols).map(symbol).collect()
    }

    /// The key of a symbol.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<Key> {
        (0..self.symbols).find(|key| symbol(*key) == name)
    }

    /// When event `seq` is due, in Unix microseconds.
    #[must_use]
    pub fn due_us(&self, seq: u64) -> u64 {
        let after = u128::from(seq) * 1_000_000_000 / u128::from(self.rate_milli);
        self.start_us.saturating_add(u64::try_from(after).unwrap_or(u64::MAX))
    }

    /// The newest event that is due at `now_us`; 0 before the first.
    #[must_use]
    pub fn head_at(&self, now_us: u64) -> u64 {
        let Some(run_us) = now_us.checked_sub(self.start_us) else { return 0 };
        // The due times are rounded down, so the event after the quotient may be due as well.
        let head = (u128::from(run_us) * u128::from(self.rate_milli) / 1_000_000_000) as u64;
        let head = if self.due_us(head + 1) <= now_us { head + 1 } else { head };
        head.min(SEQ_END - 1)
    }

    /// Event `seq`, 1 or more, as it was, is or will be told.
    #[must_use]
    pub fn event(&self, seq: u64) -> Event {
        let key = (seq.saturating_sub(1) % u64::from(self.symbols)) as Key;
        let at = self.due_us(seq);
        let cents = self.cents(key, at);
        let change = cents - self.cents(key, self.due_us(u64::from(key) + 1));
        let mut fields =
            format!("\"symbol\":\"{}\",\"value\":{}.{:02},", symbol(key), cents / 100, cents % 100);
        let sign = if change < 0 { "-" } else { "" };
        let (whole, part) = (change.abs() / 100, change.abs() % 100);
        // Writing to a String cannot fail.
        write!(fields, "\"change\":{sign}{whole}.{part:02}").unwrap_or_default();
        let event = |fields| Event::new(seq, at, key, &Fields::raw(fields));
        if self.payload_bytes == 0 {
            return event(fields);
        }
        let plain = event(fields.clone());
        let room = (self.payload_bytes as usize).checked_sub(plain.json().len() + ",\"fill\":\"\"".len());
        let Some(room) = room else { return plain };
        write!(fields, ",\"fill\":\"{:.<room$}\"", "").unwrap_or_default();
        event(fields)
    }

    /// The price of a symbol at an instant, in cents.
    fn cents(&self, key: Key, at_us: u64) -> i64 {
        let (first, volatility) = LISTED[key as usize % LISTED.len()];
        let stream = mix(self.seed ^ mix(u64::from(key) + 1));
        let block_ms = 1_u64 << LEVELS;
        let (block, within) = (at_us / 1000 / block_ms, at_us / 1000 % block_ms);
        // A Brownian bridge between two anchors, halved down to the millisecond: each half-way point is the mean of
        // its ends and a normal number whose spread shrinks with the square root of the distance.
        let mut spread = volatility * (block_ms as f64 / 1000.0 / YEAR_S).sqrt();
        let mut left = spread * normal(stream, LEVELS, block);
        let mut right = spread * normal(stream, LEVELS, block + 1);
        spread *= 0.5;
        let mut index = block;
        for level in (0..LEVELS).rev() {
            let middle = (left + right) / 2.0 + spread * normal(stream, level, index);
            let upper = within >> level & 1;
            (left, right) = if upper == 1 { (middle, right) } else { (left, middle) };
            index = index << 1 | upper;
            spread *= std::f64::consts::FRAC_1_SQRT_2;
        }
        // e^x as (1 + x/64)^64: only exact operations, so that every machine tells the same cents.
        let mut factor = 1.0 + left / 64.0;
        for _ in 0..6 {
            factor *= factor;
        }
        ((first * 100.0 * factor).round() as i64).max(1)
    }
}

/// The name of a key.
fn symbol(key: Key) -> String {
    let (name, round) = (NAMES[key as usize % NAMES.len()], key as usize / NAMES.len());
    if round == 0 { name.to_owned() } else { format!("{name}{}", round + 1) }
}

/// SplitMix64's finaliser (Steele, Lea and Flood 2014): a well-mixed function of one number.
fn mix(number: u64) -> u64 {
    let z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

/// A nearly normal number for one place of the walk: the sum of four even ones, mean 0, spread 1.
fn normal(stream: u64, level: u32, index: u64) -> f64 {
    let bits = mix(stream ^ mix(index ^ u64::from(level) << 56));
    let sum: u64 = (0..4).map(|part| bits >> (16 * part) & 0xffff).sum();
    (sum as f64 / 65_535.0 - 2.0) * 1.732_050_807_568_877_2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn market(rate: f64) -> Market {
        Market::new(1, rate, 8, 1_700_000_000_000_000).unwrap()
    }

    #[test]
    fn head_and_due_agree() {
        for rate in [0.1, 0.333, 1.0, 7.0, 10.0, 999.999, 10_000.0] {
            let market = market(rate);
            for seq in [1, 2, 3, 999, 1_000_000, 12_345_678] {
                let due = market.due_us(seq);
                assert_eq!(market.head_at(due), seq, "rate {rate}");
                assert_eq!(market.head_at(due - 1), seq - 1, "rate {rate}");
            }
        }
    }

    #[test]
    fn an_event_can_be_filled_up() {
        let plain = market(10.0);
        let filled = plain.filled_to(512);
        assert_ne!(filled.epoch(), plain.epoch());
        let event = filled.event(7);
        assert_eq!(event.json().len(), 512);
        assert!(serde_json::from_slice::<serde_json::Value>(event.json()).unwrap()["fill"].is_string());
        assert_eq!(plain.filled_to(20).event(7).json(), plain.event(7).json(), "longer already");
    }

    /// Cents change slowly and both ways, and every price has two decimals.
    #[test]
    fn prices_are_plausible() {
        let market = market(10.0);
        let (mut ups, mut downs) = (0, 0);
        for key in 0..8 {
            let cents: Vec<_> =
                (0..2_000).map(|k| market.cents(key, 1_700_000_000_000_000 + k * 800_000)).collect();
            for pair in cents.windows(2) {
                assert!((pair[1] - pair[0]).abs() < pair[0] / 200, "{pair:?}");
                ups += i32::from(pair[1] > pair[0]);
                downs += i32::from(pair[1] < pair[0]);
            }
        }
        assert!(ups > 2_000 && downs > 2_000, "{ups} up, {downs} down");
    }

    /// The prices of version 1: a change here breaks every cursor of a running market, so VERSION must rise with it.
    #[test]
    fn version_1_stands() {
        let market = market(10.0);
        assert_eq!(market.epoch().as_str(), "ck0d7l");
        let told = r#"{"seq":1042,"at":1700000104200000,"symbol":"BOLT","value":47.04,"change":0.05}"#;
        assert_eq!(market.event(1042).json(), told);
    }

    #[test]
    fn ranges_are_kept() {
        assert!(Market::new(1, 0.05, 8, 0).is_err());
        assert!(Market::new(1, f64::NAN, 8, 0).is_err());
        assert!(Market::new(1, 10.0, 101, 0).is_err());
        let many = Market::new(1, 10.0, 100, 0).unwrap().symbols();
        let unique: std::collections::HashSet<_> = many.iter().collect();
        assert_eq!((many.len(), unique.len()), (100, 100));
        assert_eq!(many[8], "ACME2");
    }
}

//! A figure of several rounds: the middle one, and how far they lie apart.

use std::ops::{Add, Div, Mul};

use serde::Serialize;

use super::number;

/// The rounds of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Half of the rounds lie above it.
    pub median: f64,
    /// The lowest round.
    pub low: f64,
    /// The highest round.
    pub high: f64,
}

impl Spread {
    /// Median, lowest and highest; none when there are no values.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (low, high) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 {
            sorted[middle]
        } else {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        };
        Some(Self { median, low, high })
    }

    /// What has no spread.
    #[must_use]
    pub(super) fn exactly(value: f64) -> Self {
        Self { median: value, low: value, high: value }
    }

    /// The median with its unit, and behind it the lowest and the highest where they read differently.
    #[must_use]
    pub(super) fn text(self, unit: &str) -> String {
        let (low, high) = number::ends(self.low, self.high, unit);
        let median = number::with_unit(self.median, unit);
        if low == high { median } else { format!("{median} ({})", number::span(&low, &high)) }
    }

    /// So many times as much.
    #[must_use]
    pub(super) fn times(self, factor: f64) -> Self {
        Self { median: self.median * factor, low: self.low * factor, high: self.high * factor }
    }

    /// So much more.
    #[must_use]
    pub(super) fn and(self, more: f64) -> Self {
        Self { median: self.median + more, low: self.low + more, high: self.high + more }
    }
}

// The lowest of a result comes from the ends that make it low: figures above 0 are meant.

impl Add for Spread {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { median: self.median + other.median, low: self.low + other.low, high: self.high + other.high }
    }
}

impl Mul for Spread {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self { median: self.median * other.median, low: self.low * other.low, high: self.high * other.high }
    }
}

impl Div for Spread {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        Self { median: self.median / other.median, low: self.low / other.high, high: self.high / other.low }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_an_even_number_lies_between() {
        let spread = Spread::of(&[4.0, 1.0, 2.0, 9.0]).unwrap();
        assert_eq!(spread, Spread { median: 3.0, low: 1.0, high: 9.0 });
        assert_eq!(Spread::of(&[7.0]), Some(Spread::exactly(7.0)));
        assert_eq!(Spread::of(&[]), None);
    }

    #[test]
    fn a_quotient_is_widest_where_its_ends_meet() {
        let (a, b) =
            (Spread { median: 4.0, low: 2.0, high: 6.0 }, Spread { median: 2.0, low: 1.0, high: 4.0 });
        assert_eq!(a / b, Spread { median: 2.0, low: 0.5, high: 6.0 });
        assert_eq!(a * b, Spread { median: 8.0, low: 2.0, high: 24.0 });
        assert_eq!((a + b).times(2.0).and(1.0), Spread { median: 13.0, low: 7.0, high: 21.0 });
    }
}

//! Distributions of microseconds, kept to three significant digits, so that many can be merged into one exactly.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::serialization::{Deserializer, Serializer as _, V2DeflateSerializer};
use serde::{Deserialize, Serialize};

/// The longest time that is kept apart: an hour. What is longer counts as an hour.
const LONGEST_US: u64 = 3_600_000_000;

/// A distribution of times in microseconds, from 1 us to an hour. In JSON it is HdrHistogram's own compressed base64
/// (`HISTFAAA...`), which every tool of that family reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Histogram(hdrhistogram::Histogram<u64>);

/// A text that is no histogram.
#[derive(Debug, thiserror::Error)]
#[error("this is no histogram in HdrHistogram's base64 (it begins with HISTFAAA): {0}")]
pub struct BadHistogram(String);

impl Default for Histogram {
    fn default() -> Self {
        // The bounds are constants that HdrHistogram takes.
        #[expect(clippy::unwrap_used, reason = "constant bounds")]
        Self(hdrhistogram::Histogram::new_with_bounds(1, LONGEST_US, 3).unwrap())
    }
}

impl Histogram {
    /// Counts one time.
    pub fn record(&mut self, us: u64) {
        self.0.saturating_record(us);
    }

    /// Counts everything that `other` counted.
    pub fn merge(&mut self, other: &Self) {
        // Fails only where the bounds differ, and there is but one pair.
        self.0.add(&other.0).unwrap_or_default();
    }

    /// How many times were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The time in microseconds that `quantile` (0 to 1) of all do not exceed; none when nothing was counted.
    #[must_use]
    pub fn at(&self, quantile: f64) -> Option<u64> {
        (self.count() > 0).then(|| self.0.value_at_quantile(quantile))
    }

    /// The longest, in microseconds.
    #[must_use]
    pub fn max(&self) -> Option<u64> {
        (self.count() > 0).then(|| self.0.max())
    }
}

impl From<Histogram> for String {
    fn from(histogram: Histogram) -> Self {
        let mut bytes = Vec::new();
        // Writes into memory.
        V2DeflateSerializer::new().serialize(&histogram.0, &mut bytes).unwrap_or_default();
        STANDARD.encode(bytes)
    }
}

impl TryFrom<String> for Histogram {
    type Error = BadHistogram;

    fn try_from(text: String) -> Result<Self, BadHistogram> {
        let bytes = STANDARD.decode(&text).map_err(|error| BadHistogram(error.to_string()))?;
        let read: hdrhistogram::Histogram<u64> = Deserializer::new()
            .deserialize(&mut bytes.as_slice())
            .map_err(|error| BadHistogram(error.to_string()))?;
        // Brought to our bounds, so that it can be merged.
        let mut own = Self::default();
        own.0.add(&read).map_err(|error| BadHistogram(error.to_string()))?;
        Ok(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merging_is_counting_together() {
        let (mut left, mut right, mut both) =
            (Histogram::default(), Histogram::default(), Histogram::default());
        for us in 1..2_000 {
            if us % 3 == 0 { &mut left } else { &mut right }.record(us * us);
            both.record(us * us);
        }
        left.merge(&right);
        assert_eq!(left, both);
    }

    #[test]
    fn it_survives_its_text() {
        let mut histogram = Histogram::default();
        [1, 17, 1_234_567, u64::MAX].into_iter().for_each(|us| histogram.record(us));
        let text = String::from(histogram.clone());
        assert!(text.starts_with("HISTFAAA"), "{text}");
        let read = Histogram::try_from(text).unwrap();
        assert_eq!(read, histogram);
        assert_eq!((read.count(), read.at(0.5)), (4, Some(17)));
        assert!(read.max().unwrap() >= LONGEST_US / 1000 * 999, "too long is an hour: {:?}", read.max());
    }

    #[test]
    fn nothing_counted_is_missing_and_bad_text_is_an_error() {
        let empty = Histogram::default();
        assert_eq!((empty.at(0.5), empty.max()), (None, None));
        for bad in ["", "HISTFAAA", "no base64!", "AAAA"] {
            assert!(Histogram::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}

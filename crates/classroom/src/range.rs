//! How far the presenter can go: the range of each number, with what it means.

use feed::SYMBOLS_MAX;
use serde_json::Value;
use transport::Problem;

/// The range of a whole number.
pub(crate) struct Range {
    pub(crate) name: &'static str,
    place: &'static str,
    least: u64,
    most: u64,
    means: &'static str,
}

const fn range(name: &'static str, place: &'static str, least: u64, most: u64, means: &'static str) -> Range {
    Range { name, place, least, most, means }
}

pub(crate) const DELAY_MS: Range =
    range("delay_ms", "member `weather.delay_ms`", 0, 5_000, "milliseconds in each direction");
pub(crate) const JITTER_MS: Range =
    range("jitter_ms", "member `weather.jitter_ms`", 0, 5_000, "milliseconds at most, on top of the delay");
pub(crate) const RATE_BITS: Range =
    range("rate_bits", "member `weather.rate_bits`", 1_000, 1_000_000_000, "bits a second");
pub(crate) const SLOW_READER_BITS: Range =
    range("slow_reader_bits", "member `weather.slow_reader_bits`", 1_000, 1_000_000_000, "bits a second");
pub(crate) const CUT_EVERY_MS: Range =
    range("cut_every_ms", "member `weather.cut_every_ms`", 100, 600_000, "milliseconds from cut to cut");
pub(crate) const AFTER_BYTES: Range =
    range("after_bytes", "member `after_bytes`", 1, 1_000_000, "bytes that still pass on each connection");
pub(crate) const FOR_MS: Range =
    range("for_ms", "member `for_ms`", 0, 60_000, "milliseconds in which nobody comes in; 0 cuts once");
pub(crate) const COUNT: Range = range("count", "member `count`", 0, 2_000, "subscribers on each lane");
pub(crate) const STEP: Range = range("step", "member `step`", 0, 99, "the step of the scene");

/// The statuses by which a road refuses.
pub(crate) const REFUSALS: [u16; 2] = [503, 204];

impl Range {
    /// The number, if it is one and lies in the range.
    pub(crate) fn read(&self, value: &Value) -> Result<u64, Problem> {
        let number = value.as_u64().filter(|number| (self.least..=self.most).contains(number));
        number.ok_or_else(|| self.bad(format!("{} is out of range", self.name)))
    }

    pub(crate) fn missing(&self) -> Problem {
        self.bad(format!("{} is missing", self.name))
    }

    fn bad(&self, title: String) -> Problem {
        let Self { place, least, most, means, .. } = self;
        Problem::bad(place, title, format!("it is a whole number from {least} to {most}: {means}"))
    }
}

pub(crate) fn bad_rate() -> Problem {
    let detail = "it is the number of prices a second, all symbols together: 0.1 to 10000";
    Problem::bad("member `rate`", "rate is out of range", detail)
}

pub(crate) fn bad_symbols() -> Problem {
    let detail = format!("it is the number of symbols, a whole number from 1 to {SYMBOLS_MAX}");
    Problem::bad("member `symbols`", "symbols is out of range", detail)
}

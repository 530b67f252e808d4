//! The wall clock, injected: a test or a simulation brings its own.

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time in Unix microseconds. Cloning shares the clock.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> u64 + Send + Sync>);

impl Clock {
    /// The clock of this machine. It may jump, as every wall clock may.
    #[must_use]
    pub fn system() -> Self {
        Self::of(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64))
    }

    /// A clock that asks `now` for the Unix time in microseconds.
    pub fn of(now: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Unix time in microseconds.
    #[must_use]
    pub fn now_us(&self) -> u64 {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({} us)", self.now_us())
    }
}

/// `at_us` as people and `Date.parse` read it: `2026-11-23T10:00:00.123Z`.
pub(crate) fn rfc3339(at_us: u64) -> String {
    let time = i64::try_from(at_us / 1000).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    time.map_or_else(|| at_us.to_string(), |time| format!("{time:.3}"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn time_is_readable() {
        assert_eq!(super::rfc3339(1_732_347_600_123_456), "2024-11-23T07:40:00.123Z");
    }
}

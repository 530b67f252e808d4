//! How fast bytes may go: a token bucket, kept as the instant at which all that was sent will be through.
//!
//! That instant and not a number of tokens, so that a timer that fires late costs no rate: what was missed is made up
//! for, up to [`CATCH_UP`].

use std::time::Duration;

use tokio::time::Instant;

/// The bucket holds what so long a time carries, and at least one packet.
const BURST: Duration = Duration::from_millis(10);
/// What one packet of Ethernet carries.
const PACKET_BYTES: usize = 1500;
/// Lateness that is made up for: more than timers of a busy machine are late, and too short to be seen.
const CATCH_UP: Duration = Duration::from_millis(100);

/// One direction's pace.
#[derive(Debug, Default)]
pub(super) struct Pace {
    bits: Option<u64>,
    /// When all that was sent is through; none if nothing was sent at this rate.
    through: Option<Instant>,
}

impl Pace {
    /// From now on so many bits a second; none is as fast as can be.
    pub(super) fn set(&mut self, bits: Option<u64>) {
        let bits = bits.map(|bits| bits.max(1));
        if bits != self.bits {
            *self = Self { bits, through: None };
        }
    }

    /// When the next of `waiting` bytes, which could go at `due`, may go.
    pub(super) fn at(&self, due: Instant, waiting: usize) -> Instant {
        let (Some(bits), Some(through)) = (self.bits, self.through) else { return due };
        let packet = time(bits, waiting.min(PACKET_BYTES));
        // The whole bucket less the packet may be ahead of its time.
        let ahead = burst(bits).saturating_sub(packet);
        due.max(through.checked_sub(ahead).unwrap_or(due))
    }

    /// How many of `waiting` bytes may go now, once [`Pace::at`] has come; at least one.
    pub(super) fn allowance(&self, due: Instant, now: Instant, waiting: usize) -> usize {
        let Some(bits) = self.bits else { return waiting };
        let from = self.from(due, now);
        let open = (now + burst(bits)).saturating_duration_since(from);
        let bytes = open.as_nanos().saturating_mul(bits.into()) / 8_000_000_000;
        waiting.min(usize::try_from(bytes).unwrap_or(usize::MAX).max(1))
    }

    /// So many bytes went.
    pub(super) fn spend(&mut self, due: Instant, now: Instant, bytes: usize) {
        if let Some(bits) = self.bits {
            self.through = self.from(due, now).checked_add(time(bits, bytes));
        }
    }

    /// From when on the next bytes take their time.
    fn from(&self, due: Instant, now: Instant) -> Instant {
        let earliest = now.checked_sub(CATCH_UP).map_or(due, |earliest| earliest.max(due));
        self.through.map_or(now, |through| through.max(earliest))
    }
}

/// How long so many bytes take.
fn time(bits: u64, bytes: usize) -> Duration {
    let nanos = bytes as u128 * 8_000_000_000 / u128::from(bits);
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

fn burst(bits: u64) -> Duration {
    BURST.max(time(bits, PACKET_BYTES))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends as a road does, with a timer that is `late` by so much, and says how many bytes went in `span`.
    fn sent(pace: &mut Pace, span: Duration, late: Duration) -> usize {
        let start = Instant::now();
        let (mut now, mut sent) = (start, 0);
        while now < start + span {
            let at = pace.at(start, 16_384);
            if at > now {
                now = at + late;
                continue;
            }
            let bytes = pace.allowance(start, now, 16_384);
            assert!(bytes > 0);
            pace.spend(start, now, bytes);
            sent += bytes;
        }
        sent
    }

    #[test]
    fn the_rate_is_kept_also_by_a_late_timer() {
        for late in [Duration::ZERO, Duration::from_millis(1), Duration::from_millis(20)] {
            for bits in [64_000, 2_000_000, 100_000_000] {
                let mut pace = Pace::default();
                pace.set(Some(bits));
                let seconds = 20;
                let sent = sent(&mut pace, Duration::from_secs(seconds), late) as f64;
                let known = (bits * seconds / 8) as f64;
                assert!((sent / known - 1.0).abs() < 0.015, "{bits} bit/s, {late:?} late: {sent} of {known}");
            }
        }
    }

    #[test]
    fn a_full_bucket_goes_at_once_and_no_more() {
        let mut pace = Pace::default();
        pace.set(Some(2_000_000));
        let now = Instant::now();
        assert_eq!(pace.at(now, 100_000), now);
        assert_eq!(pace.allowance(now, now, 100_000), 2500, "10 ms of 2 Mbit/s");
        pace.spend(now, now, 2500);
        assert_eq!(pace.at(now, 100_000), now + Duration::from_millis(6), "when 1,500 bytes are in it again");
    }

    #[test]
    fn a_pause_fills_the_bucket_and_not_more() {
        let mut pace = Pace::default();
        pace.set(Some(80_000));
        let start = Instant::now();
        pace.spend(start, start, 1500);
        let later = start + Duration::from_secs(60);
        assert_eq!(pace.allowance(later, later, 100_000), 1500);
    }

    #[test]
    fn another_rate_counts_at_once() {
        let mut pace = Pace::default();
        pace.set(Some(1));
        let now = Instant::now();
        pace.spend(now, now, 1500);
        assert!(pace.at(now, 1500) > now + Duration::from_secs(3600));
        pace.set(None);
        assert_eq!(pace.at(now, 1500), now);
        assert_eq!(pace.allowance(now, now, 1500), 1500);
    }
}

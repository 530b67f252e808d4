//! What the weather is.

use std::time::Duration;

/// What nginx holds of an answer by default before it passes any of it on (`proxy_buffers`: one page).
pub const LUMP_BYTES: usize = 4096;

/// What may be under way in one direction while bytes take time to arrive. Wide enough for ten thousand events a second
/// over a second.
const UNDER_WAY_BYTES_MAX: usize = 2 << 20;
/// What may wait in one direction at a narrow or closed place. What is more waits with its sender, as behind a router.
const WAITING_BYTES_MAX: usize = 64 * 1024;

/// What a road is like, for all its connections and for both directions where nothing else is said. It lasts until
/// other weather is set; the default is fair.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weather {
    /// One way, in each direction, true within 1 ms. The order of the bytes is kept. TCP's handshake is the kernel's and is not delayed.
    pub delay_ms: u32,
    /// Whatever arrives together is later by 0 to so many milliseconds more, drawn evenly, and never overtakes. The
    /// draws are a function of connection and order, so that the same weather comes again.
    pub jitter_ms: u32,
    /// Bits a second towards the client (a token bucket that holds 10 ms, and at least 1,500 bytes). At most 64 KiB
    /// wait for their turn; then the server feels it. 0 counts as 1.
    pub rate_bits: Option<u64>,
    /// Nothing passes. Up to 64 KiB wait in each direction, then their sender, and all goes on when it ends.
    pub stall: bool,
    /// An answer without a declared length passes only in lumps of [`LUMP_BYTES`], and whole once it has ended, as
    /// behind an nginx at its defaults that does not heed `X-Accel-Buffering`. Other answers and WebSocket pass as
    /// they come.
    pub lumps: bool,
    /// The road reads from the server at so many bits a second, and lets the kernel hold little: the server feels it
    /// at once. 0 counts as 1.
    pub slow_reader_bits: Option<u64>,
    /// The first request of each new connection is answered by this status, at once, and the connection is closed. 200
    /// to 599; anything else is 503. A browser's page of any origin may read it: its preflights are answered by 204.
    pub refuse: Option<u16>,
    /// All connections are cut every so many milliseconds; less than 10 counts as 10.
    pub cut_every_ms: Option<u32>,
}

/// Where connections break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Here: both ends are reset, and what was under way is lost.
    Now,
    /// After so many bytes more towards the client, on each connection by itself. The client gets exactly these, and
    /// then the end of the connection; the server is reset. 0 is [`Cut::Now`].
    AfterBytes(u64),
    /// Here, as [`Cut::Now`], and nobody comes in before so long is over: the kernel refuses who tries, at once. So it is
    /// for a machine whose own cable was pulled: its system says that there is no network, and waits for no answer. 0 is
    /// [`Cut::Now`].
    For(Duration),
}

impl Cut {
    /// Whether it is not over at once.
    pub(super) fn lasts(self) -> bool {
        match self {
            Self::Now => false,
            Self::AfterBytes(bytes) => bytes > 0,
            Self::For(time) => !time.is_zero(),
        }
    }
}

impl Weather {
    /// How late bytes are whose jitter is `luck`, of all that [`u32`] holds.
    pub(super) fn lateness(&self, luck: u32) -> Duration {
        let jitter = Duration::from_millis(self.jitter_ms.into());
        let delay = Duration::from_millis(self.delay_ms.into());
        delay + jitter.mul_f64(f64::from(luck) / f64::from(u32::MAX))
    }

    /// How many bytes may be under way in one direction.
    pub(super) fn room(&self, up: bool) -> usize {
        let way_ms = u64::from(self.delay_ms) + u64::from(self.jitter_ms);
        let under_way = match self.rate_bits {
            Some(bits) if !up => way_ms.saturating_mul(bits) / 8000,
            _ if way_ms > 0 => UNDER_WAY_BYTES_MAX as u64,
            _ => 0,
        };
        WAITING_BYTES_MAX + under_way.min(UNDER_WAY_BYTES_MAX as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_lies_between_nothing_and_its_most() {
        let weather = Weather { delay_ms: 50, jitter_ms: 20, ..Weather::default() };
        assert_eq!(weather.lateness(0), Duration::from_millis(50));
        assert_eq!(weather.lateness(u32::MAX), Duration::from_millis(70));
        let extreme = Weather { delay_ms: u32::MAX, jitter_ms: u32::MAX, ..Weather::default() };
        assert_eq!(extreme.lateness(u32::MAX), Duration::from_millis(2 * u64::from(u32::MAX)));
    }

    #[test]
    fn what_is_under_way_is_bounded_whatever_the_weather() {
        let weather = |delay_ms, rate_bits| Weather { delay_ms, rate_bits, ..Weather::default() };
        assert_eq!(Weather { stall: true, ..Weather::default() }.room(false), 64 * 1024);
        assert_eq!(weather(1000, Some(80_000)).room(false), 64 * 1024 + 10_000, "what a second carries");
        assert_eq!(weather(u32::MAX, Some(u64::MAX)).room(false), (64 << 10) + (2 << 20));
        assert_eq!(weather(1, Some(1)).room(true), (64 << 10) + (2 << 20), "upwards there is no rate");
    }
}

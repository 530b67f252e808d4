//! What broke a road last, and until when: so that everyone who looks sees the same, also who comes later.

use super::Cut;

/// How connections were broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broke {
    /// They were cut.
    Cut(Cut),
    /// They became black holes.
    HalfOpen,
}

/// One break that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Break {
    /// What was done.
    pub how: Broke,
    /// When, in Unix microseconds.
    pub at_us: u64,
    /// Until when nothing came through because of it: the same instant, the end of a cut that lasts, or when the last
    /// connection had its bytes ([`Cut::AfterBytes`]) or was gone. None: it still stands.
    pub until_us: Option<u64>,
    /// How many connections it met.
    pub connections: usize,
}

impl Break {
    /// Whether it waits for connections that are to be cut behind some bytes.
    pub(super) fn awaits_bytes(&self) -> bool {
        matches!(self.how, Broke::Cut(Cut::AfterBytes(_))) && self.until_us.is_none()
    }
}

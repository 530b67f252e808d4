//! What several proxies may have open together: each connection is two files of the one process that they are in.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Connections that proxies share. Cloning it shares it.
#[derive(Clone, Debug)]
pub struct Budget(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    max: usize,
    open: AtomicUsize,
}

/// One connection; given back by dropping it.
#[derive(Debug)]
pub(super) struct Permit(Arc<Shared>);

impl Budget {
    /// At most `max` connections at a time. The last quarter of them is kept for those of this machine (loopback), so
    /// that others cannot take them all.
    #[must_use]
    pub fn new(max: usize) -> Self {
        Self(Arc::new(Shared { max, open: AtomicUsize::new(0) }))
    }

    pub(super) fn take(&self, peer: IpAddr) -> Option<Permit> {
        let Shared { max, open } = &*self.0;
        let most = if peer.is_loopback() { *max } else { max - max / 4 };
        let more = |open| (open < most).then_some(open + 1);
        open.fetch_update(Relaxed, Relaxed, more).ok()?;
        Some(Permit(Arc::clone(&self.0)))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn others_leave_a_quarter_to_this_machine() {
        let budget = Budget::new(8);
        let take = |peer: Ipv4Addr| -> Vec<_> { std::iter::from_fn(|| budget.take(peer.into())).collect() };
        let (others, here) = (Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::LOCALHOST);
        let (theirs, ours) = (take(others), take(here));
        assert_eq!((theirs.len(), ours.len()), (6, 2));
        drop(ours);
        assert_eq!((take(others).len(), take(here).len()), (0, 2), "who goes makes room");
        drop(theirs);
        assert_eq!(take(here).len(), 8);
    }
}

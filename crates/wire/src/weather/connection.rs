//! The control block of one connection: what it is told, and what may still pass on it.
//!
//! Whoever gives a command and the task that carries the bytes meet at one lock, under which every write happens. So
//! when a command returns, not one byte more passes than it says.

use std::io;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::Cut;

/// What a connection is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Go on.
    Carry,
    /// Become a black hole.
    Vanish,
    /// Break.
    Break,
}

/// One connection, as its task and the owner of the proxy see it.
#[derive(Debug)]
pub(super) struct Connection {
    number: u64,
    peer: IpAddr,
    order: watch::Sender<Order>,
    gate: Mutex<Gate>,
}

#[derive(Debug)]
struct Gate {
    /// Handed to the client so far.
    down: u64,
    /// As many may be handed to it in all.
    down_max: u64,
    shut: bool,
}

impl Connection {
    pub(super) fn new(number: u64, peer: IpAddr) -> Self {
        let gate = Gate { down: 0, down_max: u64::MAX, shut: false };
        Self { number, peer, order: watch::Sender::new(Order::Carry), gate: Mutex::new(gate) }
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn peer(&self) -> IpAddr {
        self.peer
    }

    /// Whether there was something to cut.
    pub(super) fn cut(&self, cut: Cut) -> bool {
        let mut gate = self.gate();
        match cut {
            Cut::AfterBytes(more) if more > 0 => {
                if !gate.shut {
                    // An earlier cut that is still to come stays the nearer one.
                    gate.down_max = gate.down_max.min(gate.down.saturating_add(more));
                }
                !gate.shut
            }
            Cut::Now | Cut::AfterBytes(_) | Cut::For(_) => {
                gate.shut = true;
                self.order.send_replace(Order::Break) != Order::Break
            }
        }
    }

    /// Takes back a cut behind bytes that have not all gone.
    pub(super) fn spare(&self) {
        let mut gate = self.gate();
        if gate.down < gate.down_max {
            gate.down_max = u64::MAX;
        }
    }

    /// Whether there was something to lose.
    pub(super) fn vanish(&self) -> bool {
        let mut gate = self.gate();
        let whole = !std::mem::replace(&mut gate.shut, true);
        if whole {
            self.order.send_replace(Order::Vanish);
        }
        whole
    }

    pub(super) fn orders(&self) -> watch::Receiver<Order> {
        self.order.subscribe()
    }

    /// Has `write` hand on as many of `bytes` as may pass, and says how many it took; none if nothing passes any more.
    ///
    /// # Errors
    /// Those of `write`.
    pub(super) fn pass(
        &self,
        up: bool,
        bytes: &[u8],
        write: impl FnOnce(&[u8]) -> io::Result<usize>,
    ) -> io::Result<Option<usize>> {
        let mut gate = self.gate();
        let most = if up { u64::MAX } else { gate.down_max - gate.down };
        if gate.shut || most == 0 {
            return Ok(None);
        }
        let may = bytes.len().min(usize::try_from(most).unwrap_or(usize::MAX));
        let written = write(&bytes[..may])?;
        if !up {
            gate.down += written as u64;
        }
        Ok(Some(written))
    }

    /// Whether the place has come at which it is to be cut.
    pub(super) fn is_at_its_end(&self) -> bool {
        let gate = self.gate();
        gate.down == gate.down_max
    }

    /// Whether it is to be cut behind bytes that have not all gone.
    pub(super) fn awaits_its_end(&self) -> bool {
        let gate = self.gate();
        !gate.shut && gate.down_max != u64::MAX && gate.down < gate.down_max
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn pass(connection: &Connection, bytes: &[u8]) -> Option<usize> {
        connection.pass(false, bytes, |bytes| Ok(bytes.len())).unwrap()
    }

    #[test]
    fn it_passes_what_may_pass_and_the_nearest_cut_counts() {
        let connection = Connection::new(0, Ipv4Addr::LOCALHOST.into());
        assert_eq!(pass(&connection, b"abc"), Some(3));
        assert!(connection.cut(Cut::AfterBytes(4)) && connection.cut(Cut::AfterBytes(100)));
        assert_eq!(connection.pass(true, b"up is free", |bytes| Ok(bytes.len())).unwrap(), Some(10));
        connection.spare();
        assert!(!connection.awaits_its_end() && connection.cut(Cut::AfterBytes(4)));
        assert_eq!(pass(&connection, b"abc"), Some(3));
        assert!(!connection.is_at_its_end() && connection.awaits_its_end());
        assert_eq!(pass(&connection, b"abc"), Some(1));
        assert!(connection.is_at_its_end() && !connection.awaits_its_end());
        assert_eq!(pass(&connection, b"bc"), None);
    }

    #[test]
    fn a_command_counts_a_connection_once() {
        let connection = Connection::new(0, Ipv4Addr::LOCALHOST.into());
        assert!(connection.vanish() && !connection.vanish() && !connection.cut(Cut::AfterBytes(1)));
        assert_eq!(pass(&connection, b"abc"), None);
        assert!(connection.cut(Cut::Now) && !connection.cut(Cut::AfterBytes(0)));
    }
}

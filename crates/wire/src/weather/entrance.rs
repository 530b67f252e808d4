//! The way in, about which two have a say: nobody is let in while nobody is behind the proxy, nor while the line is cut.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::Cut;
use super::accept::{Shared, accept};
use super::breaks::{Break, Broke};
use super::connection::Connection;

/// A pause before the port is tried again, where the system did not let it be kept.
const TAKEN_PAUSE: Duration = Duration::from_millis(100);

/// Opens and shuts the door of a proxy.
pub(super) struct Entrance {
    shared: Arc<Shared>,
    /// Where connections are carried, whoever opens the door.
    runtime: Handle,
    state: Mutex<State>,
}

struct State {
    /// Nobody is behind the proxy.
    closed: bool,
    /// What ends a cut that lasts; none while the line is whole.
    mending: Option<JoinHandle<()>>,
    /// Counts the cuts: one that was replaced ends nothing any more.
    turn: u64,
    accepting: JoinHandle<()>,
}

impl Entrance {
    /// With its door open.
    pub(super) fn open(shared: Arc<Shared>, runtime: Handle) -> Arc<Self> {
        let accepting = runtime.spawn(accept(Arc::clone(&shared)));
        let state = Mutex::new(State { closed: false, mending: None, turn: 0, accepting });
        Arc::new(Self { shared, runtime, state })
    }

    /// Nobody new is let in, until [`Self::reopen`].
    pub(super) fn shut(&self) {
        let mut state = self.state();
        state.closed = true;
        self.bar(&state);
    }

    /// Somebody is behind it: the door is open, unless the line is cut.
    ///
    /// # Errors
    /// When the port is taken.
    pub(super) fn reopen(&self, upstream: SocketAddr) -> io::Result<()> {
        self.shared.lead_to(upstream);
        let mut state = self.state();
        if state.mending.is_none() {
            self.unbar(&mut state)?;
        }
        state.closed = false;
        Ok(())
    }

    /// Cuts what is open, and says how many. It takes the place of a cut before it.
    pub(super) fn cut(self: &Arc<Self>, cut: Cut) -> usize {
        let mut state = self.state();
        let at_us = self.shared.tap.now_us();
        match cut {
            Cut::For(time) if !time.is_zero() => {
                self.mend_after(&mut state, time);
                self.bar(&state);
            }
            Cut::Now | Cut::AfterBytes(_) | Cut::For(_) => self.mend_now(&mut state),
        }
        let connections = self.shared.each(|connection| connection.cut(cut));
        let until_us = if cut.lasts() { None } else { Some(at_us) };
        self.shared.broke(Break { how: Broke::Cut(cut), at_us, until_us, connections });
        connections
    }

    /// The open connections become black holes; says how many.
    pub(super) fn half_open(&self) -> usize {
        let state = self.state();
        let at_us = self.shared.tap.now_us();
        let connections = self.shared.each(Connection::vanish);
        // Where the line is cut there is nothing that could.
        if state.mending.is_none() {
            self.shared.broke(Break { how: Broke::HalfOpen, at_us, until_us: Some(at_us), connections });
        }
        connections
    }

    /// Ends a cut that still stands, and says whether there was one.
    pub(super) fn mend(self: &Arc<Self>) -> bool {
        let mut state = self.state();
        let stood = self.shared.broken().is_some_and(|broken| broken.until_us.is_none());
        self.shared.each(|connection| {
            connection.spare();
            false
        });
        self.mend_now(&mut state);
        self.shared.went();
        stood
    }

    fn mend_after(self: &Arc<Self>, state: &mut State, time: Duration) {
        state.turn += 1;
        let (entrance, turn) = (Arc::clone(self), state.turn);
        let mending = self.runtime.spawn(async move {
            tokio::time::sleep(time).await;
            let mut state = entrance.state();
            if state.turn == turn {
                entrance.mend_now(&mut state);
            }
        });
        if let Some(before) = state.mending.replace(mending) {
            before.abort();
        }
    }

    fn mend_now(self: &Arc<Self>, state: &mut State) {
        state.turn += 1;
        let Some(mending) = state.mending.take() else { return };
        mending.abort();
        if !state.closed && self.unbar(state).is_err() {
            return self.mend_after(state, TAKEN_PAUSE);
        }
        self.shared.whole();
    }

    fn bar(&self, state: &State) {
        self.shared.door.shut();
        state.accepting.abort();
        self.shared.shut(true);
    }

    fn unbar(&self, state: &mut State) -> io::Result<()> {
        let _here = self.runtime.enter();
        if self.shared.door.reopen()? {
            self.shared.shut(false);
            state.accepting = self.runtime.spawn(accept(Arc::clone(&self.shared)));
        }
        Ok(())
    }

    /// For good: nobody is let in, and nothing ends by itself any more.
    pub(super) fn over(&self) {
        let mut state = self.state();
        state.closed = true;
        if let Some(mending) = state.mending.take() {
            mending.abort();
        }
        self.bar(&state);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

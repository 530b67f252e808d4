//! What the owner of a proxy holds: its commands and counters.

use std::cell::Cell;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};

use super::accept::Shared;
use super::door::Door;
use super::entrance::Entrance;
use super::{Break, Budget, Cut, Tap, Weather};

/// No connection is cut more often: nothing would ever come through.
const CUT_EVERY_MS_MIN: u32 = 10;

/// A fault proxy in front of one server. Dropping it shuts the listener and cuts all connections.
///
/// Commands count at once and for open connections too: when one returns, not a byte more passes than it says.
pub struct Proxy {
    shared: Arc<Shared>,
    entrance: Arc<Entrance>,
    cutting: JoinHandle<()>,
}

/// What has passed a proxy. All but `open` only rise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passage {
    /// Connections that are open now, black holes included.
    pub open: usize,
    /// Connections that were let in.
    pub accepted: u64,
    /// Connections that never reached the server: there were too many, the weather refused them, or nobody was there.
    pub refused: u64,
    /// Bytes from clients, counted where they came in: also those that were lost after it, in a black hole or by a cut.
    pub bytes_up: u64,
    /// Bytes to clients, counted where they went out.
    pub bytes_down: u64,
}

impl Proxy {
    /// A proxy at `listen` (port 0 is any free one) in front of `upstream`, in fair weather.
    ///
    /// # Errors
    /// When it cannot listen there.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    #[expect(clippy::unused_async, reason = "it needs the runtime that awaiting it proves")]
    pub async fn open(listen: SocketAddr, upstream: SocketAddr, tap: Arc<dyn Tap>) -> io::Result<Self> {
        let shared = Arc::new(Shared::new(Door::open(listen)?, upstream, tap));
        let entrance = Entrance::open(Arc::clone(&shared), Handle::current());
        let cutting = tokio::spawn(cut_now_and_then(Arc::clone(&shared)));
        Ok(Self { shared, entrance, cutting })
    }

    /// Where it listens; the same for all its life.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.shared.door.address()
    }

    /// The weather now.
    #[must_use]
    pub fn weather(&self) -> Weather {
        self.shared.weather.borrow().clone()
    }

    /// Other weather.
    pub fn set(&self, weather: Weather) {
        self.shared.weather.send_replace(weather);
    }

    /// Cuts all open connections, black holes included, and says how many. With [`Cut::AfterBytes`] it says on how
    /// many something still passes: they are cut when their bytes have gone. A cut takes the place of the one before: if
    /// that one still lasts and the new one does not, the line is whole from now on.
    pub fn cut(&self, cut: Cut) -> usize {
        self.entrance.cut(cut)
    }

    /// Ends a [`Cut::For`] before its time, takes back a [`Cut::AfterBytes`] from connections whose bytes have not all
    /// gone, and says whether anything of the kind stood. Whoever connects is let in, if the proxy is not closed
    /// otherwise. Other weather ends no cut: it is what the road is like once it is whole.
    pub fn mend(&self) -> bool {
        self.entrance.mend()
    }

    /// The last break by [`cut`](Self::cut) or [`half_open`](Self::half_open), by the clock of the tap. Cuts of the
    /// weather, and those of [`close`](Self::close), are none.
    #[must_use]
    pub fn last_break(&self) -> Option<Break> {
        self.shared.broken()
    }

    /// Open connections become black holes: nothing passes any more, and nobody is told, of their end neither. Says
    /// how many. New ones are well. An end that goes on talking loses its socket when its own kernel would have given
    /// up: a server after 30 s, a client after 15 minutes.
    pub fn half_open(&self) -> usize {
        self.entrance.half_open()
    }

    /// Nobody new is let in: who connects is refused by the kernel, as by a server that drains. Open connections go on.
    /// The port stays taken.
    pub fn shut(&self) {
        self.entrance.shut();
    }

    /// Nobody is there: it is [shut](Self::shut), and open connections are cut.
    pub fn close(&self) {
        self.shut();
        self.shared.each(|connection| connection.cut(Cut::Now));
    }

    /// Nobody is there any more, but what was said last is still under way: it is [shut](Self::shut), and what is open now
    /// is cut once `last` has passed, if it has not come to its end by then. Whoever is let in by a later
    /// [`reopen`](Self::reopen) is not meant.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub fn fade(&self, last: Duration) {
        self.shut();
        let shared = Arc::clone(&self.shared);
        let newest = Cell::new(None);
        shared.each(|connection| {
            newest.set(newest.get().max(Some(connection.number())));
            false
        });
        let Some(newest) = newest.get() else { return };
        tokio::spawn(async move {
            sleep(last).await;
            shared.each(|connection| connection.number() <= newest && connection.cut(Cut::Now));
        });
    }

    /// Listens again at the same port. From now on connections lead to `upstream`; those that are open stay where
    /// they are. One that is open already only changes its upstream, and one whose line is cut listens when that is over.
    ///
    /// # Errors
    /// When the port is taken: only where the system did not let it be kept.
    #[expect(clippy::unused_async, reason = "it needs the runtime that awaiting it proves")]
    pub async fn reopen(&self, upstream: SocketAddr) -> io::Result<()> {
        self.entrance.reopen(upstream)
    }

    /// What has passed so far.
    #[must_use]
    pub fn tally(&self) -> Passage {
        let counts = &self.shared.counts;
        Passage {
            open: self.shared.open(),
            accepted: counts.accepted.load(Relaxed),
            refused: counts.refused.load(Relaxed),
            bytes_up: counts.bytes_up.load(Relaxed),
            bytes_down: counts.bytes_down.load(Relaxed),
        }
    }

    /// The most connections that came within any 200 ms ([`KNOCKS_WITHIN`](super::KNOCKS_WITHIN)), let in or refused
    /// here, since this was last asked. Those whom the kernel refuses, while nobody listens, are seen by nobody.
    pub fn take_knocks_max(&self) -> usize {
        self.shared.take_knocks()
    }

    /// From now on connections are let in only as far as `budget` reaches, which other proxies may share; more are reset
    /// at once and counted as refused.
    pub fn share(&self, budget: &Budget) {
        self.shared.spend(budget.clone());
    }

    /// At most so many open connections from one address; more are reset at once. This machine may have any number.
    pub fn per_address_max(&self, max: Option<usize>) {
        self.shared.limit(max);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.close();
        self.entrance.over();
        self.cutting.abort();
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("address", &self.address())
            .field("weather", &self.weather())
            .field("tally", &self.tally())
            .finish_non_exhaustive()
    }
}

/// Keeps `cut_every_ms`. Other changes of the weather do not begin the time anew.
async fn cut_now_and_then(shared: Arc<Shared>) {
    let mut weather = shared.weather.subscribe();
    let mut began = (None, Instant::now());
    loop {
        let every = weather.borrow_and_update().cut_every_ms;
        if every != began.0 {
            began = (every, Instant::now());
        }
        let time = async {
            match every {
                Some(ms) => {
                    sleep_until(began.1 + Duration::from_millis(ms.max(CUT_EVERY_MS_MIN).into())).await;
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            changed = weather.changed() => if changed.is_err() { return },
            () = time => {
                shared.each(|connection| connection.cut(Cut::Now));
                began.1 = Instant::now();
            }
        }
    }
}

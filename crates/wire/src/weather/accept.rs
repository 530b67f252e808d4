//! Who is let in, and what all connections of a proxy share.

use std::collections::HashMap;
use std::future::poll_fn;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Instant;

use super::breaks::Break;
use super::budget::{Budget, Permit};
use super::connection::Connection;
use super::door::Door;
use super::knocks::Knocks;
use super::relay::{prepare, relay, reset};
use super::{Tap, Weather};

/// Connections that are open at once: a class, two thousand extra subscribers, and those that reconnect.
const CONNECTIONS_MAX: usize = 4096;
/// A pause when the process has no file left for another connection.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(50);

/// What the connections of a proxy share with its owner.
pub(super) struct Shared {
    pub(super) tap: Arc<dyn Tap>,
    pub(super) weather: watch::Sender<Weather>,
    pub(super) door: Door,
    pub(super) counts: Counts,
    upstream: Mutex<SocketAddr>,
    broken: Mutex<Option<Break>>,
    knocks: Mutex<Knocks>,
    register: Mutex<Register>,
}

/// All but what is open only rise.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) accepted: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) bytes_up: AtomicU64,
    pub(super) bytes_down: AtomicU64,
}

/// The connections that are open.
#[derive(Debug, Default)]
struct Register {
    open: HashMap<u64, Arc<Connection>>,
    next: u64,
    /// Nobody is let in any more.
    shut: bool,
    per_address_max: Option<usize>,
    budget: Option<Budget>,
}

/// A connection's place among the open ones, until it is dropped.
pub(super) struct Place {
    shared: Arc<Shared>,
    connection: Arc<Connection>,
}

impl Shared {
    pub(super) fn new(door: Door, upstream: SocketAddr, tap: Arc<dyn Tap>) -> Self {
        let (weather, counts) = (watch::Sender::new(Weather::default()), Counts::default());
        let (broken, knocks, register) = Default::default();
        Self { tap, weather, door, counts, upstream: Mutex::new(upstream), broken, knocks, register }
    }

    pub(super) fn upstream(&self) -> SocketAddr {
        *self.upstream.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn lead_to(&self, upstream: SocketAddr) {
        *self.upstream.lock().unwrap_or_else(PoisonError::into_inner) = upstream;
    }

    pub(super) fn limit(&self, per_address_max: Option<usize>) {
        self.register().per_address_max = per_address_max;
    }

    pub(super) fn spend(&self, budget: Budget) {
        self.register().budget = Some(budget);
    }

    /// Somebody knocks, and is let in or not.
    pub(super) fn knock(&self) {
        self.knocks.lock().unwrap_or_else(PoisonError::into_inner).knock(Instant::now());
    }

    /// The most who knocked together, since this was last asked.
    pub(super) fn take_knocks(&self) -> usize {
        self.knocks.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(super) fn open(&self) -> usize {
        self.register().open.len()
    }

    /// Does something with each open connection and counts those with which it was done.
    pub(super) fn each(&self, command: impl Fn(&Connection) -> bool) -> usize {
        self.register().open.values().filter(|connection| command(connection)).count()
    }

    /// From now on nobody is let in; or somebody is again.
    pub(super) fn shut(&self, shut: bool) {
        self.register().shut = shut;
    }

    /// The last break.
    pub(super) fn broken(&self) -> Option<Break> {
        *self.broken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It has just been broken.
    pub(super) fn broke(&self, how: Break) {
        *self.broken.lock().unwrap_or_else(PoisonError::into_inner) = Some(how);
        // Those that it waits for may have gone meanwhile.
        self.went();
    }

    /// The line is whole again.
    pub(super) fn whole(&self) {
        let mut broken = self.broken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(broken) = broken.as_mut() {
            broken.until_us.get_or_insert_with(|| self.tap.now_us());
        }
    }

    /// A connection is gone, or has had the bytes behind which it is cut.
    pub(super) fn went(&self) {
        if self.broken().is_some_and(|broken| broken.awaits_bytes())
            && self.each(Connection::awaits_its_end) == 0
        {
            self.whole();
        }
    }

    /// The permit, if there is a budget, is for as long as the connection has files: longer than its place.
    fn enter(self: &Arc<Self>, peer: IpAddr) -> Option<(Place, Option<Permit>)> {
        let mut register = self.register();
        let crowded = register.per_address_max.is_some_and(|most| {
            let same = register.open.values().filter(|connection| connection.peer() == peer);
            !peer.is_loopback() && same.count() >= most
        });
        if register.shut || crowded || register.open.len() >= CONNECTIONS_MAX {
            return None;
        }
        let permit = match &register.budget {
            Some(budget) => Some(budget.take(peer)?),
            None => None,
        };
        let number = register.next;
        let connection = Arc::new(Connection::new(number, peer));
        register.next += 1;
        register.open.insert(number, Arc::clone(&connection));
        drop(register);
        Some((Place { shared: Arc::clone(self), connection }, permit))
    }

    fn register(&self) -> MutexGuard<'_, Register> {
        self.register.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(super) fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.shared.register().open.remove(&self.connection.number());
        self.shared.went();
    }
}

/// Lets connections in until the door is shut.
pub(super) async fn accept(shared: Arc<Shared>) {
    while let Some(accepted) = poll_fn(|cx| shared.door.poll_accept(cx)).await {
        match accepted {
            Ok((client, peer)) => let_in(&shared, client, peer),
            // Either that one connection is gone already, or there is no file for it: then it waits.
            Err(_) => tokio::time::sleep(EXHAUSTED_PAUSE).await,
        }
    }
}

fn let_in(shared: &Arc<Shared>, client: TcpStream, peer: SocketAddr) {
    shared.knock();
    let entered = shared.enter(peer.ip().to_canonical());
    match (prepare(&client), entered) {
        (Ok(()), Some((place, permit))) => {
            shared.counts.accepted.fetch_add(1, Relaxed);
            tokio::spawn(async move {
                relay(client, place).await;
                drop(permit);
            });
        }
        (Ok(()), None) => {
            shared.counts.refused.fetch_add(1, Relaxed);
            reset(client);
        }
        // It is gone already.
        (Err(_), _) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::weather::Passed;

    struct Deaf;

    impl Tap for Deaf {
        fn now_us(&self) -> u64 {
            0
        }

        fn wants(&self, _connection: u64, _peer: IpAddr, _target: &str) -> bool {
            false
        }

        fn passed(&self, _passed: Passed) {}
    }

    #[tokio::test]
    async fn an_address_has_its_limit_and_this_machine_has_none() {
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let shared = Arc::new(Shared::new(Door::open(anywhere).unwrap(), anywhere, Arc::new(Deaf)));
        let enters = |last| shared.enter(Ipv4Addr::new(192, 0, 2, last).into());
        let _unlimited = (enters(1), enters(1), enters(1));
        shared.limit(Some(2));
        let first = enters(7).unwrap();
        let _second = enters(7).unwrap();
        assert!(enters(7).is_none() && enters(8).is_some());
        drop(first);
        let third = enters(7);
        assert!(third.is_some(), "who goes makes room");
        let many: Vec<_> = (0..9).filter_map(|_| shared.enter(Ipv4Addr::LOCALHOST.into())).collect();
        assert_eq!((many.len(), shared.open()), (9, 14));
    }

    #[tokio::test]
    async fn roads_of_one_budget_share_it() {
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let budget = Budget::new(4);
        let road = || {
            let shared = Arc::new(Shared::new(Door::open(anywhere).unwrap(), anywhere, Arc::new(Deaf)));
            shared.spend(budget.clone());
            shared
        };
        let (one, other) = (road(), road());
        let enters = |shared: &Arc<Shared>, last| shared.enter(Ipv4Addr::new(192, 0, 2, last).into());
        let (_first, second, _third) = (enters(&one, 1), enters(&one, 2), enters(&other, 3));
        assert!(enters(&one, 4).is_none() && enters(&other, 4).is_none() && one.open() == 2);
        assert!(other.enter(Ipv4Addr::LOCALHOST.into()).is_some(), "the last one is this machine's");
        let (place, permit) = second.unwrap();
        drop(place);
        assert!(enters(&other, 4).is_none(), "its file is still open");
        drop(permit);
        assert!(enters(&other, 4).is_some());
    }

    #[tokio::test]
    async fn a_connection_that_comes_while_it_shuts_is_not_let_in() {
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let shared = Arc::new(Shared::new(Door::open(anywhere).unwrap(), anywhere, Arc::new(Deaf)));
        shared.shut(true);
        assert!(shared.enter(Ipv4Addr::LOCALHOST.into()).is_none());
        shared.shut(false);
        assert!(shared.enter(Ipv4Addr::LOCALHOST.into()).is_some());
    }
}

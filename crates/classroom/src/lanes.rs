//! The four lanes together: one market for all, at one instant.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use feed::{BadMarket, Market};
use tokio::sync::watch;
use transport::{Problem, Site};
use wire::{Break, Budget, Cut, Proxy, Weather};

use crate::calendar::Calendar;
use crate::cost::Cost;
use crate::error::Error;
use crate::extra::{Crowd, Extra};
use crate::lane::{Lane, Order, Plan, first};
use crate::marks::Marks;
use crate::news::News;
use crate::range;
use crate::server::{Recipe, Server};
use crate::standing::Standing;
use crate::stray::Stray;
use crate::way::{LANES, Ways, names};

/// How far ahead a change of the market is announced to all: every lane needs 500 ms of them.
const NOTICE_US: u64 = 1_500_000;
/// Connections of one address on one road; loopback is exempt.
const PER_ADDRESS: usize = 200;
/// Files beside those of the crowds: the page, its visitors, and what a lane keeps for itself.
const FILES_BESIDE: u64 = 2_048;
/// Files that are used at most: for two thousand subscribers on each lane, and a class.
const FILES_MAX: u64 = 20_000;

/// The lanes of a class.
#[derive(Debug)]
pub(crate) struct Lanes {
    lanes: Vec<One>,
    calendar: Arc<Calendar>,
    recipe: Arc<Recipe>,
    site: Site,
    news: News,
    leave_dead: watch::Sender<bool>,
    /// One change of the market, or of a crowd, at a time.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct One {
    way: &'static str,
    lane: Lane,
    proxy: Arc<Proxy>,
    crowd: Mutex<Crowd>,
}

/// What is told of one lane.
pub(crate) struct Told {
    pub(crate) way: &'static str,
    pub(crate) port: u16,
    pub(crate) standing: Standing,
    pub(crate) weather: Weather,
    pub(crate) last_break: Option<Break>,
    pub(crate) extra: Extra,
}

impl Lanes {
    /// Starts the four processes, and opens the roads to them at the address of the page: at the four ports after its
    /// own where they are free.
    ///
    /// # Errors
    /// When one of them does not come up, or there is no port.
    pub(crate) async fn open(
        listen: SocketAddr,
        recipe: Recipe,
        site: Site,
        market: Market,
        marks: &Arc<Marks>,
        news: News,
    ) -> Result<Self, Error> {
        let (recipe, clock) = (Arc::new(recipe), site.clock().clone());
        let calendar = Arc::new(Calendar::new(market, clock.clone()));
        let leave_dead = watch::Sender::new(false);
        let plan = |way| Plan {
            way,
            recipe: Arc::clone(&recipe),
            calendar: Arc::clone(&calendar),
            leave_dead: leave_dead.subscribe(),
            clock: clock.clone(),
            news: news.clone(),
        };
        let [a, b, c, d] = names().map(plan);
        let servers = tokio::try_join!(first(&a), first(&b), first(&c), first(&d))?;
        let servers: [Server; LANES] = servers.into();
        let mut lanes = Vec::with_capacity(LANES);
        let budget = Budget::new(connections(compare::allow_files(FILES_MAX).err().unwrap_or(FILES_MAX)));
        for (place, (plan, server)) in [a, b, c, d].into_iter().zip(servers).enumerate() {
            let proxy = Arc::new(road(listen, place, &server, marks).await?);
            proxy.per_address_max(Some(PER_ADDRESS));
            proxy.share(&budget);
            let way = plan.way;
            let lane = Lane::run(plan, server, Arc::clone(&proxy));
            lanes.push(One { way, lane, proxy, crowd: Mutex::default() });
        }
        Ok(Self { lanes, calendar, recipe, site, news, leave_dead, turn: tokio::sync::Mutex::default() })
    }

    /// The ports of the roads, in the order of the ways.
    pub(crate) fn ports(&self) -> Vec<(&'static str, u16)> {
        self.lanes.iter().map(|one| (one.way, one.proxy.address().port())).collect()
    }

    fn of(&self, ways: Ways) -> impl Iterator<Item = &One> {
        ways.places().filter_map(|place| self.lanes.get(place))
    }

    pub(crate) fn set_weather(&self, ways: Ways, weather: &Weather) {
        self.of(ways).for_each(|one| one.proxy.set(weather.clone()));
        self.news.changed();
    }

    /// Returns how many connections it is about.
    pub(crate) fn cut(&self, ways: Ways, cut: Cut) -> usize {
        let connections = self.of(ways).map(|one| one.proxy.cut(cut)).sum();
        self.news.changed();
        connections
    }

    /// Ends a cut that still stands; where none does, nothing happens.
    pub(crate) fn mend(&self, ways: Ways) {
        for one in self.of(ways) {
            one.proxy.mend();
        }
        self.news.changed();
    }

    /// Returns how many connections it is about.
    pub(crate) fn half_open(&self, ways: Ways) -> usize {
        let connections = self.of(ways).map(|one| one.proxy.half_open()).sum();
        self.news.changed();
        connections
    }

    pub(crate) fn set_leave_dead(&self, on: bool) {
        self.leave_dead.send_replace(on);
        self.news.changed();
    }

    /// # Errors
    /// 503 when a lane has too many orders already.
    pub(crate) fn order(&self, ways: Ways, order: fn() -> Order) -> Result<(), Problem> {
        // Every lane gets it, also behind one that cannot take it.
        let refused: Vec<_> =
            self.of(ways).filter(|one| !one.lane.order(order())).map(|one| one.way).collect();
        if refused.is_empty() {
            return Ok(());
        }
        let title = format!("{} has too many orders waiting", refused.join(", "));
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Err(Problem::new(status, title, "wait until it has done what it was told").retry_after(2))
    }

    /// Another market for the page and all lanes, at one instant. A lane that cannot be told starts again with it.
    ///
    /// # Errors
    /// 400 when it is out of range.
    pub(crate) async fn change(&self, rate: Option<f64>, symbols: Option<u32>) -> Result<Market, Problem> {
        let _turn = self.turn.lock().await;
        let before = self.calendar.last();
        let symbols = symbols.or_else(|| u32::try_from(before.symbols().len()).ok()).unwrap_or_default();
        let market = Market::new(before.seed(), rate.unwrap_or(before.rate()), symbols, before.start_us());
        let market = market.map_err(|error| match error {
            BadMarket::Rate(_) => range::bad_rate(),
            BadMarket::Symbols(_) => range::bad_symbols(),
        })?;
        let at_us = self.site.clock().now_us() + NOTICE_US;
        let next = self.site.feeds().ticker().change_at(&market, at_us).map_err(|error| {
            let title = "the clock of this machine jumped";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, title, error.to_string()).retry_after(1)
        })?;
        // Before the lanes are asked who is there: one that starts meanwhile finds it.
        self.calendar.announce(next.clone());
        let told = self.lanes.iter().map(|one| {
            let next = &next;
            async move {
                let door = one.lane.standing.borrow().door.clone();
                let Some(Err(error)) = (match &door {
                    Some(door) => Some(door.announce(next).await),
                    None => None,
                }) else {
                    return;
                };
                tracing::warn!("the lane {} starts again with the other market: {error}", one.way);
                // With too many orders before it, it is busy with starting anyway.
                one.lane.order(Order::Restart);
            }
        });
        futures_util::future::join_all(told).await;
        self.news.changed();
        Ok(next)
    }

    /// After the clock of this machine has fallen back by more than the feeds wait for, the page and every lane are in
    /// epochs of their own. Then those lanes that run start again, with the market of the page.
    pub(crate) fn follow_clock(&self) {
        let ticker = self.site.feeds().ticker();
        let fell = ticker.feed().market().is_some_and(|market| self.calendar.follow(&market, ticker.next()));
        if !fell {
            return;
        }
        tracing::warn!(
            "the clock of this machine fell back: the lanes start again, in the epoch of the page"
        );
        for one in &self.lanes {
            if one.lane.standing.borrow().pid.is_some() {
                // With too many orders before it, it is busy with starting anyway.
                one.lane.order(Order::Restart);
            }
        }
        self.news.changed();
    }

    /// The lanes that tell another market than the one of this instant, each with its process. Those that say nothing are
    /// not meant.
    pub(crate) async fn strays(&self) -> Vec<Stray> {
        let epoch = || self.calendar.read().0.epoch();
        let ours = epoch();
        let asked = self.lanes.iter().map(async |one| {
            let (pid, door) = {
                let standing = one.lane.standing.borrow();
                (standing.pid?, standing.door.clone()?)
            };
            let told = door.epoch().await?;
            (told != ours.as_str()).then_some(Stray { way: one.way, pid })
        });
        let strays = futures_util::future::join_all(asked).await;
        // If another one has begun meanwhile, some were asked before it and some after.
        if epoch() == ours { strays.into_iter().flatten().collect() } else { Vec::new() }
    }

    /// Starts a lane again, if that process is still its own.
    pub(crate) fn bring_back(&self, stray: Stray) {
        let own = |one: &&One| one.way == stray.way && one.lane.standing.borrow().pid == Some(stray.pid);
        if let Some(one) = self.lanes.iter().find(own) {
            tracing::warn!("the lane {} starts again: it has another market than the class", one.way);
            // With too many orders before it, it is busy with starting anyway.
            one.lane.order(Order::Restart);
        }
    }

    /// Brings further subscribers, or sends them away.
    ///
    /// # Errors
    /// 503 when this machine has not enough open files for so many, or the generator does not start.
    pub(crate) async fn bring(&self, ways: Ways, extra: Extra) -> Result<(), Problem> {
        let _turn = self.turn.lock().await;
        self.have_files_for(ways, extra)?;
        let market = self.calendar.last();
        for one in self.of(ways) {
            if one.crowd().extra() == extra {
                continue;
            }
            // First those who were there go.
            drop(one.set_crowd(Crowd::default()));
            self.news.changed();
            let address = within_reach(one.proxy.address());
            // Where they do not come by loopback they come from one address.
            one.proxy.per_address_max(Some(PER_ADDRESS + extra.count as usize));
            let (program, news) = (&self.recipe.program, self.news.clone());
            let crowd = Crowd::bring(extra, one.way, address.to_string(), &market, program, news).await;
            drop(one.set_crowd(crowd.map_err(|error| {
                let title = "the extra subscribers did not start";
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, title, error.to_string())
            })?));
            // Told lane by lane: also those before one whose generator does not start.
            self.news.changed();
        }
        Ok(())
    }

    /// Each subscriber is a file of its generator and of its server, and two on the road between them, which is here.
    fn have_files_for(&self, ways: Ways, extra: Extra) -> Result<(), Problem> {
        let changed: Vec<_> = ways.names();
        let stays = self.lanes.iter().filter(|one| !changed.contains(&one.way));
        let crowd: u64 = stays.map(|one| u64::from(one.crowd().extra().count)).sum();
        let crowd = crowd + changed.len() as u64 * u64::from(extra.count);
        let needed = 2 * crowd + FILES_BESIDE;
        if crowd == 0 {
            return Ok(());
        }
        compare::allow_files(needed).map_err(|allowed| {
            let detail = format!(
                "{crowd} subscribers need {needed} open files, and this shell allows {allowed}; start the classroom \
                 after `ulimit -n {needed}`, or take fewer"
            );
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "there are not enough open files", detail)
        })
    }

    pub(crate) fn told(&self) -> impl Iterator<Item = Told> {
        self.lanes.iter().map(|one| Told {
            way: one.way,
            port: one.proxy.address().port(),
            standing: one.lane.standing.borrow().clone(),
            weather: one.proxy.weather(),
            last_break: one.proxy.last_break(),
            extra: one.crowd().extra(),
        })
    }

    /// What broke each lane last.
    pub(crate) fn breaks(&self) -> Vec<Option<Break>> {
        self.lanes.iter().map(|one| one.proxy.last_break()).collect()
    }

    pub(crate) fn leaves_dead(&self) -> bool {
        *self.leave_dead.borrow()
    }

    /// The market of this instant, and the one that is announced.
    pub(crate) fn markets(&self) -> (Market, Option<Market>) {
        self.calendar.read()
    }

    /// What each lane costs, by its name. Reads files: not for a task that others wait for.
    pub(crate) fn costs(&self) -> BTreeMap<&'static str, Cost> {
        let cost = |one: &One| Cost::of(one.lane.standing.borrow().pid, &one.proxy);
        self.lanes.iter().map(|one| (one.way, cost(one))).collect()
    }

    /// How many came together while nobody looked is old when somebody does.
    pub(crate) fn forget_knocks(&self) {
        for one in &self.lanes {
            one.proxy.take_knocks_max();
        }
    }

    /// Ends everything in good order, and returns when nothing is left.
    pub(crate) async fn over(&self) {
        for one in &self.lanes {
            drop(one.set_crowd(Crowd::default()));
        }
        futures_util::future::join_all(self.lanes.iter().map(|one| one.lane.over())).await;
    }
}

impl One {
    fn crowd(&self) -> std::sync::MutexGuard<'_, Crowd> {
        self.crowd.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_crowd(&self, crowd: Crowd) -> Crowd {
        std::mem::replace(&mut *self.crowd(), crowd)
    }
}

/// How many connections the roads may have together, each of two files, so that the page always has files of its own:
/// of few files half.
fn connections(files: u64) -> usize {
    usize::try_from((files - FILES_BESIDE.min(files / 2)) / 2).unwrap_or(usize::MAX)
}

/// The road to a server: at its port after the page's, which a firewall is opened for most easily, or at any.
async fn road(listen: SocketAddr, place: usize, server: &Server, marks: &Arc<Marks>) -> Result<Proxy, Error> {
    let after = u16::try_from(place + 1).ok().and_then(|places| listen.port().checked_add(places));
    let wished = SocketAddr::new(listen.ip(), after.unwrap_or(0));
    let upstream = server.door.address;
    if let Ok(proxy) = Proxy::open(wished, upstream, marks.tap(place)).await {
        return Ok(proxy);
    }
    let any = SocketAddr::new(listen.ip(), 0);
    Proxy::open(any, upstream, marks.tap(place)).await.map_err(|why| Error::Port { ip: listen.ip(), why })
}

/// An address at which this machine reaches itself.
fn within_reach(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(any) if any.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(any) if any.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        one => one,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roads_leave_files_to_the_page_and_have_room_for_the_crowds() {
        assert!(connections(FILES_MAX) >= LANES * 2_000, "two thousand subscribers on each lane");
        assert_eq!(connections(4_096), 1_024);
        assert_eq!(connections(1_024), 256);
    }
}

//! One lane: a process that is started again when it ends, and the road to it.
//!
//! ```text
//! starting -> up -> down -> starting ...
//!              \-> draining (deploy) -> starting
//! ```
//!
//! While no process listens the road is shut: whoever connects is refused by the kernel, as at a server that is gone.
//! What a process said before its end still arrives, however slow the road is.

use std::io;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use compare::Guarded;
use feed::{Clock, Market};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep, sleep_until};
use wire::{Proxy, Weather};

use crate::calendar::Calendar;
use crate::news::News;
use crate::server::{Door, Recipe, Server, exit, listening, spawn};
use crate::standing::{Standing, State, Why};

/// From the end of a process to the start of the next one.
const REST: Duration = Duration::from_secs(2);
/// From the wish to end to the end by force: more than the 5 s that a server takes to drain.
const DRAIN: Duration = Duration::from_secs(8);
/// From when the last bytes of a process should have arrived to when what is still open is cut.
const CLEAR: Duration = Duration::from_secs(2);
/// From look to look whether a road is empty.
const LOOK: Duration = Duration::from_millis(10);
/// Orders that wait. The presenter's hand is slower; who is beyond it is told so.
const ORDERS: usize = 16;

/// What can be asked of a lane.
#[derive(Debug)]
pub(crate) enum Order {
    /// End the process without a word. It comes again after [`REST`], unless the dead are left.
    Kill,
    /// Start now; a process that runs is ended without a word.
    Restart,
    /// End the process in good order, and start another one.
    Deploy,
    /// The class is over: end in good order, and tell when that is done.
    Over(oneshot::Sender<()>),
}

/// What a lane is run with.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) way: &'static str,
    pub(crate) recipe: Arc<Recipe>,
    pub(crate) calendar: Arc<Calendar>,
    pub(crate) leave_dead: watch::Receiver<bool>,
    pub(crate) clock: Clock,
    pub(crate) news: News,
}

/// The hand of a lane.
#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) standing: watch::Receiver<Standing>,
    orders: mpsc::Sender<Order>,
}

/// What comes after a process has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    Start,
    Rest,
    Over,
}

impl After {
    /// The last order counts, but nothing comes after the class.
    fn or(self, later: Self) -> Self {
        if self == Self::Over { self } else { later }
    }
}

/// The task behind it.
struct Runner {
    plan: Plan,
    proxy: Arc<Proxy>,
    standing: watch::Sender<Standing>,
    orders: mpsc::Receiver<Order>,
    over: Option<oneshot::Sender<()>>,
    /// When the road is empty at the latest: what the last process said has arrived by then.
    clear_at: Instant,
}

/// Starts the first process of a lane.
///
/// # Errors
/// When it does not come up, with what it said.
pub(crate) async fn first(plan: &Plan) -> Result<Server, compare::Error> {
    let mut process = spawn(&plan.recipe, plan.way, &plan.calendar.to_start_with().await)?;
    match listening(&mut process).await {
        Some(door) => Ok(Server { process, door }),
        None => Err(process.failed().await),
    }
}

impl Lane {
    /// Runs a lane whose first process is up behind `proxy`, until it is told that the class is over.
    pub(crate) fn run(plan: Plan, first: Server, proxy: Arc<Proxy>) -> Self {
        let (orders, incoming) = mpsc::channel(ORDERS);
        let standing = Standing {
            state: State::Up,
            pid: Some(first.process.pid()),
            exit: None,
            since_us: plan.clock.now_us(),
            last_away: None,
            door: Some(first.door.clone()),
        };
        let standing = watch::Sender::new(standing);
        let hand = Self { standing: standing.subscribe(), orders };
        let runner = Runner { plan, proxy, standing, orders: incoming, over: None, clear_at: Instant::now() };
        tokio::spawn(runner.run(first));
        hand
    }

    /// Gives an order; false when too many wait.
    pub(crate) fn order(&self, order: Order) -> bool {
        self.orders.try_send(order).is_ok()
    }

    /// Ends it in good order, and returns when nothing is left of it.
    pub(crate) async fn over(&self) {
        let (tell, told) = oneshot::channel();
        // Both fail when the runner has gone, which is as good.
        if self.orders.send(Order::Over(tell)).await.is_ok() {
            told.await.unwrap_or_default();
        }
    }
}

impl Runner {
    async fn run(mut self, first: Server) {
        let mut next = Some(first);
        loop {
            let after = match next.take() {
                Some(server) => self.serve(server.process).await,
                None => match self.start().await {
                    Ok(server) => {
                        next = Some(server);
                        continue;
                    }
                    Err(after) => after,
                },
            };
            match after {
                After::Start => {}
                After::Rest => {
                    if !self.rest().await {
                        break;
                    }
                }
                After::Over => break,
            }
        }
        while self.proxy.tally().open > 0 && Instant::now() < self.clear_at {
            sleep(LOOK).await;
        }
        self.proxy.close();
        if let Some(over) = self.over.take() {
            // Whoever asked does not wait any more.
            over.send(()).unwrap_or_default();
        }
    }

    fn set(&self, change: impl FnOnce(&mut Standing)) {
        self.standing.send_modify(change);
        self.plan.news.changed();
    }

    /// The same in another state; `why` says why a process that served until now has gone.
    fn turn(&self, state: State, why: Why, change: impl FnOnce(&mut Standing)) {
        let at_us = self.plan.clock.now_us();
        self.set(|standing| {
            standing.turn(state, why, at_us);
            change(standing);
        });
    }

    fn down(&self, exit: String) -> After {
        tracing::warn!("the lane {} is down: {exit}", self.plan.way);
        self.turn(State::Down, Why::Kill, |standing| {
            (standing.pid, standing.door, standing.exit) = (None, None, Some(exit));
        });
        After::Rest
    }

    /// From nothing to a process that listens and a road that leads to it.
    async fn start(&mut self) -> Result<Server, After> {
        self.turn(State::Starting, Why::Restart, |_| {});
        let market = self.market().await?;
        let mut process =
            spawn(&self.plan.recipe, self.plan.way, &market).map_err(|error| self.down(error.to_string()))?;
        self.set(|standing| standing.pid = Some(process.pid()));
        let mut killed = false;
        let door = loop {
            tokio::select! {
                door = listening(&mut process) => break door,
                order = self.orders.recv() => match order {
                    Some(Order::Kill) => {
                        killed = true;
                        // It fails when the process has just ended by itself.
                        process.kill().unwrap_or_default();
                    }
                    // It is starting.
                    Some(Order::Restart | Order::Deploy) => {}
                    Some(Order::Over(tell)) => {
                        self.over = Some(tell);
                        return Err(After::Over);
                    }
                    None => return Err(After::Over),
                }
            }
        };
        let Some(door) = door else {
            // Said nothing for too long, or ended: then this changes nothing.
            process.kill().unwrap_or_default();
            let (way, exit) = (self.plan.way, word(process.ended().await));
            if killed {
                tracing::info!("the lane {way} was killed while it started");
            } else {
                tracing::error!("the lane {way} did not come up: {exit}, {}", said(&process.last_words()));
            }
            return Err(self.down(exit));
        };
        // First known, then caught up: whoever announces another market in between finds this lane.
        self.set(|standing| standing.door = Some(door.clone()));
        if let Err(error) = self.catch_up(&door, &market).await {
            tracing::warn!("the lane {} starts again with the other market: {error}", self.plan.way);
            process.end().await;
            return Err(After::Start);
        }
        if let Err(error) = self.proxy.reopen(door.address).await {
            process.end().await;
            return Err(self.down(format!("port {}: {error}", self.proxy.address().port())));
        }
        self.turn(State::Up, Why::Restart, |standing| standing.exit = None);
        Ok(Server { process, door })
    }

    /// The market for the next process, as soon as one can start with it. Orders are heard meanwhile: an announced market
    /// may be hours away, if the clock of this machine was set back.
    async fn market(&mut self) -> Result<Market, After> {
        let calendar = Arc::clone(&self.plan.calendar);
        let market = calendar.to_start_with();
        tokio::pin!(market);
        loop {
            tokio::select! {
                market = &mut market => return Ok(market),
                order = self.orders.recv() => match order {
                    // There is no process that could be ended.
                    Some(Order::Kill) => {
                        self.turn(State::Down, Why::Kill, |_| {});
                        return Err(After::Rest);
                    }
                    Some(Order::Restart | Order::Deploy) => {}
                    Some(Order::Over(tell)) => {
                        self.over = Some(tell);
                        return Err(After::Over);
                    }
                    None => return Err(After::Over),
                }
            }
        }
    }

    /// A change that was announced while the process started reached every lane but this one.
    async fn catch_up(&self, door: &Door, started: &Market) -> Result<(), String> {
        let last = self.plan.calendar.last();
        if last.epoch() == started.epoch() { Ok(()) } else { door.announce(&last).await }
    }

    /// From a process that listens to its end.
    async fn serve(&mut self, mut process: Guarded) -> After {
        let (mut after, mut patience) = (After::Rest, None);
        let status = loop {
            let late = async { sleep_until(patience.unwrap_or_else(Instant::now)).await };
            // Kills and wishes fail when the process has just ended by itself: the next turn says so.
            tokio::select! {
                status = process.ended() => break status,
                () = late, if patience.is_some() => {
                    patience = Some(Instant::now() + DRAIN);
                    process.kill().unwrap_or_default();
                }
                order = self.orders.recv() => match order {
                    Some(Order::Kill) => {
                        after = after.or(After::Rest);
                        process.kill().unwrap_or_default();
                    }
                    Some(Order::Restart) => {
                        after = after.or(After::Start);
                        process.kill().unwrap_or_default();
                    }
                    // Asked twice, a server ends at once: once it drains, what follows is only noted.
                    Some(Order::Deploy) => {
                        after = after.or(After::Start);
                        patience = patience.or_else(|| Some(self.drain(&mut process)));
                    }
                    Some(Order::Over(tell)) => {
                        (after, self.over) = (After::Over, Some(tell));
                        patience = patience.or_else(|| Some(self.drain(&mut process)));
                    }
                    // Nobody holds the hand any more.
                    None => return After::Over,
                }
            }
        };
        self.leave();
        let exit = word(status);
        match after {
            After::Rest => self.down(exit),
            other => {
                let state = if other == After::Start { State::Starting } else { State::Down };
                self.turn(state, Why::Restart, |standing| {
                    (standing.pid, standing.door, standing.exit) = (None, None, Some(exit));
                });
                other
            }
        }
    }

    /// The process has gone: nobody is let in, and what it said last has time to arrive.
    fn leave(&mut self) {
        let Weather { delay_ms, jitter_ms, .. } = self.proxy.weather();
        let last = Duration::from_millis(u64::from(delay_ms) + u64::from(jitter_ms)) + CLEAR;
        self.proxy.fade(last);
        self.clear_at = Instant::now() + last;
    }

    /// Asks the process to end, and returns when to lose patience. What is open ends in its own time.
    fn drain(&self, process: &mut Guarded) -> Instant {
        self.turn(State::Draining, Why::Deploy, |standing| standing.door = None);
        self.proxy.shut();
        process.ask_to_end().unwrap_or_default();
        Instant::now() + DRAIN
    }

    /// Waits for the next start; false when there will be none.
    async fn rest(&mut self) -> bool {
        let begun = Instant::now();
        loop {
            let left_dead = *self.plan.leave_dead.borrow_and_update();
            tokio::select! {
                () = sleep_until(begun + REST), if !left_dead => return true,
                Ok(()) = self.plan.leave_dead.changed() => {}
                order = self.orders.recv() => match order {
                    Some(Order::Restart | Order::Deploy) => return true,
                    // It is dead already.
                    Some(Order::Kill) => {}
                    Some(Order::Over(tell)) => {
                        self.over = Some(tell);
                        return false;
                    }
                    None => return false,
                }
            }
        }
    }
}

fn word(status: io::Result<ExitStatus>) -> String {
    status.map_or_else(|error| error.to_string(), exit)
}

/// What a process said, for the end of a sentence.
fn said(words: &str) -> String {
    if words.is_empty() { "and it said nothing".to_owned() } else { format!("and it said: {words}") }
}

#[cfg(test)]
mod tests;

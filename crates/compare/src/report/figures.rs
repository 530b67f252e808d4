//! The catalogue of figures: what each is called, what it means, how it is made from one round, and which marks of a
//! round refuse it. Nothing is 0 because it is missing.

use measure::Sample;
use serde::Serialize;

use super::lang::Words;
use crate::{Mark, Polls, Round};

/// One figure of the catalogue.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// Its name in a view.
    pub id: &'static str,
    /// Its unit: `count`, `ms`, `s`, `us`, `%`, `B` or `KiB`.
    pub unit: &'static str,
    /// What it is called.
    pub title: Words,
    /// What it means and where it comes from.
    pub means: Words,
    /// What it is about.
    pub group: Group,
    /// What less of it is called when two runs are compared; none where less is neither good nor bad.
    #[serde(skip)]
    pub less: Option<Less>,
    #[serde(skip)]
    refused_by: &'static [Mark],
    #[serde(skip)]
    of: fn(&Round) -> Result<f64, Why>,
}

/// What a figure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// How long something takes, or how old it is.
    Time,
    /// CPU and memory.
    Cost,
    /// Connections, requests and bytes.
    Traffic,
    /// What never came.
    Loss,
}

/// What less of a figure is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Less {
    /// Of times.
    Faster,
    /// Of ages.
    Fresher,
    /// Of costs and bytes.
    Lighter,
    /// Of losses.
    LosesLess,
}

/// Why a round does not give a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The round has a mark that refuses it.
    Marked(Mark),
    /// The round ended before its window did.
    Unfinished,
    /// The system does not tell.
    NotTold,
    /// Nobody came.
    NobodyOpened,
    /// Nothing arrived.
    NothingArrived,
    /// A symbol was never shown.
    NeverShown,
    /// The way makes no requests while it delivers.
    NoRequests,
    /// Nothing stood between server and clients.
    NoFront,
    /// What else the machine did in its kernel was larger than the figure.
    Noise,
}

impl Figure {
    /// What `round` says.
    ///
    /// # Errors
    /// Why it says nothing.
    pub fn of(&self, round: &Round) -> Result<f64, Why> {
        if let Some(mark) = round.marks.iter().find(|mark| self.refused_by.contains(mark)) {
            return Err(Why::Marked(*mark));
        }
        if round.heard.window_s <= 0.0 {
            return Err(Why::Unfinished);
        }
        (self.of)(round)
    }

    /// What the rounds of one cell say, without those that say nothing.
    ///
    /// # Errors
    /// Why there is no figure: no round says anything, or noise that outweighs it in one round is in the others too.
    pub(crate) fn over<'a>(&self, rounds: impl IntoIterator<Item = &'a Round>) -> Result<Vec<f64>, Vec<Why>> {
        let (mut values, mut whys) = (Vec::new(), Vec::new());
        for round in rounds {
            match self.of(round) {
                Ok(value) => values.push(value),
                Err(Why::Noise) => return Err(vec![Why::Noise]),
                Err(why) => whys.push(why),
            }
        }
        if values.is_empty() { Err(whys) } else { Ok(values) }
    }
}

/// Whether a round gives times and costs at all.
#[must_use]
pub fn usable(round: &Round) -> bool {
    round.heard.window_s > 0.0 && !round.marks.iter().copied().any(refuses)
}

/// Whether a mark refuses times and costs.
#[must_use]
pub fn refuses(mark: Mark) -> bool {
    LOAD.contains(&mark)
}

/// Counts are what they are, whatever else went wrong.
const COUNT: &[Mark] = &[];
/// What the generator says of itself is the evidence for its mark.
const OWN: &[Mark] = &[Mark::ServerDied];
/// Bytes and requests of an update stay what they are under a load that was not the planned one.
const TRAFFIC: &[Mark] = &[Mark::ServerDied];
/// Times as well, and a generator that was late adds its own to them.
const TIMES: &[Mark] = &[Mark::ServerDied, Mark::GeneratorSaturated, Mark::GeneratorLate, Mark::OffSchedule];
/// Costs and losses belong to a load: it must have been the planned one, and the server its limit.
const LOAD: &[Mark] = &[Mark::ServerDied, Mark::GeneratorSaturated, Mark::OffSchedule];

type Of = fn(&Round) -> Result<f64, Why>;

fn figure(id: &'static str, unit: &'static str, group: Group, refused_by: &'static [Mark], of: Of) -> Figure {
    let (title, means) = super::meanings::of(id);
    let less = less(id, group);
    Figure { id, unit, title, means, group, less, refused_by, of }
}

/// All figures, in the order in which tables show them.
#[must_use]
#[rustfmt::skip]
pub fn catalogue() -> Vec<Figure> {
    use Group::{Cost, Loss, Time, Traffic};
    vec![
        figure("opened", "count", Traffic, COUNT, |round| Ok(round.heard.opened.into())),
        figure("held", "count", Traffic, COUNT, |round| Ok(round.heard.held.into())),
        figure("handshake_p50", "ms", Time, TIMES, |round| ms(round.heard.handshake_us.at(0.5), Why::NobodyOpened)),
        figure("handshake_p99", "ms", Time, TIMES, |round| ms(round.heard.handshake_us.at(0.99), Why::NobodyOpened)),
        figure("latency_p50", "ms", Time, TIMES, |round| latency(round, 0.5)),
        figure("latency_p99", "ms", Time, TIMES, |round| latency(round, 0.99)),
        figure("latency_p999", "ms", Time, TIMES, |round| latency(round, 0.999)),
        figure("latency_max", "ms", Time, TIMES, |round| ms(round.heard.latency_us.max(), Why::NothingArrived)),
        figure("staleness", "s", Time, TIMES, staleness),
        figure("staleness_own", "s", Time, TIMES, |round| Ok(staleness(round)? - round.heard.staleness_ideal_s)),
        figure("never_seen", "%", Loss, LOAD, never_seen),
        figure("requests_per_update", "count", Traffic, TRAFFIC, |round| per_update(round, round.heard.requests)),
        figure("connections_per_100_requests", "count", Traffic, TRAFFIC, connections_per_100_requests),
        figure("cpu_per_update", "us", Cost, LOAD, |round| per_update(round, told(round.server.window.cpu_us)?)),
        figure("cpu_per_client", "us", Cost, LOAD, |round| per_client(round, told(round.server.window.cpu_us)?)),
        figure("cpu_core", "%", Cost, LOAD, |round| core(round, round.server.window.cpu_us)),
        figure("user_share", "%", Cost, LOAD, user_share),
        figure("memory_user", "KiB", Cost, LOAD, memory_user),
        figure("memory_kernel", "KiB", Cost, LOAD, memory_kernel),
        figure("bytes_down", "B", Traffic, TRAFFIC, |round| per_update(round, round.heard.bytes_down)),
        figure("bytes_up", "B", Traffic, TRAFFIC, |round| per_update(round, round.heard.bytes_up)),
        figure("bytes_per_client", "B", Traffic, LOAD, |round| per_client(round, round.heard.bytes_down + round.heard.bytes_up)),
        figure("front_cpu_per_update", "us", Cost, LOAD, |round| per_update(round, told(round.front.ok_or(Why::NoFront)?.cpu_us)?)),
        figure("generator_cpu_per_event", "us", Cost, OWN, generator_per_event),
        figure("generator_core", "%", Cost, OWN, |round| core(round, round.generator.cpu_us)),
        figure("lag_p99", "ms", Time, OWN, |round| ms(round.heard.lag_us.at(0.99), Why::NotTold)),
        figure("wait_per_update", "us", Time, LOAD, |round| per_update(round, told(round.server.window.wait_us)?)),
    ]
}

fn less(id: &str, group: Group) -> Option<Less> {
    match (id, group) {
        ("opened" | "held" | "user_share" | "connections_per_100_requests" | "lag_p99", _) => None,
        (id, _) if id.starts_with("generator") => None,
        ("staleness" | "staleness_own", _) => Some(Less::Fresher),
        (_, Group::Time) => Some(Less::Faster),
        (_, Group::Cost | Group::Traffic) => Some(Less::Lighter),
        (_, Group::Loss) => Some(Less::LosesLess),
    }
}

/// What a subscriber got in the window: what polls of the newest values passed over was not delivered to anyone's eye,
/// so theirs are the updates that were seen.
fn updates(round: &Round) -> Result<f64, Why> {
    let snapshots = round.settings.way == "poll" && round.settings.polls == Polls::Newest;
    let updates = if snapshots { round.heard.seen } else { round.heard.delivered };
    some(updates as f64, Why::NothingArrived)
}

fn some(divisor: f64, why: Why) -> Result<f64, Why> {
    if divisor > 0.0 { Ok(divisor) } else { Err(why) }
}

fn told(figure: Option<u64>) -> Result<u64, Why> {
    figure.ok_or(Why::NotTold)
}

fn ms(us: Option<u64>, why: Why) -> Result<f64, Why> {
    us.map(|us| us as f64 / 1000.0).ok_or(why)
}

fn latency(round: &Round, quantile: f64) -> Result<f64, Why> {
    ms(round.heard.latency_us.at(quantile), Why::NothingArrived)
}

fn staleness(round: &Round) -> Result<f64, Why> {
    round.heard.staleness_s.ok_or(Why::NeverShown)
}

fn never_seen(round: &Round) -> Result<f64, Why> {
    let published = some(round.heard.published as f64, Why::NobodyOpened)?;
    Ok(100.0 * round.heard.published.saturating_sub(round.heard.seen) as f64 / published)
}

fn connections_per_100_requests(round: &Round) -> Result<f64, Why> {
    Ok(100.0 * round.heard.connections as f64 / some(round.heard.requests as f64, Why::NoRequests)?)
}

fn per_update(round: &Round, sum: u64) -> Result<f64, Why> {
    Ok(sum as f64 / updates(round)?)
}

fn per_client(round: &Round, sum: u64) -> Result<f64, Why> {
    Ok(sum as f64 / some(round.heard.opened.into(), Why::NobodyOpened)? / round.heard.window_s)
}

fn core(round: &Round, cpu_us: Option<u64>) -> Result<f64, Why> {
    Ok(100.0 * told(cpu_us)? as f64 / (round.heard.window_s * 1e6))
}

fn user_share(round: &Round) -> Result<f64, Why> {
    let cost = &round.server.window;
    let (user, system) = (told(cost.user_us)? as f64, told(cost.system_us)? as f64);
    Ok(100.0 * user / some(user + system, Why::NotTold)?)
}

fn memory_user(round: &Round) -> Result<f64, Why> {
    let anon = |sample: &Sample| told(sample.anon_bytes);
    per_connection(round, anon(&round.server.full)?, anon(&round.server.empty)?)
}

fn memory_kernel(round: &Round) -> Result<f64, Why> {
    let held = |kernel: &measure::Kernel| Ok(told(kernel.slab_bytes)? + told(kernel.buffer_bytes)?);
    let kib = per_connection(round, held(&round.server.kernel_full)?, held(&round.server.kernel_empty)?)?;
    // A connection cannot give memory back: a round that says so measured something else.
    some(kib, Why::Noise)
}

/// May be negative: memory that something else gave back in between is as real as what it took.
fn per_connection(round: &Round, full: u64, empty: u64) -> Result<f64, Why> {
    let opened = some(round.heard.opened.into(), Why::NobodyOpened)?;
    Ok((full as f64 - empty as f64) / opened / 1024.0)
}

fn generator_per_event(round: &Round) -> Result<f64, Why> {
    let events = some(round.heard.delivered as f64, Why::NothingArrived)?;
    Ok(told(round.generator.cpu_us)? as f64 / events)
}

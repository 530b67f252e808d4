//! One round: a fresh server, what stands in front of it, a fresh generator, one window; and whether to trust it.

use std::path::Path;
use std::time::Duration;

use measure::{Cost, Kernel, Sample};
use tokio::time::timeout;

use crate::child::Guarded;
use crate::progress::Stage;
use crate::server::{Running, ServerSpec};
use crate::{
    Error, Front, HeardOf, Job, Mark, Polls, Round, Said, Scenario, ServerCost, Settings, front, server,
};

/// How long subscribers may take to open, after the ramp.
const PATIENCE: Duration = Duration::from_secs(20);
/// What a generator may take beside the times that it is given: to start, to wait for stragglers, to add up.
const BESIDE: Duration = Duration::from_secs(30);

/// The generator is one thread. Beyond this share of a core it has too little left to be on time.
const CORE_SHARE_MAX: f64 = 0.85;
/// Its own timers may be so late, at the 99th percentile, before its lateness is taken for the server's, in
/// microseconds.
const LAG_US_P99_MAX: u64 = 10_000;
/// It may wait for a core for this share of the window.
const WAIT_SHARE_MAX: f64 = 0.25;

/// What a round is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'a> {
    /// The `fourways` binary.
    pub(crate) program: &'a Path,
    pub(crate) spec: &'a ServerSpec,
    pub(crate) scenario: &'a Scenario,
    pub(crate) settings: &'a Settings,
    pub(crate) round: u32,
    /// How long it will take, about.
    pub(crate) expected: Duration,
}

/// What a round gives beside its figures.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) round: Round,
    /// The server's version, if it tells.
    pub(crate) version: Option<String>,
}

/// Measures one round. Dropping it ends everything that it started.
pub(crate) async fn round(frame: Frame<'_>, tell: &mut (dyn FnMut(Stage) + Send)) -> Result<Made, Error> {
    let settings = frame.settings;
    tell(Stage::Starting);
    let mut server = server::start(frame.spec, settings, frame.program).await?;
    let mut cost = ServerCost {
        empty: Sample::of(server.process.pid()),
        kernel_empty: Kernel::now(),
        ..ServerCost::default()
    };
    let (upstream, clients) = (&server.authority, settings.clients);
    let front = front::start(settings.front, upstream, clients, frame.program).await?;
    let authority = front.as_ref().map_or(upstream, |front| &front.authority).clone();
    let mut generator = Guarded::own("the generator", frame.program, &["generate"])?;
    let mut job = job(&frame, &server, authority);
    job.certificate = front.as_ref().and_then(|front| front.certificate.clone());
    let limit = frame.expected + PATIENCE + BESIDE;
    let watched = watch(&mut generator, &job, server.process.pid(), front.as_ref(), &mut cost, tell);
    let outcome = tokio::select! {
        outcome = timeout(limit, watched) => {
            outcome.unwrap_or_else(|_| Err(Error::Generator(format!("no result after {} s", limit.as_secs()))))
        }
        _ = server.process.ended() => Ok(None),
    };
    let version = server.version.take();
    generator.end().await;
    if let Some(front) = front {
        front.process.end().await;
    }
    let heard = outcome?;
    server.process.end().await;
    let died = heard.is_none();
    let Heard { heard, generator, front } = heard.unwrap_or_default();
    let marks = if died { vec![Mark::ServerDied] } else { marks(settings, &heard, &generator) };
    let (round, settings) = (frame.round, settings.clone());
    Ok(Made { round: Round { round, settings, heard, server: cost, front, generator, marks }, version })
}

fn job(frame: &Frame<'_>, server: &Running, authority: String) -> Job {
    Job {
        settings: frame.settings.clone(),
        authority,
        target: server.target.clone(),
        certificate: None,
        seed: frame.scenario.seed.wrapping_add(u64::from(frame.round)),
        ramp_per_s: frame.scenario.ramp_per_s,
        warm_up_ms: frame.scenario.warm_up_ms,
        duration_ms: frame.scenario.duration_ms,
        patience_ms: PATIENCE.as_millis() as u64,
        stay: false,
        in_step: false,
    }
}

/// What came of the window.
#[derive(Default)]
struct Heard {
    heard: HeardOf,
    generator: Cost,
    front: Option<Cost>,
}

/// Follows the generator, and reads what the server costs when it says that the window begins and ends.
async fn watch(
    generator: &mut Guarded,
    job: &Job,
    server: u32,
    front: Option<&front::Standing>,
    cost: &mut ServerCost,
    tell: &mut (dyn FnMut(Stage) + Send),
) -> Result<Option<Heard>, Error> {
    let gone = |error: &dyn std::fmt::Display| Error::Generator(error.to_string());
    let text = serde_json::to_string(job).map_err(|error| gone(&error))?;
    generator.tell(&text).await.map_err(|error| gone(&error))?;
    let sample = || (Sample::of(server), front.map(|front| Sample::of(front.process.pid())));
    let (mut begin, mut front_cost) = (sample(), None);
    while let Some(line) = generator.answer().await.map_err(|error| gone(&error))? {
        match serde_json::from_str(&line).map_err(|error| gone(&error))? {
            Said::Opening { opened } => tell(Stage::Opening { opened }),
            Said::Open { .. } => {
                (cost.full, cost.kernel_full) = (Sample::of(server), Kernel::now());
                tell(Stage::Warming);
            }
            Said::Begin => {
                begin = sample();
                tell(Stage::Measuring);
            }
            Said::End => {
                let (end, front_end) = sample();
                (cost.window, cost.end) = (end.since(&begin.0), end);
                tell(Stage::Ending);
                front_cost = front_end.zip(begin.1).map(|(end, begin)| end.since(&begin));
            }
            Said::Done { heard, cost } => {
                return Ok(Some(Heard { heard: *heard, generator: cost, front: front_cost }));
            }
            Said::Failed { why } => return Err(Error::Generator(why)),
        }
    }
    let words = generator.last_words();
    Err(gone(&if words.is_empty() { "it ended in the middle of its work" } else { &words }))
}

/// Why these figures are not to be trusted.
fn marks(settings: &Settings, heard: &HeardOf, generator: &Cost) -> Vec<Mark> {
    let window_us = heard.window_s * 1e6;
    let share = |us: Option<u64>| us.map_or(0.0, |us| us as f64 / window_us);
    let late = heard.lag_us.at(0.99).is_some_and(|us| us > LAG_US_P99_MAX);
    let saturated = share(generator.cpu_us) > CORE_SHARE_MAX || share(generator.wait_us) > WAIT_SHARE_MAX;
    let unfaithful = heard.duplicates + heard.disordered + heard.missed > 0;
    let mut marks = Vec::new();
    let mut mark = |holds: bool, mark: Mark| {
        if holds {
            marks.push(mark);
        }
    };
    mark(saturated, Mark::GeneratorSaturated);
    mark(late && !saturated, Mark::GeneratorLate);
    mark(heard.failed > 0, Mark::NotAllOpened);
    mark(heard.broken > 0 || heard.held < heard.opened, Mark::Broken);
    mark(unfaithful, Mark::Unfaithful);
    mark(!unfaithful && off_schedule(settings, heard), Mark::OffSchedule);
    marks
}

/// Whether another number of events came than were due, where all come. Polls for the newest leave events out, and a front
/// that buffers may hold them back beyond the end.
fn off_schedule(settings: &Settings, heard: &HeardOf) -> bool {
    let leaves_out = settings.way == "poll" && settings.polls == Polls::Newest;
    let holds_back = !matches!(settings.front, Front::None | Front::Nginx | Front::NginxHttp2);
    if leaves_out || holds_back || heard.broken > 0 {
        return false;
    }
    // A window of a whole number of ticks holds exactly so many. Else there may be one more, or one less, for everyone.
    let ticks = heard.window_s * settings.rate;
    let whole = (ticks - ticks.round()).abs() < 1e-9 && (1e6 / settings.rate).fract() == 0.0;
    let room = if whole { 0 } else { u64::from(heard.opened) };
    heard.delivered.abs_diff(heard.published) > room
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::defaults;

    /// A faultless round of 10 s with 5 subscribers at 2 events a second.
    fn faultless() -> (HeardOf, Cost) {
        let heard = HeardOf {
            window_s: 10.0,
            opened: 5,
            held: 5,
            published: 100,
            delivered: 100,
            ..HeardOf::default()
        };
        (heard, Cost { cpu_us: Some(100_000), wait_us: Some(1_000), ..Cost::default() })
    }

    #[test]
    fn a_faultless_round_has_no_marks() {
        let (heard, cost) = faultless();
        assert_eq!(marks(&defaults(), &heard, &cost), []);
    }

    #[test]
    fn each_fault_has_its_mark() {
        let marked = |change: &dyn Fn(&mut HeardOf, &mut Cost)| {
            let (mut heard, mut cost) = faultless();
            change(&mut heard, &mut cost);
            marks(&defaults(), &heard, &cost)
        };
        assert_eq!(marked(&|_, cost| cost.cpu_us = Some(8_600_000)), [Mark::GeneratorSaturated]);
        assert_eq!(marked(&|_, cost| cost.wait_us = Some(2_600_000)), [Mark::GeneratorSaturated]);
        assert_eq!(marked(&|heard, _| heard.lag_us.record(20_000)), [Mark::GeneratorLate]);
        assert_eq!(marked(&|heard, _| heard.failed = 1), [Mark::NotAllOpened]);
        assert_eq!(marked(&|heard, _| heard.held = 4), [Mark::Broken]);
        assert_eq!(marked(&|heard, _| heard.missed = 1), [Mark::Unfaithful]);
        assert_eq!(marked(&|heard, _| heard.delivered = 99), [Mark::OffSchedule]);
    }

    #[test]
    fn what_may_be_left_out_is_not_off_schedule() {
        let (mut heard, cost) = faultless();
        heard.delivered = 60;
        let polls = Settings { way: "poll".to_owned(), ..defaults() };
        assert_eq!(marks(&polls, &heard, &cost), []);
        let all = Settings { polls: Polls::All, ..polls };
        assert_eq!(marks(&all, &heard, &cost), [Mark::OffSchedule]);
        let buffered = Settings { front: Front::NginxBuffering, ..defaults() };
        assert_eq!(marks(&buffered, &heard, &cost), []);
        // At 0.3 events a second a window of 10 s holds 3, and where the ticks fall between microseconds one may slip.
        heard.delivered = 96;
        assert_eq!(marks(&Settings { rate: 0.3, ..defaults() }, &heard, &cost), []);
    }
}

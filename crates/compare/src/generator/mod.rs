//! The load: thousands of subscribers of one way in one thread, on the clients of the four crates.
//!
//! The loop is *open*: the server publishes and polls are sent by schedule, whoever is slow. Latency counts from the
//! scheduled publication, so what had to wait behind something else is counted with its wait (no coordinated omission).
//! An event that was scheduled in the window counts even if it arrives after it; stragglers are waited for.
//!
//! | file | idea |
//! |---|---|
//! | `crowd` | what all subscribers of a round share, and add to |
//! | `subscriber` | one of them |
//! | `freshness` | how old what it shows is, and what it never saw |
//! | `spread` | many source addresses |
//! | `lag` | how late the generator itself is |

mod crowd;
mod freshness;
mod lag;
mod spread;
mod subscriber;

use std::io::{self, BufRead as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use measure::Sample;
use tokio::runtime::{Builder, LocalOptions};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use transport::{Backoff, Described, Description, Target, Tls, Transport};
use wire::Wire;

use crate::settings::{Heads, Polls, Settings};
use crate::{Job, Said};
use crowd::Crowd;
use lag::watch;
use spread::Spread;

/// From the decision that the window begins to its beginning: time for everyone to hear of it.
const AHEAD: Duration = Duration::from_millis(100);
/// Stragglers of a way that answers at once are waited for so long.
const GRACE: Duration = Duration::from_secs(2);

/// The whole life of a generator process: reads a [`Job`] from standard input, does it, and says so on standard
/// output. The end of the input ends the process at once, with exit code 1: its parent has gone.
///
/// # Errors
/// When the first line is no job, or the runtime cannot be made. What goes wrong later is said as [`Said::Failed`].
pub fn main() -> io::Result<()> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let job: Job = serde_json::from_str(&line)?;
    crate::guard::end_with_parent();
    // One queue for subscribers and connections: a `LocalSet` beside the runtime's costs a tenth more for each event.
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default())?;
    runtime.block_on(run(job));
    Ok(())
}

/// Says a line. A parent that does not listen any more has closed the input as well.
fn say(said: &Said) {
    let text = serde_json::to_string(said).unwrap_or_default();
    writeln!(io::stdout(), "{text}").unwrap_or_default();
}

async fn run(job: Job) {
    let Some(way) = crate::way(&job.settings.way) else {
        return say(&Said::Failed { why: format!("there is no way {:?}", job.settings.way) });
    };
    let target = match target(&job) {
        Ok(target) => Arc::new(target),
        Err(why) => return say(&Said::Failed { why }),
    };
    let (wire, crowd) = (Wire::new(Spread::new(std::process::id())), Crowd::new(&job.settings));
    open(&job, way, &target, &wire, &crowd).await;
    say(&Said::Open { opened: crowd.opened() });
    if job.stay {
        // Until the input ends, and with it the process.
        std::future::pending::<()>().await;
    }
    sleep(Duration::from_millis(job.warm_up_ms)).await;

    let begin = Instant::now() + AHEAD;
    let length = Duration::from_millis(job.duration_ms);
    crowd.set_window(crowd::now_us() + AHEAD.as_micros() as u64, length.as_micros() as u64);
    sleep_until(begin).await;
    say(&Said::Begin);
    let lag = tokio::task::spawn_local(watch(begin + length));
    let (own, bytes) = (Sample::own(), crowd::Traffic::of(&wire));
    sleep_until(begin + length).await;
    let (cost, traffic) = (Sample::own().since(&own), crowd::Traffic::of(&wire).since(&bytes));
    let held = crowd.held();
    say(&Said::End);
    sleep(grace(&job.settings)).await;
    let mut heard = crowd.finish();
    (heard.held, heard.window_s) = (held, length.as_secs_f64());
    traffic.into_result(&mut heard, &bytes);
    heard.lag_us = lag.await.unwrap_or_default();
    say(&Said::Done { heard: Box::new(heard), cost });
}

/// Lets the subscribers come, and waits until all have heard where they stand or the patience is over.
async fn open(job: &Job, way: &'static dyn Transport, target: &Arc<Target>, wire: &Wire, crowd: &Crowd) {
    let mut dice = fastrand::Rng::with_seed(job.seed);
    let (phase, first) = (phase(&job.settings), dice.f64());
    let come = async {
        let begun = Instant::now();
        for number in 0..job.settings.clients {
            let come = f64::from(number) / f64::from(job.ramp_per_s.max(1));
            sleep_until(begun + Duration::from_secs_f64(come)).await;
            let subscriber = subscriber::Subscriber {
                way,
                target: Arc::clone(target),
                wire: wire.clone(),
                crowd: crowd.clone(),
                backoff: if job.in_step { Backoff::in_step() } else { Backoff::new(dice.u64(..)) },
                phase: wait_for_phase(number, come, phase, first),
            };
            tokio::task::spawn_local(subscriber.run());
            if number % 100 == 99 {
                say(&Said::Opening { opened: crowd.opened() });
            }
        }
    };
    come.await;
    let all = async {
        while crowd.opened() < job.settings.clients {
            crowd.someone_came().await;
        }
    };
    // Whoever has not come by then is counted as failed.
    drop(timeout(phase + Duration::from_millis(job.patience_ms), all).await);
}

/// How long a subscriber that comes after `come` seconds waits, so that the phases of all are spread evenly: else the
/// polls of a small crowd would fall on the same instants of the feed. Steps of the golden ratio fill any interval.
fn wait_for_phase(number: u32, come: f64, interval: Duration, first: f64) -> Duration {
    const GOLDEN: f64 = 0.618_033_988_749_895;
    if interval.is_zero() {
        return Duration::ZERO;
    }
    let wanted = (first + f64::from(number) * GOLDEN).fract();
    interval.mul_f64((wanted - come / interval.as_secs_f64()).rem_euclid(1.0))
}

/// By how much subscribers are spread, beside the ramp.
fn phase(settings: &Settings) -> Duration {
    if settings.way == "poll" { Duration::from_millis(settings.interval_ms) } else { Duration::ZERO }
}

/// How long stragglers are waited for after the window.
fn grace(settings: &Settings) -> Duration {
    phase(settings) + GRACE + Duration::from_millis(settings.late_ms)
}

/// Whom the subscribers ask for what.
fn target(job: &Job) -> Result<Target, String> {
    let Settings { interval_ms, hold_ms, polls, keep_alive, heads, .. } = job.settings;
    let mut target = match &job.target {
        None => Target::new(job.authority.clone(), "stock-price"),
        Some(toml) => described(toml, job)?,
    };
    target.interval = Duration::from_millis(interval_ms.max(1));
    target.hold = Duration::from_millis(hold_ms);
    target.newest = polls == Polls::Newest;
    target.keep_alive = keep_alive;
    target.tls = job.certificate.as_ref().map(|trusted| Tls::trusting(&trusted.pem)).transpose()?;
    // A busy server must not be taken for a dead one.
    target.silence = Duration::from_secs(60);
    if heads == Heads::Browser {
        target.headers = browser_heads()?;
    }
    Ok(target)
}

/// A foreign server by the way of the job.
fn described(toml: &str, job: &Job) -> Result<Target, String> {
    let (way, all) = (&job.settings.way, job.settings.polls == Polls::All);
    let description = Description::parse(toml).map_err(|error| error.to_string())?;
    let name = &description.name;
    let Some(target) = description.target(way, job.authority.clone()) else {
        let offered = description.ways.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        return Err(format!("{name} does not offer {way}; its description has {offered}"));
    };
    if way == "poll" && all && !target.described.as_ref().is_some_and(Described::resumes) {
        return Err(format!(
            "polls of {name} cannot ask for all events: [ways.poll] has no {{after}}; take polls = \"newest\""
        ));
    }
    Ok(target)
}

/// What Chromium sends along with a request of a page, beside what the clients send anyway.
fn browser_heads() -> Result<Vec<(HeaderName, HeaderValue)>, String> {
    const HEADS: &str = include_str!("browser-heads.txt");
    let lines = HEADS.lines().filter_map(|line| line.split_once(": "));
    lines
        .map(|(name, value)| match (name.parse(), value.parse()) {
            (Ok(name), Ok(value)) => Ok((name, value)),
            _ => Err(format!("browser-heads.txt: {name} is no header")),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phases_of_a_small_crowd_fill_the_interval() {
        let interval = Duration::from_secs(1);
        let mut phases: Vec<f64> = (0..50)
            .map(|number| {
                let come = f64::from(number) / 500.0;
                (come + wait_for_phase(number, come, interval, 0.3).as_secs_f64()).fract()
            })
            .collect();
        phases.sort_by(f64::total_cmp);
        let widest = phases.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
        assert!(widest < 0.04, "a hole of {widest} between 50 phases");
        assert_eq!(wait_for_phase(7, 1.0, Duration::ZERO, 0.5), Duration::ZERO);
    }
}

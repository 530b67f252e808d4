//! The truth of the figures: what `fourways compare` measures, held against what is known by another road. Each check
//! prints both figures, their difference and what is allowed. It wants a release build and a quiet machine:
//!
//! `just verify-measurements`, or some of them: `just verify-measurements ten_thousand`
//!
//! | file | our figure | what it is held against |
//! |---|---|---|
//! | `delay` | latency | a server that is known to publish 50 ms late |
//! | `bytes`, `sockets`, `capture` | bytes | the kernel's `TCP_INFO`, and a packet capture |
//! | `cpu` | CPU of a process | what the kernel says of it when it has been waited for |
//! | `arithmetic` | staleness, never seen | what follows from interval and rate |
//! | `generator` | cost of the generator itself | its limit for an event |
//! | `crowds` | nothing missed | ten thousand subscribers |
//! | `weather` | delay and rate of the fault proxy | both ends of the road, and curl |
#![cfg(target_os = "linux")]

mod arithmetic;
mod bytes;
mod capture;
mod cpu;
mod crowds;
mod delay;
mod generator;
mod sockets;
mod weather;

use compare::progress::{Lines, name};
use compare::report::Spread;
use compare::report::figures::{Figure, catalogue};
use compare::{Means, Overrides, Run, Scenario, Settings};
use tokio::sync::Mutex;

/// One measurement at a time: each needs the machine for itself.
static TURN: Mutex<()> = Mutex::const_new(());

/// The checks of one test: all are printed before the test fails.
#[derive(Debug, Default)]
struct Checks {
    failed: Vec<String>,
}

impl Checks {
    /// `ours` may be so far from `known`, all in `unit`.
    fn near(&mut self, what: &str, unit: &str, ours: f64, known: f64, allowed: f64) {
        let difference = ours - known;
        let text = format!(
            "{what}: measured {ours:.3} {unit}, known {known:.3} {unit}; difference {difference:+.3}, \
             allowed {allowed:.3}"
        );
        self.say(text, difference.abs() <= allowed);
    }

    /// A line, and whether what it says may be.
    fn say(&mut self, text: String, holds: bool) {
        println!("{text}: {}", if holds { "holds" } else { "FAILS" });
        if !holds {
            self.failed.push(text);
        }
    }

    fn all_hold(self) {
        assert!(self.failed.is_empty(), "beyond what is allowed:\n{}", self.failed.join("\n"));
    }
}

/// Measures a scenario that is written here, beside its name and title.
async fn compared(keys: &str) -> Run {
    let text = "{ en = \"Checked figures\", zh = \"核对数字\" }";
    let toml = format!("name = \"verify\"\ntitle = {text}\nabout = {text}\n{keys}");
    measured(&Scenario::read("verify.toml", &toml, &Overrides::default()).expect("a good scenario")).await
}

/// Measures a scenario as `fourways compare` does: its own processes for server and generator.
async fn measured(scenario: &Scenario) -> Run {
    let out = std::env::temp_dir().join(format!("fourways-verify-{}", std::process::id()));
    let program = contract::binary().expect("a built binary");
    let means = Means { program, here: out.clone(), targets: [].into(), out: out.clone() };
    let measured = compare::run(scenario, &means, &mut Lines::default(), std::future::pending()).await;
    // Also when it failed half-way; then there may be nothing to remove.
    drop(std::fs::remove_dir_all(&out));
    let run = measured.expect("a measured scenario").run;
    assert!(run.complete, "{:?}", run.notes);
    run
}

/// One figure of the reports.
fn figure(id: &str) -> Figure {
    catalogue().into_iter().find(|figure| figure.id == id).expect("a figure of the catalogue")
}

/// The median of a figure over the rounds of a cell, as a report prints it: what a report refuses is refused here.
fn median(run: &Run, id: &str, cell: impl Fn(&Settings) -> bool) -> f64 {
    let figure = figure(id);
    let rounds: Vec<_> = run.rounds.iter().filter(|round| cell(&round.settings)).collect();
    let values: Vec<f64> = rounds.iter().filter_map(|round| figure.of(round).ok()).collect();
    assert!(
        2 * values.len() > rounds.len(),
        "{} of {} rounds give {id}, too few to judge it; end what else runs on this machine, and try again: {:?}",
        values.len(),
        rounds.len(),
        rounds.iter().map(|round| (name(&round.settings), &round.marks)).collect::<Vec<_>>()
    );
    Spread::of(&values).expect("more than half of the rounds").median
}

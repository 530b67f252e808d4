//! A run: every cell of a scenario in several rounds. Round by round all cells are measured in a shuffled order, so that a
//! machine that grows slower meanwhile does so for all of them alike.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use measure::{Machine, Pressure};

use crate::progress::{Progress, Step, name};
use crate::round::{Frame, round};
use crate::scenario::Scenario;
use crate::server::ServerSpec;
use crate::{Error, FORMAT, Front, Mark, Run, Settings, files, foreign, front, store};

/// Servers that may die before a run is given up.
const DEATHS_MAX: usize = 3;

/// What a run needs beside its scenario.
#[derive(Clone, Debug)]
pub struct Means {
    /// The `fourways` binary: servers, generators and guards are started from it.
    pub program: PathBuf,
    /// Where the descriptions of servers are looked for, when a path is not absolute.
    pub here: PathBuf,
    /// Descriptions by the name under which the scenario has them, beside those of the checkout.
    pub targets: BTreeMap<String, PathBuf>,
    /// The directory of results.
    pub out: PathBuf,
}

/// What came of a run.
#[derive(Debug)]
pub struct Measured {
    /// The result.
    pub run: Run,
    /// Its file.
    pub path: PathBuf,
    /// Whether it was stopped before its end.
    pub stopped: bool,
}

/// Measures a scenario, and keeps the result as a file after each round. `stop` ends it early: what was measured stays.
///
/// Dropping the future ends every child, and loses the round that is being measured.
///
/// # Errors
/// When nothing can be measured, or the result cannot be kept.
pub async fn run(
    scenario: &Scenario,
    means: &Means,
    progress: &mut dyn Progress,
    stop: impl Future<Output = ()>,
) -> Result<Measured, Error> {
    scenario.possible()?;
    let mut going = Going::new(scenario, means)?;
    for text in going.leave_out_what_is_not_offered()? {
        note(&mut going.run, progress, text);
    }
    if going.cells.is_empty() {
        return Err(Error::Nothing(going.run.notes.join("\n")));
    }
    files::ensure(&going.cells)?;
    if going.cells.iter().any(|cell| cell.front != Front::None) {
        let version = front::version(front::NGINX)?;
        going.run.versions.insert("nginx".to_owned(), version);
    }
    let path = store::path(&means.out, &scenario.name, going.began)?;
    let outcome = tokio::select! {
        outcome = going.measure(progress, &path) => Some(outcome),
        // The round that is being measured is dropped, and with it its children.
        () = stop => None,
    };
    let stopped = outcome.is_none();
    if stopped {
        let (made, planned) = (going.run.rounds.len(), going.order().len());
        note(&mut going.run, progress, format!("stopped after {made} of {planned} rounds"));
    }
    progress.over();
    outcome.unwrap_or(Ok(()))?;
    if going.run.rounds.is_empty() {
        return Err(Error::Nothing(format!("nothing was measured\n{}", going.run.notes.join("\n"))));
    }
    going.keep(&path)?;
    Ok(Measured { run: going.run, path, stopped })
}

/// A run that is under way.
struct Going<'a> {
    scenario: &'a Scenario,
    means: &'a Means,
    cells: Vec<Settings>,
    specs: BTreeMap<String, ServerSpec>,
    began: Timestamp,
    clock: Instant,
    run: Run,
    /// Cells of which no further round is made.
    given_up: BTreeSet<usize>,
}

impl<'a> Going<'a> {
    fn new(scenario: &'a Scenario, means: &'a Means) -> Result<Self, Error> {
        let cells = scenario.cells.clone();
        let mut specs = BTreeMap::new();
        for cell in &cells {
            if !specs.contains_key(&cell.server) {
                specs.insert(cell.server.clone(), spec(&cell.server, means)?);
            }
        }
        let began = Timestamp::now();
        let run = Run {
            format: FORMAT,
            scenario: scenario.name.clone(),
            scenario_toml: scenario.toml.clone(),
            started: began.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            took_s: 0.0,
            seed: scenario.seed,
            machine: Machine::this(),
            before: Pressure::now(),
            versions: BTreeMap::from([("fourways".to_owned(), env!("CARGO_PKG_VERSION").to_owned())]),
            rounds: Vec::new(),
            complete: false,
            notes: Vec::new(),
        };
        Ok(Self {
            scenario,
            means,
            cells,
            specs,
            began,
            clock: Instant::now(),
            run,
            given_up: BTreeSet::new(),
        })
    }

    /// Takes out the cells whose server does not offer their way; says so for each.
    fn leave_out_what_is_not_offered(&mut self) -> Result<Vec<String>, Error> {
        let mut notes = BTreeSet::new();
        for (name, spec) in &self.specs {
            let ServerSpec::Described(path) = spec else { continue };
            let offered = foreign::read(path)?.description.ways;
            self.cells.retain(|cell| {
                let has = cell.server != *name || offered.contains_key(&cell.way);
                if !has {
                    notes.insert(format!("{name} does not offer {}: left out", cell.way));
                }
                has
            });
        }
        Ok(notes.into_iter().collect())
    }

    /// The order of all rounds: (round, cell).
    fn order(&self) -> Vec<(u32, usize)> {
        let mut dice = fastrand::Rng::with_seed(self.scenario.seed);
        let rounds = 1..=self.scenario.rounds;
        rounds
            .flat_map(|round| {
                let mut cells: Vec<usize> = (0..self.cells.len()).collect();
                dice.shuffle(&mut cells);
                cells.into_iter().map(move |cell| (round, cell))
            })
            .collect()
    }

    fn frame(&self, round: u32, cell: usize) -> Frame<'_> {
        let settings = &self.cells[cell];
        Frame {
            program: &self.means.program,
            spec: &self.specs[&settings.server],
            scenario: self.scenario,
            settings,
            round,
            expected: self.scenario.expected_of(settings),
        }
    }

    /// Builds what described servers need. One that cannot be built is left out, with its cells.
    async fn prepare(&mut self, progress: &mut dyn Progress) -> Result<(), Error> {
        for (name, spec) in &self.specs {
            let ServerSpec::Described(path) = spec else { continue };
            let found = foreign::read(path)?;
            if let Err(error) =
                foreign::prepare(&found, &self.means.program, |line| progress.note(line)).await
            {
                note(&mut self.run, progress, format!("{name}: left out: {error}"));
                let cells = self.cells.iter().enumerate().filter(|(_, cell)| cell.server == *name);
                self.given_up.extend(cells.map(|(index, _)| index));
            }
        }
        Ok(())
    }

    /// All rounds, until one is too many.
    async fn measure(&mut self, progress: &mut dyn Progress, path: &Path) -> Result<(), Error> {
        self.prepare(progress).await?;
        let order = self.order();
        let mut pace = Pace::default();
        for (index, (number, cell)) in order.iter().copied().enumerate() {
            if self.given_up.contains(&cell) {
                continue;
            }
            let frame = self.frame(number, cell);
            let settings = frame.settings.clone();
            let ahead = order[index..].iter().filter(|(_, cell)| !self.given_up.contains(cell));
            let ahead = ahead.map(|(_, cell)| self.scenario.expected_of(&self.cells[*cell])).sum();
            let begun = Instant::now();
            let mut tell = |stage| {
                let left_s = pace.left_s(ahead, begun.elapsed());
                let settings = settings.clone();
                progress.step(&Step { number: index + 1, of: order.len(), settings, stage, left_s });
            };
            let outcome = round(frame, &mut tell).await;
            pace.took(self.scenario.expected_of(&settings), begun.elapsed());
            match outcome {
                Ok(made) => {
                    self.run.versions.extend(made.version.map(|version| (settings.server.clone(), version)));
                    self.run.rounds.push(made.round);
                }
                Err(error) => {
                    // What did not work once will hardly work the next time.
                    self.given_up.insert(cell);
                    note(&mut self.run, progress, format!("{}: left out: {error}", name(&settings)));
                }
            }
            self.keep(path)?;
            let deaths = self.run.rounds.iter().filter(|round| round.marks.contains(&Mark::ServerDied));
            if deaths.count() == DEATHS_MAX {
                note(&mut self.run, progress, format!("given up: {DEATHS_MAX} servers died by themselves"));
                return Ok(());
            }
        }
        self.run.complete = self.given_up.is_empty();
        Ok(())
    }

    fn keep(&mut self, path: &Path) -> Result<(), Error> {
        if self.run.rounds.is_empty() {
            return Ok(());
        }
        self.run.took_s = self.clock.elapsed().as_secs_f64();
        store::write(path, &self.run)
    }
}

/// Says something, and keeps it in the result.
fn note(run: &mut Run, progress: &mut dyn Progress, text: String) {
    progress.note(&text);
    run.notes.push(text);
}

/// How the rounds so far went against what was expected of them.
#[derive(Debug, Default)]
struct Pace {
    expected: Duration,
    took: Duration,
}

impl Pace {
    fn took(&mut self, expected: Duration, took: Duration) {
        self.expected += expected;
        self.took += took;
    }

    /// Until the end, when `ahead` is expected from the beginning of the round that began `elapsed` ago.
    fn left_s(&self, ahead: Duration, elapsed: Duration) -> f64 {
        let pace = if self.expected.is_zero() { 1.0 } else { self.took.div_duration_f64(self.expected) };
        (ahead.as_secs_f64() * pace - elapsed.as_secs_f64()).max(0.0)
    }
}

/// Who serves under this name.
fn spec(name: &str, means: &Means) -> Result<ServerSpec, Error> {
    if name == "fourways" {
        return Ok(ServerSpec::Fourways);
    }
    match means.targets.get(name) {
        Some(path) => Ok(ServerSpec::Described(path.clone())),
        None => foreign::find(name, &means.here).map(ServerSpec::Described),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_judged_by_the_rounds_so_far() {
        let seconds = Duration::from_secs;
        let mut pace = Pace::default();
        assert!((pace.left_s(seconds(100), seconds(10)) - 90.0).abs() < 1e-9, "as expected, at first");
        pace.took(seconds(10), seconds(20));
        assert!((pace.left_s(seconds(100), seconds(10)) - 190.0).abs() < 1e-9, "twice as slow as expected");
        assert!(pace.left_s(seconds(1), seconds(10)).abs() < 1e-9, "never less than nothing");
    }
}

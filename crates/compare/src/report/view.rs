//! What reports are drawn from: the cells of one run or of several like it, with medians and spread. The page draws
//! from the same thing (`web/src/report/view.ts`).

use std::collections::BTreeMap;

use measure::{Histogram, Machine};
use serde::Serialize;

use super::figures::{self, Figure};
use super::lang::Words;
use super::spread::Spread;
use super::{findings, labels, why};
use crate::{Mark, Round, Run, Settings};

/// Everything that a report shows.
#[derive(Clone, Debug, Serialize)]
pub struct View {
    /// The scenario's name; several are joined by ` + `.
    pub scenario: String,
    /// The scenario's title.
    pub title: Words,
    /// When the (first) run began, RFC 3339, UTC.
    pub started: String,
    /// How long it took in all, in seconds.
    pub took_s: f64,
    /// What order and jitter of the (first) run came from.
    pub seed: u64,
    /// Where it ran.
    pub machine: Machine,
    /// How busy the machine was before (the highest of several runs).
    pub load_1m: Option<f64>,
    /// Versions of what took part.
    pub versions: BTreeMap<String, String>,
    /// Whether every round that was planned is there.
    pub complete: bool,
    /// What a reader must know.
    pub notes: Vec<String>,
    /// One sentence each, made from the figures.
    pub findings: Vec<Words>,
    /// Settings in which cells differ, in the order of [`Settings`].
    pub varied: Vec<&'static str>,
    /// The catalogue, in table order.
    pub figures: Vec<Figure>,
    /// One for each point of the sweep, in the order in which tables show them.
    pub cells: Vec<Cell>,
}

/// All rounds with the same settings.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    /// What they were made with.
    pub settings: Settings,
    /// The settings in words, as far as they tell this cell from others.
    pub label: Words,
    /// How many rounds there are.
    pub rounds: usize,
    /// How many of them give times and costs.
    pub used: usize,
    /// How many rounds have which mark.
    pub marks: BTreeMap<Mark, usize>,
    /// By name.
    pub figures: BTreeMap<&'static str, Value>,
    /// Quantile (0 to 1) and latency in microseconds, of all used rounds together; dense in the tail.
    pub latency_curve: Vec<(f64, u64)>,
}

/// A figure of a cell.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// Measured.
    Measured(Spread),
    /// Not measured, or refused.
    Missing {
        /// Why.
        missing: Words,
    },
}

/// Runs that cannot be shown as one.
#[derive(Debug, thiserror::Error)]
pub enum Mixed {
    /// No run at all.
    #[error("there is no run to report; give at least one result file")]
    None,
    /// They were taken under other conditions.
    #[error(
        "the runs of {0} and {1} have another {2}, so their rounds cannot be put together; \
         report them one by one, or set one against the other with `fourways compare diff`"
    )]
    Differ(String, String, &'static str),
}

impl Value {
    fn of(figure: &Figure, rounds: &[&Round]) -> Self {
        let values = figure.over(rounds.iter().copied());
        let spread = values.and_then(|values| Spread::of(&values).ok_or_else(Vec::new));
        spread.map_or_else(|whys| Self::Missing { missing: why::missing(&whys) }, Self::Measured)
    }
}

impl Cell {
    fn of(settings: Settings, label: Words, rounds: &[&Round], catalogue: &[Figure]) -> Self {
        let mut marks = BTreeMap::new();
        rounds.iter().flat_map(|round| &round.marks).for_each(|mark| *marks.entry(*mark).or_default() += 1);
        let used: Vec<_> = rounds.iter().filter(|round| figures::usable(round)).collect();
        let mut latency = Histogram::default();
        let on_time = used.iter().filter(|round| !round.marks.contains(&Mark::GeneratorLate));
        on_time.for_each(|round| latency.merge(&round.heard.latency_us));
        Self {
            settings,
            label,
            rounds: rounds.len(),
            used: used.len(),
            marks,
            figures: catalogue.iter().map(|figure| (figure.id, Value::of(figure, rounds))).collect(),
            latency_curve: curve(&latency),
        }
    }

    /// The rounds of the figure of this name, if any gave it.
    #[must_use]
    pub fn spread(&self, id: &str) -> Option<Spread> {
        match self.figures.get(id)? {
            Value::Measured(spread) => Some(*spread),
            Value::Missing { .. } => None,
        }
    }
}

impl View {
    /// One view of one run, or of several from the same machine with the same versions: rounds with the same settings
    /// are put together.
    ///
    /// # Errors
    /// When there is none, or they were taken under other conditions.
    pub fn of(runs: &[Run]) -> Result<Self, Mixed> {
        let first = runs.iter().min_by_key(|run| run.started.clone()).ok_or(Mixed::None)?;
        for run in runs {
            let other = (run.machine != first.machine).then_some("machine");
            if let Some(what) = other.or((run.versions != first.versions).then_some("version")) {
                return Err(Mixed::Differ(first.started.clone(), run.started.clone(), what));
            }
        }
        let catalogue = figures::catalogue();
        let (varied, cells) = cells(runs, &catalogue);
        let mut view = Self {
            scenario: unique(runs.iter().map(|run| run.scenario.clone())).join(" + "),
            title: titles(runs),
            started: first.started.clone(),
            took_s: runs.iter().map(|run| run.took_s).sum(),
            seed: first.seed,
            machine: first.machine.clone(),
            load_1m: runs.iter().filter_map(|run| run.before.load_1m).max_by(f64::total_cmp),
            versions: first.versions.clone(),
            complete: runs.iter().all(|run| run.complete),
            notes: unique(runs.iter().flat_map(|run| run.notes.clone())),
            findings: Vec::new(),
            varied,
            figures: catalogue,
            cells,
        };
        view.findings = findings::of(&view);
        Ok(view)
    }

    /// The figure of this name.
    #[must_use]
    pub fn figure(&self, id: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.id == id)
    }
}

fn cells(runs: &[Run], catalogue: &[Figure]) -> (Vec<&'static str>, Vec<Cell>) {
    let mut found: Vec<(Settings, Vec<&Round>)> = Vec::new();
    for round in runs.iter().flat_map(|run| &run.rounds) {
        match found.iter_mut().find(|(settings, _)| *settings == round.settings) {
            Some((_, rounds)) => rounds.push(round),
            None => found.push((round.settings.clone(), vec![round])),
        }
    }
    found.sort_by(|(a, _), (b, _)| labels::order(a, b));
    let settings: Vec<&Settings> = found.iter().map(|(settings, _)| settings).collect();
    let varied = labels::varied(&settings);
    let cells = found
        .iter()
        .map(|(settings, rounds)| {
            Cell::of(settings.clone(), labels::full(settings, &varied), rounds, catalogue)
        })
        .collect();
    (varied, cells)
}

/// The title as the scenario's text has it, else its name.
fn titles(runs: &[Run]) -> Words {
    let mut titles: Vec<Words> = Vec::new();
    for run in runs {
        let table: toml::Table = run.scenario_toml.parse().unwrap_or_default();
        let of = |lang: &str| table.get("title").and_then(|title| title.get(lang)?.as_str());
        let title = Words::new(of("en").unwrap_or(&run.scenario), of("zh").unwrap_or(&run.scenario));
        if !titles.contains(&title) {
            titles.push(title);
        }
    }
    Words::listed(&titles)
}

fn unique(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut unique: Vec<String> = Vec::new();
    texts.for_each(|text| {
        if !unique.contains(&text) {
            unique.push(text);
        }
    });
    unique
}

/// Ten steps to the middle, then ever finer ones to the last of 10,000; nothing when nothing was counted. What people
/// quote (0.9, 0.99 and so on) is among them.
fn curve(latency: &Histogram) -> Vec<(f64, u64)> {
    let tail = (0..30).map(|step| 1.0 - 0.5 * 10_f64.powf(-f64::from(step) / 8.0));
    let mut quantiles: Vec<f64> = (0..10).map(|step| f64::from(step) / 20.0).chain(tail).collect();
    quantiles.extend([0.9, 0.99, 0.999, 0.9999, 1.0]);
    quantiles.sort_by(f64::total_cmp);
    quantiles.into_iter().map_while(|quantile| Some((quantile, latency.at(quantile)?))).collect()
}

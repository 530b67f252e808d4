//! Two runs set against each other, cell by cell, and a word only where the rounds carry it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::figures::{Figure, Less, catalogue};
use super::lang::Words;
use super::spread::Spread;
use super::view::{Cell, Mixed, View};
use super::{labels, ranks};
use crate::{Run, Settings};

/// Fewer rounds than this on either side carry no word.
pub const ROUNDS: usize = 3;
/// The level of the test, where so many rounds can reach it.
pub const LEVEL: f64 = 0.05;

/// Run B against run A.
#[derive(Debug, Serialize)]
pub struct Diff {
    /// When a word is given.
    pub rule: Words,
    /// The run that B is set against.
    pub a: Side,
    /// The run that is judged.
    pub b: Side,
    /// What makes the comparison doubtful.
    pub warnings: Vec<Words>,
    /// Cells that both have.
    pub pairs: Vec<Pair>,
    /// Cells that only A has.
    pub only_a: Vec<Words>,
    /// Cells that only B has.
    pub only_b: Vec<Words>,
    /// How many figures both have.
    pub compared: usize,
    /// How many of them are distinguishable.
    pub distinguished: usize,
}

/// Where one side comes from.
#[derive(Debug, Serialize)]
pub struct Side {
    /// The scenario.
    pub scenario: String,
    /// When it began.
    pub started: String,
    /// Versions.
    pub versions: BTreeMap<String, String>,
}

/// A cell that both have.
#[derive(Debug, Serialize)]
pub struct Pair {
    /// The settings of both.
    pub settings: Settings,
    /// The settings in words, as far as they tell cells of both runs apart.
    pub label: Words,
    /// Figures that both have.
    pub figures: Vec<Compared>,
}

/// A figure of both.
#[derive(Debug, Serialize)]
pub struct Compared {
    /// Its name in the catalogue.
    pub id: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// Its title.
    pub title: Words,
    /// Of A.
    pub a: Spread,
    /// Of B.
    pub b: Spread,
    /// Rounds of A and of B.
    pub rounds: (usize, usize),
    /// From A's median to B's, in percent of A's; none where A's is not above 0.
    pub change_percent: Option<f64>,
    /// Of the permutation test on the ranks of the rounds, two-sided.
    pub p: f64,
    /// What B is.
    pub verdict: Verdict,
}

/// What B is, set against A.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Takes less time.
    Faster,
    /// Takes more time.
    Slower,
    /// Shows newer values.
    Fresher,
    /// Shows older values.
    Staler,
    /// Costs less.
    Lighter,
    /// Costs more.
    Heavier,
    /// Misses fewer updates.
    LosesLess,
    /// Misses more updates.
    LosesMore,
    /// The rounds do not tell.
    NotDistinguishable,
}

/// Sets `b` against `a`.
///
/// # Errors
/// When a run cannot be shown.
pub fn of(a: &Run, b: &Run) -> Result<Diff, Mixed> {
    let (of_a, of_b) = (View::of(std::slice::from_ref(a))?, View::of(std::slice::from_ref(b))?);
    let other = |view: &View, cell: &Cell| view.cells.iter().any(|other| other.settings == cell.settings);
    // What one run keeps the same may be just what tells it from the other.
    let all: Vec<&Settings> = of_a.cells.iter().chain(&of_b.cells).map(|cell| &cell.settings).collect();
    let varied = labels::varied(&all);
    let label = |cell: &Cell| labels::full(&cell.settings, &varied);
    let only = |view: &View, against: &View| -> Vec<Words> {
        view.cells.iter().filter(|cell| !other(against, cell)).map(label).collect()
    };
    let shared = of_b.cells.iter().filter(|cell| other(&of_a, cell));
    let pairs: Vec<Pair> = shared.map(|cell| pair(cell, label(cell), a, b)).collect();
    let figures = || pairs.iter().flat_map(|pair| &pair.figures);
    Ok(Diff {
        rule: rule(),
        a: side(a),
        b: side(b),
        warnings: warnings(a, b),
        only_a: only(&of_a, &of_b),
        only_b: only(&of_b, &of_a),
        compared: figures().count(),
        distinguished: figures().filter(|figure| figure.verdict != Verdict::NotDistinguishable).count(),
        pairs,
    })
}

fn side(run: &Run) -> Side {
    Side { scenario: run.scenario.clone(), started: run.started.clone(), versions: run.versions.clone() }
}

fn pair(cell: &Cell, label: Words, a: &Run, b: &Run) -> Pair {
    let rounds = |run: &Run, figure: &Figure| -> Vec<f64> {
        let same = run.rounds.iter().filter(|round| round.settings == cell.settings);
        figure.over(same).unwrap_or_default()
    };
    let figures = catalogue();
    let figures = figures
        .iter()
        .filter_map(|figure| compare(figure, figure.less?, &rounds(a, figure), &rounds(b, figure)));
    Pair { settings: cell.settings.clone(), label, figures: figures.collect() }
}

fn compare(figure: &Figure, less: Less, a: &[f64], b: &[f64]) -> Option<Compared> {
    let (of_a, of_b) = (Spread::of(a)?, Spread::of(b)?);
    let p = ranks::p(a, b);
    let enough = a.len() >= ROUNDS && b.len() >= ROUNDS;
    let apart = of_a.high < of_b.low || of_b.high < of_a.low;
    let tested = p < LEVEL || ranks::smallest_p(a.len(), b.len()) >= LEVEL;
    let verdict = if enough && apart && tested {
        word(less, of_b.median < of_a.median)
    } else {
        Verdict::NotDistinguishable
    };
    Some(Compared {
        id: figure.id,
        unit: figure.unit,
        title: figure.title.clone(),
        a: of_a,
        b: of_b,
        rounds: (a.len(), b.len()),
        change_percent: (of_a.median > 0.0).then(|| 100.0 * (of_b.median / of_a.median - 1.0)),
        p,
        verdict,
    })
}

fn word(less: Less, is_less: bool) -> Verdict {
    match (less, is_less) {
        (Less::Faster, true) => Verdict::Faster,
        (Less::Faster, false) => Verdict::Slower,
        (Less::Fresher, true) => Verdict::Fresher,
        (Less::Fresher, false) => Verdict::Staler,
        (Less::Lighter, true) => Verdict::Lighter,
        (Less::Lighter, false) => Verdict::Heavier,
        (Less::LosesLess, true) => Verdict::LosesLess,
        (Less::LosesLess, false) => Verdict::LosesMore,
    }
}

fn rule() -> Words {
    Words::new(
        "B gets a word (faster, heavier, ...) only where both runs have 3 or more rounds, no round of one lies within \
         the range of the other, and, where so many rounds allow it, an exact two-sided permutation test on the ranks \
         of the rounds gives p < 0.05. With 3 and 3 rounds the smallest p there is, is 0.10, so the ranges alone \
         decide; with 4 and 4 it is 0.029. Everything else is not distinguishable. Of many figures a few lie apart by \
         chance: repeat what matters.",
        "只有同时满足以下条件才下结论（更快、更重……）：两边都有 3 轮或更多；一边的任何一轮都不落在另一边的范围内；\
         轮数允许时，对各轮名次做的精确双侧置换检验给出 p < 0.05。3 轮对 3 轮时最小的 p 是 0.10，只能靠范围判断；\
         4 轮对 4 轮时是 0.029。其余一律是“分不出”。数字多了，总有几个会碰巧分开：重要的请重测。",
    )
}

fn warnings(a: &Run, b: &Run) -> Vec<Words> {
    let mut warnings = Vec::new();
    if a.machine != b.machine {
        warnings.push(Words::new(
            "The two were measured on different machines: what differs may be the machine.",
            "两次测量不在同一台机器上：差别可能来自机器。",
        ));
    }
    let all = [("A", a), ("B", b)];
    for (name, _) in all.into_iter().filter(|(_, run)| !run.complete) {
        warnings.push(Words::new(
            format!("{name} is not complete: rounds are missing."),
            format!("{name} 不完整：缺少若干轮。"),
        ));
    }
    warnings
}

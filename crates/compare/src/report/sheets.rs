//! The tables of a report, before they are drawn: groups of cells as rows, figures as columns, and the footnotes.

use super::figures::{self, Figure};
use super::lang::{Lang, Words};
use super::view::{Cell, Value, View};
use super::{labels, number, why};

/// A table.
pub(super) struct Sheet {
    /// Its name.
    pub(super) title: Words,
    /// Names of its figures.
    columns: &'static [&'static str],
}

/// What stands in one place of a table.
pub(super) enum Entry {
    /// Median and spread; no spread where all rounds read the same, or there is but one.
    Figure {
        /// The median.
        median: String,
        /// From the lowest to the highest.
        spread: Option<String>,
    },
    /// Nothing, and the footnote that says why.
    Missing(usize),
}

/// Footnotes, numbered from 1 in the order in which they are first needed.
#[derive(Debug, Default)]
pub(super) struct Footnotes(Vec<Words>);

/// All tables of a complete report.
pub(super) fn all() -> [Sheet; 3] {
    [
        Sheet {
            title: Words::new("Freshness", "新鲜程度"),
            columns: &[
                "latency_p50",
                "latency_p99",
                "latency_p999",
                "latency_max",
                "staleness",
                "staleness_own",
                "never_seen",
            ],
        },
        Sheet {
            title: Words::new("Connections and traffic", "连接与流量"),
            columns: &[
                "opened",
                "held",
                "handshake_p50",
                "handshake_p99",
                "requests_per_update",
                "bytes_down",
                "bytes_up",
                "bytes_per_client",
            ],
        },
        Sheet {
            title: Words::new("Server load", "服务器负载"),
            columns: &[
                "cpu_per_update",
                "cpu_per_client",
                "cpu_core",
                "user_share",
                "memory_user",
                "memory_kernel",
                "front_cpu_per_update",
            ],
        },
    ]
}

/// How far the figures themselves can be trusted.
pub(super) fn trust() -> Sheet {
    Sheet {
        title: Words::new("The generator and the machine", "负载发生器与机器"),
        columns: &[
            "generator_core",
            "generator_cpu_per_event",
            "lag_p99",
            "wait_per_update",
            "connections_per_100_requests",
        ],
    }
}

/// The short table of the README.
pub(super) fn short() -> Sheet {
    Sheet {
        title: Words::new("Measured", "测量结果"),
        columns: &[
            "latency_p50",
            "latency_p99",
            "staleness",
            "never_seen",
            "cpu_per_update",
            "memory_user",
            "memory_kernel",
            "bytes_down",
            "bytes_up",
        ],
    }
}

impl Sheet {
    /// Its figures, without those that nothing could have (a proxy's where there was none).
    pub(super) fn figures<'view>(&self, view: &'view View) -> Vec<&'view Figure> {
        let wanted = |id: &&&str| {
            **id != "front_cpu_per_update" || view.cells.iter().any(|cell| cell.spread(id).is_some())
        };
        self.columns.iter().filter(wanted).filter_map(|id| view.figure(id)).collect()
    }
}

/// Cells of the same load, in order, and what the load is called.
pub(super) fn groups(view: &View) -> Vec<(Words, Vec<&Cell>)> {
    let mut groups: Vec<(Words, Vec<&Cell>)> = Vec::new();
    for cell in &view.cells {
        let name = labels::group(&cell.settings, &view.varied);
        match groups.last_mut().filter(|(last, _)| *last == name) {
            Some((_, cells)) => cells.push(cell),
            None => groups.push((name, vec![cell])),
        }
    }
    groups
}

/// The name of a row, with the footnotes of its marks.
pub(super) fn row(view: &View, cell: &Cell, lang: Lang, notes: &mut Footnotes) -> String {
    let mut name = labels::row(&cell.settings, &view.varied).in_lang(lang).to_owned();
    for (mark, rounds) in &cell.marks {
        // Where no round is left, every figure of the row says it.
        if cell.used == 0 && figures::refuses(*mark) {
            continue;
        }
        let (Words { en, zh }, all) = (why::mark(*mark), cell.rounds);
        let note = notes.number(if *rounds == all {
            Words::new(format!("{en} (in every round)"), format!("{zh}（每一轮）"))
        } else {
            Words::new(
                format!("{en} (in {rounds} of {all} rounds)"),
                format!("{zh}（{all} 轮中的 {rounds} 轮）"),
            )
        });
        name += &format!(" [{note}]");
    }
    name
}

/// What stands in the row of `cell` and the column of `figure`.
pub(super) fn entry(view: &View, cell: &Cell, figure: &Figure, notes: &mut Footnotes) -> Entry {
    match cell.figures.get(figure.id) {
        Some(Value::Measured(spread)) => {
            let (low, high) = number::ends(spread.low, spread.high, figure.unit);
            let median = match decimals(view, figure) {
                Some(decimals) => number::fixed(spread.median, decimals),
                None => number::plain(spread.median, figure.unit),
            };
            Entry::Figure { median, spread: (low != high).then(|| number::span(&low, &high)) }
        }
        Some(Value::Missing { missing }) => Entry::Missing(notes.number(missing.clone())),
        None => Entry::Missing(notes.number(why::missing(&[]))),
    }
}

/// The decimals of a column, where one number of them gives every cell two to four significant digits.
fn decimals(view: &View, figure: &Figure) -> Option<usize> {
    let sizes = view.cells.iter().filter_map(|cell| Some(cell.spread(figure.id)?.median.abs()));
    let sizes: Vec<f64> = sizes.filter(|size| *size > 0.0).collect();
    let whole = figure.unit == "count" && sizes.iter().all(|size| size.fract() == 0.0);
    let most = sizes.iter().map(|size| number::decimals(*size)).max()?;
    let least = sizes.iter().map(|size| number::decimals(*size)).min()?;
    (!whole && most - least <= 1 && sizes.iter().all(|size| *size < 1000.0)).then_some(most)
}

impl Footnotes {
    fn number(&mut self, note: Words) -> usize {
        let place = self.0.iter().position(|known| *known == note).unwrap_or_else(|| {
            self.0.push(note);
            self.0.len() - 1
        });
        place + 1
    }

    /// All of them, with their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &Words)> {
        self.0.iter().enumerate().map(|(place, note)| (place + 1, note))
    }
}

/// The unit of a column, as it stands in its head.
pub(super) fn unit(figure: &Figure) -> Option<&str> {
    Some(number::symbol(figure.unit)).filter(|symbol| !symbol.is_empty())
}

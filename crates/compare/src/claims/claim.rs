//! A claim that is judged by a scenario, as it stands in `benches/claims/ID.toml`:
//!
//! ```toml
//! id = "C02"
//! section = "5.2"                       # of the tutorial
//! claim = { en = "...", zh = "..." }    # its sentence
//! threshold = { en = "...", zh = "..." }
//! knob = { en = "...", zh = "..." }     # what flips it
//!
//! [scenario]                            # the keys of a scenario, without name, title and about
//! ways = "poll"
//! keep_alive = [true, false]
//!
//! [[tests]]                             # each cell that `of` takes is judged by itself
//! what = { en = "...", zh = "..." }
//! figure = "cpu_per_client"             # of the reports' catalogue
//! of = { ways = "poll" }                # the keys of a scenario's cells again
//! against = { ways = "sse" }            # divided by this cell of the same load, round by round; may be left out
//! yes = 2.0                             # true from here on, in all rounds
//! no = 1.0                              # false from here on; on which side of `yes` it lies says which way to read
//!
//! [[beside]]                            # figures that are shown and judge nothing: the same keys without yes and no
//! scale = "per-interval"                # divided by the cell's poll interval; or times-interval
//!
//! [[opinions]]                          # what no measurement can carry; without tests the claim is unsupported
//! en = "..."
//! zh = "..."
//! ```

use std::ops::Range;

use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Threshold;
use crate::report::figures::{self, Figure};
use crate::scenario::{Select, Wrong, parse};
use crate::store::OF_CLAIM;
use crate::{Error, Scenario, Settings, Text};

/// A claim with its scenario and its questions.
#[derive(Debug)]
pub(super) struct Claim {
    pub(super) id: String,
    pub(super) section: String,
    pub(super) claim: Text,
    pub(super) threshold: Text,
    pub(super) knob: Text,
    pub(super) opinions: Vec<Text>,
    pub(super) scenario: Scenario,
    /// First the tests, then what stands beside them.
    pub(super) questions: Vec<Question>,
}

/// One figure of some cells.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) what: Text,
    pub(super) figure: Figure,
    pub(super) scale: Scale,
    pub(super) pairs: Vec<Pair>,
    /// None: it judges nothing.
    pub(super) threshold: Option<Threshold>,
}

/// A cell, and the one that its figure is divided by.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) of: Settings,
    pub(super) against: Option<Settings>,
}

/// What the poll interval does to a figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Scale {
    /// Nothing.
    #[default]
    Plain,
    /// A time becomes a multiple of the interval.
    PerInterval,
    /// A multiple becomes the interval at which it would be 1, if the cost of polling falls as the interval grows.
    TimesInterval,
}

impl Question {
    /// The unit of its answers.
    pub(super) fn unit(&self) -> &'static str {
        let divided = self.pairs.iter().any(|pair| pair.against.is_some());
        match self.scale {
            Scale::TimesInterval => "s",
            Scale::PerInterval => "×",
            Scale::Plain if divided => "×",
            Scale::Plain => self.figure.unit,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    id: String,
    section: String,
    claim: Text,
    threshold: Text,
    #[serde(default)]
    knob: Text,
    #[serde(default)]
    opinions: Vec<Text>,
    /// It must be there; its keys are read with their places.
    #[serde(rename = "scenario")]
    _scenario: IgnoredAny,
    tests: Vec<Spanned<Row>>,
    #[serde(default)]
    beside: Vec<Spanned<Row>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    what: Text,
    figure: Spanned<String>,
    of: Spanned<IgnoredAny>,
    against: Option<Spanned<IgnoredAny>>,
    #[serde(default)]
    scale: Scale,
    yes: Option<f64>,
    no: Option<f64>,
}

impl Claim {
    /// Reads it; `source` names it in errors.
    ///
    /// # Errors
    /// When the text is wrong, with a caret under it.
    pub(super) fn read(source: &str, text: &str) -> Result<Self, Error> {
        let bad = |wrong: Wrong| wrong.at(source, text);
        let document = parse(source, text)?;
        let table = document.get_ref();
        let sheet: Sheet = toml::from_str(text).map_err(|error| {
            let span = error.span().unwrap_or_default();
            bad(Wrong::new(&span, error.message(), "the other files of benches/claims show what a claim has"))
        })?;
        let of = |key: &str| match table.get(key).map(Spanned::get_ref) {
            Some(DeValue::Table(table)) => Some(table),
            _ => None,
        };
        let no_table = || bad(Wrong::new(&(0..0), "`scenario` must be a table", "write it as [scenario]"));
        let scenario = of("scenario").ok_or_else(no_table)?;
        let name = (format!("{OF_CLAIM}{}", sheet.id.to_lowercase()), sheet.claim.clone());
        let scenario = Scenario::within(source, text, scenario, name)?;
        let mut questions = Vec::new();
        for (key, rows, judges) in [("tests", sheet.tests, true), ("beside", sheet.beside, false)] {
            for (number, row) in rows.into_iter().enumerate() {
                let chosen = (chosen(table, key, number, "of"), chosen(table, key, number, "against"));
                questions.push(question(row, chosen, judges, &scenario.cells).map_err(bad)?);
            }
        }
        let Sheet { id, section, claim, threshold, knob, opinions, .. } = sheet;
        Ok(Self { id, section, claim, threshold, knob, opinions, scenario, questions })
    }
}

/// The table `name` of the `number`th of `key`, with the places of its values.
fn chosen<'a, 'text>(
    table: &'a DeTable<'text>,
    key: &str,
    number: usize,
    name: &str,
) -> Option<&'a DeTable<'text>> {
    let DeValue::Array(rows) = table.get(key)?.get_ref() else { return None };
    let DeValue::Table(row) = rows.get(number)?.get_ref() else { return None };
    let DeValue::Table(chosen) = row.get(name)?.get_ref() else { return None };
    Some(chosen)
}

fn question(
    row: Spanned<Row>,
    (of, against): (Option<&DeTable<'_>>, Option<&DeTable<'_>>),
    judges: bool,
    cells: &[Settings],
) -> Result<Question, Wrong> {
    let whole = row.span();
    let row = row.into_inner();
    let figure = figure(&row.figure)?;
    let of_span = row.of.span();
    let of = select(of, &of_span)?;
    let against_span = row.against.as_ref().map(Spanned::span).unwrap_or_default();
    let against = row.against.is_some().then(|| select(against, &against_span)).transpose()?;
    let mut pairs = Vec::new();
    for cell in cells.iter().filter(|cell| of.takes(cell)) {
        let other = match &against {
            None => None,
            Some(against) => Some(partner(against, &against_span, cell, cells)?),
        };
        pairs.push(Pair { of: cell.clone(), against: other });
    }
    if pairs.is_empty() {
        let way_out = "name values that [scenario] has";
        return Err(Wrong::new(&of_span, "no cell of the scenario is meant by this", way_out));
    }
    scales(&row, &figure, &pairs)?;
    let threshold = threshold(&row, &whole, judges)?;
    Ok(Question { what: row.what, figure, scale: row.scale, pairs, threshold })
}

fn figure(name: &Spanned<String>) -> Result<Figure, Wrong> {
    let catalogue = figures::catalogue();
    let known = catalogue.iter().map(|figure| figure.id).collect::<Vec<_>>().join(", ");
    catalogue.into_iter().find(|figure| figure.id == name.get_ref()).ok_or_else(|| {
        let what = format!("there is no figure {:?}", name.get_ref());
        Wrong::new(&name.span(), what, format!("the figures are {known}"))
    })
}

fn select(table: Option<&DeTable<'_>>, span: &Range<usize>) -> Result<Select, Wrong> {
    let way_out = "write the keys of a scenario's cells, as in { ways = \"poll\" }";
    Select::read(table.ok_or_else(|| Wrong::new(span, "this must be a table", way_out))?)
}

/// The one cell that `cell` is divided by.
fn partner(
    against: &Select,
    span: &Range<usize>,
    cell: &Settings,
    cells: &[Settings],
) -> Result<Settings, Wrong> {
    let mut others = cells.iter().filter(|other| against.pairs(cell, other));
    match (others.next(), others.next()) {
        (Some(other), None) => Ok(other.clone()),
        (found, _) => {
            let number = if found.is_none() { "no cell" } else { "more than one cell" };
            let name = crate::progress::name(cell);
            let what = format!("{number} with the same load is meant by this for {name}");
            Err(Wrong::new(span, what, "name values of [scenario] that leave exactly one"))
        }
    }
}

fn scales(row: &Row, figure: &Figure, pairs: &[Pair]) -> Result<(), Wrong> {
    let span = row.figure.span();
    let polls = pairs.iter().all(|pair| pair.of.way == "poll");
    let divided = row.against.is_some();
    let wrong = match row.scale {
        Scale::Plain => return Ok(()),
        Scale::PerInterval if polls && !divided && figure.unit == "s" => return Ok(()),
        Scale::TimesInterval if polls && divided => return Ok(()),
        Scale::PerInterval => "per-interval needs a figure in seconds, of polling, and nothing against it",
        Scale::TimesInterval => "times-interval needs a figure of polling against that of another way",
    };
    Err(Wrong::new(&span, wrong, "leave `scale` out, or choose another figure"))
}

fn threshold(row: &Row, whole: &Range<usize>, judges: bool) -> Result<Option<Threshold>, Wrong> {
    let wrong = |what: &str, way_out: &str| Err(Wrong::new(whole, what, way_out));
    match (row.yes, row.no) {
        (None, None) if !judges => Ok(None),
        _ if !judges => {
            wrong("what stands beside judges nothing", "leave `yes` and `no` out, or make it [[tests]]")
        }
        (Some(yes), Some(no)) if yes != no => Ok(Some(Threshold { yes, no })),
        (Some(_), Some(_)) => {
            wrong("`yes` and `no` are the same", "leave room between them for what is undecided")
        }
        _ => wrong("a test has `yes` and `no`", "name both, or move the figure to [[beside]]"),
    }
}

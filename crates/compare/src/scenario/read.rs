//! From a text to a scenario, with a caret under what is wrong.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::axes::{Axes, KEYS, is_name, number, text as quoted, time};
use super::bad::Wrong;
use super::sweep::{refuse, sweep};
use super::{Overrides, ROUNDS, Scenario, Text, WINDOW_MS};
use crate::{Error, Settings};

/// Cells of one scenario: with three rounds of 10 s each, a night.
const CELLS_MAX: usize = 500;

/// The keys that stand once.
const KEYS_ONCE: &str = "name, title, about, rounds, duration, warm_up, ramp, seed";

pub(super) fn read(source: &str, text: &str, overrides: &Overrides) -> Result<Scenario, Error> {
    let table = parse(source, text)?;
    build(source, text, table.get_ref(), Draft::default(), overrides)
}

/// A text as TOML, every value with its place.
pub(crate) fn parse<'text>(
    source: &str,
    text: &'text str,
) -> Result<Spanned<DeTable<'text>>, Box<super::Bad>> {
    DeTable::parse(text).map_err(|error| {
        // A mistake at the end of the text has no length.
        let span = error.span().map_or(0..0, |span| span.start..span.end.max(span.start + 1));
        let what = format!("this is no TOML: {}", error.message());
        Wrong::new(&span, what, "see https://toml.io").at(source, text)
    })
}

/// A scenario that is one table of a longer text; it takes its name and title from there.
pub(super) fn within(
    source: &str,
    text: &str,
    table: &DeTable<'_>,
    (name, title): (String, Text),
) -> Result<Scenario, Error> {
    let draft =
        Draft { name: Some(name), about: Some(title.clone()), title: Some(title), ..Draft::default() };
    build(source, text, table, draft, &Overrides::default())
}

fn build(
    source: &str,
    text: &str,
    table: &DeTable<'_>,
    mut draft: Draft,
    overrides: &Overrides,
) -> Result<Scenario, Error> {
    let bad = |wrong: Wrong| wrong.at(source, text);
    draft.take(table).map_err(bad)?;
    let duration_ms = overrides.duration_ms.unwrap_or(draft.duration_ms);
    let mut cells = Vec::new();
    for mut axes in draft.groups() {
        change(&mut axes, overrides);
        let group: Vec<Settings> = sweep(&axes).map_err(bad)?;
        refuse(&group, &axes, (duration_ms, &draft.duration)).map_err(bad)?;
        for cell in group {
            if !cells.contains(&cell) {
                cells.push(cell);
            }
        }
    }
    if cells.is_empty() {
        let ways = overrides.ways.join(", ");
        return Err(Error::Nothing(format!(
            "--ways {ways}: nothing of {source} goes by that; leave --ways out"
        )));
    }
    if cells.len() > CELLS_MAX {
        let what =
            format!("these lists have {} combinations, and at most {CELLS_MAX} are measured", cells.len());
        let way_out = "shorten a list, or list the combinations as [[cells]]";
        return Err(bad(Wrong::new(&(0..0), what, way_out)).into());
    }
    let Draft { name, title, about, rounds, warm_up_ms, ramp_per_s, seed, .. } = draft;
    let missing = |key| {
        bad(Wrong::new(&(0..0), format!("the key {key:?} is missing"), format!("every scenario has {key}")))
    };
    Ok(Scenario {
        name: name.ok_or_else(|| missing("name"))?,
        title: title.ok_or_else(|| missing("title"))?,
        about: about.ok_or_else(|| missing("about"))?,
        cells,
        rounds: overrides.rounds.unwrap_or(rounds),
        duration_ms,
        warm_up_ms,
        ramp_per_s,
        seed: overrides.seed.unwrap_or(seed),
        toml: text.to_owned(),
    })
}

fn change(axes: &mut Axes, overrides: &Overrides) {
    if !overrides.ways.is_empty() {
        axes.ways.values.retain(|way| overrides.ways.contains(way));
    }
    if !overrides.clients.is_empty() {
        axes.clients.values.clone_from(&overrides.clients);
    }
    axes.servers.values.extend_from_slice(&overrides.servers);
}

/// A scenario while it is read.
#[derive(Debug)]
struct Draft {
    name: Option<String>,
    title: Option<Text>,
    about: Option<Text>,
    rounds: u32,
    duration_ms: u64,
    /// Where that stands.
    duration: Range<usize>,
    warm_up_ms: u64,
    ramp_per_s: u32,
    seed: u64,
    axes: Axes,
    cells: Vec<Axes>,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            name: None,
            title: None,
            about: None,
            rounds: 3,
            duration_ms: 6_000,
            duration: 0..0,
            warm_up_ms: 1_000,
            ramp_per_s: 500,
            seed: 1,
            axes: Axes::default(),
            cells: Vec::new(),
        }
    }
}

impl Draft {
    fn take(&mut self, table: &DeTable<'_>) -> Result<(), Wrong> {
        // First what stands above the cells, wherever it stands: TOML's tables have no order.
        for (key, value) in table.iter().filter(|(key, _)| key.get_ref() != "cells") {
            if !self.once(key.get_ref(), value)? && !self.axes.set(key.get_ref(), value)? {
                let way_out = format!("a scenario has {KEYS_ONCE}; {KEYS}; and [[cells]]");
                return Err(Wrong::new(&key.span(), format!("there is no key {:?}", key.get_ref()), way_out));
            }
        }
        if let Some(value) = table.get("cells") {
            let DeValue::Array(cells) = value.get_ref() else { return Err(no_cells(&value.span())) };
            for cell in cells {
                let DeValue::Table(table) = cell.get_ref() else { return Err(no_cells(&cell.span())) };
                let mut axes = self.axes.clone();
                axes.set_all(table)?;
                self.cells.push(axes);
            }
        }
        Ok(())
    }

    /// Sets a key that stands once. Returns whether it is one.
    fn once(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Result<bool, Wrong> {
        match key {
            "name" => self.name = Some(name(value)?),
            "title" => self.title = Some(both(value)?),
            "about" => self.about = Some(both(value)?),
            "rounds" => self.rounds = number(value, &ROUNDS)?,
            "duration" => {
                (self.duration_ms, self.duration) = (time(value, &WINDOW_MS)?, value.span());
            }
            "warm_up" => self.warm_up_ms = time(value, &(0..=600_000))?,
            "ramp" => self.ramp_per_s = number(value, &(1..=100_000))?,
            "seed" => self.seed = number(value, &(0..=u32::MAX))?.into(),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn groups(&self) -> Vec<Axes> {
        if self.cells.is_empty() { vec![self.axes.clone()] } else { self.cells.clone() }
    }
}

fn no_cells(span: &Range<usize>) -> Wrong {
    Wrong::new(span, "`cells` must be tables", "write each as [[cells]] with its keys below")
}

fn name(value: &Spanned<DeValue<'_>>) -> Result<String, Wrong> {
    let name = quoted(value, "name = \"quick\"")?;
    if name.len() > 40 || !is_name(name) {
        let way_out =
            "a name has up to 40 small letters, digits and hyphens: it becomes part of a file's name";
        return Err(Wrong::new(&value.span(), format!("{name:?} is no name"), way_out));
    }
    Ok(name.to_owned())
}

/// A text in both languages.
fn both(value: &Spanned<DeValue<'_>>) -> Result<Text, Wrong> {
    let way_out = "write it in both languages, as in title = { en = \"Quick\", zh = \"快速\" }";
    let DeValue::Table(table) = value.get_ref() else {
        return Err(Wrong::new(&value.span(), "this has no languages", way_out));
    };
    let one = |lang: &str| match table.get(lang) {
        Some(text) => quoted(text, "en = \"Quick\"").map(str::to_owned),
        None => Err(Wrong::new(&value.span(), format!("the language {lang:?} is missing"), way_out)),
    };
    let text = Text { en: one("en")?, zh: one("zh")? };
    match table.keys().find(|key| !["en", "zh"].contains(&key.get_ref().as_ref())) {
        Some(other) => {
            Err(Wrong::new(&other.span(), format!("there is no language {:?}", other.get_ref()), way_out))
        }
        None => Ok(text),
    }
}

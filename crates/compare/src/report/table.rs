//! The tables of a terminal: three of at most 120 columns, median above spread, then footnotes and where it was
//! measured.

use comfy_table::{
    Cell as Place, CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets,
};

use super::lang::Lang;
use super::sheets::{self, Entry, Footnotes, Sheet};
use super::view::View;
use super::{number, provenance};

/// What a terminal must be wide, in columns.
pub const WIDTH: u16 = 120;

/// Left and right of each place.
const PADDING: u16 = 2;
/// Longer words of a head may break.
const WORD: u16 = 10;

/// A view as text for a terminal.
#[must_use]
pub fn render(view: &View, lang: Lang) -> String {
    let mut notes = Footnotes::default();
    let mut out = String::new();
    for sheet in sheets::all() {
        out += &format!("{}\n{}\n\n", sheet.title.in_lang(lang), draw(view, &sheet, lang, &mut notes));
    }
    for (number, note) in notes.iter() {
        out += &format!("[{number}] {}\n", note.in_lang(lang));
    }
    out += "\n";
    for finding in &view.findings {
        out += &format!("{}\n", finding.in_lang(lang));
    }
    out += if view.findings.is_empty() { "" } else { "\n" };
    for line in provenance::lines(view, lang) {
        out += &format!("{line}\n");
    }
    out
}

/// A table without lines that keeps to the width.
pub(super) fn blank() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    table
}

fn draw(view: &View, sheet: &Sheet, lang: Lang, notes: &mut Footnotes) -> Table {
    let figures = sheet.figures(view);
    let heads = figures.iter().map(|figure| {
        let title = figure.title.in_lang(lang);
        sheets::unit(figure).map_or_else(|| title.to_owned(), |unit| format!("{title}\n{unit}"))
    });
    let mut rows = vec![[String::new()].into_iter().chain(heads).collect::<Vec<_>>()];
    for (group, cells) in sheets::groups(view) {
        if !group.en.is_empty() {
            rows.push(vec![format!("{}{}", group.in_lang(lang), lang.pick(":", "："))]);
        }
        for cell in cells {
            let mut row = vec![sheets::row(view, cell, lang, notes)];
            row.extend(figures.iter().map(|figure| match sheets::entry(view, cell, figure, notes) {
                Entry::Figure { median, spread: None } => median,
                Entry::Figure { median, spread: Some(spread) } => format!("{median}\n{spread}"),
                Entry::Missing(note) => format!("{} [{note}]", number::MISSING),
            }));
            rows.push(row);
        }
    }
    lay_out(&rows)
}

/// The first row is the head. Numbers never break, names only where they must.
fn lay_out(rows: &[Vec<String>]) -> Table {
    let mut table = blank();
    let columns = rows.first().map_or(0, Vec::len);
    let widest = |column: usize, parts: fn(&str) -> Vec<&str>, from: usize| {
        let texts = rows.iter().skip(from).filter_map(|row| row.get(column));
        texts.flat_map(|text| parts(text)).map(wide).max().unwrap_or(0)
    };
    // The words of a head stay whole, but Chinese has none to break at.
    let word = |column: usize| {
        rows.first().map_or(0, |head| head[column].split_whitespace().map(wide).max().unwrap_or(0))
    };
    let least: Vec<u16> = (1..columns)
        .map(|column| widest(column, |text| text.lines().collect(), 1).max(word(column).min(WORD)) + PADDING)
        .collect();
    let rest = WIDTH.saturating_sub(least.iter().sum());
    let name = (widest(0, |text| vec![text], 1) + PADDING).min(rest);
    let bounds = [name].into_iter().chain(least);
    for row in rows {
        let places = row.iter().enumerate().map(|(column, text)| {
            let side = if column == 0 { CellAlignment::Left } else { CellAlignment::Right };
            Place::new(text).set_alignment(side)
        });
        table.add_row(places);
    }
    table.set_constraints(bounds.map(|width| ColumnConstraint::LowerBoundary(Width::Fixed(width))));
    table
}

/// How many columns of a terminal a text takes: Han letters and their punctuation take two.
fn wide(text: &str) -> u16 {
    text.chars().map(|letter| if letter >= '\u{2e80}' { 2 } else { 1 }).sum()
}

//! A complete report as Markdown: findings, tables, percentiles, what each figure means, and where it was measured.

use super::lang::Lang;
use super::sheets::{self, Entry, Footnotes, Sheet};
use super::view::{Cell, View};
use super::{labels, number, provenance};

/// A view as Markdown.
#[must_use]
pub fn render(view: &View, lang: Lang) -> String {
    let mut notes = Footnotes::default();
    let mut out = format!("# {}\n\n", view.title.in_lang(lang));
    for finding in &view.findings {
        out += &format!("- {}\n", text(finding.in_lang(lang)));
    }
    out += if view.findings.is_empty() { "" } else { "\n" };
    for sheet in sheets::all().into_iter().chain([sheets::trust()]) {
        out += &format!("## {}\n\n{}\n", sheet.title.in_lang(lang), table(view, &sheet, lang, &mut notes));
    }
    out += &percentiles(view, lang);
    let footnotes = footnotes(&notes, lang);
    if !footnotes.is_empty() {
        out += &format!("## {}\n\n{footnotes}\n", lang.pick("What is missing, and why", "缺少什么，为什么"));
    }
    out += &format!("## {}\n\n", lang.pick("What the figures mean", "这些数字的含义"));
    for figure in &view.figures {
        let unit = sheets::unit(figure).map(|unit| format!(" ({unit})")).unwrap_or_default();
        out += &format!("- **{}**{unit}: {}\n", figure.title.in_lang(lang), text(figure.means.in_lang(lang)));
    }
    out += &format!("\n## {}\n\n", lang.pick("Where it was measured", "在哪里测的"));
    for line in provenance::lines(view, lang) {
        out += &format!("- {}\n", text(&line));
    }
    out
}

/// One table: the median, and the spread behind it.
pub(super) fn table(view: &View, sheet: &Sheet, lang: Lang, notes: &mut Footnotes) -> String {
    let figures = sheet.figures(view);
    let mut out = "| ".to_owned();
    for figure in &figures {
        let unit = sheets::unit(figure).map(|unit| format!(", {unit}")).unwrap_or_default();
        out += &format!("| {}{unit} ", figure.title.in_lang(lang));
    }
    out += &format!("|\n|---{}|\n", "|--:".repeat(figures.len()));
    for (group, cells) in sheets::groups(view) {
        if !group.en.is_empty() {
            out += &format!("| **{}** {}|\n", group.in_lang(lang), "| ".repeat(figures.len()));
        }
        for cell in cells {
            out += &format!("| {} ", text(&sheets::row(view, cell, lang, notes)));
            for figure in &figures {
                out += &match sheets::entry(view, cell, figure, notes) {
                    Entry::Figure { median, spread: None } => format!("| {median} "),
                    Entry::Figure { median, spread: Some(spread) } => format!("| {median} ({spread}) "),
                    Entry::Missing(note) => format!("| {} [{note}] ", number::MISSING),
                };
            }
            out += "|\n";
        }
    }
    out
}

/// The footnotes as a list; empty when there are none.
pub(super) fn footnotes(notes: &Footnotes, lang: Lang) -> String {
    notes.iter().map(|(number, note)| format!("- [{number}] {}\n", text(note.in_lang(lang)))).collect()
}

/// Latency of all used rounds together, from the middle to the longest.
fn percentiles(view: &View, lang: Lang) -> String {
    const SHOWN: [f64; 6] = [0.5, 0.9, 0.99, 0.999, 0.9999, 1.0];
    let cells: Vec<&Cell> = view.cells.iter().filter(|cell| !cell.latency_curve.is_empty()).collect();
    if cells.is_empty() {
        return String::new();
    }
    let title = lang.pick("Latency, all rounds together (ms)", "延迟，各轮合并（ms）");
    let mut out = format!(
        "## {title}\n\n| | p50 | p90 | p99 | p99.9 | p99.99 | max |\n|---{}|\n",
        "|--:".repeat(SHOWN.len())
    );
    for cell in cells {
        out += &format!("| {} ", text(labels::full(&cell.settings, &view.varied).in_lang(lang)));
        for quantile in SHOWN {
            let reached = cell.latency_curve.iter().find(|(at, _)| *at >= quantile - 1e-9);
            let ms = reached.map(|(_, us)| number::plain(*us as f64 / 1000.0, "ms"));
            out += &format!("| {} ", ms.as_deref().unwrap_or(number::MISSING));
        }
        out += "|\n";
    }
    out + "\n"
}

/// Without what Markdown would take for its own.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '|' | '<' | '*' | '_' | '`' | '\\') {
            out.push('\\');
        }
        out.push(if letter == '\n' { ' ' } else { letter });
    }
    out
}

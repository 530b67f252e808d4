//! A ledger as Markdown.

use super::{Entry, Ledger, words};
use crate::report::Lang;

/// The verdicts in one table, then each claim with what was found and what that rests on.
#[must_use]
pub fn render(ledger: &Ledger, lang: Lang) -> String {
    let title = lang.pick("The tutorial's claims, measured", "教程的说法，逐条实测");
    let (count, provenance) = (words::count(ledger, lang), words::provenance(ledger, lang));
    let mut out = format!("# {title}\n\n{count}\n\n{provenance}\n\n");
    out += lang.pick("| claim | section | verdict | tutorial |\n", "| 说法 | 章节 | 判定 | 教程原话 |\n");
    out += "|---|---|---|---|\n";
    for Entry { id, section, claim, verdict, .. } in &ledger.entries {
        let (glyph, name) = (words::glyph(*verdict), verdict.name());
        let (name, claim) = (name.in_lang(lang), place(claim.in_lang(lang)));
        out += &format!("| {id} | {section} | {glyph} {name} | {claim} |\n");
    }
    ledger.entries.iter().for_each(|entry| out += &claim(entry, lang));
    out
}

fn claim(entry: &Entry, lang: Lang) -> String {
    let name = entry.verdict.name();
    let mut out = format!("\n## {} · {}\n\n", entry.id, name.in_lang(lang));
    for (label, text) in words::told(entry, lang) {
        out += &format!("- **{label}**{}{}\n", lang.pick(": ", "："), text.replace('\n', " "));
    }
    if entry.evidence.is_empty() {
        return out;
    }
    out += lang
        .pick("\n| figure | measured | says |\n|---|---|---|\n", "\n| 数字 | 测得 | 说明 |\n|---|---|---|\n");
    for figure in &entry.evidence {
        let (what, value) = (place(figure.what.in_lang(lang)), words::value(figure, lang));
        let (mark, name) = (words::mark(figure), figure.says.name());
        let says = if figure.beside { "" } else { name.in_lang(lang) };
        out += &format!("| {what} | {value} | {mark} {says} |\n");
    }
    out
}

/// A text that stays in its place of a table.
fn place(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

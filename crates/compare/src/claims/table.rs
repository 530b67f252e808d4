//! A ledger on a terminal.

use super::{Entry, Ledger, words};
use crate::report::Lang;

/// Each claim with its verdict, the tutorial's sentence, what was found and what that rests on; then how many of which.
#[must_use]
pub fn render(ledger: &Ledger, lang: Lang) -> String {
    let entries: String = ledger.entries.iter().map(|entry| claim(entry, lang)).collect();
    format!("{entries}{}\n{}\n", words::count(ledger, lang), words::provenance(ledger, lang))
}

fn claim(entry: &Entry, lang: Lang) -> String {
    let (glyph, verdict) = (words::glyph(entry.verdict), entry.verdict.name());
    let section = if entry.section.is_empty() { String::new() } else { format!("  §{}", entry.section) };
    let mut out = format!("{glyph} {} {}{section}\n", entry.id, verdict.in_lang(lang));
    for (label, text) in words::told(entry, lang) {
        out += &format!("  {label}{}{text}\n", lang.pick(": ", "："));
    }
    for figure in &entry.evidence {
        let (glyph, what) = (words::mark(figure), figure.what.in_lang(lang));
        out += &format!("    {glyph} {what}{}{}\n", lang.pick(": ", "："), words::value(figure, lang));
    }
    out + "\n"
}

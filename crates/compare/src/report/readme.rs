//! The measured table of the README, from one committed run. The rule: of the files `readme-*.json` in
//! `benches/results/`, the last by name (names end in the instant) is the source; without one the README has no table.

use super::lang::Lang;
use super::sheets::{self, Footnotes};
use super::view::View;
use super::{markdown, provenance};

/// Where the table begins in a README.
pub const BEGIN: &str = "<!-- measured:begin -->";
/// Where it ends.
pub const END: &str = "<!-- measured:end -->";

/// A README without a place for the table.
#[derive(Debug, thiserror::Error)]
#[error("it has no line {BEGIN} followed by a line {END}; put both where the measured table belongs")]
pub struct NoMarkers;

/// Which of these names is the run of the README.
pub fn newest(names: impl Iterator<Item = String>) -> Option<String> {
    names.filter(|name| name.starts_with("readme-") && name.ends_with(".json")).max()
}

/// The table and where it was measured, as Markdown. `file` is the name of the run's file.
#[must_use]
pub fn section(view: &View, lang: Lang, file: &str) -> String {
    let mut notes = Footnotes::default();
    let mut out = markdown::table(view, &sheets::short(), lang, &mut notes) + "\n";
    let footnotes = markdown::footnotes(&notes, lang);
    if !footnotes.is_empty() {
        out += &format!("{footnotes}\n");
    }
    let lines = provenance::lines(view, lang);
    out += &lines.join(lang.pick(" ", ""));
    let link = format!("[benches/results/{file}](benches/results/{file})");
    out += &match lang {
        Lang::En => {
            format!(" Everything raw: {link}; `fourways compare readme --write` makes the table from it.\n")
        }
        Lang::Zh => format!("全部原始数据：{link}；此表由 `fourways compare readme --write` 生成。\n"),
    };
    out
}

/// What stands between the markers; none when they are not there.
#[must_use]
pub fn between(readme: &str) -> Option<&str> {
    let (_, rest) = readme.split_once(BEGIN)?;
    Some(rest.split_once(END)?.0)
}

/// The README with `section` between its markers.
///
/// # Errors
/// When it has none.
pub fn put(readme: &str, section: &str) -> Result<String, NoMarkers> {
    let (before, rest) = readme.split_once(BEGIN).ok_or(NoMarkers)?;
    let (_, after) = rest.split_once(END).ok_or(NoMarkers)?;
    Ok(format!("{before}{BEGIN}\n\n{section}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_last_by_name_is_taken_and_nothing_else() {
        let names =
            ["readme-20260101T000000Z.json", "readme-20270101T000000Z.json", "quick-20280101T000000Z.json"];
        assert_eq!(newest(names.iter().map(ToString::to_string)).unwrap(), names[1]);
        assert_eq!(newest(["readme-2029.txt".to_owned()].into_iter()), None);
    }

    #[test]
    fn the_table_goes_between_the_markers_and_stays_there() {
        let view = sample::view(&[sample::run("readme")]);
        let table = section(&view, Lang::En, "readme-x.json");
        let readme = format!("# A\n\n{BEGIN}\nold\n{END}\n\nafter\n");
        let written = put(&readme, &table).unwrap();
        assert_eq!(between(&written).unwrap().trim(), table.trim());
        assert!(
            written.starts_with("# A\n\n") && written.ends_with("\n\nafter\n") && !written.contains("old")
        );
        assert_eq!(put(&written, &table).unwrap(), written, "twice is once");
        assert!(put("# A\n", &table).is_err());
        assert!(table.contains("| SSE ") && table.contains("benches/results/readme-x.json"), "{table}");
    }
}

//! C12: since when each browser has EventSource, after MDN's table (`just compat` makes ours from it), beside what the
//! tutorial says.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::lost::Lost;
use super::sheet::{Judged, Sheet, figure};
use crate::claims::{Entry, Evidence, Text, Verdict};

const SHEET: &str = include_str!("../../../../../benches/claims/C12.toml");
const DATA: &str = include_str!("../../../../../benches/claims/C12-data.json");

/// What the tutorial says, by MDN's names of the browsers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Numbers {
    /// Since this version.
    since: BTreeMap<String, u32>,
    /// Never.
    never: Vec<String>,
    /// At all, since whatever version.
    some: Vec<String>,
    /// What no table can tell.
    opinions: Vec<Text>,
}

#[derive(Debug, Deserialize)]
struct Table {
    package: String,
    version: String,
    browsers: Vec<Row>,
}

#[derive(Debug, Deserialize)]
struct Row {
    id: String,
    name: String,
    /// A version, `false` for never, or `preview`.
    since: Value,
}

/// What MDN says of one browser.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Since {
    Version(f64),
    Never,
    Unknown,
}

/// Compares the two tables. Starts no browser.
///
/// # Errors
/// When a file of the claim is not readable.
pub(super) fn run() -> Result<Entry, Lost> {
    let sheet = Sheet::<Numbers>::read(SHEET)?;
    let table: Table = serde_json::from_str(DATA).map_err(|error| Lost::Sheet(error.to_string()))?;
    let raw = serde_json::from_str(DATA).map_err(|error| Lost::Sheet(error.to_string()))?;
    let judged = judge(&sheet.numbers, &table);
    Ok(sheet.entry(judged, raw))
}

impl Table {
    /// The name of a browser, and what stands of it.
    fn row(&self, id: &str) -> (String, Since) {
        let row = self.browsers.iter().find(|row| row.id == id);
        let since = match row.map(|row| &row.since) {
            Some(Value::String(version)) => version.parse().map_or(Since::Unknown, Since::Version),
            Some(Value::Bool(false)) => Since::Never,
            _ => Since::Unknown,
        };
        (row.map_or_else(|| id.to_owned(), |row| row.name.clone()), since)
    }
}

fn judge(numbers: &Numbers, table: &Table) -> Judged {
    let (mut evidence, mut wrong) = (Vec::new(), Vec::new());
    for (id, said) in &numbers.since {
        let (name, since) = table.row(id);
        let says = match since {
            Since::Version(version) if version.total_cmp(&f64::from(*said)).is_eq() => Verdict::Holds,
            Since::Version(_) | Since::Never => Verdict::Fails,
            Since::Unknown => Verdict::Undecided,
        };
        if says == Verdict::Fails {
            wrong.push(told(&name, since));
        }
        let (en, zh) = (
            format!("{name}: first version (tutorial: {said})"),
            format!("{name}：首个支持的版本（教程：{said}）"),
        );
        evidence.push(row(en, zh, since, says));
    }
    for (id, never) in
        numbers.never.iter().map(|id| (id, true)).chain(numbers.some.iter().map(|id| (id, false)))
    {
        let (name, since) = table.row(id);
        let says = match since {
            Since::Unknown => Verdict::Undecided,
            since if (since == Since::Never) == never => Verdict::Holds,
            _ => Verdict::Fails,
        };
        if says == Verdict::Fails {
            wrong.push(told(&name, since));
        }
        let (en, zh) = if never { ("never", "不支持") } else { ("supported", "支持") };
        let found =
            if since == Since::Never { Text::new(": never", "：从未支持") } else { Text::default() };
        let en = format!("{name}: first version (tutorial: {en}){}", found.en);
        let zh = format!("{name}：首个支持的版本（教程：{zh}）{}", found.zh);
        evidence.push(row(en, zh, since, says));
    }
    let rows = evidence.len();
    evidence.extend(
        numbers.opinions.iter().map(|opinion| figure(opinion.clone(), "", &[], Verdict::Unsupported)),
    );
    let verdict = Verdict::of(&evidence);
    let knob = match verdict {
        Verdict::Fails | Verdict::Depends => {
            Text::new("Which browser, in which version.", "哪种浏览器、哪个版本。")
        }
        _ => Text::default(),
    };
    let finding = finding(table, rows, &wrong, numbers);
    Judged { verdict, finding, knob, evidence, raw: Value::Null }
}

/// What MDN says of a browser, in words.
fn told(name: &str, since: Since) -> Text {
    match since {
        Since::Version(version) => {
            Text::new(format!("{name} has it since {version}"), format!("{name} 从 {version} 起才支持"))
        }
        Since::Never => Text::new(format!("{name} never had it"), format!("{name} 从未支持")),
        Since::Unknown => Text::new(format!("nothing is known of {name}"), format!("{name} 没有记录")),
    }
}

fn row(en: String, zh: String, since: Since, says: Verdict) -> Evidence {
    let version: Vec<f64> = match since {
        Since::Version(version) => vec![version],
        Since::Never | Since::Unknown => Vec::new(),
    };
    figure(Text::new(en, zh), "count", &version, says)
}

fn finding(table: &Table, rows: usize, wrong: &[Text], numbers: &Numbers) -> Text {
    let (package, version) = (&table.package, &table.version);
    let listed = |text: fn(&Text) -> &str, comma: &str| {
        let all: Vec<_> = wrong.iter().map(text).collect();
        all.join(comma)
    };
    let (en, zh) = match wrong.len() {
        0 => (format!("none of {rows} rows differs"), format!("{rows} 行都没有不同")),
        many => (
            format!(
                "{many} of {rows} rows {}: {}",
                if many == 1 { "differs" } else { "differ" },
                listed(|text| &text.en, ", ")
            ),
            format!("{rows} 行中有 {many} 行不同：{}", listed(|text| &text.zh, "，")),
        ),
    };
    let said = |text: fn(&Text) -> &str, comma: &str| {
        numbers.opinions.iter().map(text).collect::<Vec<_>>().join(comma)
    };
    Text::new(
        format!(
            "Beside MDN's table, {en} ({package} {version}). No table can carry an opinion: {}.",
            said(|text| &text.en, "; ")
        ),
        format!(
            "与 MDN 的表相比，{zh}（{package} {version}）。以下是看法，没有数据可以证实：{}。",
            said(|text| &text.zh, "；")
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(edge: &Value) -> Judged {
        let numbers = Sheet::<Numbers>::read(SHEET).unwrap().numbers;
        let mut table: Table = serde_json::from_str(DATA).unwrap();
        table.browsers.iter_mut().find(|row| row.id == "edge").unwrap().since = edge.clone();
        judge(&numbers, &table)
    }

    #[test]
    fn one_row_that_differs_makes_it_depend() {
        let judged = entry(&"13".into());
        assert_eq!(judged.verdict, Verdict::Depends);
        assert!(
            judged.finding.en.contains("1 of 9 rows differs: Edge has it since 13 ("),
            "{}",
            judged.finding.en
        );
        let judged = entry(&"12".into());
        assert_eq!(judged.verdict, Verdict::Holds);
        assert!(judged.finding.zh.contains("没有不同"), "{}", judged.finding.zh);
    }

    #[test]
    fn it_fails_where_every_row_differs() {
        let numbers = Sheet::<Numbers>::read(SHEET).unwrap().numbers;
        let mut table: Table = serde_json::from_str(DATA).unwrap();
        for row in &mut table.browsers {
            row.since = if numbers.never.contains(&row.id) { "9".into() } else { false.into() };
        }
        let judged = judge(&numbers, &table);
        assert_eq!(judged.verdict, Verdict::Fails);
        assert!(judged.finding.en.contains("9 of 9 rows differ"), "{}", judged.finding.en);
    }

    #[test]
    fn never_is_no_version_and_what_is_unknown_decides_nothing() {
        assert_eq!(entry(&false.into()).verdict, Verdict::Depends);
        assert_eq!(entry(&"preview".into()).verdict, Verdict::Undecided);
    }

    #[test]
    fn opinions_are_unsupported_and_leave_the_verdict_alone() {
        let judged = entry(&"12".into());
        let opinions: Vec<_> =
            judged.evidence.iter().filter(|row| row.says == Verdict::Unsupported).collect();
        assert_eq!(opinions.len(), 2);
        assert!(opinions.iter().all(|row| row.value.is_none()));
    }

    #[test]
    fn the_committed_table_has_every_browser_of_the_claim() {
        let entry = run().unwrap();
        assert!(entry.evidence.iter().all(|row| row.says != Verdict::Undecided), "{:#?}", entry.evidence);
    }
}

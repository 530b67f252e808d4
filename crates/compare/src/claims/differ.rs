//! Two ledgers: which verdicts changed. One that was undecided may become anything; any other must stay what it was, or
//! the experiment is not one that can be repeated.

use serde::Serialize;
use serde_json::Value;

use super::{Entry, Evidence, Ledger, Verdict, words};
use crate::FORMAT;
use crate::report::{Lang, number};

/// Why a text is no ledger.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Not JSON.
    #[error("{file} is not JSON ({why}); give a file that `fourways claims` wrote")]
    NotJson {
        /// Which.
        file: String,
        /// As the parser says it, with line and column.
        why: serde_json::Error,
    },
    /// JSON, but something else.
    #[error(
        "{file} is JSON but no ledger: it has no \"entries\"; give a claims-*.json that `fourways claims` wrote"
    )]
    NoLedger {
        /// Which.
        file: String,
    },
    /// Of a later fourways.
    #[error(
        "{file} has format {format}, and this fourways knows formats up to {FORMAT}; read it with a newer one"
    )]
    Newer {
        /// Which.
        file: String,
        /// Its format.
        format: u64,
    },
    /// A ledger, but broken.
    #[error(
        "{file} is a damaged ledger: {why}; run the claims again, or take the file anew from where it came"
    )]
    Damaged {
        /// Which.
        file: String,
        /// What does not fit.
        why: serde_json::Error,
    },
}

/// The ledger in `text`, which was read from `file`.
///
/// # Errors
/// When it is none that this version knows.
pub fn read(file: &str, text: &str) -> Result<Ledger, Unreadable> {
    let file = file.to_owned();
    let json: Value = match serde_json::from_str(text) {
        Ok(json) => json,
        Err(why) => return Err(Unreadable::NotJson { file, why }),
    };
    if json.get("entries").is_none() {
        return Err(Unreadable::NoLedger { file });
    }
    match json.get("format").and_then(Value::as_u64) {
        Some(format) if format > u64::from(FORMAT) => Err(Unreadable::Newer { file, format }),
        _ => serde_json::from_value(json).map_err(|why| Unreadable::Damaged { file, why }),
    }
}

/// What two ledgers say differently.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// How many claims both have.
    pub compared: usize,
    /// Verdicts that changed.
    pub changed: Vec<Changed>,
    /// Claims that only one of them has.
    pub alone: Vec<String>,
}

/// A verdict that changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Changed {
    /// Of which claim.
    pub id: String,
    /// In the first ledger.
    pub before: Verdict,
    /// In the second one.
    pub after: Verdict,
    /// The figures that say something else.
    pub figures: Vec<Moved>,
}

/// A figure that says something else in the second ledger.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moved {
    /// As it stands in the first ledger; none if it is not there.
    pub before: Option<Evidence>,
    /// As it stands in the second one.
    pub after: Option<Evidence>,
}

impl Changed {
    /// Whether both were decided, so that one of them is wrong.
    #[must_use]
    pub fn contradicts(&self) -> bool {
        self.before != Verdict::Undecided && self.after != Verdict::Undecided
    }
}

/// Sets ledger `b` against ledger `a`.
#[must_use]
pub fn differ(a: &Ledger, b: &Ledger) -> Difference {
    let both: Vec<(&Entry, &Entry)> =
        a.entries.iter().filter_map(|entry| Some((entry, of(b, &entry.id)?))).collect();
    let alone = |one: &Ledger, other: &Ledger| -> Vec<String> {
        let ids = one.entries.iter().map(|entry| &entry.id);
        ids.filter(|id| of(other, id).is_none()).cloned().collect()
    };
    let changed = both.iter().filter(|(before, after)| before.verdict != after.verdict);
    Difference {
        compared: both.len(),
        changed: changed
            .map(|(before, after)| Changed {
                id: before.id.clone(),
                before: before.verdict,
                after: after.verdict,
                figures: moved(before, after),
            })
            .collect(),
        alone: [alone(a, b), alone(b, a)].concat(),
    }
}

fn of<'a>(ledger: &'a Ledger, id: &str) -> Option<&'a Entry> {
    ledger.entries.iter().find(|entry| entry.id == id)
}

/// The figures that judge, side by side, as far as they do not say the same.
fn moved(before: &Entry, after: &Entry) -> Vec<Moved> {
    let judged = |entry: &Entry| -> Vec<Evidence> {
        entry.evidence.iter().filter(|figure| !figure.beside).cloned().collect()
    };
    let (old, mut new) = (judged(before), judged(after));
    let mut all: Vec<Moved> = old
        .into_iter()
        .map(|old| {
            let place = new.iter().position(|new| new.what == old.what);
            Moved { before: Some(old), after: place.map(|place| new.remove(place)) }
        })
        .collect();
    // A name may tell why rounds do not count, or the version of a browser. If as many are left on both sides they are the
    // same figures, in the same order.
    let mut left: Vec<&mut Moved> = all.iter_mut().filter(|moved| moved.after.is_none()).collect();
    if left.len() == new.len() {
        left.iter_mut().zip(new.drain(..)).for_each(|(moved, new)| moved.after = Some(new));
    }
    all.extend(new.into_iter().map(|new| Moved { before: None, after: Some(new) }));
    let says = |figure: &Option<Evidence>| figure.as_ref().map(|figure| figure.says);
    all.retain(|moved| says(&moved.before) != says(&moved.after));
    all
}

impl Moved {
    /// From which figure to which. The second is named where its name is another.
    fn text(&self, lang: Lang) -> String {
        let name = |figure: &Evidence| format!("{}{}", figure.what.in_lang(lang), lang.pick(": ", "："));
        let told = |figure: &Evidence| {
            let says = figure.says.name();
            format!("{}{}{}", words::value(figure, lang), lang.pick(", ", "，"), says.in_lang(lang))
        };
        let arrow = lang.pick("->", "→");
        match (&self.before, &self.after) {
            (Some(before), Some(after)) if before.what == after.what => {
                format!("{}{} {arrow} {}", name(before), told(before), told(after))
            }
            (Some(before), Some(after)) => {
                format!("{}{} {arrow} {}{}", name(before), told(before), name(after), told(after))
            }
            (Some(before), None) => format!("{}{} {arrow} {}", name(before), told(before), number::MISSING),
            (None, Some(after)) => format!("{}{} {arrow} {}", name(after), number::MISSING, told(after)),
            (None, None) => String::new(),
        }
    }
}

impl Difference {
    /// Whether a decided verdict became another decided one.
    #[must_use]
    pub fn contradicts(&self) -> bool {
        self.changed.iter().any(Changed::contradicts)
    }

    /// As text for a terminal.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let mut out = String::new();
        for changed in &self.changed {
            let (before, after) = (changed.before.name(), changed.after.name());
            let why = if changed.contradicts() {
                lang.pick("both were decided: one of them is wrong", "两次都有定论：其中一次是错的")
            } else {
                lang.pick("one of them was undecided", "其中一次未定")
            };
            let (before, after) = (before.in_lang(lang), after.in_lang(lang));
            out += &match lang {
                Lang::En => format!("{}: {before} -> {after}; {why}\n", changed.id),
                Lang::Zh => format!("{}：{before} → {after}；{why}\n", changed.id),
            };
            changed.figures.iter().for_each(|moved| out += &format!("  {}\n", moved.text(lang)));
        }
        if !self.alone.is_empty() {
            let ids = self.alone.join(", ");
            out += &format!("{}{ids}\n", lang.pick("In one ledger only: ", "只有一份判定表里有："));
        }
        let contradictions = self.changed.iter().filter(|changed| changed.contradicts()).count();
        let (compared, changed) = (self.compared, self.changed.len());
        out += &match (lang, compared, changed) {
            (Lang::En, 0, _) => "No claim is in both ledgers, so nothing was compared.\n".to_owned(),
            (Lang::Zh, 0, _) => "没有一条说法同时出现在两份判定表里，无从比较。\n".to_owned(),
            (Lang::En, _, 0) => format!("Claims compared: {compared}; no verdict changed.\n"),
            (Lang::Zh, _, 0) => format!("比较了 {compared} 条说法：没有判定改变。\n"),
            (Lang::En, ..) => format!(
                "Claims compared: {compared}; verdicts changed: {changed}, of which decided both times: {contradictions}.\n"
            ),
            (Lang::Zh, ..) => format!(
                "比较了 {compared} 条说法：{changed} 条判定变了，其中 {contradictions} 条两次都有定论。\n"
            ),
        };
        out
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use Verdict::{Depends, Fails, Holds, Undecided};
    use measure::{Machine, Pressure};

    use super::*;
    use crate::Text;
    use crate::claims::files::Head;
    use crate::claims::found::Found;

    fn figure(name: &str, rounds: &[f64], says: Verdict) -> Evidence {
        Evidence::of(Text::new(name, name), "×", rounds, says)
    }

    fn entry(id: &str, evidence: Vec<Evidence>) -> Entry {
        let verdict = Verdict::of(&evidence);
        let head = Head { id: id.to_owned(), ..Head::default() };
        head.entry(Found { verdict, evidence, ..Found::nothing(Text::default()) })
    }

    fn ledger(entries: Vec<Entry>) -> Ledger {
        Ledger {
            format: FORMAT,
            started: "2026-11-23T14:00:00Z".to_owned(),
            machine: Machine::default(),
            before: Pressure::default(),
            versions: BTreeMap::new(),
            entries,
        }
    }

    fn verdicts(all: &[(&str, Verdict)]) -> Ledger {
        ledger(all.iter().map(|(id, says)| entry(id, vec![figure("CPU", &[1.0], *says)])).collect())
    }

    #[test]
    fn only_what_was_undecided_may_change() {
        let before = verdicts(&[("C01", Holds), ("C02", Undecided), ("C03", Fails), ("C04", Fails)]);
        let after = verdicts(&[("C01", Holds), ("C02", Fails), ("C03", Undecided), ("C05", Holds)]);
        let difference = differ(&before, &after);
        assert_eq!((difference.compared, difference.changed.len(), difference.contradicts()), (3, 2, false));
        assert_eq!(difference.alone, ["C04", "C05"]);
        let wrong = differ(&before, &verdicts(&[("C01", Depends)]));
        assert!(wrong.contradicts());
        assert!(wrong.text(Lang::En).starts_with("C01: holds -> depends; both were decided"), "{wrong:?}");
        assert!(wrong.text(Lang::Zh).contains("其中 1 条两次都有定论"), "{}", wrong.text(Lang::Zh));
    }

    #[test]
    fn the_same_ledger_twice_says_that_nothing_changed() {
        let one = verdicts(&[("C01", Holds), ("C02", Undecided)]);
        let same = differ(&one, &one.clone());
        assert_eq!(same.text(Lang::En), "Claims compared: 2; no verdict changed.\n");
        assert_eq!(same.text(Lang::Zh), "比较了 2 条说法：没有判定改变。\n");
        let none = differ(&one, &verdicts(&[])).text(Lang::En);
        assert_eq!(
            none,
            "In one ledger only: C01, C02\nNo claim is in both ledgers, so nothing was compared.\n"
        );
    }

    #[test]
    fn it_tells_from_which_figure_to_which() {
        let (polls, bytes) = (figure("polls", &[3.0], Holds), figure("bytes", &[9.0], Holds));
        let aside = |value| figure("break-even", &[value], Holds).aside();
        let open = figure("CPU", &[0.5, 1.5, 2.5], Undecided);
        let before = ledger(vec![entry("C01", vec![polls.clone(), open.clone(), aside(1.0)])]);
        let figures = vec![polls, figure("CPU", &[0.5, 0.5, 0.5], Fails), bytes.clone(), aside(7.0)];
        let difference = differ(&before, &ledger(vec![entry("C01", figures)]));
        let thin = '\u{202f}';
        assert_eq!(
            difference.text(Lang::En),
            format!(
                "C01: undecided -> depends; one of them was undecided\n  \
                 CPU: 1.50{thin}× (0.50–2.50{thin}×), 3 rounds, undecided -> 0.500{thin}×, 3 rounds, fails\n  \
                 bytes: – -> 9.00{thin}×, holds\n\
                 Claims compared: 1; verdicts changed: 1, of which decided both times: 0.\n"
            )
        );
        assert!(difference.text(Lang::Zh).contains("3 轮，未定 → 0.500"), "{}", difference.text(Lang::Zh));
        // Another name in the same place is the same figure: a round was refused, or the browser is a newer one.
        let (old, new) = (figure("CPU (1 round refused)", &[3.0], Undecided), figure("CPU", &[3.0], Holds));
        let renamed = differ(&ledger(vec![entry("C01", vec![old])]), &ledger(vec![entry("C01", vec![new])]));
        assert!(
            renamed
                .text(Lang::En)
                .contains(&format!("refused): 3.00{thin}×, undecided -> CPU: 3.00{thin}×, holds")),
            "{}",
            renamed.text(Lang::En)
        );
    }
}

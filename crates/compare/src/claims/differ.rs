//! Two ledgers: which verdicts changed. One that was undecided may become anything; any other must stay what it was, or
//! the experiment is not one that can be repeated.

use serde::Serialize;
use serde_json::Value;

use super::{Entry, Ledger, Verdict};
use crate::FORMAT;
use crate::report::Lang;

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
    let of = |ledger: &Ledger, id: &str| -> Option<Verdict> {
        ledger.entries.iter().find(|entry| entry.id == id).map(|entry| entry.verdict)
    };
    let both: Vec<Changed> = a
        .entries
        .iter()
        .filter_map(|Entry { id, verdict, .. }| {
            Some(Changed { id: id.clone(), before: *verdict, after: of(b, id)? })
        })
        .collect();
    let alone = |one: &Ledger, other: &Ledger| -> Vec<String> {
        let ids = one.entries.iter().map(|entry| &entry.id);
        ids.filter(|id| of(other, id).is_none()).cloned().collect()
    };
    Difference {
        compared: both.len(),
        changed: both.into_iter().filter(|both| both.before != both.after).collect(),
        alone: [alone(a, b), alone(b, a)].concat(),
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
        }
        if !self.alone.is_empty() {
            let ids = self.alone.join(", ");
            out += &format!("{}{ids}\n", lang.pick("In one ledger only: ", "只有一份台账里有："));
        }
        let contradictions = self.changed.iter().filter(|changed| changed.contradicts()).count();
        let (compared, changed) = (self.compared, self.changed.len());
        out += &match lang {
            Lang::En => format!(
                "Claims compared: {compared}; verdicts changed: {changed}, of which decided both times: {contradictions}.\n"
            ),
            Lang::Zh => {
                format!(
                    "比较了 {compared} 条说法：{changed} 条判定变了，其中 {contradictions} 条两次都有定论。\n"
                )
            }
        };
        out
    }
}

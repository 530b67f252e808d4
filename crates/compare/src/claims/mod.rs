//! The tutorial's sentences as experiments. Each that can be true or false has a verdict, and the verdict its figures.
//!
//! | file | idea |
//! |---|---|
//! | `files` | the claims' files, embedded |
//! | `claim`, `measured`, `judge` | those that a scenario can answer |
//! | `browser` | those that only a browser can answer |
//! | `experiments` | those that need a small experiment of their own |
//! | `execute`, `found` | claim after claim, into one ledger; what trying one came to |
//! | `ledger` | verdicts, what they rest on, and when a spread decides nothing |
//! | `words`, `table`, `markdown` | a ledger for people |
//! | `differ` | two ledgers: which verdicts changed |

pub mod browser;
mod claim;
pub mod differ;
mod execute;
pub mod experiments;
mod files;
mod found;
mod judge;
mod ledger;
mod markdown;
mod measured;
mod table;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod verdicts;
mod words;

pub use crate::Text;
pub use differ::differ;
pub use execute::{Concluded, run};
pub use files::Head;
pub use ledger::{Entry, Evidence, Ledger, Threshold, Verdict};
pub use markdown::render as markdown;
pub use table::render as table;

use std::time::Duration;

/// The ids of all claims, `C01` to `C17`.
#[must_use]
pub fn all() -> Vec<&'static str> {
    let mut ids = [&measured::IDS[..], &browser::IDS, &experiments::IDS].concat();
    ids.sort_unstable();
    ids
}

/// What the file of each claim says, in the order of [`all`].
#[must_use]
pub fn heads() -> Vec<Head> {
    all().into_iter().map(files::head).collect()
}

/// How long trying the claim `id` takes, about; none if there is no such claim, or its file is wrong.
#[must_use]
pub fn expected(id: &str) -> Option<Duration> {
    if measured::IDS.contains(&id) {
        return measured::claim(id).ok().map(|claim| claim.scenario.expected());
    }
    browser::expected(id).or_else(|| experiments::expected(id))
}

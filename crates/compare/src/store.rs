//! Results as files: written whole or not at all, so that a killed run leaves what it had.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use crate::Error;

/// What a ledger's name begins with, where a run's has the name of its scenario.
pub(crate) const LEDGER: &str = "claims";
/// What the name of a claim's scenario begins with.
pub(crate) const OF_CLAIM: &str = "claim-";

/// What a file among the results is, as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// A run of a scenario.
    Run,
    /// A run by which a claim was judged. It can be shown as any other, but was made to answer that one question.
    ClaimRun,
    /// A ledger of claims: verdicts, and no run.
    Ledger,
}

impl Kept {
    /// By the name of a file, with or without its ending.
    #[must_use]
    pub fn of(name: &str) -> Self {
        match name {
            name if name.starts_with(OF_CLAIM) => Self::ClaimRun,
            name if name.strip_prefix(LEDGER).is_some_and(|rest| rest.starts_with('-')) => Self::Ledger,
            _ => Self::Run,
        }
    }
}

/// The newest run of a scenario among these names of files, by the instant at their ends.
pub fn newest(files: impl IntoIterator<Item = String>) -> Option<String> {
    let runs = files.into_iter().filter(|file| Kept::of(file) == Kept::Run);
    let dated = runs.filter_map(|file| Some((instant(&file)?.to_owned(), file)));
    dated.max().map(|(_, file)| file)
}

/// The `20261123T140000Z` of `quick-20261123T140000Z.json`.
fn instant(file: &str) -> Option<&str> {
    let (_, instant) = file.strip_suffix(".json")?.rsplit_once('-')?;
    let form = |(place, byte): (usize, u8)| match place {
        8 => byte == b'T',
        15 => byte == b'Z',
        _ => byte.is_ascii_digit(),
    };
    (instant.len() == 16 && instant.bytes().enumerate().all(form)).then_some(instant)
}

/// Where the result of a run goes that began at `began`: `SCENARIO-20261123T140000Z.json`. Makes the directory.
///
/// # Errors
/// When the directory cannot be made.
pub(crate) fn path(out: &Path, scenario: &str, began: Timestamp) -> Result<PathBuf, Error> {
    std::fs::create_dir_all(out).map_err(|why| Error::Path { path: out.to_owned(), why })?;
    Ok(out.join(format!("{scenario}-{}.json", began.strftime("%Y%m%dT%H%M%SZ"))))
}

/// Replaces the file by this result.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write(path: &Path, result: &impl Serialize) -> Result<(), Error> {
    let part = path.with_extension("json.part");
    let written = serde_json::to_vec(result).map_err(std::io::Error::from);
    let written = written.and_then(|json| std::fs::write(&part, json));
    written
        .and_then(|()| std::fs::rename(&part, path))
        .map_err(|why| Error::Path { path: path.to_owned(), why })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_is_a_run_of_a_scenario() {
        let newest = |files: &[&str]| newest(files.iter().map(|file| (*file).to_owned()));
        let before = "zeta-20261123T140000Z.json";
        for other in [
            "claims-20261123T150000Z.json",
            "claim-c15-20261123T150000Z.json",
            "quick-20261123T150000Z.en.md",
            "quick-20261123T150000Z.view.json",
            "quick-20261123T150000Z.json.part",
            "a-tzzzzzzzzzzzzzzz.json",
            "later.json",
        ] {
            assert_eq!(newest(&[other, before]).as_deref(), Some(before), "{other}");
            assert_eq!(newest(&[other]), None, "{other}");
        }
        let after = "alpha-20261123T140001Z.json";
        assert_eq!(
            newest(&[before, after, before]).as_deref(),
            Some(after),
            "by the instant, not by the scenario"
        );
        assert_eq!(
            newest(&["claimsome-20261123T140000Z.json"]).as_deref(),
            Some("claimsome-20261123T140000Z.json")
        );
    }
}

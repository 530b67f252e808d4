//! The claims that a scenario can answer: its run is measured like any other, and judged.

use std::collections::BTreeMap;

use super::claim::Claim;
use super::files;
use super::{Entry, judge};
use crate::progress::Progress;
use crate::{Error, Means, run};

/// The claims that scenarios judge.
pub(super) const IDS: [&str; 6] = ["C01", "C02", "C03", "C04", "C05", "C15"];

/// What measuring a claim came to.
pub(super) struct Tried {
    pub(super) entry: Entry,
    /// Versions of what took part.
    pub(super) versions: BTreeMap<String, String>,
}

/// The claim `id` as its file has it.
///
/// # Errors
/// When the file is wrong.
pub(super) fn claim(id: &str) -> Result<Claim, Error> {
    Claim::read(&files::name(id), &files::text(id))
}

/// Measures the claim `id` and judges it; none when `stop` came first. The run stays as a file of its own.
///
/// # Errors
/// When nothing could be measured.
pub(super) async fn run_claim(
    id: &str,
    means: &Means,
    progress: &mut dyn Progress,
    stop: impl Future<Output = ()>,
) -> Result<Option<Tried>, Error> {
    let claim = claim(id)?;
    let measured = run(&claim.scenario, means, progress, stop).await?;
    if measured.stopped {
        return Ok(None);
    }
    let file = measured.path.file_name().map(|name| name.to_string_lossy().into_owned());
    let entry = judge::entry(&claim, &measured.run, file);
    Ok(Some(Tried { entry, versions: measured.run.versions }))
}

//! Claim after claim: whoever judges it, its entry goes into one ledger, which is kept as a file after each.

use std::path::PathBuf;

use jiff::Timestamp;
use measure::{Machine, Pressure};

use super::found::Found;
use super::{Entry, Ledger, browser, experiments, files, measured};
use crate::progress::{Progress, Step};
use crate::{Error, FORMAT, Means, Text, store};

/// What came of trying claims.
#[derive(Debug)]
pub struct Concluded {
    /// The ledger.
    pub ledger: Ledger,
    /// Its file.
    pub path: PathBuf,
    /// Whether it was stopped before its end.
    pub stopped: bool,
}

/// Tries the claims `ids` in their order. `stop` ends it early: the claims before stay, the one that is under way is not
/// in the ledger. A claim that cannot be tried is undecided, says why, and does not end the others.
///
/// Dropping the future ends every child.
///
/// # Errors
/// When the ledger cannot be kept.
pub async fn run(
    ids: &[String],
    means: &Means,
    progress: &mut dyn Progress,
    stop: impl Future<Output = ()>,
) -> Result<Concluded, Error> {
    let began = Timestamp::now();
    let path = store::path(&means.out, store::LEDGER, began)?;
    let mut ledger = Ledger {
        format: FORMAT,
        started: began.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        machine: Machine::this(),
        before: Pressure::now(),
        versions: [("fourways".to_owned(), env!("CARGO_PKG_VERSION").to_owned())].into(),
        entries: Vec::new(),
    };
    let mut stop = std::pin::pin!(stop);
    let mut stopped = false;
    for (number, id) in ids.iter().enumerate() {
        progress.note(&format!("{id}, claim {} of {}: {}", number + 1, ids.len(), files::head(id).claim.en));
        match try_one(id, means, progress, stop.as_mut(), &mut ledger).await {
            Some(entry) => ledger.entries.push(entry),
            None => stopped = true,
        }
        store::write(&path, &ledger)?;
        if stopped {
            break;
        }
    }
    progress.over();
    Ok(Concluded { ledger, path, stopped })
}

/// The entry of one claim; none when `stop` came first.
async fn try_one(
    id: &str,
    means: &Means,
    progress: &mut dyn Progress,
    stop: impl Future<Output = ()>,
    ledger: &mut Ledger,
) -> Option<Entry> {
    if measured::IDS.contains(&id) {
        let tried = measured::run_claim(id, means, &mut Part(progress), stop).await;
        return match tried {
            Ok(tried) => tried.map(|tried| {
                ledger.versions.extend(tried.versions);
                tried.entry
            }),
            Err(error) => Some(untried(id, &error)),
        };
    }
    let mut say = |line: &str| progress.note(line);
    let env = experiments::Env { exe: means.program.clone() };
    let entry = async {
        if browser::IDS.contains(&id) {
            browser::run(id, &means.program, &mut say).await
        } else {
            experiments::run(id, &env, &mut say).await
        }
    };
    tokio::select! {
        entry = entry => Some(entry),
        () = stop => None,
    }
}

/// The entry of a claim about which nothing could be found out.
fn untried(id: &str, error: &Error) -> Entry {
    let why = Text::new(format!("Nothing could be measured: {error}."), format!("没能测成：{error}。"));
    files::head(id).entry(Found::nothing(why))
}

/// One of several runs that one progress shows: its end is not the end of all.
struct Part<'a>(&'a mut dyn Progress);

impl Progress for Part<'_> {
    fn step(&mut self, step: &Step) {
        self.0.step(step);
    }

    fn note(&mut self, text: &str) {
        self.0.note(text);
    }

    fn over(&mut self) {}
}

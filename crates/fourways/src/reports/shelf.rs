//! Results as files: those that the project brings along, and those of a directory. Only names of our own form are ever
//! opened, so that a name from a request leads nowhere else.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ::compare::Kept;
use ::compare::report::{View, read};
use rust_embed::RustEmbed;
use serde_json::{Value, json};

/// The newest results are listed, and no more.
const LISTED_MAX: usize = 100;
/// A result that is larger than so many bytes is not read: it has thousands of rounds, and is for the command line.
const RESULT_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// The longest name: a scenario's has 40 letters, and an instant follows.
const NAME_MAX: usize = 80;

/// Runs that are committed; empty when there are none.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../benches/results"]
#[allow_missing = true]
struct Committed;

/// Where results lie.
#[derive(Debug)]
pub(super) struct Shelf {
    dir: PathBuf,
    /// What the list tells of the runs that it last told of: [`LISTED_MAX`] at most.
    told: HashMap<String, Told>,
}

/// A run as the list tells it, and the file of which that is true.
#[derive(Clone, Debug)]
struct Told {
    stamp: Stamp,
    /// None if it cannot be shown; the log has said why.
    entry: Option<Value>,
}

/// Whether a file is still the one that was read: when it was written, and how many bytes it has. A committed one stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stamp {
    Committed,
    File(Option<SystemTime>, u64),
}

/// Why a run is not shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unshown {
    /// No run has this name.
    None,
    /// There is a file, but no run in it: what is wrong, and the way out.
    Broken(String),
    /// The file cannot be read, which may be over at the next request: why.
    Unread(String),
}

impl Shelf {
    pub(super) fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), told: HashMap::new() }
    }

    /// All runs, newest first: `[{"name","title","started","machine"}]`. A file that is none is left out, and the log
    /// says why. Only files that are new or have changed are read.
    pub(super) fn list(&mut self) -> Value {
        let mut before = std::mem::take(&mut self.told);
        for name in self.names() {
            // It has gone since the directory was read.
            let Some(stamp) = self.stamp(&name) else { continue };
            let known = before.remove(&name).filter(|told| told.stamp == stamp);
            if let Some(told) = known.or_else(|| self.look(&name, stamp)) {
                self.told.insert(name, told);
            }
        }
        let mut listed: Vec<&Value> = self.told.values().filter_map(|told| told.entry.as_ref()).collect();
        let key = |run: &Value| {
            (run["started"].as_str().map(str::to_owned), run["name"].as_str().map(str::to_owned))
        };
        listed.sort_by_key(|run| std::cmp::Reverse(key(run)));
        listed.into_iter().cloned().collect()
    }

    /// None if the file says nothing now, and is to be asked again.
    fn look(&self, name: &str, stamp: Stamp) -> Option<Told> {
        let left_out = |why: &str| tracing::warn!("a result is left out of the reports: {why}");
        match self.view(name) {
            Ok(View { title, started, machine, .. }) => {
                let entry = json!({"name": name, "title": title, "started": started, "machine": machine});
                Some(Told { stamp, entry: Some(entry) })
            }
            Err(Unshown::Broken(why)) => {
                left_out(&why);
                Some(Told { stamp, entry: None })
            }
            Err(Unshown::Unread(why)) => {
                left_out(&why);
                None
            }
            Err(Unshown::None) => None,
        }
    }

    fn stamp(&self, name: &str) -> Option<Stamp> {
        let file = format!("{name}.json");
        if Committed::iter().any(|committed| committed == file) {
            return Some(Stamp::Committed);
        }
        let found = fs::metadata(self.dir.join(file)).ok()?;
        Some(Stamp::File(found.modified().ok(), found.len()))
    }

    /// What reports of the run of this name are drawn from.
    pub(super) fn view(&self, name: &str) -> Result<View, Unshown> {
        if !is_run(name) {
            return Err(Unshown::None);
        }
        let file = format!("{name}.json");
        let text = self.text(&file)?;
        let run = read::run(&file, &text).map_err(|error| Unshown::Broken(error.to_string()))?;
        View::of(&[run]).map_err(|error| Unshown::Broken(format!("{file}: {error}")))
    }

    fn text(&self, file: &str) -> Result<String, Unshown> {
        let bytes = match Committed::get(file) {
            Some(committed) => committed.data,
            None => self.bytes(file)?,
        };
        let text = String::from_utf8(bytes.into_owned());
        text.map_err(|_| Unshown::Broken(format!("{file} is not text; give it another name, or remove it")))
    }

    fn bytes(&self, file: &str) -> Result<Cow<'static, [u8]>, Unshown> {
        let path = self.dir.join(file);
        // Looked at first: to open a pipe would wait for whoever writes into it.
        if !fs::metadata(&path).is_ok_and(|found| found.is_file()) {
            return Err(Unshown::None);
        }
        let mut bytes = Vec::new();
        let read =
            fs::File::open(&path).and_then(|open| open.take(RESULT_BYTES_MAX + 1).read_to_end(&mut bytes));
        match read {
            Err(error) => Err(Unshown::Unread(format!("{file} cannot be read: {error}"))),
            Ok(length) if length as u64 > RESULT_BYTES_MAX => Err(Unshown::Broken(format!(
                "{file} has more than {} MiB; `fourways compare report {file} --format html` shows it",
                RESULT_BYTES_MAX >> 20
            ))),
            Ok(_) => Ok(bytes.into()),
        }
    }

    /// The names of the newest results, by the instant at their end.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let files = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let committed = Committed::iter().map(Cow::into_owned);
        // One that lies in both places is listed once.
        let names: BTreeSet<String> = files
            .chain(committed)
            .filter_map(|file| file.strip_suffix(".json").filter(|name| is_run(name)).map(str::to_owned))
            .collect();
        let mut names: Vec<String> = names.into_iter().collect();
        let instant = |name: &str| name.rsplit('-').next().unwrap_or_default().to_owned();
        names.sort_by_key(|name| std::cmp::Reverse(instant(name)));
        names.truncate(LISTED_MAX);
        names
    }
}

/// Whether a run may have this name. Ledgers of the claims lie beside the runs, and are none.
fn is_run(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=NAME_MAX).contains(&name.len()) && name.bytes().all(plain) && Kept::of(name) != Kept::Ledger
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_runs() {
        for name in ["quick-20261123T140000Z", "before", "a_b", &"x".repeat(NAME_MAX)] {
            assert!(is_run(name), "{name}");
        }
        for name in [
            "",
            ".",
            "..",
            "../quick",
            "a/b",
            "a\\b",
            "a.json",
            "/etc/passwd",
            "c:x",
            "a\0",
            "a b",
            "ü",
            "claims-20261123T140000Z",
            &"x".repeat(NAME_MAX + 1),
        ] {
            assert!(!is_run(name), "{name}");
        }
    }

    #[test]
    fn a_missing_directory_is_an_empty_one() {
        let shelf = Shelf::new(Path::new("no-such-directory"));
        assert_eq!(
            shelf.names().len(),
            Committed::iter().filter(|file| file.ends_with("Z.json") && !file.starts_with("claims-")).count()
        );
        assert_eq!(shelf.view("quick-20261123T140000Z").err(), Some(Unshown::None));
    }

    #[test]
    fn only_what_has_changed_is_read_again() {
        let dir = std::env::temp_dir().join(format!("fourways-shelf-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let committed = Shelf::new(&dir).list().as_array().unwrap().len();
        let path = dir.join("mine.json");
        let text =
            Committed::get(&Committed::iter().find(|file| file.ends_with("Z.json")).unwrap()).unwrap().data;
        fs::write(&path, &text).unwrap();
        let mut shelf = Shelf::new(&dir);
        let listed = |shelf: &mut Shelf| shelf.list().as_array().unwrap().len();
        assert_eq!(listed(&mut shelf), committed + 1);
        // The same length at the same instant: as far as anyone can tell, the same file.
        let written = fs::metadata(&path).unwrap().modified().unwrap();
        let at =
            |instant| fs::File::options().write(true).open(&path).unwrap().set_modified(instant).unwrap();
        fs::write(&path, vec![b' '; text.len()]).unwrap();
        at(written);
        assert_eq!(listed(&mut shelf), committed + 1, "it was not read");
        at(written + std::time::Duration::from_secs(1));
        assert_eq!(listed(&mut shelf), committed, "it is no run any more");
        assert!(matches!(shelf.view("mine"), Err(Unshown::Broken(_))), "and whoever asks for it is told why");
        fs::remove_file(&path).unwrap();
        assert_eq!(listed(&mut shelf), committed);
        assert_eq!(shelf.told.len(), committed, "nothing is kept of a file that has gone");
        fs::remove_dir(&dir).unwrap();
    }
}

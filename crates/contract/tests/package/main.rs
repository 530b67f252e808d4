//! The release file on a machine that has nothing: unpacked into an empty root, with an empty environment, in a network
//! of which only loopback is up. `just package` makes it and ends with this; `FOURWAYS_PACKAGE` names another file.
#![cfg(target_os = "linux")]

#[path = "../family/mod.rs"]
mod family;
#[path = "../network/mod.rs"]
mod network;

mod bare;
mod launcher;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use network::{Machine, with_machines};

/// The release file, unpacked; removed at the end.
pub(crate) struct Unpacked(PathBuf);

impl Unpacked {
    fn new(name: &str) -> Self {
        let file = file();
        let to = std::env::temp_dir().join(format!("fourways-package-{name}-{}", std::process::id()));
        std::fs::create_dir(&to).expect("a new directory");
        let unpacked = Self(to);
        let mut tar = Command::new("tar");
        tar.args(["--extract", "--strip-components=1", "--directory"])
            .arg(&unpacked.0)
            .arg("--file")
            .arg(&file);
        assert!(tar.status().expect("tar").success(), "{} cannot be unpacked", file.display());
        unpacked
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        // What cannot be removed stands in the temporary directory, and says by its name what it is.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// The newest release file of this machine's kind.
fn file() -> PathBuf {
    if let Some(path) = std::env::var_os("FOURWAYS_PACKAGE") {
        return path.into();
    }
    let directory = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/package"));
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
    let files = entries.filter(|path| path.extension() == Some(OsStr::new("gz")));
    let newest = files.max_by_key(|path| path.metadata().and_then(|file| file.modified()).ok());
    newest
        .unwrap_or_else(|| panic!("there is no release file in {}: run `just package`", directory.display()))
}

#[test]
fn it_needs_nothing_of_the_machine() {
    with_machines("it_needs_nothing_of_the_machine", async || {
        let (unpacked, machine) = (Unpacked::new("bare"), Machine::new());
        bare::class(&unpacked, &machine).await;
    });
}

#[test]
fn a_double_click_opens_the_board() {
    with_machines("a_double_click_opens_the_board", async || {
        let (unpacked, machine) = (Unpacked::new("launcher"), Machine::new());
        launcher::opens(&unpacked, &machine).await;
    });
}

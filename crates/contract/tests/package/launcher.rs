//! What stands beside the binary for a double click: it starts the class from wherever it is called, and hands the
//! board's address to the desktop.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use contract::{Process, soon, until};
use rustix::process::Signal;

use crate::Unpacked;
use crate::family::{Family, kill};
use crate::network::Machine;

const SCRIPT: &str = "classroom.sh";
const ENTRY: &str = "Fourways classroom.desktop";
/// What a desktop opens addresses with; this one only notes which.
const DESKTOP: &str =
    "#!/bin/sh\nprintf %s \"$1\" >\"${0%/*}/opened.part\" && mv \"${0%/*}/opened.part\" \"${0%/*}/opened\"\n";

pub(crate) async fn opens(unpacked: &Unpacked, machine: &Machine) {
    let here = unpacked.path();
    for file in ["fourways", SCRIPT, ENTRY] {
        let mode = fs::metadata(here.join(file)).expect(file).permissions().mode();
        assert_eq!(mode & 0o111, 0o111, "{file} can be started");
    }
    let read = |file| fs::read_to_string(here.join(file)).expect("text");
    assert!(read("README.txt").contains("Start a class") && read("README.txt").contains("开课"));
    assert!(read("LICENSE-MIT").contains("MIT") && read("LICENSE-APACHE").contains("Apache"));

    // A PATH with nothing but what is named here: neither cargo nor node.
    let tools = here.join("tools");
    fs::create_dir(&tools).expect("a new directory");
    for (tool, from) in [("sh", "/bin/sh"), ("dirname", "/usr/bin/dirname"), ("mv", "/bin/mv")] {
        symlink(from, tools.join(tool)).expect(tool);
    }
    let desktop = tools.join("xdg-open");
    fs::write(&desktop, DESKTOP).expect("written");
    fs::set_permissions(&desktop, fs::Permissions::from_mode(0o755)).expect("executable");

    // As a desktop starts an entry: the value of `Exec`, unquoted, with the entry's own path for %k.
    let entry = read(ENTRY);
    let exec = entry.lines().find_map(|line| line.strip_prefix("Exec=")).expect("a command");
    let words = words(exec);
    assert_eq!(words.last().map(String::as_str), Some("%k"), "{words:?}");
    let mut command = Command::new(tools.join("sh"));
    command.args(&words[1..words.len() - 1]).arg(here.join(ENTRY));
    command.env_clear().env("PATH", &tools).current_dir("/");
    let class = machine.does(async { Process::by(command).expect("a class") }).await;
    assert_eq!(class.address().port(), 8080);
    let lanes = Family::of(class.pid(), &["run"]).await;
    let opened = tools.join("opened");
    until("the address to be opened", || opened.exists()).await;
    let board = format!("http://localhost:8080/board#presenter={}", class.token());
    assert_eq!(fs::read_to_string(opened).expect("text"), board);

    kill(class.pid(), Signal::TERM);
    lanes.is_gone().await;
    let ended = tokio::task::spawn_blocking(move || class.wait());
    assert_eq!(soon("its end", ended).await.expect("no panic").expect("an exit"), 0);
}

/// The words of an `Exec` value (Desktop Entry Specification 1.5, "The Exec key"): first the escapes of any value, then
/// double quotes, in which a backslash stands before what it takes literally.
fn words(value: &str) -> Vec<String> {
    let value = value.replace("\\\\", "\\");
    let (mut words, mut quoted, mut escaped) = (vec![String::new()], false, false);
    for letter in value.chars() {
        let word = words.last_mut().expect("one at least");
        match letter {
            '\\' if quoted && !escaped => {
                escaped = true;
                continue;
            }
            '"' if !escaped => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => word.push(letter),
        }
        escaped = false;
    }
    words
}

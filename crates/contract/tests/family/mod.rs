//! The descendants of a process, as `/proc` lists them.

use std::fs::{read_dir, read_to_string};
use std::path::{Path, PathBuf};

use contract::until;
use rustix::process::{Pid, Signal, kill_process};

/// One process: its number, and its words.
type Member = (u32, Vec<String>);

/// All that descend from a process.
pub(crate) struct Family(Vec<Member>);

impl Family {
    /// The descendants of `pid`, as soon as all of `called` are among them.
    pub(crate) async fn of(pid: u32, called: &[&str]) -> Self {
        let mut family = Self(Vec::new());
        until(&format!("{called:?} to run"), || {
            family.0 = descendants(pid);
            called.iter().all(|name| family.find(name).is_some())
        })
        .await;
        family
    }

    fn find(&self, name: &str) -> Option<&Member> {
        self.0.iter().find(|(_, words)| is(words, name))
    }

    /// The process of this name: a program, or a command of ours.
    #[allow(dead_code, reason = "each test file uses its part")]
    pub(crate) fn called(&self, name: &str) -> u32 {
        self.find(name).expect("it runs").0
    }

    /// How many they are.
    #[allow(dead_code, reason = "each test file uses its part")]
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// What a guard will remove.
    #[allow(dead_code, reason = "each test file uses its part")]
    pub(crate) fn directory_of(&self, name: &str) -> PathBuf {
        let (_, words) = self.find(name).expect("it runs");
        let at = words.iter().position(|word| word == "--remove").expect("a directory to remove");
        PathBuf::from(&words[at + 1])
    }

    /// Waits until none of them runs any more.
    pub(crate) async fn is_gone(&self) {
        for (pid, words) in &self.0 {
            // Another process may have got the number meanwhile: it has other words.
            until(&format!("the end of {words:?}"), || words_of(*pid).is_none_or(|now| now != *words)).await;
        }
    }
}

/// Sends a signal.
#[allow(dead_code, reason = "each test file uses its part")]
pub(crate) fn kill(pid: u32, signal: Signal) {
    let pid = pid.try_into().ok().and_then(Pid::from_raw).expect("a process id");
    kill_process(pid, signal).expect("it runs");
}

fn is(words: &[String], name: &str) -> bool {
    let Some((program, rest)) = words.split_first() else { return false };
    let file = Path::new(program).file_name().unwrap_or_default();
    // nginx writes what it is over its own words: `nginx: master process ...`.
    file == name || program.starts_with(&format!("{name}:")) || rest.first().is_some_and(|word| word == name)
}

fn descendants(pid: u32) -> Vec<Member> {
    let tasks = read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let children = tasks.filter_map(|task| read_to_string(task.path().join("children")).ok());
    let pids: Vec<u32> =
        children.flat_map(|text| text.split_whitespace().flat_map(str::parse).collect::<Vec<_>>()).collect();
    pids.into_iter()
        .flat_map(|pid| {
            words_of(pid).map(|words| (pid, words)).into_iter().chain(descendants(pid)).collect::<Vec<_>>()
        })
        .collect()
}

/// What a process was started with; none if it does not run, or has ended and waits to be reaped.
fn words_of(pid: u32) -> Option<Vec<String>> {
    let text = read_to_string(format!("/proc/{pid}/cmdline")).ok().filter(|text| !text.is_empty())?;
    Some(text.split('\0').filter(|word| !word.is_empty()).map(str::to_owned).collect())
}

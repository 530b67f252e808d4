//! Children that end with their parent, whatever its death. Each child is given a pipe as its standard input, and nobody
//! ever writes an end into it: the kernel closes it when the parent is gone, also after `kill -9`.
//!
//! Our own program watches that pipe itself ([`end_with_parent`]). A foreign one cannot be taught to, so it runs under
//! `fourways guard -- COMMAND`, which does it for it ([`watch`]).

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

/// From the request to end to the end by force.
const TERM: Duration = Duration::from_secs(2);

/// Ends this process with exit code 1 as soon as standard input ends. A plain thread, so that nothing that the process
/// is busy with can delay it.
pub fn end_with_parent() {
    std::thread::spawn(|| {
        until_the_parent_goes();
        std::process::exit(1);
    });
}

fn until_the_parent_goes() {
    // Input that cannot be read has ended as well.
    drop(io::copy(&mut io::stdin().lock(), &mut io::sink()));
}

/// What happened first.
enum Over {
    /// Standard input ended: the parent is gone, or does not want the command any more.
    Parent,
    /// The command ended by itself. Seen only where there are process groups.
    #[cfg_attr(not(unix), expect(dead_code, reason = "nobody waits for the command there"))]
    Command,
}

/// The whole life of `fourways guard`: runs a command in a process group of its own until it ends or the parent goes;
/// then ends whatever is left of the group, and removes the directory `remove`.
///
/// Standard output gets one line, the command's process id. What the command says on either output goes to standard
/// error. Returns the command's exit code, or 1 if a signal ended it.
///
/// # Errors
/// When the command cannot be started, with what to do about it.
pub fn watch(command: &[OsString], remove: Option<&Path>) -> io::Result<u8> {
    let ended = run(command);
    if let Some(directory) = remove.filter(|directory| is_ours(directory)) {
        std::fs::remove_dir_all(directory)?;
    }
    ended
}

fn run(command: &[OsString]) -> io::Result<u8> {
    let Some((program, arguments)) = command.split_first() else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "guard needs a command, as in guard -- nginx",
        ));
    };
    let mut start = Command::new(program);
    start.args(arguments).stdin(Stdio::null()).stdout(io::stderr()).stderr(Stdio::inherit());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut start, 0);
    let mut child = start
        .spawn()
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", program.to_string_lossy())))?;
    // A parent that does not listen has gone, and the thread below finds that out.
    writeln!(io::stdout(), "{}", child.id()).unwrap_or_default();
    let (tell, hear) = channel();
    watch_parent(tell.clone());
    group::watch(child.id(), tell);
    if let Ok(Over::Parent) = hear.recv() {
        group::ask(&mut child);
        // Whether it heeded or not, what is left of the group is ended below.
        drop(hear.recv_timeout(TERM));
    }
    group::end(&mut child);
    let status = child.wait()?;
    Ok(status.code().map_or(1, |code| u8::try_from(code & 0xff).unwrap_or(1)))
}

fn watch_parent(tell: Sender<Over>) {
    std::thread::spawn(move || {
        until_the_parent_goes();
        // The receiver has gone only when everything is over.
        tell.send(Over::Parent).unwrap_or_default();
    });
}

/// The prefix of the names of our directories among the temporary files.
pub(crate) const PREFIX: &str = "fourways-";

/// Only what this project made is ever removed.
fn is_ours(directory: &Path) -> bool {
    directory.parent() == Some(&std::env::temp_dir())
        && directory.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX))
}

#[cfg(unix)]
mod group {
    use std::process::Child;
    use std::sync::mpsc::Sender;

    use rustix::io::retry_on_intr;
    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

    use super::Over;

    fn pid(id: u32) -> Option<Pid> {
        Pid::from_raw(i32::try_from(id).ok()?)
    }

    /// Tells when the leader has ended, and leaves it unreaped: until then nobody else can get its number.
    pub(super) fn watch(id: u32, tell: Sender<Over>) {
        std::thread::spawn(move || {
            let Some(pid) = pid(id) else { return };
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            // Fails only if it is no child of ours, which cannot be.
            retry_on_intr(|| waitid(WaitId::Pid(pid), options)).unwrap_or_default();
            tell.send(Over::Command).unwrap_or_default();
        });
    }

    pub(super) fn ask(child: &mut Child) {
        signal(child, Signal::TERM);
    }

    pub(super) fn end(child: &mut Child) {
        signal(child, Signal::KILL);
    }

    fn signal(child: &Child, signal: Signal) {
        if let Some(pid) = pid(child.id()) {
            // Fails when nobody is left in the group.
            kill_process_group(pid, signal).unwrap_or_default();
        }
    }
}

#[cfg(not(unix))]
mod group {
    use std::process::Child;
    use std::sync::mpsc::Sender;

    use super::Over;

    /// Without process groups and signals the command is ended when the parent goes, and its own children are not.
    pub(super) fn watch(_: u32, _: Sender<Over>) {}

    pub(super) fn ask(child: &mut Child) {
        end(child);
    }

    pub(super) fn end(child: &mut Child) {
        // Fails when it has ended already, which is as good.
        drop(child.kill());
    }
}

//! `fourways guard`: a command, and all that it started, ends with whoever holds its standard input.
#![cfg(target_os = "linux")]

mod family;

use std::process::{Command, Stdio};

use contract::binary;
use family::{Family, kill};
use rustix::process::Signal;

#[tokio::test]
async fn everyone_in_the_group_ends_when_the_parent_is_killed() {
    // The parent is the `sleep` that holds the pipe. Nobody below the guard heeds SIGTERM: what a shell
    // ignores, its children ignore as well.
    let script = "sleep 1000 | \"$0\" guard -- sh -c 'trap \"\" TERM; sleep 1001 & sleep 1002; :'";
    let mut shell = Command::new("sh").args(["-c", script]).arg(binary().unwrap()).spawn().unwrap();
    let family = Family::of(shell.id(), &["guard", "sh", "sleep"]).await;
    let all = Family::of(family.called("guard"), &["sh", "sleep"]).await;
    kill(family.called("sleep"), Signal::KILL);
    all.is_gone().await;
    shell.wait().unwrap();
}

#[test]
fn the_first_line_is_the_process_id_and_the_exit_code_is_the_commands() {
    let mut command = Command::new(binary().unwrap());
    command.args(["guard", "--", "sh", "-c", "echo $$; echo err >&2; exit 7"]).stdin(Stdio::piped());
    let mut guard = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Held to the end: the guard would end the command.
    let _stdin = guard.stdin.take().unwrap();
    let output = guard.wait_with_output().unwrap();
    let pid = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        format!("{pid}err\n"),
        "both outputs of the command"
    );
    assert_eq!(output.status.code(), Some(7));
}

#[test]
fn only_what_is_ours_is_removed() {
    for (name, removed) in [("fourways-guard-test", true), ("another-guard-test", false)] {
        let directory = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir(&directory).unwrap();
        let mut command = Command::new(binary().unwrap());
        command.arg("guard").arg("--remove").arg(&directory).args(["--", "true"]).stdin(Stdio::piped());
        let mut guard = command.spawn().unwrap();
        // Held to the end: the guard would end the command.
        let _stdin = guard.stdin.take().unwrap();
        assert!(guard.wait().unwrap().success());
        assert_eq!(directory.exists(), !removed, "{name}");
        drop(std::fs::remove_dir(&directory));
    }
}

#[test]
fn what_cannot_be_started_is_named() {
    let output = Command::new(binary().unwrap()).args(["guard", "--", "no-such-program"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.starts_with("fourways: no-such-program: No such file"), "{said}");
    assert_eq!(output.status.code(), Some(1));
}

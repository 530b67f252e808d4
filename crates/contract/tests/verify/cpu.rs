//! CPU: what is read of a running process equals what the kernel says of it when it has been waited for.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use contract::{Process, Raw};
use measure::Sample;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::{Checks, TURN};

/// So much a child has used before it is asked.
const CPU_US_MIN: u64 = 5_000_000;
/// Of the total.
const ALLOWED: f64 = 0.02;

/// One process that works in user code, or opens and closes a file in the kernel, whenever a line says so.
const WORKER: &str = "while read -r work; do i=0; while [ $i -lt 20000 ]; do i=$((i+1)); \
                      [ $work = user ] || : >/dev/null; done; echo done; done";

/// User and system time of all children that were waited for, in microseconds. What one child adds to it is what
/// wait4(2) tells of that child: the kernel takes both from the same place.
fn waited_for() -> [f64; 2] {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("getrusage");
    [usage.user_time(), usage.system_time()].map(|time| time.num_microseconds() as f64)
}

/// Holds what was read last of a child, which did nothing since, against what it had used when `end` had waited for it.
fn check(what: &str, pid: u32, end: impl FnOnce()) {
    let sample = Sample::of(pid);
    let before = waited_for();
    end();
    let after = waited_for();
    let [user, system] = [after[0] - before[0], after[1] - before[1]].map(|us| us / 1e6);
    let ours = |us: Option<u64>| us.expect("a figure that Linux has") as f64 / 1e6;
    let total = user + system;
    assert!(
        user > 0.1 * total && system > 0.1 * total,
        "{what}: both must have worked: {user} s and {system} s"
    );
    let mut checks = Checks::default();
    for (part, ours, known) in [
        ("CPU", ours(sample.cpu_us), total),
        ("user", ours(sample.user_us), user),
        ("system", ours(sample.system_us), system),
    ] {
        checks.near(&format!("{what}, {part}"), "s", ours, known, ALLOWED * total);
    }
    checks.all_hold();
}

#[test]
fn cpu_of_one_thread_is_what_wait4_says() {
    let _turn = TURN.blocking_lock();
    let mut worker = Command::new("sh");
    let mut child =
        worker.args(["-c", WORKER]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("sh");
    let (mut stdin, mut answers) =
        (child.stdin.take().expect("piped"), BufReader::new(child.stdout.take().expect("piped")).lines());
    while Sample::of(child.id()).cpu_us < Some(CPU_US_MIN) {
        for work in ["user", "system"] {
            writeln!(stdin, "{work}").expect("a reading shell");
            answers.next().expect("a working shell").expect("text");
        }
    }
    check("a shell, one thread", child.id(), || {
        // The end of its input is its end.
        drop(stdin);
        child.wait().expect("a child");
    });
}

#[tokio::test]
async fn cpu_of_a_server_is_what_wait4_says() {
    let _turn = TURN.lock().await;
    let server = Process::start("127.0.0.1:0", &["--rate", "10"]).expect("a running server");
    let pid = server.pid();
    let mut raw = Raw::connect(server.address()).await;
    while Sample::of(pid).cpu_us < Some(CPU_US_MIN) {
        for _ in 0..100 {
            raw.get("/poll/stock-price?after=1", "").await;
            assert_eq!(raw.answer().await.status, 200);
        }
    }
    check("a server, many threads", pid, || server.kill().expect("a running server"));
}

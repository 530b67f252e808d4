//! `fourways compare` as a process: a tiny run, what it leaves when it is stopped or killed, and a server that dies.
#![cfg(target_os = "linux")]

mod family;

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use compare::{Mark, Run};
use contract::{binary, until};
use family::{Family, kill};
use rustix::process::Signal;

/// A directory for the results of one test.
struct Results(PathBuf);

impl Results {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("compare-test-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a directory");
        Self(path)
    }

    fn compare(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary().expect("a binary"));
        command.arg("compare").args(arguments).arg("--out").arg(&self.0);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn start(&self, arguments: &[&str]) -> Running {
        Running(self.compare(arguments).spawn().expect("it starts"))
    }

    /// The only result that was kept.
    fn run(&self) -> Run {
        let files = std::fs::read_dir(&self.0).expect("a directory");
        let files: Vec<_> = files.flatten().map(|entry| entry.path()).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        let json = std::fs::read(&files[0]).expect("a file");
        serde_json::from_slice(&json).expect("a result")
    }
}

impl Drop for Results {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// A run that a failing test does not leave behind.
struct Running(Child);

impl Running {
    fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Kills it without a word.
    fn kill(&mut self) {
        self.0.kill().expect("it runs");
        self.0.wait().expect("it ends");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail when it has ended already, which is as good.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Reads what a run says until a line begins so.
fn wait_for(Running(child): &mut Running, begin: &str) -> BufReader<std::process::ChildStderr> {
    let mut stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
    let mut line = String::new();
    while !line.starts_with(begin) {
        line.clear();
        assert!(stderr.read_line(&mut line).expect("text") > 0, "it ended before it said {begin:?}");
    }
    stderr
}

#[test]
fn a_tiny_run_over_real_processes() {
    let results = Results::new("tiny");
    let tiny = ["quick", "--ways", "sse,ws", "--clients", "5", "--rounds", "1", "--duration", "1s", "--json"];
    let output = results.compare(&tiny).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let run: Run = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(serde_json::to_value(&run).unwrap(), serde_json::to_value(results.run()).unwrap());
    assert!(run.complete && run.notes.is_empty(), "{:?}", run.notes);
    let mut ways: Vec<_> = run.rounds.iter().map(|round| round.settings.way.as_str()).collect();
    ways.sort_unstable();
    assert_eq!(ways, ["sse", "ws"]);
    for round in &run.rounds {
        let heard = &round.heard;
        assert_eq!((heard.opened, heard.held, heard.failed), (5, 5, 0));
        assert_eq!((heard.published, heard.delivered), (10, 10), "two events a second for five subscribers");
        assert_eq!((heard.duplicates, heard.disordered, heard.missed), (0, 0, 0));
        assert!(heard.bytes_down > 0 && heard.latency_us.count() == 10);
        // A machine that is busy with other tests may be late, and then the round says so.
        let excused = [Mark::GeneratorSaturated, Mark::GeneratorLate];
        assert!(round.marks.iter().all(|mark| excused.contains(mark)), "{:?}", round.marks);
        let (empty, full) = (&round.server.empty, &round.server.full);
        assert!(full.fds >= empty.fds.map(|fds| fds + 5), "five connections are five files");
        assert_eq!(full.processes, 1, "the server alone, without guard or generator");
        assert!(round.server.window.cpu_us > Some(0) && round.generator.cpu_us > Some(0));
    }
}

#[tokio::test]
async fn a_killed_run_leaves_nobody() {
    let results = Results::new("killed");
    let mut child = results.start(&["quick", "--clients", "5", "--duration", "60s"]);
    let family = Family::of(child.pid(), &["run", "generate"]).await;
    child.kill();
    family.is_gone().await;
}

#[tokio::test]
async fn a_stopped_run_keeps_what_it_had_and_leaves_nobody() {
    let results = Results::new("stopped");
    let arguments = ["quick", "--ways", "sse", "--clients", "5", "--duration", "1s", "--rounds", "3"];
    let mut child = results.start(&arguments);
    let _stderr = wait_for(&mut child, "round 2 of 3");
    let family = Family::of(child.pid(), &["run", "generate"]).await;
    kill(child.pid(), Signal::INT);
    assert_eq!(child.0.wait().unwrap().code(), Some(130));
    family.is_gone().await;
    let run = results.run();
    assert_eq!((run.rounds.len(), run.complete), (1, false));
    assert_eq!(run.notes, ["stopped after 1 of 3 rounds"]);
}

#[tokio::test]
async fn servers_that_die_are_marked_and_three_end_the_run() {
    let results = Results::new("dies");
    let arguments = ["quick", "--ways", "sse", "--clients", "5", "--duration", "60s", "--rounds", "5"];
    let mut child = results.start(&arguments);
    for _ in 0..3 {
        let family = Family::of(child.pid(), &["run", "generate"]).await;
        kill(family.called("run"), Signal::KILL);
        family.is_gone().await;
    }
    assert!(child.0.wait().unwrap().success());
    let run = results.run();
    assert!(run.rounds.iter().all(|round| round.marks == [Mark::ServerDied]), "{:?}", run.rounds.len());
    assert_eq!((run.rounds.len(), run.complete), (3, false));
    assert_eq!(run.notes, ["given up: 3 servers died by themselves"]);
}

#[test]
fn without_nginx_it_says_how_to_get_one() {
    let results = Results::new("nginx");
    let output = results.compare(&["fronts", "--clients", "5"]).env("PATH", "/nonexistent").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).starts_with("fourways: nginx is not installed; install it ("), "{}", said(&output));
}

#[tokio::test]
async fn nginx_stands_in_front_and_goes_with_a_killed_run() {
    let results = Results::new("front");
    let scenario = results.0.join("front.toml");
    let text = "name = \"front\"\ntitle = { en = \"F\", zh = \"前\" }\nabout = { en = \"F\", zh = \"前\" }\nways = \"sse\"\n\
                front = \"nginx\"\nclients = 5\nduration = \"60s\"\n";
    std::fs::write(&scenario, text).unwrap();
    let mut child = results.start(&[scenario.to_str().unwrap()]);
    let family = Family::of(child.pid(), &["run", "guard", "nginx", "generate"]).await;
    let directory = family.directory_of("guard");
    assert!(directory.join("nginx.conf").exists());
    child.kill();
    family.is_gone().await;
    until("the directory of nginx is removed", || !directory.exists()).await;
}

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

    /// A scenario of one round behind this front; its path.
    fn behind(&self, front: &str, duration: &str) -> String {
        let text = format!(
            "name = \"front\"\ntitle = {{ en = \"F\", zh = \"前\" }}\nabout = {{ en = \"F\", zh = \"前\" }}\n\
             front = \"{front}\"\nclients = 5\nrounds = 1\nduration = \"{duration}\"\n"
        );
        let path = self.0.with_extension("toml");
        std::fs::write(&path, text).expect("a file");
        path.to_str().expect("a name").to_owned()
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
        drop(std::fs::remove_file(self.0.with_extension("toml")));
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
    let scenario = results.behind("nginx", "60s");
    let output = results.compare(&[&scenario]).env("PATH", "/nonexistent").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).starts_with("fourways: nginx is not installed; install it ("), "{}", said(&output));
}

#[cfg(feature = "http2")]
#[test]
fn all_four_ways_go_through_tls() {
    let results = Results::new("http2");
    let output = results.compare(&[&results.behind("nginx-http2", "2s")]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let run = results.run();
    assert!(run.complete && run.rounds.len() == 4 && run.versions.contains_key("nginx"), "{:?}", run.notes);
    for round in &run.rounds {
        let (way, heard) = (&round.settings.way, &round.heard);
        // One connection for each subscriber, also where there are many requests.
        assert_eq!((heard.opened, heard.connections, heard.connections_before), (5, 0, 5), "{way}");
        assert!(heard.delivered > 0 && heard.duplicates + heard.missed == 0, "{way}: {heard:?}");
        assert!(!round.marks.contains(&Mark::Broken), "{way}: {:?}", round.marks);
        assert!(round.front.is_some(), "{way}: the front's cost was measured");
    }
}

#[cfg(not(feature = "http2"))]
#[test]
fn without_the_feature_it_says_how_to_build_it_before_anything_runs() {
    let results = Results::new("no-http2");
    let output = results.compare(&["quick", &results.behind("nginx-http2", "2s")]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).starts_with("fourways: the front nginx-http2 needs TLS"), "{}", said(&output));
    assert!(said(&output).contains("--features http2"), "{}", said(&output));
    assert_eq!(std::fs::read_dir(&results.0).unwrap().count(), 0, "nothing was measured");
}

#[tokio::test]
async fn nginx_stands_in_front_and_goes_with_a_killed_run() {
    let results = Results::new("front");
    let mut child = results.start(&[&results.behind("nginx", "60s"), "--ways", "sse"]);
    let family = Family::of(child.pid(), &["run", "guard", "nginx", "generate"]).await;
    let directory = family.directory_of("guard");
    assert!(directory.join("nginx.conf").exists());
    child.kill();
    family.is_gone().await;
    until("the directory of nginx is removed", || !directory.exists()).await;
}

//! `/api/reports` and `POST /api/compare`: what was measured is listed and shown, the presenter alone starts a run, one at
//! a time, and its processes end with the server, whatever its death. ARCHITECTURE.md, "Security" 4 and 10.
#![cfg(target_os = "linux")]

mod family;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};

use compare::{FORMAT, HeardOf, Means, Round, Run, ServerCost, scenario};
use contract::{Answer, Raw, START_US, binary, soon};
use family::{Family, kill};
use feed::{Clock, Market};
use fourways::RESULTS;
use fourways::run::{Options, Server};
use rustix::process::Signal;
use serde_json::Value;
use serve::{Drained, Hosts};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use transport::Limits;

/// One round of a second.
const TINY: &str = r#"{"scenario":"quick","ways":["ws"],"clients":5,"rounds":1,"duration":"1s"}"#;

/// A directory that goes with its test.
struct Dir(PathBuf);

impl Dir {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("reports-test-{test}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a temporary directory");
        Self(path)
    }

    fn put(&self, file: &str, text: impl AsRef<[u8]>) {
        fs::write(self.0.join(file), text).expect("a file");
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// A server of the runs in a directory, and its presenter's token.
struct Stage {
    address: SocketAddr,
    token: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Drained>,
}

impl Stage {
    async fn start(results: &Path) -> Self {
        let options = Options {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            market: Market::new(1, 10.0, 8, START_US).expect("a good market"),
            history: 64,
            limits: Limits::default(),
            hosts: Hosts::default(),
            clock: Clock::system(),
            chance: 7,
        };
        let (program, out) = (binary().expect("the program"), results.to_owned());
        let means = Means { program, here: ".".into(), targets: BTreeMap::new(), out };
        let server = Server::bind(options).await.expect("a free port").with_reports(means);
        let (address, token) = (server.address(), server.presenter().token().to_owned());
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server.run(async move { drop(stopped.await) }));
        Self { address, token, stop, task }
    }

    async fn compare(&self, body: &str) -> Answer {
        post(self.address, &bearer(&self.token), body).await
    }

    async fn drain(self) {
        drop(self.stop);
        assert_eq!(soon("the drain", self.task).await.expect("no panic").cut, 0);
    }
}

fn bearer(token: &str) -> String {
    format!("authorization: Bearer {token}\r\n")
}

async fn post(address: SocketAddr, headers: &str, body: &str) -> Answer {
    let mut raw = Raw::connect(address).await;
    let length = body.len();
    let kind = "content-type: application/json";
    let head = format!("POST /api/compare HTTP/1.1\r\nhost: {address}\r\n{kind}\r\n{headers}");
    raw.send(format!("{head}content-length: {length}\r\nconnection: close\r\n\r\n{body}")).await;
    raw.answer().await
}

async fn get(address: SocketAddr, path: &str) -> Answer {
    let mut raw = Raw::connect(address).await;
    raw.get(path, "connection: close\r\n").await;
    raw.answer().await
}

/// The names of the list that begin so: committed runs are in it as well.
async fn listed(address: SocketAddr, begin: &str) -> Vec<String> {
    let answer = get(address, "/api/reports").await;
    assert_eq!(answer.status, 200);
    let list: Vec<Value> = serde_json::from_str(&answer.body).expect("JSON");
    let names = list.iter().map(|run| run["name"].as_str().expect("text").to_owned());
    names.filter(|name| name.starts_with(begin)).collect()
}

fn job(answer: &Answer) -> String {
    assert_eq!(answer.status, 202, "{}", answer.body);
    let body: Value = serde_json::from_str(&answer.body).expect("JSON");
    let job = body["job"].as_str().expect("text").to_owned();
    assert!(answer.head.contains(&format!("location: /sse/progress?job={job}\r\n")), "{}", answer.head);
    job
}

/// Everything that a job told until it said `end`.
async fn follow(address: SocketAddr, job: &str, end: &str) -> String {
    let mut raw = Raw::connect(address).await;
    raw.get(&format!("/sse/progress?job={job}&after=0"), "").await;
    raw.until(end).await
}

/// A problem, read: its status, title and detail.
fn problem(answer: &Answer) -> (u16, String, String) {
    assert!(answer.head.contains("content-type: application/problem+json\r\n"), "{}", answer.head);
    let body: Value = serde_json::from_str(&answer.body).expect("JSON");
    let text = |name: &str| body[name].as_str().expect("text").to_owned();
    (answer.status, text("title"), text("detail"))
}

/// A result with one round.
fn result(started: &str) -> String {
    let round = Round {
        round: 1,
        settings: scenario::defaults(),
        heard: HeardOf { window_s: 1.0, opened: 5, held: 5, ..HeardOf::default() },
        server: ServerCost::default(),
        front: None,
        generator: Default::default(),
        marks: Vec::new(),
    };
    let run = Run {
        format: FORMAT,
        scenario: "test".to_owned(),
        scenario_toml: "title = { en = \"A test\", zh = \"一次测试\" }".to_owned(),
        started: started.to_owned(),
        took_s: 1.0,
        seed: 1,
        machine: Default::default(),
        before: Default::default(),
        versions: BTreeMap::new(),
        rounds: vec![round],
        complete: true,
        notes: Vec::new(),
    };
    serde_json::to_string(&run).expect("JSON")
}

#[tokio::test]
async fn runs_are_listed_newest_first_and_shown() {
    let dir = Dir::new("listed");
    dir.put("test-20261122T140000Z.json", result("2026-11-22T14:00:00Z"));
    dir.put("test-20261123T140000Z.json", result("2026-11-23T14:00:00Z"));
    // What is no run, or none that this version can read, is not offered.
    dir.put("claims-20261123T150000Z.json", "{}");
    dir.put("test-20261123T150000Z.json", "{\"format\":1,\"rounds\":[");
    dir.put("test-20261123T150001Z.json", r#"{"format":99,"rounds":[]}"#);
    dir.put("test-20261123T150002Z.json", [0xff]);
    dir.put("test-20261123T150003Z.json.part", result("2026-11-23T15:00:03Z"));
    dir.put("test.view.json", "{}");
    fs::create_dir(dir.0.join("test-dir.json")).unwrap();
    let stage = Stage::start(&dir.0).await;
    assert_eq!(listed(stage.address, "test").await, ["test-20261123T140000Z", "test-20261122T140000Z"]);
    assert_eq!(listed(stage.address, "claims").await, [""; 0]);

    let answer = get(stage.address, "/api/reports").await;
    assert!(answer.head.contains("cache-control: no-store\r\n"), "{}", answer.head);
    let list: Vec<Value> = serde_json::from_str(&answer.body).unwrap();
    let newest = list.iter().find(|run| run["name"] == "test-20261123T140000Z").unwrap();
    assert_eq!(newest["title"]["zh"], "一次测试");
    assert_eq!(newest["started"], "2026-11-23T14:00:00Z");
    assert!(newest["machine"]["cores"].is_u64());

    let view = get(stage.address, "/api/reports/test-20261122T140000Z").await;
    let view: Value = serde_json::from_str(&view.body).unwrap();
    assert_eq!(view["title"]["en"], "A test");
    assert_eq!(view["cells"][0]["settings"]["way"], "sse");
    assert!(view["figures"].as_array().is_some_and(|figures| !figures.is_empty()));

    // Whoever asks for one that is broken is told why, by its name alone.
    let (status, title, why) = problem(&get(stage.address, "/api/reports/test-20261123T150001Z").await);
    assert_eq!((status, title.as_str()), (404, "this run cannot be shown"));
    assert!(why.starts_with("test-20261123T150001Z.json has format 99"), "{why}");
    stage.drain().await;
}

#[tokio::test]
async fn a_name_leads_nowhere_else() {
    let dir = Dir::new("names");
    let results = dir.0.join("results");
    fs::create_dir(&results).unwrap();
    dir.put("secret.json", result("2026-11-23T14:00:00Z"));
    dir.put("results/claims-20261123T140000Z.json", result("2026-11-23T14:00:00Z"));
    let stage = Stage::start(&results).await;
    for name in [
        "none",
        "..%2fsecret",
        "%2e%2e%2fsecret",
        "..%5csecret",
        "secret.json",
        ".",
        "a%00b",
        "%ff",
        "claims-20261123T140000Z",
        &"x".repeat(300),
    ] {
        let answer = get(stage.address, &format!("/api/reports/{name}")).await;
        assert!([400, 404].contains(&answer.status), "{name}: {}", answer.status);
        assert!(!answer.body.contains("cells") && !answer.body.contains(&*dir.0.to_string_lossy()), "{name}");
    }
    let (status, title, way_out) = problem(&get(stage.address, "/api/reports/none").await);
    assert_eq!((status, title.as_str()), (404, "there is no run of this name"));
    assert!(way_out.contains("GET /api/reports"));
    // A directory that is not there is an empty one.
    drop(dir);
    assert_eq!(listed(stage.address, "secret").await, [""; 0]);
    stage.drain().await;
}

#[tokio::test]
async fn only_the_presenter_starts_a_run() {
    let dir = Dir::new("token");
    let stage = Stage::start(&dir.0).await;
    for headers in [String::new(), bearer(&"0".repeat(32)), bearer(&stage.token).repeat(2)] {
        let (status, title, _) = problem(&post(stage.address, &headers, TINY).await);
        assert_eq!((status, title.as_str()), (401, "this needs the presenter's token"));
    }
    let foreign = format!("{}origin: http://elsewhere.example\r\n", bearer(&stage.token));
    assert_eq!(post(stage.address, &foreign, TINY).await.status, 403);
    assert_eq!(get(stage.address, "/api/compare").await.status, 405);
    let info: Value = serde_json::from_str(&get(stage.address, "/api/info").await.body).unwrap();
    assert_eq!(info["jobs"]["now"], 0, "nothing was started");
    stage.drain().await;
}

#[tokio::test]
async fn what_cannot_be_measured_is_refused_with_the_way_out() {
    let dir = Dir::new("refused");
    let stage = Stage::start(&dir.0).await;
    for (body, title, way_out) in [
        ("{}", "the body is not what was expected", "`scenario`"),
        (r#"{"scenario":"quick","client":5}"#, "the body is not what was expected", "unknown field `client`"),
        (r#"{"scenario":"no-such"}"#, "there is no such scenario", "quick"),
        (r#"{"scenario":"../quick"}"#, "there is no such scenario", "quick"),
        (r#"{"scenario":"languages"}"#, "this scenario starts other programs", "fourways compare languages"),
        (r#"{"scenario":"fronts"}"#, "this scenario starts other programs", "fourways compare fronts"),
        (r#"{"scenario":"quick","ways":["smoke"]}"#, "there is no such way", "poll, long-poll, ws and sse"),
        (
            r#"{"scenario":"ten-thousand-sse","ways":["ws"]}"#,
            "nothing of this scenario goes by these ways",
            "leave `ways` out",
        ),
        (r#"{"scenario":"quick","clients":0}"#, "clients is out of range", "1 to 1000000"),
        (r#"{"scenario":"quick","rounds":101}"#, "rounds is out of range", "1 to 100"),
        (r#"{"scenario":"quick","duration":"5"}"#, "duration is no time for a window", "as in \"5s\""),
        (r#"{"scenario":"quick","duration":"2h"}"#, "duration is no time for a window", "60min"),
        (
            r#"{"scenario":"quick","duration":"500ms"}"#,
            "this cannot be measured",
            "a poll every 1000 ms is not seen",
        ),
    ] {
        let (status, said, detail) = problem(&stage.compare(body).await);
        assert_eq!((status, said.as_str()), (400, title), "{body}: {detail}");
        assert!(detail.contains(way_out), "{body}: {detail}");
    }
    let info: Value = serde_json::from_str(&get(stage.address, "/api/info").await.body).unwrap();
    assert_eq!(info["jobs"]["now"], 0, "nothing was started");
    stage.drain().await;
}

#[tokio::test]
async fn a_tiny_run_to_its_end_and_one_at_a_time() {
    let dir = Dir::new("tiny");
    let stage = Stage::start(&dir.0).await;
    let first = job(&stage.compare(TINY).await);

    let second = stage.compare(TINY).await;
    assert!(second.head.contains("retry-after: 30\r\n"), "{}", second.head);
    let (status, title, way_out) = problem(&second);
    assert_eq!((status, title.as_str()), (409, "a run is going on"));
    assert!(way_out.contains(&format!("/sse/progress?job={first} ")), "{way_out}");

    let told = follow(stage.address, &first, "\"state\":\"done\"}").await;
    assert!(told.contains(r#""done":0,"total":1,"percent":0,"state":"running"}"#), "{told}");
    assert!(told.ends_with(r#""done":1,"total":1,"percent":100,"state":"done"}"#), "{told}");

    let [name] = &listed(stage.address, "quick-").await[..] else { panic!("one run") };
    let view = get(stage.address, &format!("/api/reports/{name}")).await;
    let view: Value = serde_json::from_str(&view.body).unwrap();
    assert_eq!((&view["complete"], &view["notes"]), (&true.into(), &Value::Array(Vec::new())));
    let settings = &view["cells"][0]["settings"];
    assert_eq!((&settings["way"], &settings["clients"]), (&"ws".into(), &5.into()));

    // Whoever heard of the end may start the next one, and a server that drains does not wait for that.
    job(&stage.compare(r#"{"scenario":"quick","clients":5,"duration":"60s"}"#).await);
    let results = dir.0.clone();
    stage.drain().await;
    assert_eq!(fs::read_dir(results).unwrap().count(), 1, "nothing was measured of the other run");
}

/// `fourways run` in a directory of its own.
struct Presented {
    child: Child,
    address: SocketAddr,
    token: String,
    // Held open: a closed pipe would make the server's next line fail.
    _stderr: BufReader<ChildStderr>,
}

impl Presented {
    fn start(dir: &Path) -> Self {
        let mut command = Command::new(binary().expect("the program"));
        command.args(["run", "all", "--listen", "127.0.0.1:0"]).current_dir(dir);
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().expect("a process");
        let mut stderr = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut line = String::new();
        stderr.read_line(&mut line).expect("text");
        let page = line.split("page http://").nth(1).expect("the address of the page");
        let (address, rest) = page.split_once("/#presenter=").expect("a token");
        let token = rest.split(' ').next().unwrap_or_default().to_owned();
        Self { child, address: address.parse().expect("an address"), token, _stderr: stderr }
    }

    /// Starts a run; returns its job.
    async fn compare(&self, body: &str) -> String {
        job(&post(self.address, &bearer(&self.token), body).await)
    }
}

impl Drop for Presented {
    fn drop(&mut self) {
        // Both fail when it has ended already, which is as good.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[tokio::test]
async fn a_killed_server_leaves_nobody() {
    let dir = Dir::new("killed");
    let mut server = Presented::start(&dir.0);
    server.compare(r#"{"scenario":"quick","clients":5,"duration":"60s"}"#).await;
    let family = Family::of(server.child.id(), &["run", "generate"]).await;
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    family.is_gone().await;
}

#[tokio::test]
async fn a_stopped_server_keeps_what_was_measured_and_leaves_nobody() {
    let dir = Dir::new("stopped");
    let mut server = Presented::start(&dir.0);
    let three = r#"{"scenario":"quick","ways":["sse"],"clients":5,"rounds":3,"duration":"1s"}"#;
    let job = server.compare(three).await;
    follow(server.address, &job, r#""done":1,"total":3"#).await;
    let family = Family::of(server.child.id(), &["run", "generate"]).await;
    kill(server.child.id(), Signal::TERM);
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    family.is_gone().await;
    let files: Vec<_> =
        fs::read_dir(dir.0.join(RESULTS)).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let run: Run = serde_json::from_slice(&fs::read(&files[0]).unwrap()).unwrap();
    assert_eq!((run.rounds.len(), run.complete), (1, false));
    assert_eq!(run.notes, ["stopped after 1 of 3 rounds"]);
}

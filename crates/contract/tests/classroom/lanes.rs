//! Four processes with one market; and their ends, wished and not.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, ErrorKind};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;

use contract::{binary, soon};
use fourways::ALL;
use futures_util::StreamExt as _;
use rustix::process::Signal;
use serde_json::json;
use tokio::net::TcpStream;
use transport::{Backoff, Heard, follow};
use wire::Wire;

use crate::family::{Family, kill};
use crate::stage::{Stage, WAYS, get, is_up, lane_of, pid};

/// The JSON of the events that a lane tells by its own way, by number.
async fn told(stage: &Stage, way: &str, count: usize) -> (String, BTreeMap<u64, String>) {
    let transport = *ALL.iter().find(|known| known.card().name == way).expect("a way");
    let target = Arc::new(stage.target(way).await);
    let mut heard = Box::pin(follow(transport, target, None, Wire::default(), Backoff::new(1)));
    let (mut epoch, mut told) = (String::new(), BTreeMap::new());
    soon(way, async {
        while told.len() < count {
            if let Ok(Heard::Event { cursor, json, .. }) = heard.next().await.expect("a stream without end") {
                epoch = cursor.epoch.to_string();
                told.insert(cursor.seq, String::from_utf8(json.to_vec()).expect("text"));
            }
        }
    })
    .await;
    (epoch, told)
}

#[tokio::test]
async fn all_four_lanes_tell_the_same_events_of_the_same_epoch() {
    let stage = Stage::open();
    let epoch = stage.state().await["market"]["epoch"].as_str().expect("an epoch").to_owned();
    let heard = futures_util::future::join_all(WAYS.map(|way| told(&stage, way, 30))).await;
    let mut seen: BTreeMap<u64, String> = BTreeMap::new();
    let mut shared = 0;
    for (way, (own, events)) in WAYS.iter().zip(heard) {
        assert_eq!(own, epoch, "{way}");
        for (seq, json) in events {
            shared += usize::from(seen.get(&seq).is_some_and(|other| *other == json));
            assert_eq!(*seen.entry(seq).or_insert_with(|| json.clone()), json, "{way} {seq}");
        }
    }
    assert!(shared >= 60, "they were compared: {shared} times");
    // The page has the same market, to hold the lanes against.
    let page = get(stage.address(), "/poll/stock-price").await;
    assert_eq!(page["epoch"], *epoch);
    let newest = page["events"].as_array().expect("events").last().expect("one").clone();
    let lane = get(
        stage.road("sse").await,
        &format!("/poll/stock-price?after={}", newest["seq"].as_u64().unwrap() - 1),
    )
    .await;
    assert_eq!(lane["events"][0], newest);
    // One process each.
    let state = stage.state().await;
    let pids: std::collections::BTreeSet<_> = WAYS.iter().map(|way| pid(&lane_of(&state, way))).collect();
    assert_eq!(pids.len(), 4);
}

/// Whether the kernel refuses whoever connects.
async fn is_refused(address: SocketAddr) -> bool {
    matches!(TcpStream::connect(address).await, Err(error) if error.kind() == ErrorKind::ConnectionRefused)
}

#[tokio::test]
async fn the_dead_are_left_if_the_presenter_wants_it() {
    let stage = Stage::open();
    let road = stage.road("sse").await;
    assert_eq!(stage.done(json!({"do": "leave-dead", "on": true})).await["on"], true);
    let before = stage.lane("sse", is_up).await;
    stage.done(json!({"do": "kill", "lanes": ["sse"]})).await;
    let dead = stage.lane("sse", |lane| lane["state"] == "down").await;
    assert_eq!((&dead["exit"], &dead["pid"]), (&"SIGKILL".into(), &json!(null)));
    assert!(is_refused(road).await);
    assert!(stage.state().await["leave_dead"].as_bool().unwrap());
    // Longer than a lane rests.
    let late_us = dead["since_us"].as_u64().unwrap() + 2_500_000;
    soon("the end of its rest", async {
        while get(stage.address(), "/api/time").await["sent_us"].as_u64().unwrap() < late_us {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    })
    .await;
    assert_eq!(lane_of(&stage.state().await, "sse"), dead);
    stage.done(json!({"do": "leave-dead", "on": false})).await;
    let again = stage.lane("sse", is_up).await;
    assert_ne!(again["pid"], before["pid"]);
    assert_eq!((&again["exit"], &again["port"]), (&json!(null), &before["port"]), "at the same port");

    stage.done(json!({"do": "leave-dead", "on": true})).await;
    stage.done(json!({"do": "kill"})).await;
    for way in WAYS {
        stage.lane(way, |lane| lane["state"] == "down").await;
    }
    stage.done(json!({"do": "restart", "lanes": ["ws"]})).await;
    stage.lane("ws", is_up).await;
    assert_eq!(lane_of(&stage.state().await, "poll")["state"], "down", "only the one that was named");
}

#[tokio::test]
async fn a_deploy_drains_and_starts_again() {
    let stage = Stage::open();
    let road = stage.road("sse").await;
    let before = stage.lane("sse", is_up).await;
    let mut raw = contract::Raw::connect(road).await;
    raw.get("/sse/stock-price", "").await;
    raw.until("event: hello").await;
    stage.done(json!({"do": "deploy", "lanes": ["sse"]})).await;
    // The last chunk: the stream was ended by the server, not cut (RFC 9112 7.1).
    let rest = raw.rest().await;
    assert!(
        rest.ends_with(b"0\r\n\r\n"),
        "{}",
        String::from_utf8_lossy(&rest[rest.len().saturating_sub(40)..])
    );
    let after = stage.lane("sse", |lane| is_up(lane) && lane["pid"] != before["pid"]).await;
    assert_eq!((&after["port"], &after["exit"]), (&before["port"], &json!(null)));
    let epoch = stage.state().await["market"]["epoch"].clone();
    assert_eq!(get(road, "/api/info").await["market"]["epoch"], epoch);
}

#[tokio::test]
async fn nothing_is_left_when_the_class_is_killed() {
    let stage = Stage::open();
    stage.done(json!({"do": "extra", "lanes": ["sse"], "count": 3})).await;
    let all = Family::of(stage.process.pid(), &["run", "generate"]).await;
    assert_eq!(all.count(), 5, "four lanes and a generator");
    kill(stage.process.pid(), Signal::KILL);
    all.is_gone().await;
}

#[tokio::test]
async fn a_class_that_is_over_ends_its_lanes_in_good_order() {
    let stage = Stage::open();
    let all = Family::of(stage.process.pid(), &["run"]).await;
    let mut raw = contract::Raw::connect(stage.road("sse").await).await;
    raw.get("/sse/stock-price", "").await;
    raw.until("event: hello").await;
    kill(stage.process.pid(), Signal::TERM);
    assert!(raw.rest().await.ends_with(b"0\r\n\r\n"));
    all.is_gone().await;
    let ended = tokio::task::spawn_blocking(move || stage.process.wait());
    assert_eq!(soon("the end", ended).await.unwrap().unwrap(), 0);
}

#[test]
fn a_port_in_use_is_said() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = Command::new(binary().unwrap());
    let output = command.args(["classroom", "--listen", &address]).stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let port = taken.local_addr().unwrap().port();
    assert!(said.contains(&format!("port {port} is in use")) && said.contains("another classroom"), "{said}");
    assert_eq!(output.status.code(), Some(1));
}

/// `fourways classroom 2>&1 | head -1`: nobody reads what is said at the end.
#[test]
fn who_does_not_read_the_terminal_ends_no_class() {
    for command in ["classroom", "run"] {
        let mut process = Command::new(binary().unwrap());
        process.args([command, "--listen", "127.0.0.1:0"]).stdin(Stdio::null()).stderr(Stdio::piped());
        let mut process = process.spawn().unwrap();
        let mut said = BufReader::new(process.stderr.take().unwrap());
        // The last line of each.
        let ready = if command == "run" { "Ctrl-C stops" } else { "phones" };
        let mut line = String::new();
        while !line.contains(ready) {
            line.clear();
            assert!(said.read_line(&mut line).unwrap() > 0, "{command} did not come up");
        }
        drop(said);
        kill(process.id(), Signal::TERM);
        assert_eq!(process.wait().unwrap().code(), Some(0), "{command}");
    }
}

//! Foreign servers: those in `benches/servers` carry the feed on the ways that they describe, and whatever keeps one from
//! starting is told with the way out. The clients are those of the load generator.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use compare::scenario::defaults;
use compare::{Error, Running, ServerSpec, Settings, foreign, start, way};
use contract::{binary, soon};
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use transport::{Backoff, Description, Heard, follow};
use wire::Wire;

/// What is listened for by each way.
const EVENTS: usize = 20;
const RATE: f64 = 40.0;
const PAYLOAD_BYTES: u32 = 200;

fn settings(server: &str) -> Settings {
    Settings {
        server: server.to_owned(),
        clients: 1,
        rate: RATE,
        symbols: 2,
        payload_bytes: PAYLOAD_BYTES,
        ..defaults()
    }
}

async fn run(path: &Path) -> Result<Running, Error> {
    start(&ServerSpec::Described(path.to_owned()), &settings("foreign"), &binary().expect("a binary")).await
}

/// The first events that one client hears by `name`: number, scheduled instant and JSON.
async fn listen(name: &str, running: &Running) -> Vec<(u64, u64, String)> {
    let description = Description::parse(running.target.as_ref().expect("a description")).expect("the same");
    let mut target = description.target(name, running.authority.clone()).expect("this way");
    // Twice between two events: no poll may miss one.
    target.interval = Duration::from_secs_f64(0.5 / RATE);
    target.newest = true;
    let session = follow(way(name).expect("a way"), Arc::new(target), None, Wire::default(), Backoff::new(1));
    let heard =
        session.filter_map(async |heard| match heard.unwrap_or_else(|error| panic!("{name}: {error}")) {
            Heard::Event { cursor, at, json } => {
                Some((cursor.seq, at, String::from_utf8(json.to_vec()).expect("text")))
            }
            _ => None,
        });
    // A poll tells the newest again until there is a newer one.
    let fresh = heard.scan(0, |newest, event| {
        let fresh = event.0 > *newest || name != "poll";
        *newest = event.0.max(*newest);
        std::future::ready(Some(fresh.then_some(event)))
    });
    fresh.filter_map(std::future::ready).take(EVENTS).collect().await
}

async fn carries_the_feed(name: &str) {
    let path = foreign::find(name, Path::new(env!("CARGO_MANIFEST_DIR"))).expect("a description");
    let found = foreign::read(&path).expect("a description");
    foreign::prepare(&found, &binary().expect("a binary"), |line| eprintln!("{line}"))
        .await
        .expect("its setup");
    let running = run(&path).await.expect("a server");
    assert!(running.version.as_ref().is_some_and(|version| version.contains('.')), "{:?}", running.version);
    let ways = ["poll", "long-poll", "ws", "sse"];
    let heard = soon("events by all ways", join_all(ways.map(|way| listen(way, &running)))).await;
    let mut known = BTreeMap::new();
    for (way, events) in ways.into_iter().zip(heard) {
        for pair in events.windows(2) {
            let [(seq, at, _), (next, next_at, _)] = pair else { unreachable!("windows of two") };
            assert!(next > seq && (way == "poll" || next - seq == 1), "{name} {way}: {next} after {seq}");
            // Published by the clock, not by a sleep after the last: no drift in what is due.
            let due_us = (next - seq) as f64 * 1e6 / RATE;
            assert!(((next_at - at) as f64 - due_us).abs() <= 1.0, "{name} {way}: {at} then {next_at}");
        }
        for (seq, _, json) in events {
            assert_eq!(json.len(), PAYLOAD_BYTES as usize, "{name} {way}: {json}");
            let symbol = format!("\"symbol\":\"S{}\"", (seq - 1) % 2);
            assert!(json.contains(&symbol), "symbols take turns, {name} {way}: {json}");
            let same = known.entry(seq).or_insert_with(|| json.clone());
            assert_eq!(*same, json, "{name} {way}: event {seq} is the same on all ways");
        }
    }
    running.process.end().await;
}

#[tokio::test]
async fn node_carries_the_feed() {
    carries_the_feed("node").await;
}

#[cfg(feature = "long")]
#[tokio::test]
async fn python_carries_the_feed() {
    carries_the_feed("python").await;
}

#[cfg(feature = "long")]
#[tokio::test]
async fn go_carries_the_feed() {
    carries_the_feed("go").await;
}

#[cfg(feature = "long")]
#[tokio::test]
async fn nchan_carries_the_feed() {
    carries_the_feed("nchan").await;
}

/// A folder with a description of a server that is started as `start` says.
fn describe(name: &str, start: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("fourways-foreign-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("server.toml");
    let head = format!("name = \"{name}\"\ntitle = {{ en = \"x\", zh = \"x\" }}\n[start]\n");
    let rest = "install = \"a server\"\nready = \"/\"\n[ways.sse]\npath = \"/\"\n";
    std::fs::write(&path, format!("{head}{start}\n{rest}")).expect("a file");
    path
}

async fn fails(name: &str, start: &str) -> (Error, PathBuf) {
    let path = describe(name, start);
    let error = match soon("a refusal", run(&path)).await {
        Ok(running) => panic!("{name} runs at {}", running.authority),
        Err(error) => error,
    };
    (error, path.parent().expect("its folder").to_owned())
}

#[tokio::test]
async fn whatever_keeps_a_server_from_starting_is_told() {
    for (name, start, expected) in [
        (
            "absent",
            r#"command = ["no-such-program"]"#,
            "no-such-program is not installed; absent needs a server",
        ),
        ("unbuilt", r#"command = ["./build/server"]"#, "./build/server is not installed"),
        (
            "broken-setup",
            "command = [\"true\"]\nsetup = [[\"sh\", \"-c\", \"echo no network; exit 3\"]]",
            "no network",
        ),
        (
            "ends",
            r#"command = ["sh", "-c", "echo no licence >&2; exit 3"]"#,
            "ends did not start: no licence",
        ),
        (
            "mute",
            "command = [\"sleep\", \"1000\"]\nready_within_s = 0",
            "did not answer 200 within 0 s (ready_within_s)",
        ),
    ] {
        let (error, folder) = fails(name, start).await;
        assert!(error.to_string().contains(expected), "{name}: {error}");
        std::fs::remove_dir_all(folder).unwrap();
    }
}

#[tokio::test]
async fn a_port_that_is_taken_meanwhile_is_given_up_for_another() {
    let script = "echo {port} >> ports; echo listen EADDRINUSE: address already in use >&2; exit 1";
    let (error, folder) = fails("taken", &format!("command = [\"sh\", \"-c\", \"{script}\"]")).await;
    assert!(error.to_string().contains("address already in use"), "{error}");
    let ports = std::fs::read_to_string(folder.join("ports")).unwrap();
    assert_eq!(ports.lines().count(), 3, "ports tried: {ports}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_description_is_found_by_name_folder_or_file() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let node = foreign::find("node", here).unwrap();
    let folder = node.parent().unwrap().to_string_lossy().into_owned();
    assert_eq!(foreign::find(&folder, Path::new("/")).unwrap(), node);
    assert_eq!(foreign::find(&node.to_string_lossy(), Path::new("/")).unwrap(), node);
    let error = foreign::find("cobol", here).unwrap_err().to_string();
    assert!(error.contains("\"cobol\"") && error.contains("benches/servers"), "{error}");
}

#[test]
fn a_way_that_there_is_not_is_told() {
    let path = describe("fifth", "command = [\"true\"]");
    let text = std::fs::read_to_string(&path).unwrap().replace("ways.sse", "ways.pigeon");
    std::fs::write(&path, text).unwrap();
    let error = foreign::read(&path).unwrap_err().to_string();
    assert!(error.contains("[ways.pigeon]") && error.contains("long-poll"), "{error}");
    std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
}

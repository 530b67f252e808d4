//! kill -9 of a lane: everyone who was connected by any of the four ways is fresh again within 5 s, without a hole and
//! without a hand.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use contract::{soon, until};
use feed::{Clock, Cursor};
use fourways::ALL;
use futures_util::StreamExt as _;
use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use transport::{Backoff, Heard, follow};
use wire::Wire;

use crate::family::kill;
use crate::stage::{Stage, get, is_up, pid};

/// What one client heard: the numbers, and whether anything was told to be missing.
#[derive(Default)]
struct Diary {
    cursors: Vec<Cursor>,
    gaps: usize,
    /// When the newest event was due that has come since the server was lost.
    fresh_us: Option<u64>,
    lost: bool,
}

#[tokio::test]
async fn who_was_connected_to_a_killed_lane_is_fresh_again_without_a_hole() {
    let stage = Stage::open();
    let before = stage.lane("sse", is_up).await;
    let epoch = stage.state().await["market"]["epoch"].clone();
    let mut clients = Vec::new();
    // A lane serves all four ways, so all four lose the same process.
    for (seed, way) in ALL.iter().enumerate() {
        let diary = Arc::new(Mutex::new(Diary::default()));
        let (target, own) = (Arc::new(stage.target("sse").await), Arc::clone(&diary));
        let task = tokio::spawn(async move {
            let mut heard = Box::pin(follow(*way, target, None, Wire::default(), Backoff::new(seed as u64)));
            while let Some(heard) = heard.next().await {
                let mut diary = own.lock().unwrap();
                match heard {
                    Ok(Heard::Event { cursor, at, .. }) => {
                        diary.cursors.push(cursor);
                        diary.fresh_us = diary.lost.then_some(at);
                    }
                    Ok(Heard::Gap(_)) => diary.gaps += 1,
                    Err(_) => diary.lost = true,
                    Ok(_) => {}
                }
            }
        });
        clients.push((way.card().name, diary, task));
    }
    for (name, diary, _) in &clients {
        until(name, || diary.lock().unwrap().cursors.len() > 5).await;
    }

    kill(pid(&before), Signal::KILL);
    let (killed, killed_us) = (Instant::now(), Clock::system().now_us());
    let down = stage.lane("sse", |lane| lane["state"] == "down").await;
    assert_eq!(down["exit"], "SIGKILL");
    let refused = TcpStream::connect(stage.road("sse").await).await;
    assert_eq!(refused.unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused, "nobody is there");
    let up = stage.lane("sse", is_up).await;
    assert!(
        up["since_us"].as_u64() >= down["since_us"].as_u64().map(|us| us + 2_000_000),
        "after 2 s: {down} {up}"
    );
    let away = json!({"why": "kill", "from_us": down["since_us"], "until_us": up["since_us"]});
    assert_eq!((&down["last_away"]["until_us"], &up["last_away"]), (&Value::Null, &away));
    assert_eq!(get(stage.road("sse").await, "/api/info").await["market"]["epoch"], epoch);

    let until_then = || Duration::from_secs(5).saturating_sub(killed.elapsed());
    for (name, diary, _) in &clients {
        // Fresh: it hears what happened after the kill, and heard of the loss before.
        let fresh =
            until(name, || diary.lock().unwrap().fresh_us.is_some_and(|at| at > killed_us + 1_000_000));
        let in_time = tokio::time::timeout(until_then(), fresh).await;
        assert!(in_time.is_ok(), "{name} is not fresh 5 s after the kill");
    }
    for (name, diary, task) in clients {
        task.abort();
        let diary = diary.lock().unwrap();
        assert_eq!(diary.gaps, 0, "{name}");
        for pair in diary.cursors.windows(2) {
            assert_eq!((pair[1].epoch, pair[1].seq), (pair[0].epoch, pair[0].seq + 1), "{name}");
        }
        assert_eq!(diary.cursors[0].epoch.as_str(), epoch, "{name}");
    }
}

#[tokio::test]
async fn extra_subscribers_come_and_go_and_come_back() {
    let stage = Stage::open();
    stage.done(json!({"do": "extra", "lanes": ["sse", "ws"], "count": 40, "jitter": false})).await;
    for way in ["sse", "ws"] {
        let lane = stage.lane(way, |lane| lane["extra"] == 40).await;
        assert_eq!(lane["jitter"], false);
    }
    let road = stage.road("sse").await;
    let waiters = async |wanted: u64| {
        soon("the crowd", async {
            while get(road, "/api/stats").await["waiters"] != wanted {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
    };
    waiters(40).await;
    let before = stage.lane("sse", is_up).await;
    stage.done(json!({"do": "restart", "lanes": ["sse"]})).await;
    stage.lane("sse", |lane| is_up(lane) && lane["pid"] != before["pid"]).await;
    waiters(40).await;
    stage.done(json!({"do": "extra", "count": 0})).await;
    waiters(0).await;
    assert_eq!(stage.lane("ws", is_up).await["extra"], 0);
}

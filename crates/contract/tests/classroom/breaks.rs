//! Cuts that last end on the server, and everyone is told of the last break of each lane, also who comes later.

use std::io::ErrorKind;
use std::net::SocketAddr;

use contract::soon;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::live::Page;
use crate::stage::{Stage, get, is_up, lane_of};

async fn is_refused(address: SocketAddr) -> bool {
    matches!(TcpStream::connect(address).await, Err(error) if error.kind() == ErrorKind::ConnectionRefused)
}

fn stands(lane: &Value) -> bool {
    lane["last_break"].is_object() && lane["last_break"]["until_us"].is_null()
}

fn is_over(lane: &Value) -> bool {
    lane["last_break"]["until_us"].is_u64()
}

#[tokio::test]
async fn a_cut_of_some_time_needs_no_page_to_end() {
    let stage = Stage::open();
    let mut raw = contract::Raw::connect(stage.road("sse").await).await;
    raw.get("/sse/stock-price", "").await;
    raw.until("event: hello").await;
    assert_eq!(stage.lane("sse", is_up).await["last_break"], Value::Null);
    let done = stage.done(json!({"do": "cut", "lanes": ["sse"], "for_ms": 300})).await;
    raw.rest().await;
    let last = stage.lane("sse", is_over).await["last_break"].clone();
    assert_eq!(
        (&last["kind"], &last["for_ms"], &last["after_bytes"]),
        (&"cut".into(), &300.into(), &json!(null))
    );
    assert_eq!(last["connections"], done["connections"]);
    assert!(last["until_us"].as_u64() >= last["at_us"].as_u64().map(|at_us| at_us + 300_000), "{last}");
    get(stage.road("sse").await, "/api/info").await;
    assert_eq!(
        lane_of(&stage.state().await, "ws")["last_break"],
        Value::Null,
        "only the lane that was named"
    );
}

#[tokio::test]
async fn a_lane_that_dies_while_it_is_cut_comes_back_behind_the_cut() {
    let stage = Stage::open();
    let road = stage.road("sse").await;
    let before = stage.lane("sse", is_up).await;
    stage.done(json!({"do": "cut", "lanes": ["sse"], "for_ms": 60_000})).await;
    stage.done(json!({"do": "weather", "lanes": ["sse"], "weather": {"delay_ms": 10}})).await;
    stage.done(json!({"do": "restart", "lanes": ["sse"]})).await;
    let after = stage.lane("sse", |lane| is_up(lane) && lane["pid"] != before["pid"]).await;
    assert!(stands(&after) && is_refused(road).await, "{after}");
    stage.done(json!({"do": "mend"})).await;
    assert!(is_over(&stage.lane("sse", is_up).await));
    get(road, "/api/info").await;
}

/// Told by the live connection too, as soon as it is over: nobody has to ask.
#[tokio::test]
async fn everyone_is_told_of_a_break_and_of_its_end() {
    let stage = Stage::open();
    let mut raw = contract::Raw::connect(stage.road("ws").await).await;
    raw.get("/sse/stock-price", "").await;
    raw.until("event: hello").await;
    let mut page = Page::open(&stage).await;
    stage.done(json!({"do": "half-open", "lanes": ["ws"]})).await;
    let hole = page.hear("class", |state| is_over(&lane_of(state, "ws"))).await;
    let last = &lane_of(&hole, "ws")["last_break"];
    assert_eq!((&last["kind"], &last["until_us"]), (&"half-open".into(), &last["at_us"]));
    assert!(last["connections"].as_u64() >= Some(1), "{last}");

    stage.done(json!({"do": "cut", "lanes": ["ws"], "for_ms": 200})).await;
    let is_mended = |lane: &Value| is_over(lane) && lane["last_break"]["kind"] == "cut";
    page.hear("class", |state| is_mended(&lane_of(state, "ws"))).await;
}

#[tokio::test]
async fn a_cut_behind_some_bytes_stands_until_they_went() {
    let stage = Stage::open();
    let mut raw = contract::Raw::connect(stage.road("poll").await).await;
    raw.get("/sse/stock-price", "").await;
    raw.until("event: hello").await;
    stage.done(json!({"do": "cut", "lanes": ["poll"], "after_bytes": 1000})).await;
    soon("its end", raw.rest()).await;
    let last = stage.lane("poll", is_over).await["last_break"].clone();
    assert_eq!((&last["kind"], &last["after_bytes"]), (&"cut".into(), &1000.into()));
    assert!(last["until_us"].as_u64() > last["at_us"].as_u64(), "20 prices a second are 2 KB: {last}");
}

//! One change of the market, at one instant for everyone: also for the page, and for a lane that starts meanwhile.

use contract::soon;
use serde_json::{Value, json};

use crate::stage::{Stage, WAYS, ask, get, is_up};

async fn announced(stage: &Stage, way: &str) -> Value {
    get(stage.road(way).await, "/api/info").await["next_epoch"].clone()
}

/// Waits until everyone has `epoch`, and holds the newest events of all against each other.
async fn all_have(stage: &Stage, epoch: &Value) {
    for way in WAYS {
        let road = stage.road(way).await;
        soon(way, async {
            while get(road, "/poll/stock-price").await["epoch"] != *epoch {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        })
        .await;
    }
    let after = format!("/poll/stock-price?after={}-0", epoch.as_str().expect("an epoch"));
    let page = get(stage.address(), &after).await;
    assert_eq!(page["epoch"], *epoch, "the page as well");
    let known = page["events"].as_array().expect("events").clone();
    for way in WAYS {
        let told = get(stage.road(way).await, &after).await;
        let told = told["events"].as_array().expect("events");
        // One of them may be some events ahead.
        let both = known.len().min(told.len());
        assert_eq!(told[..both], known[..both], "{way}");
    }
    assert_eq!(stage.state().await["market"]["epoch"], *epoch);
}

#[tokio::test]
async fn a_change_is_announced_by_all_for_the_same_instant() {
    let stage = Stage::open();
    let before = stage.state().await["market"].clone();
    let done = stage.done(json!({"do": "market", "rate": 40, "symbols": 3})).await;
    let told = &done["announced"];
    for way in WAYS {
        assert_eq!(announced(&stage, way).await, *told, "{way}");
    }
    assert_eq!(get(stage.address(), "/api/info").await["next_epoch"], *told, "the page");
    let state = stage.state().await;
    assert_eq!((&state["market"]["epoch"], &state["market"]["next"]), (&before["epoch"], told));
    all_have(&stage, &told["epoch"]).await;
    let after = stage.state().await["market"].clone();
    assert_eq!((&after["rate"], &after["next"]), (&40.0.into(), &Value::Null));
    assert_eq!(after["symbols"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_lane_that_starts_meanwhile_has_the_other_market_too() {
    let stage = Stage::open();
    let before = stage.lane("ws", is_up).await;
    stage.done(json!({"do": "restart", "lanes": ["ws"]})).await;
    let done = stage.done(json!({"do": "market", "rate": 30})).await;
    stage.done(json!({"do": "kill", "lanes": ["poll"]})).await;
    stage.lane("ws", |lane| is_up(lane) && lane["pid"] != before["pid"]).await;
    stage.lane("poll", |lane| lane["state"] == "down").await;
    stage.lane("poll", is_up).await;
    all_have(&stage, &done["announced"]["epoch"]).await;
    // And long after, with the sequence numbers of the others.
    let before = stage.lane("sse", is_up).await;
    stage.done(json!({"do": "restart", "lanes": ["sse"]})).await;
    stage.lane("sse", |lane| is_up(lane) && lane["pid"] != before["pid"]).await;
    all_have(&stage, &done["announced"]["epoch"]).await;
}

#[tokio::test]
async fn the_route_of_a_server_changes_the_whole_class() {
    let stage = Stage::open();
    let answer = ask(stage.address(), "POST /api/market", &stage.bearer(), r#"{"symbols":4}"#).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    let told: Value = serde_json::from_str(&answer.body).unwrap();
    for way in WAYS {
        assert_eq!(announced(&stage, way).await, told, "{way}");
    }
    // Two that follow at once are one.
    let next = stage.done(json!({"do": "market", "rate": 25})).await;
    assert_eq!(next["announced"]["symbols"].as_array().unwrap().len(), 4);
    all_have(&stage, &next["announced"]["epoch"]).await;
}

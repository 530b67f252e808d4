//! Orders that come at a bad moment: while a lane drains, while the class ends, and from someone who has gone.

use contract::{Answer, Raw, soon};
use rustix::process::Signal;
use serde_json::json;

use crate::family::kill;
use crate::stage::{Stage, WAYS, get, is_up, pid};

/// A socket that keeps its lane draining: it hears that the server goes away, and answers when it is [`let_go`].
async fn hold(stage: &Stage, way: &str) -> Raw {
    let mut raw = Raw::connect(stage.road(way).await).await;
    let upgrade = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                   sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    raw.get("/ws/echo", upgrade).await;
    raw.until("\r\n\r\n").await;
    raw
}

/// Its close frame, masked by zeroes: 1001 (RFC 6455 5.5.1).
async fn let_go(raw: &mut Raw) {
    raw.send(b"\x88\x82\0\0\0\0\x03\xe9").await;
}

/// A connection on which the head of a command has been read, and its body is waited for (RFC 9110 10.1.1).
async fn head_of(stage: &Stage, body: &str) -> Raw {
    let mut raw = Raw::connect(stage.address()).await;
    let (address, bearer, length) = (stage.address(), stage.bearer(), body.len());
    raw.send(format!(
        "POST /api/class HTTP/1.1\r\nhost: {address}\r\n{bearer}expect: 100-continue\r\n\
         content-length: {length}\r\n\r\n"
    ))
    .await;
    raw.until("100 Continue\r\n\r\n").await;
    raw
}

/// A command whose body comes when `now` is over.
async fn late(stage: &Stage, body: &str, now: impl Future<Output = ()>) -> Answer {
    let mut raw = head_of(stage, body).await;
    now.await;
    raw.send(body).await;
    raw.answer().await
}

#[tokio::test]
async fn a_deploy_that_is_asked_for_twice_still_drains() {
    let stage = Stage::open();
    let before = stage.lane("sse", is_up).await;
    let mut held = hold(&stage, "sse").await;
    let deploy = || stage.done(json!({"do": "deploy", "lanes": ["sse"]}));
    deploy().await;
    stage.lane("sse", |lane| lane["state"] == "draining").await;
    deploy().await;
    held.bytes(4).await;
    let_go(&mut held).await;
    let ended = stage.lane("sse", |lane| !lane["exit"].is_null()).await;
    assert_eq!(ended["exit"], "exit 0", "in good order");
    let after = stage.lane("sse", |lane| is_up(lane) && lane["pid"] != before["pid"]).await;
    let away = &after["last_away"];
    assert_eq!((&away["why"], &away["until_us"]), (&"deploy".into(), &after["since_us"]));
    stage.done(json!({"do": "restart", "lanes": ["sse"]})).await;
    let again = stage.lane("sse", |lane| is_up(lane) && lane["pid"] != after["pid"]).await;
    assert_eq!(again["last_away"]["why"], "restart");
}

#[tokio::test]
async fn an_order_that_comes_while_the_class_ends_is_refused() {
    let stage = Stage::open();
    let mut held = hold(&stage, "sse").await;
    let mut stream = Raw::connect(stage.address()).await;
    stream.get("/sse/stock-price", "").await;
    stream.until("event: hello").await;
    let class_ends = async {
        kill(stage.process.pid(), Signal::TERM);
        // The page's own streams end when the class does; the lane has been told when its socket hears of it.
        stream.rest().await;
        held.bytes(4).await;
    };
    let answer = late(&stage, r#"{"do":"restart","lanes":["sse"]}"#, class_ends).await;
    assert_eq!(answer.status, 503, "{answer:?}");
    assert!(answer.body.contains("the class is over"), "{answer:?}");
    let_go(&mut held).await;
    let ended = tokio::task::spawn_blocking(move || stage.process.wait());
    assert_eq!(soon("the end", ended).await.unwrap().unwrap(), 0);
}

#[tokio::test]
async fn a_deploy_loses_nothing_of_what_is_under_way() {
    let stage = Stage::open();
    let before = stage.lane("sse", is_up).await;
    let mut raw = Raw::connect(stage.road("sse").await).await;
    raw.get("/sse/stock-price", "").await;
    raw.until("event: hello").await;
    stage.done(json!({"do": "weather", "lanes": ["sse"], "weather": {"delay_ms": 1000}})).await;
    stage.done(json!({"do": "deploy", "lanes": ["sse"]})).await;
    let rest = raw.rest().await;
    let end = String::from_utf8_lossy(&rest[rest.len().saturating_sub(40)..]).into_owned();
    assert!(end.ends_with("0\r\n\r\n"), "not its last chunk: {end:?}");
    stage.lane("sse", |lane| is_up(lane) && lane["pid"] != before["pid"]).await;
}

#[tokio::test]
async fn a_change_is_told_to_all_lanes_also_if_its_presenter_has_gone() {
    let stage = Stage::open();
    let before = stage.lane("sse", is_up).await;
    // It cannot be told, so it has to start again: but only after the patience with it has ended.
    kill(pid(&before), Signal::STOP);
    let body = r#"{"do":"market","rate":30}"#;
    let mut raw = head_of(&stage, body).await;
    raw.send(body).await;
    soon("the announcement", async {
        while stage.state().await["market"]["next"].is_null() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    drop(raw);
    stage.lane("sse", |lane| is_up(lane) && lane["pid"] != before["pid"]).await;
    for way in WAYS {
        let road = stage.road(way).await;
        soon(way, async {
            while get(road, "/api/info").await["market"]["rate"] != 30.0 {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_crowd_comes_to_all_lanes_also_if_its_presenter_has_gone() {
    let stage = Stage::open();
    let body = r#"{"do":"extra","count":3}"#;
    let mut raw = head_of(&stage, body).await;
    raw.send(body).await;
    stage.lane("poll", |lane| lane["extra"] == 3).await;
    drop(raw);
    for way in WAYS {
        stage.lane(way, |lane| lane["extra"] == 3).await;
    }
}

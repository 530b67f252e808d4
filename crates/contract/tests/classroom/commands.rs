//! Who may command what: the presenter alone, from here, within the ranges.

use contract::Answer;
use serde_json::{Value, json};

use crate::stage::{JSON, Stage, WAYS, ask, get, lane_of};

fn told(answer: &Answer) -> Value {
    assert!(answer.head.contains("application/problem+json"), "{answer:?}");
    serde_json::from_str(&answer.body).expect("JSON")
}

#[tokio::test]
async fn only_the_presenter_commands() {
    let stage = Stage::open();
    let before = stage.state().await;
    let kill = r#"{"do":"kill"}"#;
    let other = format!("authorization: Bearer {}\r\n{JSON}", "0".repeat(32));
    for path in ["POST /api/class", "POST /api/market"] {
        for headers in [JSON, &other] {
            let answer = ask(stage.address(), path, headers, kill).await;
            assert_eq!(answer.status, 401, "{path} {headers}");
            assert!(told(&answer)["detail"].as_str().unwrap().contains("Bearer"), "{answer:?}");
        }
        for foreign in
            ["origin: http://evil.example\r\n", "origin: null\r\n", "sec-fetch-site: cross-site\r\n"]
        {
            let headers = format!("{}{foreign}", stage.bearer());
            assert_eq!(ask(stage.address(), path, &headers, kill).await.status, 403, "{path} {foreign}");
        }
        let mut raw = contract::Raw::connect(stage.address()).await;
        raw.send(format!(
            "{path} HTTP/1.1\r\nhost: evil.example\r\n{}content-length: 0\r\n\r\n",
            stage.bearer()
        ))
        .await;
        assert_eq!(raw.answer().await.status, 400, "{path}: another host");
    }
    let in_query = format!("POST /api/class?presenter={}", stage.process.token());
    assert_eq!(ask(stage.address(), &in_query, JSON, kill).await.status, 401);
    assert_eq!(ask(stage.address(), "DELETE /api/class", &stage.bearer(), "").await.status, 405);
    let after = stage.state().await;
    assert_eq!(after["lanes"], before["lanes"], "nothing has changed");
    assert!(!after.to_string().contains(stage.process.token()));
}

#[tokio::test]
async fn what_is_out_of_range_is_refused_with_what_would_do() {
    let stage = Stage::open();
    for (body, place, way_out) in [
        (json!({"do": "explode"}), "member `do`", "half-open"),
        (json!({"do": "kill", "lanes": ["tcp"]}), "member `lanes`", "long-poll"),
        (json!({"do": "weather", "weather": {"delay_ms": 6000}}), "member `weather.delay_ms`", "0 to 5000"),
        (json!({"do": "extra", "count": 2001}), "member `count`", "0 to 2000"),
        (json!({"do": "market", "rate": 0.01}), "member `rate`", "0.1 to 10000"),
        (json!({"do": "market", "symbols": 101}), "member `symbols`", "1 to 100"),
    ] {
        let answer = stage.command(&body).await;
        let told = told(&answer);
        assert_eq!((answer.status, &told["where"]), (400, &place.into()), "{body}");
        assert!(told["detail"].as_str().unwrap().contains(way_out), "{told}");
    }
    for (path, example) in [("POST /api/class", r#"{"do":"kill""#), ("POST /api/market", r#"{"rate":20}"#)] {
        for (body, way_out) in [
            ("", example),
            ("[]", example),
            ("null", example),
            ("7", example),
            ("{", "EOF"),
            (r#"{"rate":1,"rate":7}"#, "\"rate\" stands there twice; send it once"),
        ] {
            let answer = ask(stage.address(), path, &stage.bearer(), body).await;
            let told = told(&answer);
            assert_eq!((answer.status, &told["where"]), (400, &"body".into()), "{path} {body:?}");
            assert!(told["detail"].as_str().unwrap().contains(way_out), "{path} {body:?}: {told}");
        }
    }
    let answer = ask(stage.address(), "GET /api/class/exchanges?lane=tcp", "", "").await;
    assert_eq!((answer.status, &told(&answer)["where"]), (400, &"query parameter `lane`".into()));
}

#[tokio::test]
async fn the_weather_is_that_of_its_lanes_and_shows_on_their_roads() {
    let stage = Stage::open();
    let refuses = json!({"do": "weather", "lanes": ["sse"], "weather": {"refuse": 503, "delay_ms": 20}});
    assert_eq!(stage.done(refuses).await["lanes"], json!(["sse"]));
    let state = stage.state().await;
    let weather = |way: &str| lane_of(&state, way)["weather"].clone();
    assert_eq!((&weather("sse")["refuse"], &weather("sse")["delay_ms"]), (&503.into(), &20.into()));
    assert_eq!(weather("ws"), weather("poll"));
    assert_eq!(ask(stage.road("sse").await, "GET /api/info", "", "").await.status, 503);
    get(stage.road("ws").await, "/api/info").await;
    stage.done(json!({"do": "weather"})).await;
    get(stage.road("sse").await, "/api/info").await;

    // One connection is there, and is cut.
    let mut raw = contract::Raw::connect(stage.road("sse").await).await;
    raw.get("/sse/stock-price", "").await;
    raw.until("event: hello").await;
    let cut = stage.done(json!({"do": "cut", "lanes": ["sse"]})).await;
    assert!(cut["connections"].as_u64().unwrap() >= 1, "{cut}");
    raw.rest().await;
}

/// A page may talk to a lane only from the origins of its class.
#[tokio::test]
async fn lanes_let_the_page_in_and_no_other() {
    let stage = Stage::open();
    let port = stage.address().port();
    for way in WAYS {
        let road = stage.road(way).await;
        for (origin, allowed) in [
            (format!("http://localhost:{port}"), true),
            (format!("http://127.0.0.1:{port}"), true),
            (format!("http://localhost:{}", port.wrapping_add(7)), false),
            ("http://evil.example".to_owned(), false),
        ] {
            let answer = ask(road, "GET /poll/stock-price", &format!("origin: {origin}\r\n"), "").await;
            let allows = format!("access-control-allow-origin: {origin}\r\n");
            assert_eq!(answer.head.to_ascii_lowercase().contains(&allows), allowed, "{way} {origin}");
        }
    }
}

#[tokio::test]
async fn the_state_tells_what_a_board_needs() {
    let stage = Stage::open();
    stage.done(json!({"do": "scene", "id": "plug", "step": 2})).await;
    let state = stage.state().await;
    for way in WAYS {
        let lane = lane_of(&state, way);
        assert!(lane["port"].is_u64() && lane["pid"].is_u64() && lane["since_us"].is_u64(), "{lane}");
        assert_eq!((&lane["state"], &lane["exit"], &lane["extra"]), (&"up".into(), &Value::Null, &0.into()));
        assert_eq!(lane["last_away"], Value::Null, "nobody has gone yet");
    }
    assert_eq!(state["scene"], json!({"id": "plug", "step": 2}));
    assert_eq!(state["market"]["rate"], 20.0);
    assert_eq!((&state["addresses"], &state["remote_control"]), (&json!([]), &false.into()), "on loopback");
    stage.done(json!({"do": "scene", "id": null})).await;
    assert_eq!(stage.state().await["scene"], Value::Null);
}

/// A name that the network has for this machine: the page and its lanes answer to it, and to no other.
#[tokio::test]
async fn a_name_that_was_given_is_a_name_of_all() {
    let stage = Stage::with(&["--allow-host", "laptop.local"]);
    let port = stage.address().port();
    for way in WAYS {
        for address in [stage.address(), stage.road(way).await] {
            for (host, status) in [("laptop.local", 200), ("phone.local", 400)] {
                let mut raw = contract::Raw::connect(address).await;
                let origin = format!("origin: http://{host}:{port}");
                let host = format!("{host}:{}", address.port());
                raw.send(format!("GET /poll/stock-price HTTP/1.1\r\nhost: {host}\r\n{origin}\r\n\r\n")).await;
                let answer = raw.answer().await;
                assert_eq!(answer.status, status, "{host}: {answer:?}");
                let allowed = answer.head.contains("access-control-allow-origin: http://laptop.local");
                assert_eq!(allowed, status == 200 && address != stage.address(), "{host}: {answer:?}");
            }
        }
    }
}

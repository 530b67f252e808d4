//! Who is let in by which name, and who may command.

use std::net::SocketAddr;

use contract::{Process, Raw};
use serde_json::json;

use crate::Lan;
use crate::class::{CLASS, HERE, ORIGIN, Visitor, WAYS, ask, get, open, road};
use crate::followers::Follower;
use crate::network::Machine;

const JSON: &str = "content-type: application/json\r\n";
const EVIL: [&str; 3] = ["http://evil.example", "http://10.77.0.2:8080", "null"];
/// Changes nothing that anybody would miss.
const COMMAND: &str = r#"{"do":"bets","open":true}"#;

/// What the class tells of itself works as it stands, from another machine, on the page and on all four lanes.
pub(crate) async fn names(lan: &Lan) {
    let _class = open(lan, &[]).await;
    let state = lan.one.does(get(CLASS, "/api/class")).await;
    assert_eq!(state["addresses"], json!([{"name": "eth0", "url": format!("{ORIGIN}/join")}]));
    let ports: Vec<_> = WAYS.iter().map(|way| road(&state, way).port()).collect();
    assert_eq!(ports, [8081, 8082, 8083, 8084], "easy to let through a firewall");

    let join = lan.one.does(ask(CLASS, "GET /join", "", "")).await;
    assert!(join.status == 302 && join.head.contains("location: /en/join\r\n"), "{}", join.head);
    let page = lan.one.does(ask(CLASS, "GET /en/join", "", "")).await;
    assert!(
        page.status == 200 && page.body.contains("<html"),
        "the page is not built: `just page` does that"
    );
    for port in ports {
        let may = format!(" http://10.77.0.1:{port} ws://10.77.0.1:{port}");
        assert!(page.head.contains(&may), "{may}: {}", page.head);
    }
    for address in [CLASS].into_iter().chain(WAYS.map(|way| road(&state, way))) {
        let foreign = lan.one.does(ask(address, "GET /api/info", "host: evil.example\r\n", "")).await;
        assert_eq!(foreign.status, 400, "{address}");
    }

    let epoch = state["market"]["epoch"].as_str().expect("an epoch").to_owned();
    for way in WAYS {
        let road = road(&state, way);
        for (origin, allowed) in [(ORIGIN, true)].into_iter().chain(EVIL.map(|origin| (origin, false))) {
            let headers = format!("origin: {origin}\r\n");
            let answer =
                lan.one.does(async move { ask(road, "GET /poll/stock-price", &headers, "").await }).await;
            let allows = format!("access-control-allow-origin: {origin}\r\n");
            assert_eq!(answer.head.to_ascii_lowercase().contains(&allows), allowed, "{way} {origin}");
            let status = lan.one.does(upgrade(road, origin)).await;
            assert_eq!(status, if allowed { 101 } else { 403 }, "{way} {origin}");
        }
        let follower = Follower::begin(&lan.one, way, road);
        follower.hears_more(5).await;
        assert_eq!(follower.epoch(), epoch, "{way}");
    }

    for origin in EVIL {
        assert_eq!(lan.one.does(Visitor::at(CLASS, origin)).await.err(), Some(403), "{origin}");
    }
    let (mut one, mut two) = (Visitor::of(&lan.one).await, Visitor::of(&lan.two).await);
    assert_eq!(one.join().await["number"], 1);
    assert_eq!(two.join().await["number"], 2);
    one.hear("class", |class| class["phones"]["joined"] == 2).await;
    drop(two);
    one.hear("class", |class| class["phones"]["joined"] == 1).await;
}

/// The status of a WebSocket handshake by a page of this origin.
async fn upgrade(road: SocketAddr, origin: &str) -> u16 {
    let mut raw = Raw::connect(road).await;
    raw.send(format!(
        "GET /ws/stock-price HTTP/1.1\r\nhost: {road}\r\norigin: {origin}\r\nconnection: Upgrade\r\n\
         upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    ))
    .await;
    raw.until("\r\n\r\n").await.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
}

/// The status of a command of the presenter, sent from a machine.
async fn command(from: &Machine, to: SocketAddr, class: &Process) -> u16 {
    let headers = format!("authorization: Bearer {}\r\n{JSON}", class.token());
    from.does(async move { ask(to, "POST /api/class", &headers, COMMAND).await.status }).await
}

/// Without `--remote-control`, the token is worth nothing on another machine.
pub(crate) async fn here(lan: &Lan) {
    let class = open(lan, &[]).await;
    assert_eq!(command(&lan.one, CLASS, &class).await, 403);
    let mut visitor = Visitor::of(&lan.one).await;
    visitor.say(json!({"presenter": class.token()})).await;
    let told = visitor.hear("error", |_| true).await;
    assert!(told["title"].as_str().expect("text").contains("not from here"), "{told}");
    let state = lan.one.does(get(CLASS, "/api/class")).await;
    assert_eq!((&state["bets"]["open"], &state["remote_control"]), (&false.into(), &false.into()));
    // The teacher may use either address of the own machine.
    for here in [HERE, CLASS] {
        assert_eq!(command(&lan.teacher, here, &class).await, 200, "{here}");
    }
    visitor.hear("class", |class| class["bets"]["open"] == true).await;
}

/// With it, whoever has the token commands, and nobody else.
pub(crate) async fn anywhere(lan: &Lan) {
    let class = open(lan, &["--remote-control"]).await;
    let state = lan.one.does(get(CLASS, "/api/class")).await;
    assert_eq!(state["remote_control"], true);
    let without = lan.one.does(ask(CLASS, "POST /api/class", JSON, COMMAND)).await;
    assert_eq!(without.status, 401);
    for origin in EVIL {
        let headers = format!("origin: {origin}\r\nauthorization: Bearer {}\r\n{JSON}", class.token());
        let foreign =
            lan.one.does(async move { ask(CLASS, "POST /api/class", &headers, COMMAND).await }).await;
        assert_eq!(foreign.status, 403, "{origin}");
    }
    assert_eq!(command(&lan.one, CLASS, &class).await, 200);
    let mut visitor = Visitor::of(&lan.two).await;
    visitor.hear("class", |class| class["bets"]["open"] == true).await;
}

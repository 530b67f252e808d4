//! What `/api/stats` says of a lane is what passed on its socket: every byte both ways, heads, handshakes and frames
//! included, every request and every connection. README.md, `?lane=ID`.

use contract::{Inside, Raw, until};
use futures_util::StreamExt as _;
use transport::Heard;

#[tokio::test]
async fn a_hundred_polls_are_one_connection() {
    let server = Inside::start().await;
    let mut raw = Raw::connect(server.address()).await;
    for _ in 0..100 {
        raw.get("/poll/stock-price?lane=steady", "").await;
        assert_eq!(raw.answer().await.status, 200);
    }
    let account = account(&server, "steady").await;
    assert_eq!(
        (&account["connections"], &account["requests"], &account["open"]),
        (&1.into(), &100.into(), &1.into())
    );
    assert_eq!((&account["way"], &account["topic"]), (&"poll".into(), &"stock-price".into()));
}

/// What `/api/stats` tells of a lane.
async fn account(server: &Inside, lane: &str) -> serde_json::Value {
    let mut raw = Raw::connect(server.address()).await;
    raw.get(&format!("/api/stats?lane={lane}"), "").await;
    let mut stats: serde_json::Value = serde_json::from_str(&raw.answer().await.body).expect("JSON");
    assert_eq!(stats["accounts"].as_array().map(Vec::len), Some(1), "{stats}");
    stats["accounts"][0].take()
}

#[tokio::test]
async fn every_byte_of_a_lane_is_counted_and_no_other() {
    let server = Inside::start().await;
    let head = server.site().feeds().ticker().feed().head();
    let handshake = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                     sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let cases = [
        ("poll", "", "", vec![]),
        ("poll", "&after=1", "if-none-match: \"x\"\r\n", vec![]),
        ("long-poll", "", "", vec![]),
        ("sse", "", "", vec![]),
        // A masked ping with two bytes, and a text that is no operation.
        ("ws", "", handshake, b"\x89\x82\0\0\0\0hi\x81\x82\0\0\0\0no".to_vec()),
    ];
    for (turn, (way, query, headers, frames)) in cases.into_iter().enumerate() {
        let lane = format!("{way}-{turn}");
        let get =
            format!("GET /{way}/stock-price?lane={lane}{query} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n");
        let other = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
        let mut raw = Raw::connect(server.address()).await;
        raw.send(other).await;
        raw.answer().await;
        raw.send(&get).await;
        raw.send(&frames).await;
        let up = get.len() + frames.len();
        // A stream is read until both sides have said all they had to.
        let last = match way {
            "ws" => r#""type":"error"}"#.to_owned(),
            "sse" => format!("id: {head}\nevent: cursor\ndata: {{}}\n\n\r\n"),
            _ => r#""end":false}"#.to_owned(),
        };
        let mut down = Vec::new();
        while !down.ends_with(last.as_bytes()) {
            down.extend(raw.bytes(1).await);
        }
        let told = account(&server, &lane).await;
        assert_eq!(
            (&told["bytes_up"], &told["bytes_down"]),
            (&up.into(), &down.len().into()),
            "{way}{query}: {told}"
        );
        assert_eq!((&told["requests"], &told["connections"]), (&1.into(), &1.into()), "{way}{query}: {told}");
        drop(raw);
        let open = || {
            server
                .site()
                .ledger()
                .tallies()
                .iter()
                .filter(|(name, _)| name.lane == lane)
                .map(|(_, tally)| tally.open)
                .sum::<i64>()
        };
        until("the connection to be gone", || open() == 0).await;
    }
}

/// Our own clients count at their end of the same wire: both ends agree, on every way.
#[tokio::test]
async fn both_ends_count_the_same() {
    for way in fourways::ALL {
        let (server, name) = (Inside::start().await, way.card().name);
        let mut target = server.target("stock-price");
        "lane=both".clone_into(&mut target.query);
        let wire = wire::Wire::default();
        let mut session = way.session(std::sync::Arc::new(target), None, wire.clone());
        while !matches!(contract::soon(name, session.next()).await, Some(Ok(Heard::Cursor(_)))) {}
        let tally = || {
            let all = server.site().ledger().tallies();
            all.into_iter().find(|(name, _)| name.lane == "both").map(|(_, tally)| tally).unwrap_or_default()
        };
        // The market stands still: what was told is all there is.
        contract::until("both ends to agree", || {
            tally().bytes_up == wire.bytes_up() && tally().bytes_down == wire.bytes_down()
        })
        .await;
        assert!(tally().bytes_up > 60 && tally().bytes_down > 700, "{name}: {:?}", tally());
        assert_eq!((tally().connections, wire.connections(), tally().events), (1, 1, 8), "{name}");
    }
}

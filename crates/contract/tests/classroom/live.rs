//! The live connection: what a board hears, what phones say, and what those cost who misbehave.

use std::net::SocketAddr;
use std::time::Duration;

use contract::soon;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::stage::{Stage, WAYS, get, lane_of};

/// A page that listens and talks.
pub(crate) struct Page(WebSocketStream<TcpStream>);

impl Page {
    pub(crate) async fn open(stage: &Stage) -> Self {
        Self::to(stage.address()).await.expect("101")
    }

    /// The status of the refusal, if it is refused.
    async fn to(address: SocketAddr) -> Result<Self, u16> {
        let stream = TcpStream::connect(address).await.expect("a listening server");
        let request = format!("ws://{address}/api/class/live").into_client_request().expect("a request");
        match soon("the handshake", client_async(request, stream)).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    async fn say(&mut self, said: &Value) {
        self.0.send(Message::text(said.to_string())).await.expect("an open connection");
    }

    /// The next message.
    async fn next(&mut self) -> Value {
        soon("a message", async {
            loop {
                let message = self.0.next().await.expect("an open connection").expect("a message");
                let Message::Text(text) = message else { continue };
                return serde_json::from_str(&text).expect("JSON");
            }
        })
        .await
    }

    /// The next message of this type that `is` so.
    pub(crate) async fn hear(&mut self, kind: &str, is: impl Fn(&Value) -> bool) -> Value {
        soon(kind, async {
            loop {
                let told = self.next().await;
                if told["type"] == kind && is(&told) {
                    return told;
                }
            }
        })
        .await
    }

    /// The close code; none if it was cut.
    async fn end(&mut self) -> Option<u16> {
        soon("the end", async {
            while let Some(Ok(message)) = self.0.next().await {
                if let Message::Close(frame) = message {
                    return frame.map(|frame| frame.code.into());
                }
            }
            None
        })
        .await
    }

    async fn join(&mut self, lane: Option<&str>) -> Value {
        self.say(&json!({"join": lane})).await;
        self.hear("you", |_| true).await
    }
}

#[tokio::test]
async fn a_board_hears_state_marks_and_cost() {
    let stage = Stage::open();
    let mut page = Page::open(&stage).await;
    let state = page.hear("class", |_| true).await;
    assert_eq!(state["lanes"].as_array().unwrap().len(), 4);
    // A client of the board on each lane, by the way of the lane.
    let mut clients = Vec::new();
    for way in WAYS {
        let mut raw = contract::Raw::connect(stage.road(way).await).await;
        let upgrade = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                       sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        let headers = if way == "ws" { upgrade } else { "" };
        raw.get(&format!("/{way}/stock-price?lane=board-{way}-k3"), headers).await;
        clients.push(raw);
    }
    // The same without being a board's is nobody's business.
    let mut other = contract::Raw::connect(stage.road("sse").await).await;
    other.get("/sse/stock-price?lane=phone-7", "").await;
    other.until("event: hello").await;
    let mut wanted: Vec<(String, &str)> =
        [("poll", "body"), ("long-poll", "body"), ("ws", "message"), ("sse", "event")]
            .iter()
            .flat_map(|(way, piece)| {
                ["opened", "request", "answer", piece].map(|kind| (format!("board-{way}-k3"), kind))
            })
            .collect();
    while !wanted.is_empty() {
        let told = page.hear("taps", |_| true).await;
        for mark in told["marks"].as_array().unwrap() {
            assert_ne!(mark[0], "phone-7");
            assert!(mark[5].as_u64() >= mark[4].as_u64(), "handed on after it came: {mark}");
            if matches!(mark[3].as_str(), Some("event" | "message")) {
                // Hello and cursors have no number.
                assert!(mark[7].is_null() || mark[7].as_u64() > Some(0), "{mark}");
            }
            wanted.retain(|(client, kind)| mark[0] != **client || mark[3] != **kind);
        }
    }
    let cost = page.hear("cost", |told| told["lanes"]["sse"]["open"].as_u64() >= Some(2)).await;
    let state = stage.state().await;
    for way in WAYS {
        let (cost, lane) = (&cost["lanes"][way], lane_of(&state, way));
        assert_eq!(cost["pid"], lane["pid"]);
        for figure in ["cpu_us", "rss_bytes", "sockets", "connections", "bytes_up", "bytes_down"] {
            assert!(cost[figure].as_u64() > Some(0), "{way} {figure}: {cost}");
        }
    }
    let pieces = get(stage.address(), "/api/class/exchanges?lane=sse&client=board-sse-k3").await;
    let pieces = pieces.as_array().unwrap();
    assert_eq!((&pieces[0]["kind"], &pieces[0]["up"]), (&"request".into(), &true.into()));
    // "GET /sse" in base64.
    assert!(pieces[0]["base64"].as_str().unwrap().starts_with("R0VUIC9zc2"), "{}", pieces[0]);
    assert!(pieces.iter().any(|piece| piece["kind"] == "event" && piece["up"] == false));
    // Those who come together are told once.
    page.hear("cost", |told| told["lanes"]["sse"]["knocks_max"] == 0).await;
    drop(TcpStream::connect(stage.road("sse").await).await.unwrap());
    page.hear("cost", |told| told["lanes"]["sse"]["knocks_max"] == 1).await;
}

#[tokio::test]
async fn phones_join_bet_and_leave() {
    let stage = Stage::open();
    let mut board = Page::open(&stage).await;
    let (mut one, mut two) = (Page::open(&stage).await, Page::open(&stage).await);
    let first = one.join(Some("sse")).await;
    assert_eq!((&first["number"], &first["lane"]), (&1.into(), &"sse".into()));
    assert_eq!(two.join(None).await["lane"], "poll", "the lane with the fewest");
    board.hear("class", |class| class["phones"]["joined"] == 2).await;

    one.say(&json!({"bet": "sse"})).await;
    assert!(one.hear("error", |_| true).await["title"].as_str().unwrap().contains("no bets"));
    stage.done(json!({"do": "bets", "open": true, "hidden": true})).await;
    for lane in ["poll", "ws", "sse", "sse"] {
        one.say(&json!({"bet": lane})).await;
    }
    two.say(&json!({"bet": "ws"})).await;
    let hidden = board.hear("class", |class| class["bets"]["placed"] == 2).await;
    assert_eq!(hidden["bets"]["counts"], Value::Null, "nobody sees them yet");
    stage.done(json!({"do": "bets", "open": false, "hidden": true})).await;
    let shown = board.hear("class", |class| class["bets"]["open"] == false).await;
    assert_eq!(
        shown["bets"]["counts"],
        json!({"poll": 0, "long-poll": 0, "ws": 1, "sse": 1}),
        "one for each phone"
    );

    // A phone that slept has its number and its bet, and bets no second time.
    drop(one);
    board.hear("class", |class| class["phones"]["joined"] == 1).await;
    let mut again = Page::open(&stage).await;
    again.say(&json!({"join": null, "key": first["key"]})).await;
    let you = again.hear("you", |_| true).await;
    assert_eq!((&you["number"], &you["lane"]), (&1.into(), &"sse".into()));
    assert_eq!(stage.state().await["bets"]["placed"], 2);

    // Who got a tick is shown.
    let head = get(stage.address(), "/poll/stock-price").await;
    let (epoch, seq) = (&head["epoch"], head["events"].as_array().unwrap().last().unwrap()["seq"].clone());
    again.say(&json!({"got": {"epoch": "zzzzzz", "seq": seq}})).await;
    again.say(&json!({"got": {"epoch": epoch, "seq": 999_999_999_999_u64}})).await;
    // Due in 50 seconds: it has not happened.
    again.say(&json!({"got": {"epoch": epoch, "seq": seq.as_u64().unwrap() + 1_000}})).await;
    again.say(&json!({"got": {"epoch": epoch, "seq": seq}})).await;
    let wave = board.hear("wave", |_| true).await;
    assert_eq!((&wave["seq"], &wave["got"]), (&seq, &json!([1])), "what cannot be is not shown");

    again.say(&json!({"bye": true})).await;
    board.hear("class", |class| class["phones"]["joined"] == 1 && class["bets"]["placed"] == 1).await;
    stage.done(json!({"do": "bets", "open": true})).await;
    let anew = board.hear("class", |class| class["bets"]["open"] == true).await;
    assert_eq!(
        anew["bets"]["counts"],
        json!({"poll": 0, "long-poll": 0, "ws": 0, "sse": 0}),
        "they begin anew"
    );
}

#[tokio::test]
async fn one_connection_is_one_phone_and_has_one_bet() {
    let stage = Stage::open();
    stage.done(json!({"do": "bets", "open": true})).await;
    let mut page = Page::open(&stage).await;
    let first = page.join(Some("sse")).await;
    for key in 1..6 {
        page.say(&json!({"join": "ws", "key": format!("{key:016x}")})).await;
        let you = page.hear("you", |_| true).await;
        assert_eq!((&you["number"], &you["key"]), (&first["number"], &first["key"]), "nobody has that key");
        page.say(&json!({"bet": "ws"})).await;
    }
    // Said behind all bets.
    page.say(&json!({"nothing": 1})).await;
    page.hear("error", |_| true).await;
    let state = stage.state().await;
    assert_eq!((&state["bets"]["placed"], &state["phones"]["joined"]), (&1.into(), &1.into()));
}

#[tokio::test]
async fn a_phone_hears_the_state_once_a_second_and_only_when_it_changes() {
    let stage = Stage::open();
    let began = std::time::Instant::now();
    let (mut board, mut phone) = (Page::open(&stage).await, Page::open(&stage).await);
    phone.join(Some("poll")).await;
    let mut changes = Page::open(&stage).await;
    for turn in 0..12 {
        let lane = ["sse", "ws"][turn % 2];
        changes.join(Some(lane)).await;
        board.hear("class", |class| class["phones"]["lanes"][lane] == 1).await;
        // The same again changes nothing.
        changes.join(Some(lane)).await;
    }
    let (mut heard, mut costs) = (0, 0);
    while costs < 2 {
        let told = board.next().await;
        heard += usize::from(told["type"] == "class");
        costs += usize::from(told["type"] == "cost");
    }
    assert_eq!(heard, 0, "nothing has changed");
    phone.say(&json!({"nothing": 1})).await;
    let (mut states, mut kind) = (0, Value::Null);
    while kind != "error" {
        kind = phone.next().await["type"].take();
        states += u64::from(kind == "class");
    }
    // Those before it joined, and one each second.
    assert!((1..=began.elapsed().as_secs() + 3).contains(&states), "{states} in {:?}", began.elapsed());
}

#[tokio::test]
async fn who_misbehaves_costs_only_itself() {
    let stage = Stage::open();
    let mut good = Page::open(&stage).await;
    good.join(None).await;

    let mut floods = Page::open(&stage).await;
    for _ in 0..100 {
        // The server may have closed before the last of them.
        if floods.0.send(Message::text("{\"bye\":true}")).await.is_err() {
            break;
        }
    }
    assert_eq!(floods.end().await, Some(1008), "too fast");
    // What makes no message counts as well.
    let empty = |code| Message::Frame(Frame::message(Vec::new(), OpCode::Data(code), false));
    for (first, next) in [
        (Message::Pong(Vec::new().into()), Message::Pong(Vec::new().into())),
        (empty(Data::Text), empty(Data::Continue)),
    ] {
        let mut floods = Page::open(&stage).await;
        let mut sent = floods.0.send(first).await;
        for _ in 0..10_000 {
            if sent.is_err() {
                break;
            }
            sent = floods.0.send(next.clone()).await;
        }
        assert_eq!(floods.end().await, Some(1008), "too much");
    }
    let mut talks = Page::open(&stage).await;
    talks.0.send(Message::text("x".repeat(2_000))).await.unwrap();
    assert_eq!(talks.end().await, Some(1008), "too much at once");
    let mut odd = Page::open(&stage).await;
    for nonsense in ["", "{", "[]", "{\"join\":\"tcp\"}", "{\"command\":\"kill\"}", "{\"bet\":\"sse\"}"] {
        odd.0.send(Message::text(nonsense)).await.unwrap();
        odd.hear("error", |_| true).await;
    }
    odd.say(&json!({"presenter": "0".repeat(32)})).await;
    odd.hear("error", |told| told["title"].as_str().unwrap().contains("presenter")).await;
    odd.join(Some("ws")).await;

    drop((floods, talks));
    // Until nobody is left but those two and this question.
    soon("the others to be gone", async { while connections(&stage).await > 3 {} }).await;
    let before = 3;

    // One that never reads, while more is told than any buffer holds.
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(2_048).unwrap();
    let stream = socket.connect(stage.address()).await.unwrap();
    let (deaf, _) = client_async(format!("ws://{}/api/class/live", stage.address()), stream).await.unwrap();
    assert_eq!(connections(&stage).await, before + 1);
    let mut board = TcpStream::connect(stage.road("sse").await).await.unwrap();
    board
        .write_all(b"GET /sse/stock-price?lane=board-sse HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await
        .unwrap();
    let reading = tokio::spawn(async move { tokio::io::copy(&mut board, &mut tokio::io::sink()).await });
    stage.done(json!({"do": "market", "rate": 2000})).await;
    soon("it to be dropped", async {
        while connections(&stage).await > before {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    drop(deaf);
    reading.abort();
    // Who reads has heard everything meanwhile.
    good.hear("class", |class| class["market"]["rate"] == 2000.0).await;
    odd.hear("class", |class| class["market"]["rate"] == 2000.0).await;
}

/// Connections of the page server that no way serves, this one included.
async fn connections(stage: &Stage) -> i64 {
    let stats = get(stage.address(), "/api/stats").await;
    let accounts = stats["accounts"].as_array().expect("accounts");
    let other = accounts.iter().find(|account| account["way"] == "other");
    other.expect("an account")["open"].as_i64().expect("a number")
}

#[tokio::test]
async fn a_full_class_has_room_for_the_presenter() {
    let stage = Stage::open();
    let mut phones = Vec::new();
    for _ in 0..292 {
        phones.push(Page::open(&stage).await);
    }
    // From here: it may be the presenter, and says so at once.
    let mut presenter = Page::open(&stage).await;
    presenter.say(&json!({"presenter": stage.process.token()})).await;
    presenter.hear("class", |_| true).await;
    // Or it is not, and has to go.
    let mut late = Page::open(&stage).await;
    assert_eq!(late.end().await, Some(1013), "no token in time");
    let mut others = Vec::new();
    while let Ok(page) = Page::to(stage.address()).await {
        others.push(page);
        assert!(others.len() <= 8, "there is a bound for all");
    }
    assert_eq!(Page::to(stage.address()).await.err(), Some(503));
    presenter.say(&json!({"nothing": 1})).await;
    presenter.hear("error", |_| true).await;
    drop(phones);
    soon("room", async { while Page::to(stage.address()).await.is_err() {} }).await;
}

#[tokio::test]
async fn the_class_says_goodbye() {
    let stage = Stage::open();
    let mut page = Page::open(&stage).await;
    page.hear("class", |_| true).await;
    crate::family::kill(stage.process.pid(), rustix::process::Signal::TERM);
    assert_eq!(page.end().await, Some(1001));
}

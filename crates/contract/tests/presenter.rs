//! `POST /api/market`: the presenter changes the market while everyone listens, and nobody else does. README.md, "The
//! wire contract"; ARCHITECTURE.md, "Security" 4 and 8.

use std::io::{self, BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use contract::{Answer, Hand, Raw, START_US, soon};
use feed::{Clock, Cursor, Feeds, Market, Reason};
use fourways::ALL;
use fourways::run::{Options, Server, presented};
use futures_util::StreamExt as _;
use serde_json::Value;
use serve::{Hosts, Listen, Presenter};
use tokio::net::{TcpListener, TcpStream};
use transport::{Heard, Limits, Session, Site, Target};
use wire::Wire;

const NOW_US: u64 = START_US + 100_000_000;
const JSON: &str = "content-type: application/json\r\n";
const ALLOWED: &str = "http://board.local:8080";

/// A server whose clock stands still at `NOW_US`, and its presenter.
struct Stage {
    address: SocketAddr,
    site: Site,
    hand: Hand,
    presenter: Presenter,
}

impl Stage {
    async fn start() -> Self {
        Self::of(Market::new(1, 10.0, 8, START_US).expect("a good market")).await
    }

    async fn of(market: Market) -> Self {
        let hand = Hand::at(NOW_US);
        let mut hosts = Hosts::default();
        hosts.allow_origin(ALLOWED).expect("an origin");
        let options = Options {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            market,
            history: 64,
            limits: Limits::default(),
            hosts,
            clock: hand.clock(),
            chance: 7,
        };
        let server = Server::bind(options).await.expect("a free port");
        let (address, site, presenter) =
            (server.address(), server.site().clone(), server.presenter().clone());
        tokio::spawn(server.run(std::future::pending()));
        Self { address, site, hand, presenter }
    }

    /// The presenter's own request.
    async fn change(&self, body: &str) -> Answer {
        let bearer = format!("authorization: Bearer {}\r\n{JSON}", self.presenter.token());
        post(self.address, &bearer, body).await
    }

    fn is_unchanged(&self) -> bool {
        self.site.feeds().ticker().next().is_none()
    }

    /// Lets the clock show `at_us`.
    fn reach(&self, at_us: u64) {
        self.hand.set(at_us);
        self.site.feeds().ticker().tick();
    }

    fn epoch(&self) -> feed::Epoch {
        self.site.feeds().ticker().feed().head().epoch
    }
}

async fn ask(address: SocketAddr, line: &str, headers: &str, body: &str) -> Answer {
    let mut raw = Raw::connect(address).await;
    let length = body.len();
    raw.send(format!(
        "{line} HTTP/1.1\r\nhost: {address}\r\n{headers}content-length: {length}\r\n\r\n{body}"
    ))
    .await;
    raw.answer().await
}

async fn post(address: SocketAddr, headers: &str, body: &str) -> Answer {
    ask(address, "POST /api/market", headers, body).await
}

async fn info(address: SocketAddr) -> Value {
    serde_json::from_str(&ask(address, "GET /api/info", "", "").await.body).expect("JSON")
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let mut lines = answer.head.split("\r\n").filter_map(|line| line.split_once(": "));
    lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

#[tokio::test]
async fn without_the_token_nothing_changes() {
    let stage = Stage::start().await;
    let (token, other) = (stage.presenter.token(), "0".repeat(32));
    let good = format!("authorization: Bearer {token}\r\n");
    for headers in [
        String::new(),
        format!("authorization: Bearer {other}\r\n"),
        format!("authorization: Bearer {}\r\n", &token[..31]),
        format!("authorization: Bearer {token}0\r\n"),
        format!("authorization: Basic {token}\r\n"),
        format!("authorization: {token}\r\n"),
        format!("cookie: presenter={token}\r\n"),
        good.repeat(2),
    ] {
        let answer = post(stage.address, &format!("{headers}{JSON}"), r#"{"rate":20}"#).await;
        assert_eq!(answer.status, 401, "{headers:?}");
        assert_eq!(header(&answer, "www-authenticate"), Some("Bearer"), "RFC 9110 11.6.1");
        assert_eq!(header(&answer, "content-type"), Some("application/problem+json"));
        assert!(!answer.body.contains(token), "a refusal does not tell it");
    }
    let in_query = format!("POST /api/market?presenter={token}&access_token={token}");
    assert_eq!(ask(stage.address, &in_query, JSON, r#"{"rate":20}"#).await.status, 401, "not in a query");
    assert!(stage.is_unchanged());
}

#[tokio::test]
async fn the_token_alone_is_not_enough() {
    let stage = Stage::start().await;
    let bearer = format!("authorization: Bearer {}\r\n", stage.presenter.token());
    let foreign = ["origin: http://evil.example\r\n", "origin: null\r\n", "sec-fetch-site: cross-site\r\n"];
    for headers in foreign {
        let answer = post(stage.address, &format!("{bearer}{JSON}{headers}"), r#"{"rate":20}"#).await;
        assert_eq!(answer.status, 403, "{headers:?}");
    }
    for kind in ["", "content-type: text/plain\r\n", "content-type: application/x-www-form-urlencoded\r\n"] {
        let answer = post(stage.address, &format!("{bearer}{kind}"), r#"{"rate":20}"#).await;
        assert_eq!(answer.status, 415, "{kind:?}");
    }
    assert_eq!(ask(stage.address, "GET /api/market", &bearer, "").await.status, 405);
    assert!(stage.is_unchanged());
}

#[tokio::test]
async fn a_bad_value_is_named_with_its_range() {
    let stage = Stage::start().await;
    let bad = [
        ("rate", "0.1 to 10000", &["0", "0.09", "-1", "10000.1", "1e308", "\"20\"", "true", "[20]"][..]),
        ("symbols", "1 to 100", &["0", "-1", "1.5", "101", "4294967297", "\"4\"", "{}"][..]),
    ];
    for (member, range, values) in bad {
        for value in values {
            let answer = stage.change(&format!("{{\"{member}\":{value}}}")).await;
            assert_eq!(answer.status, 400, "{member} {value}");
            let told: Value = serde_json::from_str(&answer.body).unwrap();
            assert_eq!(told["where"], format!("member `{member}`"), "{value}");
            assert!(told["detail"].as_str().unwrap().contains(range), "{told}");
        }
    }
    for body in
        ["", "{", "{}", "[20]", "null", r#"{"rates":20}"#, r#"{"rate":20,"rate":30}"#, r#"{"rate":1e999}"#]
    {
        let answer = stage.change(body).await;
        assert_eq!(
            (answer.status, header(&answer, "content-type")),
            (400, Some("application/problem+json")),
            "{body}"
        );
    }
    assert!(stage.is_unchanged());
}

/// Connections that are said to come from another machine.
struct FromAfar(TcpListener);

impl Listen for FromAfar {
    type Io = TcpStream;

    async fn accept(&mut self) -> io::Result<(TcpStream, SocketAddr, SocketAddr)> {
        let (stream, _) = self.0.accept().await?;
        let local = stream.local_addr()?;
        Ok((stream, SocketAddr::from(([192, 0, 2, 7], 40_000)), local))
    }
}

/// Serves whoever comes from afar.
async fn afar(presenter: Option<Presenter>) -> SocketAddr {
    let market = Market::new(1, 10.0, 8, START_US).expect("a good market");
    let site = Site::new(Feeds::new(market, 64, Clock::of(|| NOW_US), 7), Limits::default(), 7);
    let app = presented(&site, Hosts::default(), presenter);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(serve::serve(FromAfar(listener), site, app, std::future::pending()));
    address
}

#[tokio::test]
async fn another_machine_is_let_in_only_by_remote_control() {
    let presenter = Presenter::draw().unwrap();
    let bearer = format!("authorization: Bearer {}\r\n{JSON}", presenter.token());
    let near_only = afar(Some(presenter.clone())).await;
    for headers in [&*bearer, JSON] {
        assert_eq!(
            post(near_only, headers, r#"{"rate":20}"#).await.status,
            403,
            "it is not told whether it was right"
        );
    }
    assert_eq!(info(near_only).await["next_epoch"], Value::Null);
    let mut far = presenter;
    far.remote_control = true;
    let remote = afar(Some(far)).await;
    assert_eq!(post(remote, JSON, r#"{"rate":20}"#).await.status, 401);
    assert_eq!(post(remote, &bearer, r#"{"rate":20}"#).await.status, 202);
    assert_eq!(post(afar(None).await, &bearer, r#"{"rate":20}"#).await.status, 404, "nobody presents");
}

#[tokio::test]
async fn a_change_is_announced_and_waits() {
    let stage = Stage::start().await;
    let before = stage.epoch();
    let answer = stage.change(r#"{"rate":25.5,"symbols":3}"#).await;
    assert_eq!((answer.status, header(&answer, "cache-control")), (202, Some("no-store")), "{answer:?}");
    let told: Value = serde_json::from_str(&answer.body).unwrap();
    let at_us = told["at_us"].as_u64().unwrap();
    assert!(at_us >= NOW_US + 500_000, "at least 500 ms of notice");
    assert_eq!((told["rate"].as_f64(), told["symbols"].as_array().unwrap().len()), (Some(25.5), 3));
    let now = info(stage.address).await;
    assert_eq!((&now["next_epoch"], &now["market"]["rate"]), (&told, &10.0.into()));
    stage.reach(at_us - 1);
    assert_eq!(stage.epoch(), before, "not before its instant");
    stage.reach(at_us);
    assert_eq!(stage.epoch().as_str(), told["epoch"]);
    let now = info(stage.address).await;
    assert_eq!((&now["next_epoch"], &now["market"]["rate"]), (&Value::Null, &25.5.into()));
    assert_eq!(now["market"]["seed"], 1, "the same prices, told otherwise");
}

#[tokio::test]
async fn what_is_absent_stays() {
    let stage = Stage::start().await;
    assert_eq!(stage.change(r#"{"rate":20}"#).await.status, 202);
    let next = || stage.site.feeds().ticker().next().expect("announced");
    assert_eq!((next().rate(), next().symbols().len()), (20.0, 8));
    // Before the first has come: it keeps what was announced.
    assert_eq!(stage.change(r#"{"symbols":2,"rate":null}"#).await.status, 202);
    assert_eq!((next().rate(), next().symbols().len()), (20.0, 2));
    stage.reach(next().start_us());
    assert_eq!(stage.change(r#"{"symbols":4}"#).await.status, 202);
    assert_eq!((next().rate(), next().symbols().len()), (20.0, 4));
}

#[tokio::test]
async fn what_events_are_filled_to_stays() {
    const FILLED_TO: u32 = 512;
    let market = Market::new(1, 10.0, 8, START_US).expect("a good market").filled_to(FILLED_TO);
    let stage = Stage::of(market).await;
    assert_eq!(stage.change(r#"{"rate":20}"#).await.status, 202);
    let next = stage.site.feeds().ticker().next().expect("announced");
    stage.reach(next.due_us(1));
    assert_eq!(stage.epoch(), next.epoch());
    assert_eq!(next.event(1).json().len(), FILLED_TO as usize);
}

#[tokio::test]
async fn a_change_comes_at_the_instant_that_is_asked_for() {
    let stage = Stage::start().await;
    for bad in [NOW_US, NOW_US + 499_999, NOW_US + 10_000_001] {
        let answer = stage.change(&format!("{{\"rate\":20,\"at_us\":{bad}}}")).await;
        let told: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((answer.status, &told["where"]), (400, &"member `at_us`".into()), "{bad}");
        let range = format!("from {} to {}", NOW_US + 500_000, NOW_US + 10_000_000);
        assert!(told["detail"].as_str().unwrap().contains(&range), "{told}");
    }
    for bad in ["-1", "1.5", "\"soon\"", "[1]"] {
        assert_eq!(stage.change(&format!("{{\"rate\":20,\"at_us\":{bad}}}")).await.status, 400, "{bad}");
    }
    assert_eq!(
        stage.change(&format!("{{\"at_us\":{}}}", NOW_US + 500_000)).await.status,
        400,
        "nothing else"
    );
    assert!(stage.is_unchanged());
    let other = Stage::start().await;
    let body = format!("{{\"symbols\":3,\"at_us\":{}}}", NOW_US + 2_000_000);
    let [one, two] = [stage.change(&body).await, other.change(&body).await];
    assert_eq!((one.status, &one.body), (202, &two.body), "two servers announce the same life");
    let told: Value = serde_json::from_str(&one.body).unwrap();
    assert_eq!(told["at_us"], NOW_US + 2_000_000);
    stage.reach(NOW_US + 2_000_000);
    assert_eq!(stage.epoch().as_str(), told["epoch"]);
}

/// Hears until it stands at `at`; before the first change, until it is told where it stands.
async fn hear(name: &str, session: &mut Session, heard: &mut Vec<Heard>, at: Option<Cursor>) {
    let there = |heard: &Heard| match heard {
        Heard::Cursor(cursor) => at.is_none_or(|at| *cursor == at),
        Heard::Event { cursor, .. } => Some(*cursor) == at,
        _ => false,
    };
    soon(name, async {
        loop {
            heard.push(session.next().await.expect("an open session").expect("no error"));
            if heard.last().is_some_and(there) {
                return;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn all_four_ways_hear_of_the_change_as_the_contract_says() {
    let stage = Stage::start().await;
    let mut clients = Vec::new();
    for way in ALL {
        let mut target = Target::new(stage.address.to_string(), "stock-price");
        target.interval = Duration::from_millis(5);
        let mut session = way.session(Arc::new(target), None, Wire::default());
        let mut heard = Vec::new();
        hear(way.card().name, &mut session, &mut heard, None).await;
        clients.push((way.card().name, session, heard));
    }
    assert_eq!(stage.change(r#"{"rate":20,"symbols":2}"#).await.status, 202);
    let next = stage.site.feeds().ticker().next().expect("announced");
    stage.reach(next.due_us(12));
    for (name, mut session, mut heard) in clients {
        hear(name, &mut session, &mut heard, Some(Cursor { epoch: next.epoch(), seq: 12 })).await;
        let reasons: Vec<_> = heard
            .iter()
            .filter_map(|heard| if let Heard::Gap(gap) = heard { Some(gap.reason) } else { None })
            .collect();
        let polls = matches!(name, "poll" | "long-poll");
        assert_eq!(reasons, if polls { vec![Reason::Epoch] } else { vec![] }, "{name}");
        let lives = heard.iter().filter(|heard| matches!(heard, Heard::Open { .. })).count();
        assert_eq!(lives, 2, "{name}: each life is announced");
        let newest = heard.iter().filter_map(|heard| match heard {
            Heard::Event { cursor, json, .. } if cursor.epoch == next.epoch() => {
                Some((cursor.seq, json.clone()))
            }
            _ => None,
        });
        for (seq, json) in newest {
            assert_eq!(json, *next.event(seq).json(), "{name}: the new market's own event");
        }
    }
}

#[tokio::test]
async fn an_allowed_page_may_send_the_token() {
    let stage = Stage::start().await;
    for (origin, allowed) in [(ALLOWED, true), ("http://evil.example", false)] {
        let headers = format!(
            "origin: {origin}\r\naccess-control-request-method: POST\r\n\
             access-control-request-headers: authorization,content-type\r\n"
        );
        let answer = ask(stage.address, "OPTIONS /api/market", &headers, "").await;
        assert_eq!(header(&answer, "access-control-allow-origin"), allowed.then_some(ALLOWED), "{origin}");
        let names = header(&answer, "access-control-allow-headers").unwrap_or_default();
        assert!(!allowed || names.split(',').any(|name| name.trim() == "authorization"), "{answer:?}");
    }
    let bearer = format!("authorization: Bearer {}\r\n{JSON}origin: {ALLOWED}\r\n", stage.presenter.token());
    assert_eq!(post(stage.address, &bearer, r#"{"rate":20}"#).await.status, 202);
}

#[tokio::test]
async fn the_token_is_in_no_log() {
    use tracing_subscriber::layer::SubscriberExt as _;
    let stage = Stage::start().await;
    let layer = stage.site.feeds().log_layer();
    let _logged = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let token = stage.presenter.token();
    assert_eq!(stage.change(r#"{"rate":20}"#).await.status, 202);
    let wrong = format!("authorization: Basic {token}\r\n{JSON}");
    assert_eq!(post(stage.address, &wrong, r#"{"rate":20}"#).await.status, 401);
    assert_eq!(ask(stage.address, &format!("GET /nothing?{token}"), "", "").await.status, 404);
    let logs = ask(stage.address, "GET /poll/logs", "", "").await.body;
    assert!(logs.contains("POST /api/market 202") && logs.contains("401"), "{logs}");
    assert!(!logs.contains(token), "{logs}");
    assert!(!info(stage.address).await.to_string().contains(token));
}

/// The terminal shows the page's address with the token behind it.
#[tokio::test]
async fn the_first_line_makes_a_presenter() {
    for (way, path) in [("all", "/"), ("sse", "/lesson/sse")] {
        let mut command = Command::new(contract::binary().unwrap());
        command.args(["run", way, "--listen", "127.0.0.1:0", "--rate", "10"]);
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        let rest = line.split("page http://").nth(1).unwrap_or_default();
        let (address, rest) = rest.split_once('/').unwrap_or_default();
        let token = format!("/{rest}");
        let token = token.strip_prefix(&format!("{path}#presenter=")).and_then(|rest| rest.split(' ').next());
        let answer = match (address.parse(), token) {
            (Ok(address), Some(token)) => {
                let bearer = format!("authorization: Bearer {token}\r\n{JSON}");
                Some(post(address, &bearer, r#"{"rate":20}"#).await.status)
            }
            _ => None,
        };
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(answer, Some(202), "{line}");
    }
}

#[tokio::test]
async fn a_token_is_good_for_its_own_server_only() {
    let (one, two) = (Stage::start().await, Stage::start().await);
    let bearer = format!("authorization: Bearer {}\r\n{JSON}", one.presenter.token());
    assert_eq!(post(two.address, &bearer, r#"{"rate":20}"#).await.status, 401);
}

//! Who may change the market: the presenter alone, from here, with the token of this server.

use std::io::{self, BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use contract::START_US;
use feed::{Clock, Feeds, Market};
use fourways::run::presented;
use serde_json::Value;
use serve::{Hosts, Listen, Presenter};
use tokio::net::{TcpListener, TcpStream};
use transport::{Limits, Site};

use crate::stage::{ALLOWED, JSON, NOW_US, Stage, ask, header, info, post};

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

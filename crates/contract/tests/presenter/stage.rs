//! A server whose clock is in our hand, and its presenter.

use std::net::SocketAddr;

use contract::{Answer, Hand, Raw, START_US};
use feed::Market;
use fourways::run::{Options, Server};
use serde_json::Value;
use serve::{Hosts, Presenter};
use transport::{Limits, Site};

pub(crate) const NOW_US: u64 = START_US + 100_000_000;
pub(crate) const JSON: &str = "content-type: application/json\r\n";
pub(crate) const ALLOWED: &str = "http://board.local:8080";

/// A server whose clock stands still at `NOW_US`, and its presenter.
pub(crate) struct Stage {
    pub(crate) address: SocketAddr,
    pub(crate) site: Site,
    pub(crate) hand: Hand,
    pub(crate) presenter: Presenter,
}

impl Stage {
    pub(crate) async fn start() -> Self {
        Self::of(Market::new(1, 10.0, 8, START_US).expect("a good market")).await
    }

    pub(crate) async fn of(market: Market) -> Self {
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
    pub(crate) async fn change(&self, body: &str) -> Answer {
        let bearer = format!("authorization: Bearer {}\r\n{JSON}", self.presenter.token());
        post(self.address, &bearer, body).await
    }

    pub(crate) fn is_unchanged(&self) -> bool {
        self.site.feeds().ticker().next().is_none()
    }

    /// Lets the clock show `at_us`.
    pub(crate) fn reach(&self, at_us: u64) {
        self.hand.set(at_us);
        self.site.feeds().ticker().tick();
    }

    pub(crate) fn epoch(&self) -> feed::Epoch {
        self.site.feeds().ticker().feed().head().epoch
    }
}

pub(crate) async fn ask(address: SocketAddr, line: &str, headers: &str, body: &str) -> Answer {
    let mut raw = Raw::connect(address).await;
    let length = body.len();
    raw.send(format!(
        "{line} HTTP/1.1\r\nhost: {address}\r\n{headers}content-length: {length}\r\n\r\n{body}"
    ))
    .await;
    raw.answer().await
}

pub(crate) async fn post(address: SocketAddr, headers: &str, body: &str) -> Answer {
    ask(address, "POST /api/market", headers, body).await
}

pub(crate) async fn info(address: SocketAddr) -> Value {
    serde_json::from_str(&ask(address, "GET /api/info", "", "").await.body).expect("JSON")
}

pub(crate) fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let mut lines = answer.head.split("\r\n").filter_map(|line| line.split_once(": "));
    lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

//! A student whose machine opens connection after connection, until it is refused: on a lane, on the page, and live.

use std::net::SocketAddr;

use contract::{soon, until};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Lan;
use crate::class::{CLASS, ORIGIN, Visitor, get, open, road};
use crate::followers::Follower;
use crate::network::Machine;

/// Far more than one address may have anywhere.
const TOO_MANY: usize = 700;
/// Live connections of one address.
const SEATS: usize = 150;
/// Connections of one address on a lane, and on the page.
const ROAD: usize = 200;
const PAGE: usize = 600;

pub(crate) async fn greedy(lan: &Lan) {
    let _class = open(lan, &[]).await;
    let state = lan.one.does(get(CLASS, "/api/class")).await;
    let sse = road(&state, "sse");
    let good = Follower::begin(&lan.two, "sse", sse);
    good.hears_more(10).await;

    let mut seats = Vec::new();
    let refused = loop {
        match lan.one.does(Visitor::at(CLASS, ORIGIN)).await {
            Ok(seat) => seats.push(seat),
            Err(status) => break status,
        }
        assert!(seats.len() <= SEATS, "there is a bound");
    };
    assert_eq!((seats.len(), refused), (SEATS, 429));
    let lane = opens(&lan.one, sse, "/sse/stock-price").await;
    assert_eq!(lane.len(), ROAD);
    // The live connections are the page's, too.
    let page = opens(&lan.one, CLASS, "/sse/stock-price").await;
    assert_eq!(page.len(), PAGE - SEATS);

    // The other one hears what it heard before, and may open what it wants.
    good.hears_more(20).await;
    let mut visitor = Visitor::of(&lan.two).await;
    visitor.join().await;
    Follower::begin(&lan.two, "sse", sse).hears_more(5).await;
    lan.two.does(get(CLASS, "/api/time")).await;
    good.has_no_hole();
    assert_eq!(good.diary().errors, 0, "it noticed nothing");

    // Who closes what it does not need is welcome again.
    drop((lane, page, seats));
    let one = &lan.one;
    soon("room", async { while one.does(Visitor::at(CLASS, ORIGIN)).await.is_err() {} }).await;
    let again = Follower::begin(one, "sse", sse);
    until("room on the lane", || again.diary().cursors.len() > 5).await;
}

/// As many streams as it gets, all held open.
async fn opens(machine: &Machine, to: SocketAddr, path: &'static str) -> Vec<TcpStream> {
    let mut streams = Vec::new();
    while let Some(stream) = machine.does(stream(to, path)).await {
        streams.push(stream);
        assert!(streams.len() < TOO_MANY, "there is a bound at {to}");
    }
    streams
}

/// A stream that has begun; none if it was refused, by an answer or without one.
async fn stream(to: SocketAddr, path: &str) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(to).await.ok()?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: {to}\r\n\r\n").as_bytes()).await.ok()?;
    let mut start = [0; 15];
    let read = soon("an answer", stream.read_exact(&mut start)).await;
    read.is_ok_and(|_| start == *b"HTTP/1.1 200 OK").then_some(stream)
}

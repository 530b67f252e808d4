//! A cut that lasts, and what is known of the last break.

use std::io::ErrorKind;

use wire::{Broke, Cut, Weather};

use crate::*;

/// Longer than any test: it ends only by what the test does.
const LONG: Cut = Cut::For(Duration::from_secs(3600));

async fn is_refused(address: SocketAddr) -> bool {
    matches!(TcpStream::connect(address).await, Err(error) if error.kind() == ErrorKind::ConnectionRefused)
}

fn stands(between: &Between) -> bool {
    between.proxy.last_break().is_some_and(|last| last.until_us.is_none())
}

#[tokio::test]
async fn a_cut_lasts_as_long_as_it_says_and_ends_by_itself() {
    let between = Between::open().await;
    let (mut client, mut server) = between.connect().await;
    assert_eq!(between.proxy.last_break(), None);
    let time = Duration::from_millis(200);
    assert_eq!(between.proxy.cut(Cut::For(time)), 1);
    assert!(is_refused(between.proxy.address()).await, "at once");
    assert!(rest(&mut client).await.1 && rest(&mut server).await.1);
    until("its end", || !stands(&between)).await;
    let last = between.proxy.last_break().expect("a break");
    assert_eq!((last.how, last.connections), (Broke::Cut(Cut::For(time)), 1));
    let lasted_us = last.until_us.expect("an end") - last.at_us;
    assert!(lasted_us >= 200_000, "{lasted_us}");
    let (mut client, mut server) = between.connect().await;
    passes(&mut client, &mut server, b"whole again, at the same port").await;
}

#[tokio::test]
async fn other_weather_ends_no_cut_and_mending_does() {
    let between = Between::open().await;
    let address = between.proxy.address();
    between.proxy.cut(LONG);
    between.proxy.set(Weather { delay_ms: 1, ..Weather::default() });
    between.proxy.set(Weather::default());
    assert!(stands(&between) && is_refused(address).await);
    assert!(between.proxy.mend() && !between.proxy.mend());
    assert!(!stands(&between));
    let (mut client, mut server) = between.connect().await;
    passes(&mut client, &mut server, b"well").await;
}

#[tokio::test]
async fn a_cut_takes_the_place_of_the_one_before() {
    let between = Between::open().await;
    let address = between.proxy.address();
    between.proxy.cut(Cut::For(Duration::from_millis(20)));
    between.proxy.cut(LONG);
    // Longer than the first one.
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert!(stands(&between) && is_refused(address).await);
    between.proxy.cut(Cut::Now);
    assert_eq!(between.proxy.last_break().map(|last| last.how), Some(Broke::Cut(Cut::Now)));
    let (mut client, mut server) = between.connect().await;
    passes(&mut client, &mut server, b"once, and it is over").await;
    between.proxy.cut(Cut::For(Duration::ZERO));
    assert!(!stands(&between) && rest(&mut client).await.1);
    between.connect().await;
}

/// A server that comes and goes while the line is cut neither opens it nor keeps it cut.
#[tokio::test]
async fn a_server_that_is_away_meanwhile_is_another_matter() {
    let between = Between::open().await;
    let (address, upstream) = (between.proxy.address(), between.upstream.local_addr().expect("an address"));
    between.proxy.cut(LONG);
    between.proxy.close();
    assert!(stands(&between), "the line is as it was");
    between.proxy.reopen(upstream).await.expect("the port");
    assert!(is_refused(address).await, "the server is back, the line is not");
    between.proxy.mend();
    between.connect().await;

    between.proxy.cut(LONG);
    between.proxy.shut();
    between.proxy.mend();
    assert!(!stands(&between) && is_refused(address).await, "the line is whole, and nobody is there");
    between.proxy.reopen(upstream).await.expect("the port");
    between.connect().await;
}

#[tokio::test]
async fn a_cut_behind_some_bytes_stands_until_the_last_of_them_went() {
    let between = Between::open().await;
    let mut ends = [between.connect().await, between.connect().await];
    assert_eq!(between.proxy.cut(Cut::AfterBytes(3)), 2);
    for (client, server) in &mut ends {
        assert!(stands(&between));
        server.write_all(b"abcdef").await.unwrap();
        assert_eq!(rest(client).await.0, b"abc");
    }
    until("its end", || !stands(&between)).await;

    let (mut client, mut server) = between.connect().await;
    between.proxy.cut(Cut::AfterBytes(3));
    assert!(between.proxy.mend() && !stands(&between) && !between.proxy.mend());
    passes(&mut server, &mut client, b"it was taken back").await;
    between.proxy.cut(Cut::AfterBytes(3));
    assert!(stands(&between));
    drop((client, server));
    until("the end of a connection that went before", || !stands(&between)).await;
    between.proxy.cut(Cut::AfterBytes(3));
    assert!(!stands(&between), "where there is no connection, nothing is waited for");
}

#[tokio::test]
async fn a_black_hole_is_told_and_the_weather_is_not() {
    let between = Between::open().await;
    let (mut client, _server) = between.connect().await;
    between.proxy.set(Weather { cut_every_ms: Some(10), ..Weather::default() });
    assert!(rest(&mut client).await.1);
    between.proxy.set(Weather::default());
    assert_eq!(between.proxy.last_break(), None);
    let _ends = between.connect().await;
    between.proxy.half_open();
    let last = between.proxy.last_break().expect("a break");
    assert_eq!((last.how, last.connections, last.until_us), (Broke::HalfOpen, 1, Some(last.at_us)));
    between.proxy.cut(LONG);
    assert_eq!(between.proxy.half_open(), 0);
    assert!(stands(&between), "where nothing is open, nothing becomes a hole");
}

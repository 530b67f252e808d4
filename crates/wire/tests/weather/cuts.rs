//! Cuts, black holes, and a server that is not there.

use std::io::ErrorKind;

use tokio::net::TcpSocket;
use wire::{Cut, Weather};

use crate::*;

#[tokio::test]
async fn it_is_cut_exactly_behind_the_nth_byte() {
    let between = Between::open().await;
    for places in [1, 7, 1500, 65_536, 400_000] {
        let (mut client, mut server) = between.connect().await;
        passes(&mut server, &mut client, b"what came before does not count").await;
        client.write_all(b"a word that is never read").await.unwrap();
        assert_eq!(between.proxy.cut(Cut::AfterBytes(places)), 1);
        let said: Vec<u8> = (0..500_000_u32).map(|place| (place * 7 / 8) as u8).collect();
        let speaks = async {
            // Its end breaks amid this.
            drop(server.write_all(&said).await);
            rest(&mut server).await.1
        };
        let (server_was_reset, (heard, client_was_reset)) = tokio::join!(speaks, rest(&mut client));
        assert!(heard == said[..places as usize], "{} of {places} bytes", heard.len());
        assert!(server_was_reset && !client_was_reset, "a reset could overtake the last bytes");
        until("its place to be free", || between.proxy.tally().open == 0).await;
    }
}

#[tokio::test]
async fn a_cut_resets_both_ends_of_every_connection() {
    let between = Between::open().await;
    let mut ends = [between.connect().await, between.connect().await, between.connect().await];
    for (client, server) in &mut ends {
        passes(client, server, b"hello").await;
    }
    assert_eq!(between.proxy.cut(Cut::Now), 3);
    for (mut client, mut server) in ends {
        assert!(rest(&mut client).await.1 && rest(&mut server).await.1);
    }
    let (mut client, mut server) = between.connect().await;
    passes(&mut client, &mut server, b"new ones are well").await;
}

#[tokio::test]
async fn connections_are_cut_again_and_again_until_it_ends() {
    let between = Between::open().await;
    between.proxy.set(Weather { cut_every_ms: Some(20), ..Weather::default() });
    for _ in 0..3 {
        let (mut client, _server) = between.connect().await;
        assert!(rest(&mut client).await.1);
    }
    between.proxy.set(Weather::default());
    let (mut client, mut server) = between.connect().await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    passes(&mut client, &mut server, b"nobody cuts any more").await;
}

#[tokio::test]
async fn a_black_hole_swallows_and_tells_nobody() {
    let between = Between::open().await;
    let (mut client, mut server) = between.connect().await;
    passes(&mut client, &mut server, b"GET /x HTTP/1.1\r\n\r\n").await;
    assert_eq!((between.proxy.half_open(), between.proxy.half_open()), (1, 0));
    client.write_all(b"is anybody there?").await.unwrap();
    server.write_all(b"hello?").await.unwrap();
    let lost = || between.ear.whats().iter().filter(|what| **what == What::Lost).count();
    until("both words to be lost", || lost() == 2).await;
    let tally = between.proxy.tally();
    assert_eq!(
        (tally.bytes_up, tally.bytes_down),
        (36, 0),
        "counted where they came in, and where they went out"
    );
    let (mut other, mut well) = between.connect().await;
    passes(&mut other, &mut well, b"new ones are well").await;
    assert!(is_silent(&client) && is_silent(&server));

    drop(server);
    client.write_all(b"still?").await.unwrap();
    until("that to be lost as well", || lost() == 3).await;
    assert!(is_silent(&client), "an end is not told of the other's");
    assert_eq!(between.proxy.tally().open, 2);
    assert_eq!(between.proxy.cut(Cut::Now), 2);
    assert!(rest(&mut client).await.1 || between.ear.has_ended());
}

#[tokio::test]
async fn a_closed_proxy_is_refused_and_comes_back_at_its_port() {
    let mut between = Between::open().await;
    let address = between.proxy.address();
    let (mut client, mut server) = between.connect().await;
    between.proxy.close();
    assert!(rest(&mut client).await.1 && rest(&mut server).await.1);
    for _ in 0..3 {
        let refused = TcpStream::connect(address).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    }
    let taken = TcpSocket::new_v4().unwrap().bind(address).unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AddrInUse, "nobody gets the port meanwhile");
    between.proxy.close();

    between.upstream = TcpListener::bind(ANYWHERE).await.unwrap();
    let other = between.upstream.local_addr().unwrap();
    between.proxy.reopen(other).await.unwrap();
    assert_eq!(between.proxy.address(), address);
    let (mut client, mut server) = between.connect().await;
    passes(&mut client, &mut server, b"the other server").await;
    between.proxy.reopen(other).await.unwrap();
    passes(&mut client, &mut server, b"it was open already").await;
}

#[tokio::test]
async fn a_shut_proxy_lets_nobody_in_and_who_is_in_goes_on() {
    let between = Between::open().await;
    let address = between.proxy.address();
    let (mut client, mut server) = between.connect().await;
    between.proxy.shut();
    let refused = TcpStream::connect(address).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    passes(&mut client, &mut server, b"the last words of a server that drains").await;
    drop(server);
    assert!(rest(&mut client).await.0.is_empty(), "and its end");
    between.proxy.reopen(between.upstream.local_addr().unwrap()).await.unwrap();
    let (mut client, mut server) = between.connect().await;
    passes(&mut client, &mut server, b"again").await;
}

#[tokio::test]
async fn what_was_under_way_arrives_after_its_server_has_gone() {
    let between = Between::open().await;
    let (mut client, mut server) = between.connect().await;
    passes(&mut client, &mut server, b"hello").await;
    between.proxy.set(Weather { stall: true, ..Weather::default() });
    server.write_all(b"the last word").await.unwrap();
    drop(server);
    between.proxy.fade(PATIENCE);
    let refused = TcpStream::connect(between.proxy.address()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    // The next server is there before the last word of the one before has come.
    between.proxy.reopen(between.upstream.local_addr().unwrap()).await.unwrap();
    let (mut next, mut next_server) = between.connect().await;
    assert!(is_silent(&client), "under way");
    between.proxy.set(Weather::default());
    assert_eq!(rest(&mut client).await, (b"the last word".to_vec(), false));
    passes(&mut next, &mut next_server, b"the next one is well").await;
}

#[tokio::test]
async fn what_has_not_ended_in_time_is_cut_and_nobody_who_came_later() {
    let between = Between::open().await;
    let (mut client, _server) = between.connect().await;
    between.proxy.fade(Duration::from_millis(100));
    between.proxy.reopen(between.upstream.local_addr().unwrap()).await.unwrap();
    let (mut next, mut next_server) = between.connect().await;
    assert!(rest(&mut client).await.1, "nobody else would ever end it");
    passes(&mut next, &mut next_server, b"the next one is well").await;
}

//! In fair weather nothing is changed.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use wire::Passage;

use crate::*;

/// Says parts at one end, each by itself, and hears all at the other.
async fn all_passes(from: &mut TcpStream, to: &mut TcpStream, parts: &[Vec<u8>]) {
    let said = parts.concat();
    let (_, heard) = tokio::join!(
        async {
            for part in parts {
                from.write_all(part).await.expect("an open connection");
                tokio::task::yield_now().await;
            }
        },
        hear(to, said.len())
    );
    assert!(heard == said, "{} bytes in {} parts", said.len(), parts.len());
}

/// Whatever is said comes out as it is, in whatever parts, in both directions; also what looks like HTTP.
#[test]
fn bytes_are_what_they_were() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let between = runtime.block_on(Between::open());
    let part = || {
        prop_oneof![
            vec(any::<u8>(), 1..40_000),
            vec(any::<u8>(), 1..20),
            Just(b"GET / HTTP/1.1\r\n\r\n".to_vec()),
            Just(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n".to_vec()),
        ]
    };
    let parts = || vec(part(), 1..6);
    let config = Config { cases: 48, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&(parts(), parts()), |(up, down)| {
            runtime.block_on(async {
                let (mut client, mut server) = between.connect().await;
                all_passes(&mut client, &mut server, &up).await;
                all_passes(&mut server, &mut client, &down).await;
            });
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn megabytes_pass_both_ways_at_once() {
    let between = Between::open().await;
    let (mut client, mut server) = between.connect().await;
    let bytes: Vec<u8> = (0..8_u32 << 20).map(|place| (place * 7 / 8) as u8).collect();
    let (mut to_client, mut to_server) = (server.split(), client.split());
    let (mut up, mut down) = (vec![0; bytes.len()], vec![0; bytes.len()]);
    let all = async {
        tokio::try_join!(
            to_server.1.write_all(&bytes),
            to_client.1.write_all(&bytes),
            to_client.0.read_exact(&mut up),
            to_server.0.read_exact(&mut down),
        )
    };
    soon("all of it", all).await.unwrap();
    assert!(up == bytes && down == bytes);
    let count = bytes.len() as u64;
    let known = Passage { open: 1, accepted: 1, refused: 0, bytes_up: count, bytes_down: count };
    assert_eq!(between.proxy.tally(), known);
}

#[tokio::test]
async fn an_end_is_passed_on_and_the_other_direction_stays() {
    let between = Between::open().await;
    let (mut client, mut server) = between.connect().await;
    client.write_all(b"that is all").await.unwrap();
    client.shutdown().await.unwrap();
    assert_eq!(rest(&mut server).await, (b"that is all".to_vec(), false));
    passes(&mut server, &mut client, b"an answer").await;
    drop(server);
    assert_eq!(rest(&mut client).await, (Vec::new(), false));
    until("the connection to be gone", || between.proxy.tally().open == 0).await;
}

#[tokio::test]
async fn a_reset_is_passed_on_as_a_reset() {
    let between = Between::open().await;
    for client_goes in [true, false] {
        let (client, server) = between.connect().await;
        let (goes, mut stays) = if client_goes { (client, server) } else { (server, client) };
        goes.set_zero_linger().unwrap();
        drop(goes);
        assert_eq!(rest(&mut stays).await, (Vec::new(), true));
    }
    until("the connections to be gone", || between.proxy.tally().open == 0).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_not_put_on() {
    let between = Between::open().await;
    let proxy = between.proxy;
    drop(between.upstream);
    let mut client = TcpStream::connect(proxy.address()).await.unwrap();
    assert_eq!(rest(&mut client).await, (Vec::new(), true), "no status of the proxy's own");
    assert_eq!(proxy.tally().refused, 1);
}

#[tokio::test]
async fn a_dropped_proxy_leaves_nothing() {
    let between = Between::open().await;
    let (mut client, mut server) = between.connect().await;
    let address = between.proxy.address();
    drop(between.proxy);
    assert!(rest(&mut client).await.1 && rest(&mut server).await.1);
    until("the port to be free", || std::net::TcpListener::bind(address).is_ok()).await;
}

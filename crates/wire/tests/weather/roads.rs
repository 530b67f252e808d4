//! What the weather does to bytes that arrive.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use wire::{LUMP_BYTES, Weather};

use crate::*;

#[tokio::test]
async fn bytes_take_their_time_in_each_direction() {
    let between = Between::open().await;
    between.proxy.set(Weather { delay_ms: 30, ..Weather::default() });
    let (mut client, mut server) = between.connect().await;
    for _ in 0..3 {
        let start = Instant::now();
        passes(&mut client, &mut server, b"up").await;
        let up = start.elapsed();
        passes(&mut server, &mut client, b"down").await;
        let down = start.elapsed() - up;
        assert!(up.as_millis() >= 29 && down.as_millis() >= 29, "{up:?} up, {down:?} down");
    }
}

#[tokio::test]
async fn jitter_never_overtakes_and_the_end_comes_last() {
    let between = Between::open().await;
    between.proxy.set(Weather { delay_ms: 1, jitter_ms: 25, ..Weather::default() });
    let (mut client, mut server) = between.connect().await;
    let bytes: Vec<u8> = (0..200).collect();
    for byte in &bytes {
        server.write_all(&[*byte]).await.unwrap();
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    drop(server);
    assert_eq!(rest(&mut client).await, (bytes, false));
}

#[tokio::test]
async fn other_weather_counts_for_what_is_under_way() {
    let between = Between::open().await;
    between.proxy.set(Weather { delay_ms: 3_600_000, ..Weather::default() });
    let (mut client, mut server) = between.connect().await;
    client.write_all(b"slow").await.unwrap();
    until("it to be under way", || between.proxy.tally().bytes_up == 4).await;
    between.proxy.set(Weather::default());
    assert_eq!(hear(&mut server, 4).await, b"slow");
    between.proxy.set(Weather { rate_bits: Some(1), ..Weather::default() });
    server.write_all(&[b'x'; 4000]).await.unwrap();
    until("the first packet to pass", || between.proxy.tally().bytes_down > 0).await;
    assert_eq!(between.proxy.tally().bytes_down, 1500, "the bucket holds one, and the next takes hours");
    between.proxy.set(Weather::default());
    hear(&mut client, 4000).await;
}

#[tokio::test]
async fn who_speaks_to_a_server_that_has_gone_still_hears_its_last_words() {
    let between = Between::open().await;
    between.proxy.set(Weather { rate_bits: Some(1), ..Weather::default() });
    let (mut client, mut server) = between.connect().await;
    server.write_all(&[b'x'; 4000]).await.unwrap();
    hear(&mut client, 1500).await;
    drop(server);
    // The first byte is answered by a reset, the second one cannot be written.
    for byte in 1..=2 {
        client.write_all(b"?").await.unwrap();
        until("it to be under way", || between.proxy.tally().bytes_up == byte).await;
    }
    between.proxy.set(Weather::default());
    hear(&mut client, 2500).await;
    rest(&mut client).await;
}

#[tokio::test]
async fn what_was_stalled_goes_on_in_order() {
    let between = Between::open().await;
    let (mut client, mut server) = between.connect().await;
    passes(&mut client, &mut server, b"before").await;
    between.proxy.set(Weather { stall: true, ..Weather::default() });
    for part in 0..50_u8 {
        client.write_all(&[part; 100]).await.unwrap();
    }
    client.shutdown().await.unwrap();
    until("all to be in the proxy", || between.proxy.tally().bytes_up == 6 + 5000).await;
    assert!(is_silent(&server));
    between.proxy.set(Weather::default());
    let known: Vec<u8> = (0..50).flat_map(|part| [part; 100]).collect();
    assert_eq!(rest(&mut server).await, (known, false));
}

const STREAM: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

#[tokio::test]
async fn an_answer_without_end_comes_in_lumps() {
    let between = Between::open().await;
    between.proxy.set(Weather { lumps: true, ..Weather::default() });
    let (mut client, mut server) = between.connect().await;
    passes(&mut client, &mut server, b"GET /sse/x HTTP/1.1\r\n\r\n").await;
    let mut said = STREAM.to_vec();
    for seq in 0..400 {
        let block = format!("id: {seq}\ndata: {{}}\n\n");
        said.extend(format!("{:x}\r\n{block}\r\n", block.len()).bytes());
    }
    server.write_all(&said).await.unwrap();
    let whole = said.len() / LUMP_BYTES * LUMP_BYTES;
    assert!(whole > 0 && whole < said.len());
    assert_eq!(hear(&mut client, whole).await, said[..whole]);
    // What the road would pass beyond the lumps, it has in hand by the time that it asks for more.
    server.write_all(b"1\r\n:\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(is_silent(&client));
    server.write_all(b"0\r\n\r\n").await.unwrap();
    let tail = [&said[whole..], b"1\r\n:\r\n0\r\n\r\n"].concat();
    assert_eq!(hear(&mut client, tail.len()).await, tail, "an answer that has ended is not held");
    passes(&mut client, &mut server, b"GET /poll/x HTTP/1.1\r\n\r\n").await;
    passes(&mut server, &mut client, b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
}

#[tokio::test]
async fn lumps_end_with_the_weather_and_with_the_server() {
    let between = Between::open().await;
    for server_goes in [true, false] {
        between.proxy.set(Weather { lumps: true, ..Weather::default() });
        let (mut client, mut server) = between.connect().await;
        passes(&mut client, &mut server, b"GET /sse/x HTTP/1.1\r\n\r\n").await;
        server.write_all(STREAM).await.unwrap();
        if server_goes {
            drop(server);
        } else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            assert!(is_silent(&client));
            between.proxy.set(Weather::default());
        }
        assert_eq!(hear(&mut client, STREAM.len()).await, STREAM);
    }
}

/// How much a server says before it is stuck, when its client never reads.
async fn said_before_it_is_stuck(between: &Between) -> usize {
    let (_client, server) = between.connect().await;
    socket2::SockRef::from(&server).set_send_buffer_size(16 * 1024).expect("a socket");
    let said = AtomicUsize::new(0);
    let speaks = async {
        loop {
            server.writable().await.expect("an open connection");
            if let Ok(bytes) = server.try_write(&[b'x'; 1000]) {
                said.fetch_add(bytes, Relaxed);
            }
        }
    };
    let stuck = async {
        let mut before = usize::MAX;
        while before != said.load(Relaxed) {
            before = said.load(Relaxed);
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    };
    tokio::select! {
        () = speaks => {}
        () = soon("the server to be stuck", stuck) => {}
    }
    said.into_inner()
}

/// In each figure are the kernel's buffers at the server's own end, at both ends of the proxy, and at the client's.
#[tokio::test]
async fn whatever_the_weather_a_reader_that_never_reads_costs_little() {
    let between = Between::open().await;
    let mut said = Vec::new();
    for (weather, most) in [
        (Weather::default(), 512 << 10),
        (Weather { stall: true, ..Weather::default() }, 256 << 10),
        (Weather { rate_bits: Some(8), ..Weather::default() }, 256 << 10),
        (Weather { slow_reader_bits: Some(8), ..Weather::default() }, 128 << 10),
        (Weather { delay_ms: 3_600_000, ..Weather::default() }, (256 << 10) + (2 << 20)),
    ] {
        between.proxy.set(weather);
        said.push((said_before_it_is_stuck(&between).await, most));
    }
    assert!(said.iter().all(|(said, most)| *said > 0 && said <= most), "{said:?}");
}

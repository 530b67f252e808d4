//! WebSocket (RFC 6455) for clients that break its rules: every frame is written by hand, and every breach ends in the
//! close code that names it, not in a bare hang-up. ARCHITECTURE.md, "Rules of the wire"; P11 for the pong.

use std::time::{Duration, Instant};

use contract::{Inside, Raw};
use serde_json::Value;

const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;
const FIN: u8 = 0x80;

const HANDSHAKE: &str = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// A frame with its first byte as given (FIN and reserved bits, opcode), masked (RFC 6455 5.2).
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
    let mut bytes = vec![first];
    match payload.len() {
        length @ 0..126 => bytes.push(0x80 | length as u8),
        length @ 126..0x1_0000 => {
            bytes.push(0x80 | 126);
            bytes.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            bytes.push(0x80 | 127);
            bytes.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    bytes.extend_from_slice(&MASK);
    bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

fn text(payload: &str) -> Vec<u8> {
    frame(FIN | TEXT, payload.as_bytes())
}

/// An open WebSocket.
struct Socket(Raw);

impl Socket {
    async fn open(server: &Inside, path: &str) -> Self {
        let mut raw = Raw::connect(server.address()).await;
        raw.get(path, HANDSHAKE).await;
        let head = raw.until("\r\n\r\n").await;
        assert!(head.starts_with("HTTP/1.1 101"), "{path}: {head}");
        Self(raw)
    }

    /// The next frame: opcode and payload. The server neither masks nor fragments.
    async fn frame(&mut self) -> (u8, Vec<u8>) {
        let start = self.0.bytes(2).await;
        assert_eq!(start[0] & 0xf0, FIN, "whole, no reserved bit");
        let length = match start[1] {
            126 => usize::from(u16::from_be_bytes(self.0.bytes(2).await.try_into().expect("2 bytes"))),
            127 => u64::from_be_bytes(self.0.bytes(8).await.try_into().expect("8 bytes")) as usize,
            short => usize::from(short),
        };
        (start[0] & 0x0f, self.0.bytes(length).await)
    }

    /// The next text message.
    async fn json(&mut self) -> Value {
        let (opcode, payload) = self.frame().await;
        assert_eq!(opcode, TEXT, "{payload:?}");
        serde_json::from_slice(&payload).expect("JSON")
    }

    /// Text messages until one of this type, which is the last of them.
    async fn until(&mut self, kind: &str) -> Vec<Value> {
        let mut heard = Vec::new();
        for _ in 0..100 {
            heard.push(self.json().await);
            if heard.last().is_some_and(|message| message["type"] == kind) {
                return heard;
            }
        }
        panic!("no {kind} in {heard:?}");
    }

    /// The close frame, whatever stands before it, and that the connection ends after our own one.
    async fn close(mut self, what: &str) -> Vec<u8> {
        for _ in 0..100 {
            let (opcode, payload) = self.frame().await;
            if opcode == CLOSE {
                // Fails if the server was quicker, which is what is waited for.
                let echo = frame(FIN | CLOSE, &payload);
                drop(self.0.stream().try_write(&echo));
                assert!(self.0.rest().await.is_empty(), "{what}: bytes after the close frame");
                return payload;
            }
        }
        panic!("{what}: no close frame");
    }
}

fn symbols(server: &Inside) -> Vec<String> {
    server
        .site()
        .feeds()
        .ticker()
        .feed()
        .market()
        .expect("a market")
        .symbols()
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[tokio::test]
async fn every_breach_has_its_close_code() {
    let server = Inside::start().await;
    let mut unmasked = vec![FIN | TEXT, 2];
    unmasked.extend(b"hi");
    let over = vec![b'x'; 65_537];
    let half = [frame(TEXT, &over[..40_000]), frame(FIN, &over[40_000..])].concat();
    let cases = [
        ("an unmasked frame", unmasked, 1002),
        ("the first reserved bit", frame(FIN | 0x40 | TEXT, b"hi"), 1002),
        ("the second reserved bit", frame(FIN | 0x20 | TEXT, b"hi"), 1002),
        ("the third reserved bit", frame(FIN | 0x10 | TEXT, b"hi"), 1002),
        ("a reserved opcode", frame(FIN | 3, b"hi"), 1002),
        ("a reserved control opcode", frame(FIN | 11, b"hi"), 1002),
        ("a ping of 126 bytes", frame(FIN | PING, &over[..126]), 1002),
        ("a pong of 126 bytes", frame(FIN | PONG, &over[..126]), 1002),
        ("a ping in fragments", frame(PING, b"hi"), 1002),
        ("a close in fragments", frame(CLOSE, &1000_u16.to_be_bytes()), 1002),
        ("a continuation of nothing", frame(FIN, b"hi"), 1002),
        ("a message inside another", [frame(TEXT, b"h"), text("i")].concat(), 1002),
        ("a close of one byte", frame(FIN | CLOSE, &[3]), 1002),
        ("close code 1005", frame(FIN | CLOSE, &1005_u16.to_be_bytes()), 1002),
        ("close code 999", frame(FIN | CLOSE, &999_u16.to_be_bytes()), 1002),
        ("a close reason that is no UTF-8", frame(FIN | CLOSE, &[0x03, 0xe8, 0xff]), 1007),
        ("text that is no UTF-8", frame(FIN | TEXT, b"caf\xe9"), 1007),
        ("a surrogate", frame(FIN | TEXT, b"\xed\xa0\x80"), 1007),
        ("text that ends within a character", frame(FIN | TEXT, b"\xc3"), 1007),
        ("no UTF-8, in two halves", [frame(TEXT, b"\xc3"), frame(FIN, b"\x28")].concat(), 1007),
        ("a whole message that is too big", frame(FIN | BINARY, &over), 1009),
        ("a message too big in fragments", half, 1009),
        (
            "the mere promise of a terabyte",
            vec![FIN | BINARY, 0x80 | 127, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4],
            1009,
        ),
    ];
    for path in ["/ws/echo", "/ws/stock-price"] {
        for (what, bytes, code) in &cases {
            let what = format!("{what} on {path}");
            let mut socket = Socket::open(&server, path).await;
            socket.0.send(bytes).await;
            let payload = socket.close(&what).await;
            assert_eq!(payload.get(..2), Some(&u16::to_be_bytes(*code)[..]), "{what}");
        }
    }
}

#[tokio::test]
async fn echo_returns_what_it_was_sent() {
    let server = Inside::start().await;
    let mut socket = Socket::open(&server, "/ws/echo").await;
    let big = vec![b'x'; 65_536];
    let cases = [
        (text("hello"), TEXT, b"hello".to_vec()),
        (text(""), TEXT, Vec::new()),
        (frame(FIN | BINARY, b"\0\xff"), BINARY, b"\0\xff".to_vec()),
        // Every fragment may break anywhere, also within a character.
        ([frame(TEXT, b"caf\xc3"), frame(0, b""), frame(FIN, b"\xa9!")].concat(), TEXT, "café!".into()),
        ([frame(BINARY, b"a"), frame(0, b"b"), frame(FIN, b"c")].concat(), BINARY, b"abc".to_vec()),
        (frame(FIN | BINARY, &big), BINARY, big.clone()),
        ([frame(BINARY, &big[..60_000]), frame(FIN, &big[60_000..])].concat(), BINARY, big),
    ];
    for (sent, opcode, payload) in cases {
        socket.0.send(sent).await;
        assert_eq!(socket.frame().await, (opcode, payload));
    }
    // A control frame may stand between two fragments (RFC 6455 5.4).
    socket.0.send([frame(TEXT, b"a"), frame(FIN | PING, b"now"), frame(FIN, b"b")].concat()).await;
    assert_eq!(socket.frame().await, (PONG, b"now".to_vec()));
    assert_eq!(socket.frame().await, (TEXT, b"ab".to_vec()));
}

#[tokio::test]
async fn the_handshake_is_strict() {
    let server = Inside::start().await;
    let mut raw = Raw::connect(server.address()).await;
    raw.get("/ws/echo", &format!("{HANDSHAKE}sec-websocket-extensions: permessage-deflate\r\n")).await;
    let head = raw.until("\r\n\r\n").await;
    // The key and the answer of RFC 6455 1.3.
    assert!(head.contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), "{head}");
    assert!(!head.contains("sec-websocket-extensions"), "compression is not offered: {head}");

    let without = |line: &str| HANDSHAKE.replace(line, "");
    let key = |key: &str| HANDSHAKE.replace("dGhlIHNhbXBsZSBub25jZQ==", key);
    let cases = [
        ("a plain GET", String::new(), 426),
        ("no key", without("sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"), 400),
        ("a short key", key("c2hvcnQ="), 400),
        ("a key of 15 bytes", key("dGhlIHNhbXBsZSBub25j"), 400),
        ("a long key", key("dGhlIHNhbXBsZSBub25jZWR0aGUgc2E="), 400),
        ("a key that is no base64", key("dGhlIHNhbXBsZSBub2-*ZQ=="), 400),
        ("version 8", HANDSHAKE.replace("version: 13", "version: 8"), 426),
        ("no version", without("sec-websocket-version: 13\r\n"), 426),
        ("another protocol", HANDSHAKE.replace("upgrade: websocket", "upgrade: h2c"), 426),
    ];
    for path in ["/ws/echo", "/ws/stock-price"] {
        for (what, headers, status) in &cases {
            let mut raw = Raw::connect(server.address()).await;
            raw.get(path, headers).await;
            let answer = raw.answer().await;
            assert_eq!(answer.status, *status, "{what} on {path}: {answer:?}");
            assert!(
                answer.head.contains("content-type: application/problem+json\r\n"),
                "{what}: {}",
                answer.head
            );
            let names_13 = answer.head.contains("sec-websocket-version: 13\r\n");
            assert_eq!(names_13, *status == 426, "{what}: {}", answer.head);
            // A refused handshake leaves an HTTP connection.
            raw.get("/healthz", "").await;
            assert_eq!(raw.answer().await.status, 200, "{what}");
        }
        let mut raw = Raw::connect(server.address()).await;
        raw.get(path, &without("connection: Upgrade\r\n")).await;
        assert!((400..500).contains(&raw.answer().await.status), "no Connection: Upgrade on {path}");
    }
    contract::until("the places of refused clients", || server.site().waiters() <= 1).await;
}

#[tokio::test]
async fn a_close_is_echoed_with_its_code() {
    let server = Inside::start().await;
    for path in ["/ws/echo", "/ws/stock-price"] {
        for code in [1000_u16, 1001, 1003, 3000, 4999] {
            let mut socket = Socket::open(&server, path).await;
            socket.0.send(frame(FIN | CLOSE, &[&code.to_be_bytes()[..], b"bye"].concat())).await;
            let payload = socket.close("ours came first").await;
            assert_eq!(payload.get(..2), Some(&code.to_be_bytes()[..]), "{path}");
        }
        let mut socket = Socket::open(&server, path).await;
        socket.0.send(frame(FIN | CLOSE, b"")).await;
        assert!(socket.close("no code").await.is_empty(), "{path}: none came, none is returned");
    }
}

#[tokio::test]
async fn a_flood_of_pings_is_harmless() {
    let server = Inside::start().await;
    let mut socket = Socket::open(&server, "/ws/stock-price").await;
    socket.until("cursor").await;
    socket.0.send(frame(FIN | PING, b"payload").repeat(10_000)).await;
    server.publish(1);
    let mut pongs = 0;
    loop {
        let (opcode, payload) = socket.frame().await;
        if opcode != PONG {
            assert!(payload.starts_with(br#"{"seq":1001,"#), "{payload:?}");
            break;
        }
        assert_eq!(payload, b"payload");
        pongs += 1;
        assert!(pongs <= 10_000, "more pongs than pings");
    }
    // Pongs may be left out, but not the one for the newest ping (RFC 6455 5.5.3).
    socket.0.send(frame(FIN | PING, b"last")).await;
    while socket.frame().await != (PONG, b"last".to_vec()) {
        pongs += 1;
        assert!(pongs <= 10_001, "the last ping is answered");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn pongs_that_nobody_reads_are_not_kept() {
    fn resident_bytes() -> usize {
        let status = std::fs::read_to_string("/proc/self/status").expect("procfs");
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1_024
    }
    const FLOOD: usize = 64 << 20;
    let server = Inside::start().await;
    let mut socket = Socket::open(&server, "/ws/echo").await;
    let pings = frame(FIN | PING, &[b'x'; 125]).repeat(1_000);
    let before = resident_bytes();
    for _ in 0..FLOOD / pings.len() {
        // A server that stops reading such a client is as good: then the bytes stay with the client.
        let sent = tokio::time::timeout(Duration::from_secs(1), socket.0.send(&pings)).await;
        if sent.is_err() {
            break;
        }
    }
    let grown = resident_bytes().saturating_sub(before);
    assert!(grown < FLOOD / 4, "{} MiB more for one client that does not read", grown >> 20);
}

#[tokio::test]
async fn who_sends_no_pong_is_dropped() {
    let server = Inside::with(|options| (options.limits.ping_ms, options.limits.pong_ms) = (150, 150)).await;
    for path in ["/ws/echo", "/ws/stock-price"] {
        let mut silent = Socket::open(&server, path).await;
        let began = Instant::now();
        let said = silent.0.rest().await;
        let took = began.elapsed();
        assert!(took >= Duration::from_millis(200) && took < Duration::from_secs(3), "{path}: {took:?}");
        assert!(said.windows(2).any(|bytes| bytes == [FIN | PING, 0]), "{path}: it was asked first");
        let mut living = Socket::open(&server, path).await;
        let mut pings = 0;
        while pings < 5 {
            let (opcode, payload) = living.frame().await;
            if opcode == PING {
                living.0.send(frame(FIN | PONG, &payload)).await;
                pings += 1;
            }
        }
    }
}

#[tokio::test]
async fn what_is_no_operation_changes_nothing() {
    let server = Inside::start().await;
    let wanted = symbols(&server).swap_remove(2);
    let mut socket = Socket::open(&server, &format!("/ws/stock-price?symbols={wanted}")).await;
    socket.until("cursor").await;
    let deep = "[".repeat(20_000);
    let wrong = [
        "",
        "hello",
        "null",
        "[]",
        "{}",
        r#"{"op":"nothing"}"#,
        r#"{"op":"subscribe"}"#,
        r#"{"op":"subscribe","symbols":"ACME"}"#,
        r#"{"op":"subscribe","symbols":["NOPE"]}"#,
        r#"{"op":"subscribe","symbols":[1]}"#,
        r#"{"op":"subscribe","symbols":[""]}"#,
        r#"{"op":"subscribe","symbols":[],"more":1}"#,
        r#"{"op":"say","user":"Ann","text":"hello"}"#,
        &deep,
    ];
    for message in
        wrong.map(text).into_iter().chain([frame(FIN | BINARY, br#"{"op":"subscribe","symbols":[]}"#)])
    {
        socket.0.send(message).await;
        let error = socket.json().await;
        assert_eq!(error["type"], "error", "{error}");
        assert!(error["title"].as_str().is_some_and(|title| !title.is_empty()), "{error}");
        assert_eq!(error.as_object().map(serde_json::Map::len), Some(2), "{error}");
    }
    server.publish(16);
    for _ in 0..2 {
        assert_eq!(socket.json().await["symbol"], *wanted, "the filter is still the old one");
    }
    let mut chat = Socket::open(&server, "/ws/chat").await;
    chat.until("cursor").await;
    chat.0.send(text(r#"{"op":"say","user":"","text":"hello"}"#)).await;
    assert_eq!(chat.json().await["type"], "error");
    chat.0.send(text(r#"{"op":"say","user":"Ann","text":"hello"}"#)).await;
    assert_eq!(chat.json().await["text"], "hello");
}

#[tokio::test]
async fn subscribe_replaces_the_filter() {
    let server = Inside::start().await;
    let all = symbols(&server);
    let mut socket = Socket::open(&server, &format!("/ws/stock-price?symbols={}", all[0])).await;
    socket.until("cursor").await;
    socket.0.send(text(&format!(r#"{{"op":"subscribe","symbols":["{}","{}"]}}"#, all[1], all[2]))).await;
    let heard = socket.until("cursor").await;
    assert_eq!(heard[0]["type"], "hello");
    let mut told: Vec<_> =
        heard[1..heard.len() - 1].iter().map(|event| event["symbol"].as_str().unwrap()).collect();
    told.sort_unstable();
    let mut both = [&*all[1], &*all[2]];
    both.sort_unstable();
    assert_eq!(told, both, "the snapshot of the new filter");
    server.publish(8);
    for _ in 0..2 {
        let event = socket.json().await;
        assert!(both.contains(&event["symbol"].as_str().unwrap()), "{event}");
    }
    // An empty list wants everything.
    socket.0.send(text(r#"{"op":"subscribe","symbols":[]}"#)).await;
    assert_eq!(socket.until("cursor").await.len(), 2 + all.len());
}

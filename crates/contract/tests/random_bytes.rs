//! Bytes that nobody thought of: noise, and good requests with a few places spoiled. No 5xx, no panic, no hang, and the
//! server is as well afterwards. Promise P16.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use contract::{Inside, Raw};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const HANDSHAKE: &str = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// Panics of the server: its runtime catches them, and a client only sees a closed connection.
static PANICS: AtomicUsize = AtomicUsize::new(0);

fn count_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic.location().is_none_or(|place| !place.file().contains("tests/")) {
            PANICS.fetch_add(1, SeqCst);
        }
        usual(panic);
    }));
}

/// Requests that are right, to be spoiled.
fn requests() -> Vec<Vec<u8>> {
    let get = |target: &str, headers: &str| {
        format!("GET {target} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n").into_bytes()
    };
    let post = |path: &str, body: &str| {
        let head = format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n");
        format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
    };
    vec![
        get("/poll/stock-price?after=k3x9a1-990&symbols=ACME,BOLT&lane=a&conflate=1", "if-none-match: \"k3x9a1-1000\"\r\n"),
        get("/long-poll/stock-price?after=990&hold=0.1", "connection: keep-alive\r\n"),
        get("/long-poll/stock-price?after=1000&hold=0.05", ""),
        get("/sse/stock-price?after=1", "last-event-id: k3x9a1-990\r\naccept: text/event-stream\r\n"),
        [&get("/ws/stock-price?symbols=ACME", HANDSHAKE)[..], b"\x81\x82\0\0\0\0hi\x88\x82\0\0\0\0\x03\xe8"].concat(),
        [&get("/ws/echo", HANDSHAKE)[..], b"\x01\x82\x01\x02\x03\x04hi\x89\x80\0\0\0\0\x80\x80\0\0\0\0"].concat(),
        get("/api/stats?lane=a", "origin: http://localhost\r\n"),
        get("/poll/progress?job=k3x9a1", ""),
        post("/api/jobs", r#"{"total":0,"step_ms":1}"#),
        post("/api/send-message", r#"{"user":"Ann","text":"hello"}"#),
        b"POST /api/jobs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n".to_vec(),
    ]
}

/// One place of a request: a byte is replaced, a piece cut out, doubled, or put in.
fn spoil(request: &mut Vec<u8>, place: Index, what: &Spoil) {
    let at = place.index(request.len() + 1);
    match what {
        Spoil::Replace(byte) => request.iter_mut().skip(at).take(1).for_each(|old| *old = *byte),
        Spoil::Cut(length) => drop(request.drain(at..request.len().min(at + length))),
        Spoil::Double(length) => {
            let piece = request[at..request.len().min(at + length)].to_vec();
            request.splice(at..at, piece);
        }
        Spoil::Put(bytes) => drop(request.splice(at..at, bytes.iter().copied())),
    }
}

#[derive(Clone, Debug)]
enum Spoil {
    Replace(u8),
    Cut(usize),
    Double(usize),
    Put(Vec<u8>),
}

fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let pieces: [&[u8]; 14] = [
        b"\r\n",
        b"\n",
        b"\0",
        b"%00",
        b"%0a",
        b"&after=",
        b"?",
        b"\xff\xfe",
        b": ",
        b"99999999999999999999",
        b"\r\n\r\n",
        b"content-length: 5\r\n",
        b"-",
        b"\x89\xfe",
    ];
    let change = prop_oneof![
        any::<u8>().prop_map(Spoil::Replace),
        (1_usize..40).prop_map(Spoil::Cut),
        (1_usize..200).prop_map(Spoil::Double),
        select(pieces.map(<[u8]>::to_vec).to_vec()).prop_map(Spoil::Put),
        proptest::collection::vec(any::<u8>(), 1..20).prop_map(Spoil::Put),
    ];
    let changes = proptest::collection::vec((any::<Index>(), change), 1..4);
    let spoiled = (select(requests()), changes).prop_map(|(mut request, changes)| {
        changes.iter().for_each(|(place, what)| spoil(&mut request, *place, what));
        request
    });
    let unfinished = (select(requests()), any::<Index>()).prop_map(|(mut request, end)| {
        request.truncate(end.index(request.len()));
        request
    });
    let noise = || proptest::collection::vec(any::<u8>(), 0..400);
    let frames = noise().prop_map(|bytes| [&requests()[5][..], &bytes].concat());
    prop_oneof![1 => noise(), 4 => spoiled, 1 => unfinished, 4 => queries(), 2 => frames]
}

/// Requests that are right but for the values of their parameters.
fn queries() -> impl Strategy<Value = Vec<u8>> {
    let path = select(vec![
        "/poll/stock-price",
        "/long-poll/stock-price",
        "/sse/news",
        "/events",
        "/poll/progress",
        "/ws/chat",
        "/api/stats",
        "/",
    ]);
    let name = select(vec!["after", "hold", "symbols", "conflate", "lane", "job", "x"]);
    let value = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..12),
        "[a-z0-9]{6}-[0-9]{1,17}|[0-9.]{1,20}|[A-Z]{4}(,[A-Z]{4})*|\\PC{0,20}".prop_map(String::into_bytes),
    ];
    (path, proptest::collection::vec((name, value), 1..4)).prop_map(|(path, parameters)| {
        let mut request = format!("GET {path}?");
        for (name, value) in parameters {
            let escaped: String = value.iter().map(|byte| format!("%{byte:02x}")).collect();
            request.push_str(&format!("{name}={escaped}&"));
        }
        format!("{request} HTTP/1.1\r\nhost: localhost\r\n{HANDSHAKE}\r\n").into_bytes()
    })
}

#[test]
fn no_bytes_whatever_break_it() {
    count_panics();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = runtime.block_on(Inside::with(|options| {
        options.limits.head_ms = 200;
        options.limits.idle_ms = 400;
        options.limits.heartbeat_ms = 100;
        (options.limits.hold_ms, options.limits.hold_ms_max) = (100, 1_000);
    }));
    let config = Config { cases: 64, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&(hostile(), any::<bool>()), |(bytes, hang_up)| {
        let said = runtime.block_on(answer_or_end(&server, &bytes, hang_up));
        let said = String::from_utf8_lossy(&said).into_owned();
        for answer in said.split("HTTP/1.1 ").skip(1) {
            prop_assert!(!answer.starts_with('5'), "{said}");
        }
        prop_assert_eq!(PANICS.load(SeqCst), 0, "the server panicked");
        Ok(())
    });
    outcome.unwrap();
    runtime.block_on(async {
        for path in ["/healthz", "/poll/stock-price"] {
            let mut raw = Raw::connect(server.address()).await;
            raw.get(path, "").await;
            assert_eq!(raw.answer().await.status, 200, "{path}");
        }
        contract::until("nobody to wait", || server.site().waiters() == 0).await;
    });
}

/// What is said to these bytes until the head of an answer is there or the connection ends, one of which must happen.
/// A WebSocket that we have hung up must end.
async fn answer_or_end(server: &Inside, bytes: &[u8], hang_up: bool) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.address()).await.expect("a listening server");
    // Fails when the server has refused the first half already and closed.
    drop(stream.write_all(bytes).await);
    if hang_up {
        drop(stream.shutdown().await);
    }
    let mut said = Vec::new();
    let read = async {
        while stream.read_buf(&mut said).await.is_ok_and(|count| count > 0) {
            let answered = said.windows(4).any(|end| end == b"\r\n\r\n");
            if answered && !(hang_up && said.starts_with(b"HTTP/1.1 101")) {
                return;
            }
        }
    };
    let limit = tokio::time::timeout(Duration::from_secs(3), read);
    limit.await.unwrap_or_else(|_| panic!("neither answered nor cut: {}", bytes.escape_ascii()));
    said
}

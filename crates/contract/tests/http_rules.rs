//! HTTP/1.1 (RFC 9112) for clients that break its rules, or take their time over them: whom the server refuses, with
//! which status, and when it hangs up. ARCHITECTURE.md, "Rules of the wire".

use std::time::{Duration, Instant};

use contract::{Answer, Inside, Raw, soon, until};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const HEAD: Duration = Duration::from_millis(200);

/// A server that is quick to give up a client.
async fn impatient() -> Inside {
    Inside::with(|options| options.limits.head_ms = HEAD.as_millis() as u64).await
}

/// The answer to these bytes on a connection of their own.
async fn ask(server: &Inside, bytes: impl AsRef<[u8]>) -> Answer {
    let mut raw = Raw::connect(server.address()).await;
    raw.send(bytes).await;
    raw.answer().await
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer
        .head
        .split("\r\n")
        .find_map(|line| line.split_once(": ").filter(|(known, _)| known.eq_ignore_ascii_case(name)))
        .map(|(_, value)| value)
}

fn assert_problem(answer: &Answer, status: u16, what: &str) {
    assert_eq!(answer.status, status, "{what}: {answer:?}");
    assert_eq!(header(answer, "content-type"), Some("application/problem+json"), "{what}");
    let body: serde_json::Value = serde_json::from_str(&answer.body).expect(what);
    assert!(
        body["title"].is_string() && body["detail"].is_string() && body["status"] == status,
        "{what}: {body}"
    );
}

#[tokio::test]
async fn a_request_has_one_host_and_it_is_ours() {
    let server = Inside::start().await;
    for hosts in [
        "",
        "host: localhost\r\nhost: localhost\r\n",
        "host: evil.example\r\n",
        "host:\r\n",
        "host: a, b\r\n",
    ] {
        let answer = ask(&server, format!("GET /api/info HTTP/1.1\r\n{hosts}\r\n")).await;
        assert_problem(&answer, 400, hosts);
        assert!(answer.body.contains("header Host"), "{hosts:?} is told what is wrong: {}", answer.body);
    }
    // An absolute target names the host again (RFC 9112 3.2.2).
    assert_problem(
        &ask(&server, "GET http://evil.example/api/info HTTP/1.1\r\nhost: localhost\r\n\r\n").await,
        400,
        "absolute",
    );
    assert_eq!(
        ask(&server, "GET http://localhost/api/info HTTP/1.1\r\nhost: localhost\r\n\r\n").await.status,
        200
    );
    assert_eq!(ask(&server, "GET /api/info HTTP/1.0\r\nhost: localhost\r\n\r\n").await.status, 200);
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let server = Inside::start().await;
    let cases = [
        ("POST", "/poll/stock-price", "GET"),
        ("PUT", "/long-poll/stock-price", "GET"),
        ("DELETE", "/sse/stock-price", "GET"),
        ("PATCH", "/ws/stock-price", "GET"),
        ("POST", "/events", "GET"),
        ("POST", "/", "GET"),
        ("POST", "/api/info", "GET"),
        ("GET", "/api/jobs", "POST"),
        ("GET", "/api/send-message", "POST"),
        ("BREW", "/poll/stock-price", "GET"),
    ];
    for (method, path, right) in cases {
        let what = format!("{method} {path}");
        let answer =
            ask(&server, format!("{what} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n")).await;
        assert_problem(&answer, 405, &what);
        assert!(
            header(&answer, "allow")
                .is_some_and(|allow| allow.split(',').any(|method| method.trim() == right)),
            "{what}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn the_length_of_a_body_has_one_meaning() {
    let server = Inside::start().await;
    let saying = r#"{"user":"Ann","text":"hello"}"#;
    let chunked = format!("{:x}\r\n{saying}\r\n0\r\n\r\n", saying.len());
    let length = saying.len();
    let wrong = [
        ("two lengths", format!("content-length: {length}\r\ncontent-length: {}\r\n", length + 1), saying),
        ("a list of lengths", format!("content-length: {length}, {}\r\n", length + 1), saying),
        ("a sign", format!("content-length: +{length}\r\n"), saying),
        ("a negative length", "content-length: -1\r\n".to_owned(), saying),
        ("an endless length", "content-length: 99999999999999999999999\r\n".to_owned(), saying),
        ("chunked is not last", "transfer-encoding: chunked, identity\r\n".to_owned(), &*chunked),
        ("an unknown encoding", "transfer-encoding: xchunked\r\n".to_owned(), &chunked),
        ("a space before the colon", format!("content-length : {length}\r\n"), saying),
    ];
    for (what, lengths, body) in wrong {
        assert_refused(&server, what, &lengths, body).await;
    }
}

#[tokio::test]
async fn a_length_and_chunks_together_are_refused() {
    let server = Inside::start().await;
    let both = [
        "content-length: 35\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 35\r\n",
    ];
    for lengths in both {
        assert_refused(&server, lengths, lengths, "1d\r\n{\"user\":\"Ann\",\"text\":\"hello\"}\r\n0\r\n\r\n")
            .await;
    }
}

async fn assert_refused(server: &Inside, what: &str, lengths: &str, body: &str) {
    let post = "POST /api/send-message HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
    let mut raw = Raw::connect(server.address()).await;
    raw.send(format!("{post}{lengths}\r\n{body}GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")).await;
    let answer = raw.answer().await;
    // Where such a request ends is not known, so nothing after it may be taken for another one.
    let rest = raw.rest().await;
    assert!(rest.is_empty(), "{what}: {}", String::from_utf8_lossy(&rest));
    assert!((400..500).contains(&answer.status), "{what}: {answer:?}");
    assert!(answer.body.contains("\"title\":"), "{what}: {answer:?}");
    assert_eq!(server.site().feeds().chat().feed().head().seq, 0, "{what}: somebody was heard");
}

#[tokio::test]
async fn who_does_not_finish_a_head_is_cut() {
    let server = impatient().await;
    let starts = [
        "",
        "G",
        "GET /healthz HTTP/1.1\r\nhost: local",
        "GET /healthz HTTP/1.1\r\nhost: localhost\r\n",
        "PRI * HTT",
        "\r\n\r\n",
    ];
    for start in starts {
        let began = Instant::now();
        let mut raw = Raw::connect(server.address()).await;
        raw.send(start).await;
        let said = raw.rest().await;
        let took = began.elapsed();
        assert!(took >= HEAD * 3 / 4 && took < HEAD * 15, "{start:?} was cut after {took:?}");
        assert!(!said.starts_with(b"HTTP/1.1 2"), "{start:?}: {}", String::from_utf8_lossy(&said));
    }
    // A byte now and then does not help.
    let began = Instant::now();
    let said = trickle(&server, b"GET /healthz HTTP/1.1\r\nx-slow: ").await;
    assert!(began.elapsed() < HEAD * 15 && !said.starts_with(b"HTTP/1.1 2"), "{:?}", began.elapsed());
    // A whole HTTP/2 preface is refused at once: this port speaks HTTP/1.1.
    let mut raw = Raw::connect(server.address()).await;
    raw.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    assert!(!raw.rest().await.starts_with(b"HTTP/1.1 2"));
}

#[tokio::test]
async fn who_does_not_finish_a_body_is_answered_and_cut() {
    let server = impatient().await;
    for length in ["content-length: 10000", "transfer-encoding: chunked"] {
        let began = Instant::now();
        let head = format!(
            "POST /api/jobs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{length}\r\n\r\n"
        );
        let said = String::from_utf8(trickle(&server, head.as_bytes()).await).unwrap();
        let took = began.elapsed();
        // A trickle is no chunk size, so the chunked one may be refused for its form before its time is over.
        assert!(
            said.starts_with("HTTP/1.1 408")
                || (length.contains("chunked") && said.starts_with("HTTP/1.1 4")),
            "{length}: {said}"
        );
        assert!(took < HEAD * 15, "{length}: {took:?}");
    }
    let mut raw = Raw::connect(server.address()).await;
    raw.send("POST /api/jobs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{").await;
    assert_problem(&raw.answer().await, 408, "a body that stops");
    assert!(raw.rest().await.is_empty());
}

/// Sends `start`, then a byte every 10 ms until the server hangs up; returns what it said.
async fn trickle(server: &Inside, start: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.address()).await.expect("a listening server");
    stream.write_all(start).await.expect("an open connection");
    let (mut reading, mut writing) = stream.into_split();
    let mut said = Vec::new();
    let byte_by_byte = async {
        // Fails when the server has hung up, which ends the reading too.
        while writing.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        std::future::pending::<()>().await;
    };
    soon("the server to hang up", async {
        tokio::select! {
            // A reset is a way of hanging up.
            _ = reading.read_to_end(&mut said) => {}
            () = byte_by_byte => {}
        }
    })
    .await;
    said
}

#[tokio::test]
async fn an_idle_connection_outlives_the_limit_for_heads_but_not_its_own() {
    const IDLE: Duration = Duration::from_millis(800);
    let server = Inside::with(|options| {
        options.limits.head_ms = HEAD.as_millis() as u64;
        options.limits.idle_ms = IDLE.as_millis() as u64;
    })
    .await;
    let mut raw = Raw::connect(server.address()).await;
    for turn in 0..2 {
        raw.get("/poll/stock-price", "").await;
        assert_eq!(raw.answer().await.status, 200);
        let closed = tokio::time::timeout(HEAD * 2, raw.rest()).await;
        assert!(closed.is_err(), "closed between two polls, turn {turn}");
    }
    raw.get("/poll/stock-price", "").await;
    raw.answer().await;
    let began = Instant::now();
    assert!(raw.rest().await.is_empty());
    let took = began.elapsed();
    assert!(took >= IDLE * 3 / 4 && took < IDLE * 6, "{took:?}");
    // The first byte of a next head starts the limit for heads again.
    let mut raw = Raw::connect(server.address()).await;
    raw.get("/healthz", "").await;
    raw.answer().await;
    raw.send("G").await;
    let began = Instant::now();
    raw.rest().await;
    assert!(began.elapsed() < IDLE * 3 / 4, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_long_hold_is_not_a_slow_head() {
    let server = impatient().await;
    let head = server.site().feeds().ticker().feed().head();
    let mut raw = Raw::connect(server.address()).await;
    raw.get(&format!("/long-poll/stock-price?after={head}&hold=0.6"), "").await;
    assert_eq!(raw.answer().await.status, 204);
    raw.get("/poll/stock-price", "").await;
    assert_eq!(raw.answer().await.status, 200);
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let server = Inside::start().await;
    let head = server.site().feeds().ticker().feed().head();
    let mut raw = Raw::connect(server.address()).await;
    let get = |path: &str, body: &str| {
        format!("GET {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{body}", body.len())
    };
    let wait = get(&format!("/long-poll/stock-price?after={head}&hold=20"), "");
    // A body that nobody asked for does not become a request.
    raw.send(
        wait + &get("/healthz", "GET /secret HTTP/1.1\r\n\r\n")
            + &get("/api/time", "")
            + &get("/nothing", ""),
    )
    .await;
    until("the long poll to wait", || server.site().waiters() == 1).await;
    server.publish(1);
    assert!(raw.answer().await.body.contains(r#""seq":1001"#));
    assert_eq!(raw.answer().await.body, "ok\n");
    assert!(raw.answer().await.body.contains("received_us"));
    assert_eq!(raw.answer().await.status, 404);
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let server = Inside::start().await;
    let mut raw = Raw::connect(server.address()).await;
    for path in [
        "/poll/stock-price",
        "/long-poll/stock-price",
        "/sse/stock-price",
        "/healthz",
        "/api/info",
        "/",
        "/nothing",
        "/ws/echo",
    ] {
        raw.send(format!("HEAD {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")).await;
        let head = raw.until("\r\n\r\n").await;
        // The connection goes on: there was no body.
        raw.get("/healthz", "").await;
        assert_eq!(raw.answer().await.body, "ok\n", "{path}");
        let got =
            ask(&server, format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"))
                .await;
        assert_eq!(head.split(' ').nth(1), got.head.split(' ').nth(1), "{path}");
        let kind =
            |head: &str| head.split("\r\n").find(|line| line.starts_with("content-type")).map(str::to_owned);
        assert_eq!(kind(&head), kind(&got.head), "{path}");
    }
    until("the streams to be given up", || server.site().waiters() == 0).await;
}

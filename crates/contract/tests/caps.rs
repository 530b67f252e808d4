//! Everything has a largest number, and who comes after it is refused politely while the others go on; a place is free
//! again as soon as its owner has gone. Promises P12 and P13; ARCHITECTURE.md, "Security" 6; README.md, "Limits".

use std::time::{Duration, Instant};

use contract::{Answer, Inside, Raw, until};

const HANDSHAKE: &str = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const SAYING: &str = r#"{"user":"Ann","text":"hello"}"#;

async fn get(server: &Inside, path: &str, headers: &str) -> Answer {
    let mut raw = Raw::connect(server.address()).await;
    raw.get(path, headers).await;
    raw.answer().await
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let mut lines = answer.head.split("\r\n").filter_map(|line| line.split_once(": "));
    lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

#[tokio::test]
async fn urls_heads_and_bodies_have_a_largest_size() {
    let server = Inside::start().await;
    let url = |bytes: usize| {
        format!("/poll/stock-price?pad={}", "x".repeat(bytes - "/poll/stock-price?pad=".len()))
    };
    let pad = |bytes: usize| format!("x-pad: {}\r\n", "x".repeat(bytes));
    assert_eq!(get(&server, &url(8_192), "").await.status, 200);
    let answer = get(&server, &url(8_193), "").await;
    assert_eq!((answer.status, header(&answer, "content-type")), (414, Some("application/problem+json")));
    let status = get(&server, &url(20_000), "").await.status;
    assert!(matches!(status, 414 | 431), "such a URL is too long for the head as well: {status}");
    assert_eq!(get(&server, "/healthz", &pad(15_000)).await.status, 200);
    for headers in [pad(17_000), "x: y\r\n".repeat(2_000)] {
        let answer = get(&server, "/healthz", &headers).await;
        assert_eq!((answer.status, header(&answer, "content-type")), (431, Some("application/problem+json")));
        assert!(answer.body.contains("header_bytes"), "{answer:?}");
    }

    let saying = |bytes: usize| [SAYING.to_owned(), " ".repeat(bytes - SAYING.len())].concat();
    let post = |headers: &str, body: &str| {
        format!(
            "POST /api/send-message HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{headers}\r\n\r\n{body}"
        )
    };
    let chunk = format!("8000\r\n{}\r\n", " ".repeat(0x8000));
    let cases = [
        (post("content-length: 65536", &saying(65_536)), 201),
        // The body is not even waited for.
        (post("content-length: 65537", ""), 413),
        (post("transfer-encoding: chunked", &chunk), 411),
    ];
    for (request, status) in cases {
        let mut raw = Raw::connect(server.address()).await;
        raw.send(&request).await;
        let answer = raw.answer().await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
}

#[tokio::test]
async fn a_full_server_refuses_politely_and_the_others_go_on() {
    let server = Inside::with(|options| options.limits.connections = 3).await;
    let mut inside = Vec::new();
    for _ in 0..3 {
        let mut raw = Raw::connect(server.address()).await;
        raw.get("/healthz", "").await;
        assert_eq!(raw.answer().await.status, 200);
        inside.push(raw);
    }
    for _ in 0..5 {
        let refused = get(&server, "/healthz", "").await;
        assert_eq!(
            (refused.status, header(&refused, "content-type")),
            (503, Some("application/problem+json")),
            "{refused:?}"
        );
        assert!(
            header(&refused, "retry-after").is_some_and(|seconds| seconds.parse::<u16>().is_ok()),
            "{refused:?}"
        );
        for raw in &mut inside {
            raw.get("/poll/stock-price", "").await;
            assert_eq!(raw.answer().await.status, 200);
        }
    }
    drop(inside.pop());
    contract::soon("a free place", async { while get(&server, "/healthz", "").await.status != 200 {} }).await;
}

#[tokio::test]
async fn only_so_many_may_wait() {
    let server = Inside::with(|options| options.limits.waiters = 2).await;
    let head = server.site().feeds().ticker().feed().head();
    let waiting = format!("/long-poll/stock-price?after={head}");
    let (mut stream, mut poll) = (Raw::connect(server.address()).await, Raw::connect(server.address()).await);
    stream.get("/sse/stock-price", "").await;
    poll.get(&waiting, "").await;
    until("both to wait", || server.site().waiters() == 2).await;
    for (path, headers) in
        [("/sse/stock-price", ""), (&*waiting, ""), ("/ws/stock-price", HANDSHAKE), ("/ws/echo", HANDSHAKE)]
    {
        let refused = get(&server, path, headers).await;
        assert_eq!(
            (refused.status, header(&refused, "retry-after")),
            (503, Some("2")),
            "{path}: {refused:?}"
        );
    }
    for path in ["/poll/stock-price", "/long-poll/stock-price"] {
        assert_eq!(get(&server, path, "").await.status, 200, "{path} waits for nothing");
    }
    server.publish(1);
    assert_eq!(poll.answer().await.status, 200);
    stream.until("\"seq\":1001").await;
    until("one to be gone", || server.site().waiters() == 1).await;
    assert_eq!(get(&server, "/ws/stock-price", HANDSHAKE).await.status, 101);
}

#[tokio::test]
async fn what_a_client_left_unread_does_not_keep_its_place() {
    let server = Inside::with(|options| options.limits.heartbeat_ms = 200).await;
    let feed = server.site().feeds().ticker().feed().clone();
    for path in
        ["/sse/stock-price".to_owned(), format!("/long-poll/stock-price?hold=0.3&after={}", feed.head())]
    {
        // A second request behind one that waits: nobody reads it before the first is answered, and so nobody sees
        // the end of the connection behind it. Then the next heartbeat finds out, or the end of the hold.
        for behind in ["", "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n", "x"] {
            let mut raw = Raw::connect(server.address()).await;
            raw.send(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n{behind}")).await;
            until("it to wait", || server.site().waiters() == 1).await;
            let gone = Instant::now();
            drop(raw);
            until("its place to be free", || server.site().waiters() == 0).await;
            let took = gone.elapsed();
            assert!(took < Duration::from_secs(1), "{path} with {behind:?} behind it: {took:?}");
        }
    }
}

//! What pages of other sites, forged names and forged bytes may not do here. ARCHITECTURE.md "Security"; the numbers in
//! the headings are its points. Point 6 is `caps.rs`, point 9 is in `bad_input.rs`.

use std::process::Command;

use contract::{Answer, Inside, Raw};

const HANDSHAKE: &str = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const SAYING: &str = r#"{"user":"Ann","text":"hello"}"#;

/// The answer to a request on a connection of its own. `headers` end in CRLF each and hold the host.
async fn ask(server: &Inside, line: &str, headers: &str, body: &str) -> Answer {
    let mut raw = Raw::connect(server.address()).await;
    raw.send(format!("{line} HTTP/1.1\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())).await;
    raw.answer().await
}

async fn get(server: &Inside, path: &str, headers: &str) -> Answer {
    ask(server, &format!("GET {path}"), &format!("host: localhost\r\n{headers}"), "").await
}

async fn say(server: &Inside, headers: &str) -> Answer {
    ask(server, "POST /api/send-message", &format!("host: {}\r\n{headers}", server.address()), SAYING).await
}

/// The statuses of a WebSocket handshake and of a POST with these headers.
async fn both(server: &Inside, headers: &str) -> (u16, u16) {
    let host = format!("host: {}\r\n", server.address());
    let mut raw = Raw::connect(server.address()).await;
    raw.send(format!("GET /ws/stock-price HTTP/1.1\r\n{host}{HANDSHAKE}{headers}\r\n")).await;
    let opened = raw.answer().await.status;
    (opened, say(server, &format!("content-type: application/json\r\n{headers}")).await.status)
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let mut lines = answer.head.split("\r\n").filter_map(|line| line.split_once(": "));
    lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

// 1 and 4: origins.

#[tokio::test]
async fn pages_of_other_sites_may_neither_open_nor_post() {
    let server = Inside::start().await;
    let (own, port) = (server.address(), server.address().port());
    let foreign = [
        "null".to_owned(),
        String::new(),
        "http://evil.example".to_owned(),
        "http://127.0.0.1".to_owned(),
        format!("http://{own}.evil.example"),
        format!("http://{own}@evil.example"),
        format!("http://evil.example/{own}"),
        format!("http://{own}0"),
        format!("http://{own}/"),
        format!("http://localhost:{port}"),
        format!("ftp://{own}"),
        format!("{own}"),
        format!("http://{own} http://evil.example"),
        "file://".to_owned(),
        "chrome-extension://abcdef".to_owned(),
    ];
    for origin in foreign {
        assert_eq!(both(&server, &format!("origin: {origin}\r\n")).await, (403, 403), "{origin:?}");
    }
    assert_eq!(
        both(&server, &format!("origin: http://{own}\r\norigin: http://evil.example\r\n")).await,
        (403, 403),
        "two origins"
    );
    for site in ["cross-site", "same-site", "Same-Origin", ""] {
        assert_eq!(both(&server, &format!("sec-fetch-site: {site}\r\n")).await, (403, 403), "{site:?}");
    }
    for good in [
        String::new(),
        format!("origin: http://{own}\r\n"),
        "sec-fetch-site: same-origin\r\n".to_owned(),
        "sec-fetch-site: none\r\n".to_owned(),
    ] {
        assert_eq!(both(&server, &good).await, (101, 201), "{good:?}");
    }
}

#[tokio::test]
async fn an_allowed_origin_is_allowed_exactly() {
    let server = Inside::with(|options| options.hosts.allow_origin("http://board.local:8080").unwrap()).await;
    assert_eq!(both(&server, "origin: http://board.local:8080\r\n").await, (101, 201));
    let near = [
        "http://board.local",
        "https://board.local:8080",
        "http://board.local:80800",
        "http://a.board.local:8080",
        "http://board.local:8080/",
        "http://board.local:8080.evil.example",
    ];
    for origin in near {
        assert_eq!(both(&server, &format!("origin: {origin}\r\n")).await, (403, 403), "{origin}");
        let answer = get(&server, "/poll/stock-price", &format!("origin: {origin}\r\n")).await;
        assert_eq!(header(&answer, "access-control-allow-origin"), None, "{origin}");
    }
}

// 2: hosts.

#[tokio::test]
async fn only_our_own_names_are_answered_on_every_route() {
    let server = Inside::with(|options| options.hosts.allow_host("board.local").unwrap()).await;
    let paths = [
        "/",
        "/en/",
        "/api/info",
        "/metrics",
        "/healthz",
        "/poll/stock-price",
        "/long-poll/stock-price",
        "/sse/stock-price",
        "/events",
        "/ws/stock-price",
        "/nothing",
    ];
    for path in paths {
        let answer = ask(&server, &format!("GET {path}"), "host: evil.example\r\n", "").await;
        assert_eq!(
            (answer.status, header(&answer, "content-type")),
            (400, Some("application/problem+json")),
            "{path}"
        );
    }
    let foreign = [
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.example:80",
        "localhost@evil.example",
        "evil.example@localhost",
        "evil-localhost",
        "localhost.",
        "2130706433",
        "0x7f000001",
        "0.0.0.0",
        "[::ffff:8.8.8.8]",
        "a.board.local",
        "board.local.evil.example",
        "board.localx",
        "localhost:80:80",
        "localhost/",
        "localhost?",
        "[::1",
        "::1",
        "127.0.0.1:port",
    ];
    for host in foreign {
        assert_eq!(
            ask(&server, "GET /poll/stock-price", &format!("host: {host}\r\n"), "").await.status,
            400,
            "{host}"
        );
    }
    for host in ["localhost", "LocalHost:9", "127.0.0.1", "[::1]:8080", "board.local", "BOARD.local:8080"] {
        assert_eq!(
            ask(&server, "GET /poll/stock-price", &format!("host: {host}\r\n"), "").await.status,
            200,
            "{host}"
        );
    }
}

// 3: CORS.

#[tokio::test]
async fn other_sites_read_nothing_unless_allowed() {
    let evil = "origin: http://evil.example\r\n";
    let board = "origin: http://board.local:8080\r\n";
    let closed = Inside::start().await;
    let open = Inside::with(|options| options.hosts.allow_origin("http://board.local:8080").unwrap()).await;
    let preflight = "host: localhost\r\naccess-control-request-method: POST\r\naccess-control-request-headers: content-type\r\n";
    for path in
        ["/", "/api/info", "/poll/stock-price", "/long-poll/stock-price", "/sse/stock-price", "/nothing"]
    {
        for headers in [evil, board, "origin: null\r\n"] {
            assert!(!get(&closed, path, headers).await.head.contains("access-control"), "{path}");
        }
        for (headers, allowed) in [(board, Some("http://board.local:8080")), (evil, None), ("", None)] {
            let answer = get(&open, path, headers).await;
            assert_eq!(header(&answer, "access-control-allow-origin"), allowed, "{path}");
            assert_eq!(header(&answer, "access-control-allow-credentials"), None, "{path}");
            let head = answer.head.to_ascii_lowercase();
            let vary = head.split("\r\n").filter_map(|line| line.strip_prefix("vary: "));
            let mut names = vary.flat_map(|names| names.split(',')).map(str::trim);
            assert!(names.any(|name| name == "origin"), "{path}: {head}");
        }
    }
    for (server, origin, allowed) in
        [(&open, board, Some("http://board.local:8080")), (&open, evil, None), (&closed, board, None)]
    {
        let answer = ask(server, "OPTIONS /api/send-message", &format!("{preflight}{origin}"), "").await;
        assert_eq!(header(&answer, "access-control-allow-origin"), allowed, "preflight");
        let refusal = (answer.status, header(&answer, "content-type"));
        let refused = allowed.is_none();
        assert_eq!(refusal == (403, Some("application/problem+json")), refused, "{answer:?}");
        assert_eq!(answer.body.contains("--allow-origin"), refused, "the way out: {answer:?}");
    }
}

// 4: content types. 7: compressed bodies.

#[tokio::test]
async fn what_changes_state_is_declared_as_json() {
    let server = Inside::start().await;
    let wrong = [
        "",
        "content-type: text/plain\r\n",
        "content-type: application/x-www-form-urlencoded\r\n",
        "content-type: multipart/form-data; boundary=x\r\n",
        "content-type: application/jsonp\r\n",
        "content-type: text/plain; application/json\r\n",
        "content-type:\r\n",
    ];
    for headers in wrong {
        let answer = say(&server, headers).await;
        assert_eq!(
            (answer.status, header(&answer, "content-type")),
            (415, Some("application/problem+json")),
            "{headers:?}"
        );
    }
    assert_eq!(say(&server, "content-type: Application/JSON; charset=utf-8\r\n").await.status, 201);
    for coding in ["gzip", "br", "deflate"] {
        let answer = ask(
            &server,
            "POST /api/send-message",
            &format!("host: localhost\r\ncontent-type: application/json\r\ncontent-encoding: {coding}\r\n"),
            "\u{1f}\u{8}",
        )
        .await;
        assert!(matches!(answer.status, 400 | 415), "nothing is unpacked: {answer:?}");
    }
}

// 5: what a browser may make of an answer.

#[tokio::test]
async fn no_answer_is_sniffed() {
    let server = Inside::with(|options| options.limits.connections = 1).await;
    let head = server.site().feeds().ticker().feed().head();
    let mut raw = Raw::connect(server.address()).await;
    let cases = [
        ("/nothing", 404),
        ("/api/info", 200),
        ("/metrics", 200),
        ("/poll/stock-price", 200),
        (&*format!("/long-poll/stock-price?after={head}&hold=0"), 204),
        ("/poll/nothing", 404),
        ("/poll/stock-price?after=", 400),
        ("/api/jobs", 405),
        ("/ws/echo", 426),
    ];
    for (path, status) in cases {
        raw.get(path, "").await;
        let answer = raw.answer().await;
        assert_eq!(
            (answer.status, header(&answer, "x-content-type-options")),
            (status, Some("nosniff")),
            "{path}"
        );
    }
    let refused = get(&server, "/", "").await;
    assert_eq!(
        (refused.status, header(&refused, "x-content-type-options")),
        (503, Some("nosniff")),
        "a full server"
    );
    raw.get("/sse/stock-price", "").await;
    assert_eq!(header(&raw.answer().await, "x-content-type-options"), Some("nosniff"));
}

// 10: what an error tells.

#[tokio::test]
async fn errors_tell_nothing_of_this_machine() {
    let server = Inside::start().await;
    let json = "host: localhost\r\ncontent-type: application/json\r\n";
    let mut bodies = Vec::new();
    for path in [
        "/nothing",
        "/../../etc/passwd",
        "/poll/..%2f..%2fetc%2fpasswd",
        "/poll/x",
        "/poll/progress",
        "/sse/stock-price?symbols=x",
        "/ws/echo",
        "/api/jobs",
        "/poll/stock-price?hold=x",
    ] {
        bodies.push(get(&server, path, "").await);
    }
    for body in ["", "{", "[1", r#"{"total":"x"}"#, "\u{0}"] {
        bodies.push(ask(&server, "POST /api/jobs", json, body).await);
        bodies.push(ask(&server, "POST /api/send-message", json, body).await);
    }
    for answer in bodies {
        assert!((400..500).contains(&answer.status), "{answer:?}");
        let body = &answer.body;
        for trace in
            [".rs", "src/", "/home", "/root", "panicked", "RUST_BACKTRACE", env!("CARGO_MANIFEST_DIR"), "::"]
        {
            assert!(!body.contains(trace), "{trace:?} in {body}");
        }
        let whole = answer.head.to_ascii_lowercase();
        assert!(!whole.contains("\r\nserver:") && !whole.contains("\r\nx-powered-by:"), "{whole}");
    }
}

// 12: where it listens.

#[test]
fn it_listens_on_loopback_unless_told() {
    let output = Command::new(contract::binary().unwrap()).args(["run", "--help"]).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(help.contains("[default: 127.0.0.1:8080]"), "{help}");
}

//! Requests that are wrong in every way that somebody thought of: each is answered with what, where and the way out
//! (RFC 9457), none with a 5xx, and none spoils the next one. What nobody thought of is in `random_bytes.rs`. Promise
//! P16; ARCHITECTURE.md, "Security" 9.

use contract::{Answer, Inside, Raw};

const HANDSHAKE: &str = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const WAYS: [&str; 4] = ["poll", "long-poll", "sse", "ws"];

async fn get(server: &Inside, target: &str) -> Answer {
    let mut raw = Raw::connect(server.address()).await;
    let headers = if target.starts_with("/ws/") { HANDSHAKE } else { "" };
    raw.get(target, headers).await;
    raw.answer().await
}

async fn post(server: &Inside, path: &str, headers: &str, body: &[u8]) -> Answer {
    let mut raw = Raw::connect(server.address()).await;
    let json = "host: localhost\r\ncontent-type: application/json\r\n";
    raw.send(format!("POST {path} HTTP/1.1\r\n{json}{headers}content-length: {}\r\n\r\n", body.len())).await;
    raw.send(body).await;
    raw.answer().await
}

/// Collects what is wrong, so that one run shows all of it.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    /// `answer` must be this refusal, and say so as a problem.
    fn expect(&mut self, what: &str, answer: &Answer, status: u16) {
        let what: String = what.chars().take(120).collect();
        if answer.status != status {
            self.0.push(format!("{what}: {} instead of {status}: {}", answer.status, answer.body));
            return;
        }
        let told: serde_json::Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let tells = |member: &str| told[member].as_str().is_some_and(|text| !text.is_empty());
        let kind = answer.head.contains("content-type: application/problem+json\r\n");
        if !kind || !tells("title") || !tells("detail") || told["status"] != status {
            self.0.push(format!("{what}: {}{}", answer.head, answer.body));
        }
    }

    /// There were none, and the server still serves.
    async fn check(self, server: &Inside) {
        let first = self.0.iter().take(30).map(String::as_str).collect::<Vec<_>>().join("\n");
        assert!(self.0.is_empty(), "{} faults, the first of them:\n{first}", self.0.len());
        assert_eq!(get(server, "/poll/stock-price").await.status, 200);
        assert_eq!(get(server, "/healthz").await.status, 200);
        contract::until("nobody to wait", || server.site().waiters() == 0).await;
    }
}

#[tokio::test]
async fn every_parameter_is_read_strictly() {
    let server = Inside::start().await;
    let long = "1".repeat(5_000);
    // Wrong for every parameter: empty, control characters, letters beyond ASCII, no UTF-8, half an escape.
    let everywhere = [
        "",
        "%00",
        "1%00",
        "1%0a",
        "%0d%0a",
        "%C3%A9",
        "%EF%BC%99",
        "%ff",
        "%",
        "%zz",
        "%20",
        "%22%3E%3Cscript%3E",
        &long,
    ];
    let further: [(&str, &str, &[&str]); 6] = [
        (
            "after",
            "1",
            &[
                "x",
                "-1",
                "+1",
                "1.5",
                "1e3",
                "0x10",
                "9007199254740992",
                "99999999999999999999",
                "k3x9a1-",
                "-5",
                "k3x9a1-x",
                "k3x9a-1",
                "K3X9A1-1",
                "k3x9a1-1-2",
                "k3x9a1_1",
                "k3x9a1-9007199254740992",
            ],
        ),
        (
            "hold",
            "1",
            &["x", "-1", "+1", "60.001", "61", "1e1", "1E400", "inf", "NaN", "1..2", ".", "1,5", "0x1", "1s"],
        ),
        (
            "symbols",
            "ACME",
            &["NOPE", "ACME,", ",", ",ACME", "ACME,NOPE", "ACME+ACME", "ACME;BOLT", "*", "['ACME']"],
        ),
        ("conflate", "1", &["2", "true", "yes", "-0", "01"]),
        ("lane", "a", &["a+b", "a/b", "a,b", "a%2fb", "a:b", "'a'", "{}"]),
        ("job", "k3x9a1", &["K3X9A1", "k3x9a", "k3x9a11", "k3x9a!", "../../etc"]),
    ];
    let mut faults = Faults::default();
    for (name, good, wrong) in further {
        let topic = if name == "job" { "progress" } else { "stock-price" };
        for way in WAYS {
            for value in everywhere.iter().chain(wrong) {
                let target = format!("/{way}/{topic}?{name}={value}");
                faults.expect(&target, &get(&server, &target).await, 400);
            }
            let twice = format!("/{way}/{topic}?{name}={good}&{name}={good}");
            faults.expect(&twice, &get(&server, &twice).await, 400);
        }
    }
    for target in [
        "/poll/chat?symbols=ACME",
        "/poll/progress",
        "/sse/progress",
        "/api/stats?lane=",
        "/api/stats?lane=a&lane=b",
    ] {
        faults.expect(target, &get(&server, target).await, 400);
    }
    faults.expect("an unknown job", &get(&server, "/poll/progress?job=k3x9a1").await, 404);
    for target in [
        "/poll/stock-price?unknown=%00&unknown=",
        "/poll/stock-price?",
        "/poll/stock-price?&&&",
        "/poll/stock-price?=1",
        "/poll/stock-price?AFTER=x",
    ] {
        assert_eq!(get(&server, target).await.status, 200, "{target}: unknown parameters are ignored");
    }
    faults.check(&server).await;
}

#[tokio::test]
async fn a_bad_last_event_id_is_never_an_error() {
    let server = Inside::start().await;
    for id in
        ["x", "1", "-", "k3x9a1-9007199254740992", "\u{e9}", "1\r\nlast-event-id: 2", &"9".repeat(10_000)]
    {
        let mut raw = Raw::connect(server.address()).await;
        // `after` is not even parsed beside it: EventSource repeats the page's own query for ever.
        raw.get("/sse/stock-price?after=x&after=y", &format!("last-event-id: {id}\r\n")).await;
        let told = raw.until("event: gap").await;
        assert!(told.starts_with("HTTP/1.1 200"), "{id}: {told}");
        let gap = raw.until("\n\n").await;
        assert!(gap.contains(r#""first":null"#) && gap.contains(r#""reason":"malformed""#), "{id}: {gap}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let server = Inside::start().await;
    let mut faults = Faults::default();
    for way in WAYS {
        for topic in [
            "nothing",
            "events",
            "STOCK-PRICE",
            "stock-price%00",
            "stock-price%0a",
            "%2e%2e",
            "%ff",
            "é",
            "",
            "stock-price/",
            "stock-price/x",
            "*",
        ] {
            let target = format!("/{way}/{topic}");
            faults.expect(&target, &get(&server, &target).await, 404);
        }
    }
    for target in [
        "/nothing",
        "//",
        "//poll/stock-price",
        "/poll",
        "/events/x",
        "/api",
        "/api/",
        "/../../etc/passwd",
        "/%2e%2e/Cargo.toml",
        "/page.js/",
        "/index.php?x=1",
    ] {
        faults.expect(target, &get(&server, target).await, 404);
    }
    for line in [
        "POST /poll/stock-price",
        "DELETE /",
        "PROPFIND /sse/news",
        "get /poll/stock-price",
        "TRACE /api/info",
        "PUT /api/jobs",
    ] {
        let mut raw = Raw::connect(server.address()).await;
        raw.send(format!("{line} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n")).await;
        faults.expect(line, &raw.answer().await, 405);
    }
    for line in [
        "OPTIONS * HTTP/1.1",
        "CONNECT localhost:80 HTTP/1.1",
        "GET /poll/stock-price HTTP/9.9",
        "GET /poll/stock price HTTP/1.1",
        "GET  / HTTP/1.1",
        "GET / HTTP/1.1 x",
        "GET poll HTTP/1.1",
        "G\u{0}T / HTTP/1.1",
        "GET /\u{1b}[31m HTTP/1.1",
        "GET /",
    ] {
        let mut raw = Raw::connect(server.address()).await;
        raw.send(format!("{line}\r\nhost: localhost\r\n\r\n")).await;
        let status = raw.answer().await.status;
        assert!((400..500).contains(&status), "{line:?}: {status}");
    }
    faults.check(&server).await;
}

#[tokio::test]
async fn every_body_is_read_strictly() {
    let server = Inside::start().await;
    let mut faults = Faults::default();
    let deep = "[".repeat(30_000);
    let deeper = format!(r#"{{"user":{}"#, r#"{"user":"#.repeat(5_000));
    // Wrong for every route: no JSON, another type, too deep, no UTF-8, something behind it.
    let everywhere: [&[u8]; 16] = [
        b"",
        b" ",
        b"x",
        b"{",
        b"null",
        b"1",
        b"\"x\"",
        b"[]",
        b"[1,1]",
        b"[\"Ann\",\"hello\"]",
        b"{} {}",
        b"\xef\xbb\xbf{}",
        b"\xff\xfe",
        b"{\"\xff\":1}",
        deep.as_bytes(),
        deeper.as_bytes(),
    ];
    let jobs = [
        r#"{"total":"20"}"#,
        r#"{"total":1.5}"#,
        r#"{"total":-1}"#,
        r#"{"total":0}"#,
        r#"{"total":1001}"#,
        r#"{"total":1e400}"#,
        r#"{"total":null}"#,
        r#"{"total":99999999999999999999}"#,
        r#"{"step_ms":0}"#,
        r#"{"step_ms":10001}"#,
        r#"{"step_ms":[]}"#,
        r#"{"unknown":1}"#,
        r#"{"total":1,"total":2}"#,
    ];
    let saying = |user: &str, text: &str| serde_json::json!({"user": user, "text": text}).to_string();
    let sayings = [
        "{}".to_owned(),
        r#"{"user":"Ann"}"#.to_owned(),
        r#"{"text":"hello"}"#.to_owned(),
        r#"{"user":1,"text":"hello"}"#.to_owned(),
        r#"{"user":"Ann","text":["hello"]}"#.to_owned(),
        r#"{"user":"Ann","text":"\ud800"}"#.to_owned(),
        r#"{"user":"Ann","user":"Bob","text":"hello"}"#.to_owned(),
        saying("", "hello"),
        saying(&"é".repeat(41), "hello"),
        saying("An\nn", "hello"),
        saying("An\u{9b}n", "hello"),
        saying("Ann", ""),
        saying("Ann", &"é".repeat(1_001)),
    ];
    for body in everywhere.into_iter().chain(jobs.map(str::as_bytes)) {
        faults.expect(
            &format!("job {}", String::from_utf8_lossy(body)),
            &post(&server, "/api/jobs", "", body).await,
            400,
        );
    }
    for body in everywhere.into_iter().chain(sayings.iter().map(String::as_bytes)) {
        faults.expect(
            &format!("saying {}", String::from_utf8_lossy(body)),
            &post(&server, "/api/send-message", "", body).await,
            400,
        );
    }
    let good = saying("Ann", "hello");
    for key in ["", "é", &"k".repeat(201)] {
        let answer =
            post(&server, "/api/send-message", &format!("idempotency-key: {key}\r\n"), good.as_bytes()).await;
        faults.expect(&format!("the key {key:?}"), &answer, 400);
    }
    let mut raw = Raw::connect(server.address()).await;
    raw.send("POST /api/jobs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n").await;
    faults.expect("a chunk whose size is no number", &raw.answer().await, 411);
    if server.site().feeds().jobs().count() + server.site().feeds().chat().feed().head().seq as usize > 0 {
        faults.0.push("one of them had an effect".to_owned());
    }
    faults.check(&server).await;
    assert_eq!(
        post(&server, "/api/send-message", "", saying(&"é".repeat(40), &"é".repeat(1_000)).as_bytes())
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn no_line_break_gets_through() {
    let server = Inside::start().await;
    let forged = "x%0d%0aX-Forged:%201%0d%0a%0d%0aevent:%20forged%0adata:%20forged%0a%0a";
    for parameter in ["after", "symbols", "lane", "job", "hold", "conflate", "unknown"] {
        for path in
            ["/poll/stock-price", "/long-poll/stock-price", "/sse/stock-price", "/sse/progress", "/api/stats"]
        {
            let answer = get(&server, &format!("{path}?{parameter}={forged}")).await;
            assert!(
                !answer.head.to_ascii_lowercase().contains("x-forged"),
                "{path} {parameter}: {}",
                answer.head
            );
            assert!(!answer.body.contains("\nevent:"), "{path} {parameter}: {}", answer.body);
        }
    }
    let head = server.site().feeds().ticker().feed().head();
    for id in [
        "x%0aevent: forged",
        "x\tdata: forged",
        "é",
        "x\u{85}y",
        &format!("{head}%0a"),
        &format!("{head} "),
        &format!("{head}\r\nlast-event-id: {head}"),
    ] {
        let mut raw = Raw::connect(server.address()).await;
        raw.get("/sse/stock-price", &format!("last-event-id: {id}\r\n")).await;
        let told = raw.until("event: cursor\ndata: {}\n\n").await;
        assert!(told.starts_with("HTTP/1.1 200") && !told.contains("forged"), "{id:?}: {told}");
    }
    // What people say is data: a line break in it stays inside its JSON.
    let mut raw = Raw::connect(server.address()).await;
    raw.get("/sse/chat", "").await;
    raw.until("event: hello").await;
    let body = r#"{"user":"Ann","text":"a\n\nevent: forged\ndata: b\r\n\u0000"}"#;
    let said = post(&server, "/api/send-message", "", body.as_bytes()).await;
    assert_eq!(said.status, 201, "{said:?}");
    let told = raw.until(&said.body).await;
    assert!(!told.contains("\nevent: forged") && told.ends_with(&format!("\ndata: {}", said.body)), "{told}");
}

//! P14: a signal ends everything in order. No new connection, SSE ends its chunked body, long polls answer 204 and close,
//! WebSocket closes 1001 (RFC 6455 7.4.1), the exit code is 0 within `drain_ms`, whoever is still there. And a server
//! that cannot start says what is wrong, where, and the way out. README.md, "How things end".
//!
//! Signals are Unix's.
#![cfg(unix)]

use std::io::{ErrorKind, Read as _};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use contract::{Inside, Process, Raw, binary, soon, until};
use futures_util::StreamExt as _;
use rustix::process::{Pid, Signal, kill_process};
use serve::Drained;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

/// One client of each way, in the middle of what it does.
struct Clients {
    idle: Raw,
    held: Raw,
    sse: Raw,
    ws: WebSocketStream<TcpStream>,
}

impl Clients {
    async fn open(address: SocketAddr) -> Self {
        let mut idle = Raw::connect(address).await;
        idle.get("/poll/stock-price", "").await;
        assert_eq!(idle.answer().await.status, 200);

        let mut sse = Raw::connect(address).await;
        sse.get("/sse/stock-price", "").await;
        sse.until("event: cursor").await;

        let io = TcpStream::connect(address).await.expect("a listening server");
        let shake = tokio_tungstenite::client_async(format!("ws://{address}/ws/stock-price"), io);
        let (mut ws, _) = soon("the handshake", shake).await.expect("101");
        soon("the cursor", async {
            loop {
                let message = ws.next().await.expect("an open stream").expect("a message");
                if message.into_text().is_ok_and(|text| text.contains("\"cursor\"")) {
                    break;
                }
            }
        })
        .await;

        // Nobody talks there: it is held until the server stops.
        let mut held = Raw::connect(address).await;
        held.get("/long-poll/chat?hold=60", "").await;
        let mut stats = Raw::connect(address).await;
        soon("the poll to be held", async {
            loop {
                stats.get("/api/stats", "").await;
                // The stream, the socket and the long poll.
                if stats.answer().await.body.contains("\"waiters\":3") {
                    break;
                }
            }
        })
        .await;
        Self { idle, held, sse, ws }
    }

    /// Everything ends as its way says.
    async fn end_in_order(mut self) {
        let held = self.held.answer().await;
        assert_eq!((held.status, held.body.as_str()), (204, ""));
        assert!(held.head.to_ascii_lowercase().contains("\r\nconnection: close\r\n"), "{}", held.head);
        assert_eq!(self.held.rest().await, b"", "nothing after the last answer");

        let rest = self.sse.rest().await;
        // The end of an event, the end of its chunk, the last chunk.
        assert!(
            rest.ends_with(b"\n\n\r\n0\r\n\r\n"),
            "not ended in order: {}",
            String::from_utf8_lossy(&rest)
        );

        assert_eq!(self.idle.rest().await, b"", "an idle connection is just closed");

        let close = soon("the close frame", async {
            loop {
                match self.ws.next().await.expect("a close frame first").expect("a message") {
                    Message::Close(frame) => break frame.expect("a close code"),
                    _ => continue,
                }
            }
        })
        .await;
        assert_eq!(close.code, CloseCode::Away, "1001: going away");
        let after = soon("the end", self.ws.next()).await;
        assert!(!matches!(after, Some(Ok(_))), "nothing after the close frame: {after:?}");
    }
}

fn send(process: &Process, signal: Signal) {
    kill_process(Pid::from_raw(process.pid() as i32).expect("a process id"), signal)
        .expect("a running process");
}

async fn exit_code(process: Process) -> i32 {
    let waited = tokio::task::spawn_blocking(move || process.wait());
    soon("the process to end", waited).await.expect("no panic").expect("not ended by a signal")
}

async fn refused(address: SocketAddr) {
    let error = TcpStream::connect(address).await.expect_err("nobody listens any more");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}

async fn drains(signal: Signal) {
    let process = Process::start("127.0.0.1:0", &["--rate", "50"]).expect("a running server");
    let address = process.address();
    let clients = Clients::open(address).await;
    let begun = Instant::now();
    send(&process, signal);
    clients.end_in_order().await;
    assert_eq!(exit_code(process).await, 0);
    assert!(begun.elapsed() < Duration::from_secs(5), "it took {:?}", begun.elapsed());
    refused(address).await;
}

#[tokio::test]
async fn sigterm_ends_all_four_ways_in_order() {
    drains(Signal::TERM).await;
}

#[tokio::test]
async fn sigint_ends_all_four_ways_in_order() {
    drains(Signal::INT).await;
}

/// It holds its connection open for ever; the others end in order meanwhile, and the process in time.
#[tokio::test]
async fn a_stalled_reader_does_not_keep_the_process() {
    let arguments = ["--rate", "10000", "--limit", "drain_ms=1500"];
    let process = Process::start("127.0.0.1:0", &arguments).expect("a running server");
    let address = process.address();
    let mut held = Raw::connect(address).await;
    held.get("/long-poll/chat?hold=60", "").await;
    let _stalled = stall(address).await;

    let begun = Instant::now();
    send(&process, Signal::TERM);
    let answer = held.answer().await;
    assert_eq!(answer.status, 204, "{}", answer.head);
    // The process is still there: it waits for the stalled one.
    refused(address).await;
    assert_eq!(exit_code(process).await, 0);
    let took = begun.elapsed();
    assert!((Duration::from_millis(1_400)..Duration::from_secs(4)).contains(&took), "it took {took:?}");
}

/// An SSE reader that takes nothing, until the server can send it no more.
async fn stall(address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4 * 1024).expect("a small buffer");
    let stream = socket.connect(address).await.expect("a listening server");
    let request = b"GET /sse/stock-price?lane=stalled HTTP/1.1\r\nhost: localhost\r\n\r\n";
    assert_eq!(stream.try_write(request).expect("a new socket takes bytes"), request.len());
    let mut stats = Raw::connect(address).await;
    let mut last = (String::new(), Instant::now());
    soon("the reader to stall", async {
        // At 10,000 events a second a reader that is told nothing new for 200 ms is stuck.
        while last.1.elapsed() < Duration::from_millis(200) {
            stats.get("/api/stats?lane=stalled", "").await;
            let body = stats.answer().await.body;
            let told = body
                .split("\"bytes_down\":")
                .nth(1)
                .and_then(|rest| rest.split(',').next())
                .unwrap_or_default();
            if told.is_empty() || told == "0" || told != last.0 {
                last = (told.to_owned(), Instant::now());
            }
        }
    })
    .await;
    stream
}

#[tokio::test]
async fn inside_a_process_nothing_is_cut() {
    let inside = Inside::start().await;
    let address = inside.address();
    let clients = Clients::open(address).await;
    let (drained, ()) = tokio::join!(inside.drain(), clients.end_in_order());
    assert_eq!(drained, Drained { cut: 0 });
    refused(address).await;
}

/// Runs `fourways` with these arguments, which must end it: its exit code and what it said.
async fn said(arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(binary().expect("a built binary"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("an executable");
    let mut status = None;
    let begun = Instant::now();
    until("an exit", || {
        status = child.try_wait().expect("our own child");
        if status.is_none() && begun.elapsed() > Duration::from_secs(10) {
            child.kill().expect("our own child");
        }
        status.is_some()
    })
    .await;
    let mut text = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut text).expect("text");
    (status.and_then(|status| status.code()), text)
}

#[tokio::test]
async fn a_port_in_use_is_told_with_the_way_out() {
    let first = Process::start("127.0.0.1:0", &[]).expect("a running server");
    let (code, text) = said(&["run", "all", "--listen", &first.address().to_string()]).await;
    assert!(code.is_some_and(|code| code != 0), "{code:?}: {text}");
    let port = first.address().port();
    for part in [
        format!("port {port} is in use"),
        format!("cannot listen on {}", first.address()),
        "--listen".to_owned(),
    ] {
        assert!(text.contains(&part), "{part:?} is missing in: {text}");
    }
    // The first one has not noticed.
    let mut raw = Raw::connect(first.address()).await;
    raw.get("/healthz", "").await;
    assert_eq!(raw.answer().await.status, 200);
}

#[tokio::test]
async fn bad_arguments_are_told_and_end_the_process() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["--rate", "0"], &["rate is 0", "0.1 to 10000"]),
        (&["--rate", "NaN"], &["rate is NaN", "0.1 to 10000"]),
        (&["--symbols", "0"], &["number of symbols is 0", "1 to 100"]),
        (&["--history", "0"], &["--history", "1..=1000000"]),
        (&["--limit", "nonsense=1"], &["--limit", "nonsense", "connections, "]),
        (&["--limit", "idle_ms=0"], &["--limit", "idle_ms=0", "NAME=VALUE"]),
        (&["--start", "tomorrow"], &["--start tomorrow", "2026-11-23T00:00:00Z"]),
        (&["--start", "2999-01-01T00:00:00Z"], &["--start", "future"]),
        (&["--allow-origin", "*"], &["--allow-origin", "\"*\"", "http://"]),
        (&["--allow-host", "a b"], &["--allow-host", "\"a b\"", "host name"]),
        (&["--listen", "nowhere"], &["--listen", "nowhere"]),
        (&["--nonsense"], &["--nonsense", "--help"]),
    ];
    for (arguments, parts) in cases {
        let mut all = vec!["run", "all"];
        if arguments[0] != "--listen" {
            all.extend(["--listen", "127.0.0.1:0"]);
        }
        all.extend(*arguments);
        let (code, text) = said(&all).await;
        assert!(code.is_some_and(|code| code != 0), "{arguments:?} ended with {code:?}: {text}");
        for part in *parts {
            assert!(text.contains(part), "{arguments:?}: {part:?} is missing in: {text}");
        }
        assert!(!text.contains("panicked"), "{arguments:?}: {text}");
    }
}

//! P08, P12 and P13 against a real process: readers that never read cost a bounded backlog and delay nobody, a process
//! without file descriptors goes on, and of clients that have gone nothing is left after a second. Lessons 11, 12, 17.
//!
//! What a process costs is read from `/proc`, so these tests are Linux's.
#![cfg(target_os = "linux")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use contract::{Process, Raw, soon, until};
use feed::Cursor;
use futures_util::StreamExt as _;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::Value;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use transport::{Heard, Target, Transport};
use wire::Wire;

/// A handshake as RFC 6455 1.3 shows it.
const SHAKE: &str = "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n\
                     sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
/// A day long gone: the log is full from the first instant on.
const LONG_AGO: [&str; 2] = ["--start", "2026-01-01T00:00:00Z"];

fn start(arguments: &[&str]) -> Process {
    Process::start("127.0.0.1:0", &[&LONG_AGO, arguments].concat()).expect("a running server")
}

/// What the process has in memory now (`VmRSS`), in bytes.
fn resident_bytes(process: &Process) -> u64 {
    let status =
        std::fs::read_to_string(format!("/proc/{}/status", process.pid())).expect("a running process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a resident size");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
}

/// The same, once it has grown by less than 32 KiB in a second.
async fn steady_bytes(process: &Process) -> u64 {
    let mut last = (resident_bytes(process), Instant::now());
    until("a steady size", || {
        let now = resident_bytes(process);
        if now > last.0 + (32 << 10) {
            last = (now, Instant::now());
        }
        last.1.elapsed() > Duration::from_secs(1)
    })
    .await;
    last.0
}

/// Its open file descriptors.
fn descriptors(process: &Process) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", process.pid())).expect("a running process").count()
}

/// `/api/stats`, on one connection.
struct Stats(Raw);

impl Stats {
    async fn connect(address: SocketAddr) -> Self {
        Self(Raw::connect(address).await)
    }

    async fn read(&mut self) -> Value {
        self.0.get("/api/stats", "").await;
        serde_json::from_str(&self.0.answer().await.body).expect("JSON")
    }

    /// Open connections of the four ways, of those that call themselves `lane`.
    async fn open(&mut self, lane: &str) -> i64 {
        let stats = self.read().await;
        let accounts = stats["accounts"].as_array().expect("accounts").clone();
        let ours = accounts.iter().filter(|account| account["way"] != "other" && account["lane"] == lane);
        ours.map(|account| account["open"].as_i64().expect("a number")).sum()
    }

    async fn waiters(&mut self) -> u64 {
        self.read().await["waiters"].as_u64().expect("a number")
    }
}

/// A reader that checks that it gets every event.
struct Attentive {
    newest: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    task: JoinHandle<u64>,
}

impl Attentive {
    fn new(way: &'static dyn Transport, address: SocketAddr, from: Cursor) -> Self {
        let (newest, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (told, over) = (Arc::clone(&newest), Arc::clone(&stop));
        let task = tokio::spawn(async move {
            let target = Arc::new(Target::new(address.to_string(), "stock-price"));
            let mut session = way.session(target, Some(from), Wire::default());
            let mut last = from.seq;
            while !over.load(Relaxed) {
                match session.next().await.expect("an open stream").expect("no error") {
                    Heard::Event { cursor, .. } => {
                        assert_eq!(cursor.seq, last + 1, "{}: a hole", way.card().name);
                        last = cursor.seq;
                        told.store(last, Relaxed);
                    }
                    Heard::Gap(gap) => panic!("{}: {gap:?}", way.card().name),
                    _ => {}
                }
            }
            last - from.seq
        });
        Self { newest, stop, task }
    }

    async fn reach(&self, seq: u64) {
        // Its panic is told by `end`.
        until("an attentive reader to get there", || {
            self.newest.load(Relaxed) >= seq || self.task.is_finished()
        })
        .await;
    }

    /// How many events it got.
    async fn end(self) -> u64 {
        self.stop.store(true, Relaxed);
        soon("its last event", self.task).await.expect("every event, in order")
    }
}

/// A connection that asks for the market and never reads; the kernel keeps as little for it as it can.
async fn stall(address: SocketAddr, path: &str, headers: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(2 * 1024).expect("a small buffer");
    let stream = socket.connect(address).await.expect("a listening server");
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n");
    assert_eq!(stream.try_write(request.as_bytes()).expect("a new socket takes bytes"), request.len());
    stream
}

async fn head(address: SocketAddr) -> Cursor {
    let mut raw = Raw::connect(address).await;
    raw.get("/poll/stock-price", "").await;
    let body: Value = serde_json::from_str(&raw.answer().await.body).expect("JSON");
    body["cursor"].as_str().expect("a cursor").parse().expect("a cursor")
}

/// 20 readers that never read, at 10,000 events a second: their backlog stays bounded, after `full_ms` they are dropped,
/// and those who read meanwhile miss nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_that_never_read_are_bounded_then_dropped_and_delay_nobody() {
    // The history is what the attentive readers may lag on a busy machine: a second.
    let process = start(&["--rate", "10000", "--history", "10000", "--limit", "full_ms=1000"]);
    let address = process.address();
    let from = head(address).await;
    let attentive = [Attentive::new(&sse::Sse, address, from), Attentive::new(&ws::WebSocket, address, from)];
    // Whatever the server keeps beside the log must be filled before memory is looked at.
    for reader in &attentive {
        reader.reach(from.seq + 20_000).await;
    }
    let before = steady_bytes(&process).await;
    let mut stalled = Vec::new();
    for _ in 0..10 {
        stalled.push(stall(address, "/sse/stock-price?lane=stalled", "").await);
        stalled.push(stall(address, "/ws/stock-price?lane=stalled", SHAKE).await);
    }
    let mut stats = Stats::connect(address).await;
    let (mut open_max, mut grown_max) = (0, 0);
    let begun = Instant::now();
    soon("the stalled readers to be dropped", async {
        loop {
            let open = stats.open("stalled").await;
            open_max = open_max.max(open);
            grown_max = grown_max.max(resident_bytes(&process).saturating_sub(before));
            if open_max == 20 && open == 0 {
                break;
            }
        }
    })
    .await;
    println!("20 stalled readers: {} KiB at most, all dropped after {:?}", grown_max / 1024, begun.elapsed());
    assert!(
        begun.elapsed() < Duration::from_secs(6),
        "a full socket is dropped after 1 s: {:?}",
        begun.elapsed()
    );
    assert!(grown_max < 2 << 20, "20 stalled readers cost {} KiB", grown_max / 1024);
    for reader in attentive {
        assert!(reader.end().await > 20_000);
    }
    drop(stalled);
}

/// Out of descriptors (EMFILE) the server neither ends nor forgets those it has, and takes new ones when it can.
#[tokio::test]
async fn running_out_of_descriptors_is_survived() {
    let process = start(&["--limit", "connections=10000"]);
    let address = process.address();
    let pid = Pid::from_raw(process.pid() as i32);
    let limit = Rlimit { current: Some(64), maximum: Some(64) };
    prlimit(pid, Resource::Nofile, limit).expect("our own child");

    let mut first = Raw::connect(address).await;
    first.get("/healthz", "").await;
    assert_eq!(first.answer().await.status, 200);
    let mut crowd = Vec::new();
    for _ in 0..100 {
        // The kernel completes the handshake whether the server accepts or not.
        crowd.push(Raw::connect(address).await);
    }
    // A few are the server's own: it reads the machine's figures from files.
    until("the last descriptor", || descriptors(&process) >= 60).await;
    let mut late = Raw::connect(address).await;
    late.get("/healthz", "").await;
    for _ in 0..100 {
        first.get("/poll/stock-price", "").await;
        assert_eq!(first.answer().await.status, 200, "those who are in are served");
    }
    assert!(descriptors(&process) >= 60, "all descriptors are still in use");
    let early = late.stream().try_read(&mut [0; 64]).map_err(|error| error.kind());
    assert_eq!(early, Err(std::io::ErrorKind::WouldBlock), "there is no room for the late one");
    drop(crowd);
    assert_eq!(late.answer().await.status, 200, "there is room again");
    let mut new = Raw::connect(address).await;
    new.get("/poll/stock-price", "").await;
    assert_eq!(new.answer().await.status, 200);
}

/// Of clients that went in the middle of something nothing is left a second later.
#[tokio::test]
async fn what_gone_clients_held_is_freed_within_a_second() {
    let process = start(&["--rate", "200"]);
    let address = process.address();
    let mut stats = Stats::connect(address).await;
    assert_eq!((stats.open("gone").await, stats.waiters().await), (0, 0));
    let before = descriptors(&process);

    let asks = [
        ("/poll/stock-price?lane=gone", ""),
        ("/long-poll/chat?hold=60&lane=gone", ""),
        ("/sse/stock-price?lane=gone", ""),
        ("/sse/chat?lane=gone", ""),
        ("/ws/stock-price?lane=gone", SHAKE),
        ("/ws/chat?lane=gone", SHAKE),
    ];
    for round in 0..3 {
        let mut clients = Vec::new();
        for (path, headers) in asks.into_iter().cycle().take(30) {
            let mut raw = Raw::connect(address).await;
            raw.get(path, headers).await;
            clients.push(raw);
        }
        // Five polls wait for nothing.
        soon("everyone to be served", async {
            while stats.open("gone").await != 30 || stats.waiters().await != 25 {}
        })
        .await;
        assert_eq!(descriptors(&process), before + 30);

        drop(clients);
        let gone = Instant::now();
        let freed = async {
            while stats.open("gone").await != 0
                || stats.waiters().await != 0
                || descriptors(&process) != before
            {}
        };
        soon("everything to be freed", freed).await;
        let took = gone.elapsed();
        assert!(took < Duration::from_secs(1), "round {round}: it took {took:?}");
    }
}

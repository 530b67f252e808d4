//! A thousand clients at once, and what a connection costs: P01 to P03 under load, and the memory behind P08. The server
//! is a release build in a process of its own; the figures are printed. Promises P03 and P08.
//!
//! `FOURWAYS_BIN=target/release/fourways cargo test -p contract --features long --test load -- --nocapture`
#![cfg(target_os = "linux")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use contract::{Process, Raw, soon, until};
use futures_util::StreamExt as _;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use transport::{Card, Heard, Target, Transport};
use wire::Wire;

const CLIENTS: u64 = 1_000;
const WINDOW: Duration = Duration::from_secs(60);
/// Connections that are opened at a time.
const LOT: u64 = 100;
/// A client process that uses more of a core than this measures itself.
const SATURATED: f64 = 0.9;

/// One measurement at a time: each counts the CPU time of this whole process.
static TURN: Mutex<()> = Mutex::const_new(());

fn start() -> Process {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let files = maximum.map_or(20_000, |maximum| maximum.min(20_000));
    assert!(files >= 12_000, "5,000 connections need more than {files} open files");
    // The server inherits it.
    setrlimit(Resource::Nofile, Rlimit { current: Some(files), maximum }).expect("up to the maximum");
    Process::start("127.0.0.1:0", &["--rate", "10"]).expect("a running server")
}

/// CPU time of all threads of a process (`schedstat`, nanoseconds on a core).
fn cpu(process: &str) -> Duration {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).expect("a running process");
    let on_core = tasks.map(|task| {
        let text =
            std::fs::read_to_string(task.expect("a thread").path().join("schedstat")).expect("schedstat");
        text.split(' ').next().and_then(|ns| ns.parse::<u64>().ok()).expect("nanoseconds")
    });
    Duration::from_nanos(on_core.sum())
}

/// A line of `smaps_rollup`, in bytes.
fn memory(process: &Process, line: &str) -> i64 {
    let text =
        std::fs::read_to_string(format!("/proc/{}/smaps_rollup", process.pid())).expect("a running process");
    let value = text.lines().find_map(|text| text.strip_prefix(line)).expect("such a line");
    value.trim_start_matches(':').trim().trim_end_matches(" kB").parse::<i64>().expect("kB") * 1024
}

async fn get(address: SocketAddr, path: &str) -> Value {
    let mut raw = Raw::connect(address).await;
    raw.get(path, "").await;
    serde_json::from_str(&raw.answer().await.body).expect("JSON")
}

/// What all clients of one measurement share.
struct Crowd {
    /// Clients that have heard where they stand.
    live: AtomicU64,
    /// Events that any client got.
    delivered: AtomicU64,
    /// A client that has this event is done.
    last: AtomicU64,
}

impl Crowd {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            live: AtomicU64::new(0),
            delivered: AtomicU64::new(0),
            last: AtomicU64::new(u64::MAX),
        })
    }
}

/// One client on one connection. Panics at a hole, a duplicate, a gap or an error.
async fn client(way: &'static dyn Transport, target: Arc<Target>, crowd: Arc<Crowd>) {
    let Card { name, .. } = way.card();
    let mut session = way.session(target, None, Wire::default());
    let (mut newest, mut live) = (None, false);
    loop {
        match session.next().await {
            Some(Ok(Heard::Event { cursor, .. })) => {
                // The symbols take turns: the snapshot has no holes either.
                assert!(
                    newest.is_none_or(|newest| cursor.seq == newest + 1),
                    "{name}: {cursor} after {newest:?}"
                );
                newest = Some(cursor.seq);
                crowd.delivered.fetch_add(1, Relaxed);
                if cursor.seq >= crowd.last.load(Relaxed) {
                    return;
                }
            }
            Some(Ok(Heard::Cursor(_))) if !live => {
                live = true;
                crowd.live.fetch_add(1, Relaxed);
            }
            Some(Ok(Heard::Open { .. } | Heard::Cursor(_) | Heard::Retry(_))) => {}
            other => panic!("{name}: {other:?} after {newest:?}"),
        }
    }
}

/// Opens connections until there are `count`.
async fn open(
    way: &'static dyn Transport,
    address: SocketAddr,
    topic: &str,
    count: u64,
    crowd: &Arc<Crowd>,
    tasks: &mut JoinSet<()>,
) {
    let target = Arc::new(Target::new(address.to_string(), topic));
    while (tasks.len() as u64) < count {
        let lot = LOT.min(count - tasks.len() as u64);
        for _ in 0..lot {
            tasks.spawn(client(way, Arc::clone(&target), Arc::clone(crowd)));
        }
        until("a lot of clients to be live", || crowd.live.load(Relaxed) == tasks.len() as u64).await;
    }
}

/// A thousand clients at 10 events a second for a minute: every one gets every event, once.
async fn deliver(way: &'static dyn Transport) {
    let _turn = TURN.lock().await;
    let process = start();
    let (address, pid) = (process.address(), process.pid().to_string());
    let (crowd, mut tasks) = (Crowd::new(), JoinSet::new());
    open(way, address, "stock-price", CLIENTS, &crowd, &mut tasks).await;

    let delivered = crowd.delivered.load(Relaxed);
    let (begun, server, own) = (Instant::now(), cpu(&pid), cpu("self"));
    tokio::time::sleep(WINDOW).await;
    let (took, server, own) = (begun.elapsed(), cpu(&pid) - server, cpu("self") - own);
    let delivered = crowd.delivered.load(Relaxed) - delivered;

    let head = get(address, "/poll/stock-price").await["cursor"].to_string();
    let seq = head.trim_matches('"').split('-').nth(1).and_then(|seq| seq.parse().ok()).expect("a cursor");
    crowd.last.store(seq, Relaxed);
    soon("every client to get the last event", async {
        while let Some(client) = tasks.join_next().await {
            client.expect("every event, once");
        }
    })
    .await;
    let due = took.as_secs_f64() * 10.0 * CLIENTS as f64;
    // One event more or less at either end of the window.
    assert!((delivered as f64 - due).abs() <= 2.0 * CLIENTS as f64, "{delivered} of {due} events");

    let share = own.as_secs_f64() / took.as_secs_f64();
    assert!(
        share <= SATURATED,
        "the clients used {:.0} % of a core: this measures them, not the server",
        share * 100.0
    );
    println!(
        "{}: {CLIENTS} clients, {delivered} events in {:.1} s, none missed; server CPU {:.2} s = {:.2} us an event; \
         client CPU {:.0} % of a core",
        way.card().name,
        took.as_secs_f64(),
        server.as_secs_f64(),
        server.as_secs_f64() * 1e6 / delivered as f64,
        share * 100.0,
    );
}

/// What one more idle connection adds to the server's user memory, between 1,000 and 5,000 of them, on a topic that
/// never publishes. The kernel's memory for its socket is not in it.
async fn idle(way: &'static dyn Transport, bytes_max: i64) {
    let _turn = TURN.lock().await;
    let process = start();
    let address = process.address();
    let (crowd, mut tasks) = (Crowd::new(), JoinSet::new());
    let mut sizes = Vec::new();
    for count in [1_000, 5_000] {
        open(way, address, "chat", count, &crowd, &mut tasks).await;
        assert_eq!(get(address, "/api/stats").await["waiters"], count, "all of them are open");
        sizes.push((count as i64, memory(&process, "Pss_Anon"), memory(&process, "Rss")));
    }
    let [(few, few_anon, few_rss), (many, many_anon, many_rss)] = sizes[..] else { panic!("two sizes") };
    let anon = (many_anon - few_anon) / (many - few);
    println!(
        "{}: {few} idle {} KiB, {many} idle {} KiB Pss_Anon = {anon} bytes a connection ({} by Rss)",
        way.card().name,
        few_anon / 1024,
        many_anon / 1024,
        (many_rss - few_rss) / (many - few),
    );
    assert!(anon <= bytes_max, "an idle connection costs {anon} bytes, more than {bytes_max}");
}

#[tokio::test]
async fn a_thousand_sse_clients_miss_nothing() {
    deliver(&sse::Sse).await;
}

#[tokio::test]
async fn a_thousand_websocket_clients_miss_nothing() {
    deliver(&ws::WebSocket).await;
}

#[tokio::test]
async fn an_idle_sse_connection_costs_at_most_16_kib() {
    idle(&sse::Sse, 16 * 1024).await;
}

#[tokio::test]
async fn an_idle_websocket_connection_costs_at_most_8_kib() {
    idle(&ws::WebSocket, 8 * 1024).await;
}

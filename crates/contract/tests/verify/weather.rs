//! The fault proxy: its delay and its rate, against both ends of the road and against curl's own clock.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use contract::soon;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use wire::{Passed, Proxy, Tap, Weather, What};

use crate::{Checks, TURN};

const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
const REQUEST: &[u8] = b"GET /sse/x HTTP/1.1\r\nhost: a\r\n\r\n";
const STREAM: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
const EVENT: &[u8] = b"data: {}\n\n";
/// In each run. No whole number of milliseconds lies between two, so that all phases of a timer are in it.
const EVENTS: usize = 200;
const BETWEEN_EVENTS: Duration = Duration::from_micros(10_370);
/// The delay that is checked, one way.
const DELAY_MS: u32 = 50;
/// How far a delay may be off.
const ALLOWED_MS: f64 = 2.0;
/// The rate that is checked, towards the client.
const RATE_BITS: u64 = 2_000_000;
/// Four seconds of it.
const BODY_BYTES: usize = 1_000_000;

/// How long the proxy says that it held each event, in milliseconds.
#[derive(Debug, Default)]
struct Held(Mutex<Vec<f64>>);

impl Tap for Held {
    fn now_us(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64)
    }

    fn wants(&self, _connection: u64, _peer: IpAddr, _target: &str) -> bool {
        true
    }

    fn passed(&self, passed: Passed) {
        if passed.what == What::Event {
            let held_us = passed.went_us.saturating_sub(passed.came_us);
            self.0.lock().expect("no panic").push(held_us as f64 / 1000.0);
        }
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// How long each of some events is on its way, in milliseconds, measured at both ends; and what the proxy says.
async fn on_the_way(weather: Weather, up: bool) -> (Vec<f64>, Vec<f64>) {
    let upstream = TcpListener::bind(ANYWHERE).await.expect("a port");
    let held = Arc::new(Held::default());
    let address = upstream.local_addr().expect("an address");
    let proxy = Proxy::open(ANYWHERE, address, Arc::<Held>::clone(&held)).await.expect("a port");
    let mut client = TcpStream::connect(proxy.address()).await.expect("a listening proxy");
    let (mut server, _) = soon("the server to be reached", upstream.accept()).await.expect("a connection");
    for end in [&client, &server] {
        end.set_nodelay(true).expect("a socket");
    }
    client.write_all(REQUEST).await.expect("an open connection");
    server.read_exact(&mut [0; REQUEST.len()]).await.expect("a request");
    server.write_all(STREAM).await.expect("an open connection");
    client.read_exact(&mut [0; STREAM.len()]).await.expect("an answer");
    proxy.set(weather);
    let (from, to) = if up { (&mut client, &mut server) } else { (&mut server, &mut client) };
    let start = Instant::now();
    let said = async {
        let mut said = Vec::new();
        for nth in 0..EVENTS as u32 {
            tokio::time::sleep_until(start + BETWEEN_EVENTS * nth).await;
            said.push(Instant::now());
            from.write_all(EVENT).await.expect("an open connection");
        }
        said
    };
    let heard = async {
        let mut heard = Vec::new();
        for _ in 0..EVENTS {
            to.read_exact(&mut [0; EVENT.len()]).await.expect("an event");
            heard.push(Instant::now());
        }
        heard
    };
    let (said, heard) = soon("all events", async { tokio::join!(said, heard) }).await;
    let took = said.iter().zip(&heard).map(|(said, heard)| (*heard - *said).as_secs_f64() * 1000.0).collect();
    let told = held.0.lock().expect("no panic").clone();
    (took, told)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_milliseconds_of_weather_are_fifty() {
    let _turn = TURN.lock().await;
    let mut checks = Checks::default();
    let delayed = Weather { delay_ms: DELAY_MS, ..Weather::default() };
    for up in [true, false] {
        let (mut fair, _) = on_the_way(Weather::default(), up).await;
        let (mut late, mut told) = on_the_way(delayed.clone(), up).await;
        let way = if up { "up" } else { "down" };
        let difference = median(&mut late) - median(&mut fair);
        let what = format!("one way {way}, p50 of {EVENTS} events, with the delay and without");
        checks.near(&what, "ms", difference, DELAY_MS.into(), ALLOWED_MS);
        if !up {
            let (told, seen) = (median(&mut told), median(&mut late));
            checks.near("what the proxy says, and the ends see", "ms", told, seen, ALLOWED_MS);
        }
    }
    checks.all_hold();
}

/// A server of one whole answer for each connection, and curl behind the weather: what it says by `--write-out`.
async fn curl(weather: Weather, body_bytes: usize, write_out: &str) -> f64 {
    let upstream = TcpListener::bind(ANYWHERE).await.expect("a port");
    let address = upstream.local_addr().expect("an address");
    let proxy = Proxy::open(ANYWHERE, address, Arc::new(Held::default())).await.expect("a port");
    proxy.set(weather);
    let server = tokio::spawn(async move {
        while let Ok((mut connection, _)) = upstream.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                connection.read_buf(&mut head).await.expect("a request");
            }
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {body_bytes}\r\n\r\n");
            connection.write_all(answer.as_bytes()).await.expect("an open connection");
            connection.write_all(&vec![b'x'; body_bytes]).await.expect("an open connection");
        }
    });
    let url = format!("http://{}/", proxy.address());
    let curl = ["-sS", "--fail", "--max-time", "30", "--output", "/dev/null", "--write-out", write_out, &url];
    let output =
        tokio::process::Command::new("curl").args(curl).output().await.expect("curl; try `just setup`");
    server.abort();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number of curl")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn curl_sees_the_delay_there_and_back() {
    let _turn = TURN.lock().await;
    let mut checks = Checks::default();
    let delayed = Weather { delay_ms: DELAY_MS, ..Weather::default() };
    let (mut fair, mut late) = (Vec::new(), Vec::new());
    for _ in 0..21 {
        fair.push(curl(Weather::default(), 2, "%{time_starttransfer}").await * 1000.0);
        late.push(curl(delayed.clone(), 2, "%{time_starttransfer}").await * 1000.0);
    }
    let difference = median(&mut late) - median(&mut fair);
    let known = f64::from(2 * DELAY_MS);
    checks.near("there and back, p50 of 21 requests of curl", "ms", difference, known, 2.0 * ALLOWED_MS);
    checks.all_hold();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_megabits_a_second_are_two() {
    let _turn = TURN.lock().await;
    let mut checks = Checks::default();
    for delay_ms in [0, DELAY_MS] {
        let narrow = Weather { rate_bits: Some(RATE_BITS), delay_ms, ..Weather::default() };
        // What a request takes on its way there, and its answer back.
        let way_s = f64::from(2 * delay_ms) / 1000.0;
        let mut rates = Vec::new();
        for _ in 0..3 {
            let seconds = curl(narrow.clone(), BODY_BYTES, "%{time_total}").await - way_s;
            rates.push((BODY_BYTES * 8) as f64 / seconds / 1e6);
        }
        let known = RATE_BITS as f64 / 1e6;
        let what = format!("{BODY_BYTES} bytes by curl, {delay_ms} ms one way, p50 of 3");
        checks.near(&what, "Mbit/s", median(&mut rates), known, 0.05 * known);
    }
    checks.all_hold();
}

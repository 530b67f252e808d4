//! Bytes, for one connection of each way: client, server and generator count what the kernel and a packet capture count.

use std::sync::Arc;

use compare::{Guarded, HeardOf, Job, Said, Settings};
use contract::{Inside, binary, soon, until};
use futures_util::StreamExt as _;
use transport::{Heard, Transport};
use wire::{Tally, Wire};

use crate::capture::Capture;
use crate::sockets::{Bytes, at_rest};
use crate::{Checks, TURN};

/// Published while it is counted, beside the snapshot.
const EVENTS: u64 = 200;
/// In so many lots, where the window gives no time to wait for each.
const LOTS: u64 = 10;

impl Checks {
    fn same(&mut self, what: &str, ours: Bytes, whose: &str, known: Bytes) {
        let (up, down) = (ours.up.cast_signed(), ours.down.cast_signed());
        let text = format!(
            "{what}: {up} bytes up and {down} down, {whose} {} and {}; difference {:+} and {:+}, allowed 0",
            known.up,
            known.down,
            up - known.up.cast_signed(),
            down - known.down.cast_signed(),
        );
        self.say(text, ours == known && down > 0);
    }
}

/// A whole connection, from its first byte on. The market stands still when it is counted.
async fn connection(way: &'static dyn Transport, checks: &mut Checks) {
    let (server, name, wire) = (Inside::start().await, way.card().name, Wire::default());
    let capture = Capture::start(server.address()).await;
    let mut session = way.session(Arc::new(server.target("stock-price")), None, wire.clone());
    while !matches!(soon(name, session.next()).await, Some(Ok(Heard::Cursor(_)))) {}
    for _ in 0..EVENTS {
        server.publish(1);
        while !matches!(soon(name, session.next()).await, Some(Ok(Heard::Event { .. }))) {}
    }

    // Nobody asks any more: what is under way arrives, and then nothing moves.
    let kernel = at_rest(server.address()).await;
    let ours = Bytes { up: wire.bytes_up(), down: wire.bytes_down() };
    let tally = tally(&server, name);
    let theirs = Bytes { up: tally.bytes_up, down: tally.bytes_down };
    checks.same(&format!("{name}, the client's count"), ours, "TCP_INFO (without the SYN)", kernel.client);
    checks.same(&format!("{name}, the server's count"), theirs, "TCP_INFO", kernel.server);
    if let Some(capture) = capture {
        let captured = capture.end(kernel.port).await;
        checks.same(&format!("{name}, the client's count"), ours, "tshark", captured);
    }
}

/// What the server counted for a way.
fn tally(server: &Inside, way: &str) -> Tally {
    let tallies = server.site().ledger().tallies();
    tallies.iter().find(|(account, _)| account.way == way).map(|(_, tally)| *tally).unwrap_or_default()
}

/// What a generator process says of its window.
async fn window(way: &'static str, checks: &mut Checks) {
    let server = Inside::start().await;
    let program = binary().expect("a built binary");
    let mut generator = Guarded::own("the generator", &program, &["generate"]).expect("a generator");
    let job = job(way, server.address().to_string());
    generator.tell(&serde_json::to_string(&job).expect("JSON")).await.expect("a listening generator");
    let (mut begin, mut end) = (None, None);
    let heard: Box<HeardOf> = loop {
        let line = soon("the generator to go on", generator.answer()).await.expect("text");
        let line = line.unwrap_or_else(|| panic!("the generator ended: {}", generator.last_words()));
        match serde_json::from_str(&line).expect("a word of the generator") {
            Said::Begin => {
                begin = Some(at_rest(server.address()).await);
                for _ in 0..LOTS {
                    let told = tally(&server, way).events;
                    server.publish(EVENTS / LOTS);
                    // A long poll asks for each lot, and a stream is told each. A poll comes when it is time.
                    if way != "poll" {
                        until("a lot to be told", || tally(&server, way).events > told).await;
                    }
                }
            }
            Said::End => end = Some(at_rest(server.address()).await),
            Said::Done { heard, .. } => break heard,
            Said::Failed { why } => panic!("{why}"),
            Said::Opening { .. } | Said::Open { .. } => {}
        }
    };
    generator.end().await;
    let (begin, end) = (begin.expect("a beginning"), end.expect("an end"));
    let ours = Bytes { up: heard.bytes_up, down: heard.bytes_down };
    let known = end.client.since(begin.client);
    assert_eq!((begin.port, heard.connections), (end.port, 0), "one connection from beginning to end");
    let what = format!("{way}, the generator's count in its window");
    checks.same(&what, ours, "TCP_INFO", known);
}

/// One subscriber. Polls come each second and begin when it opens, so the window's ends lie half-way between two.
fn job(way: &str, authority: String) -> Job {
    let settings = Settings {
        way: way.to_owned(),
        clients: 1,
        rate: 10.0,
        symbols: 8,
        interval_ms: 1_000,
        ..compare::scenario::defaults()
    };
    Job {
        settings,
        authority,
        target: None,
        certificate: None,
        seed: 1,
        ramp_per_s: 1,
        // The window begins 100 ms after it.
        warm_up_ms: 400,
        duration_ms: 3_000,
        patience_ms: 10_000,
        stay: false,
        in_step: false,
    }
}

#[tokio::test]
async fn bytes_are_those_of_the_kernel_and_of_a_capture() {
    let _turn = TURN.lock().await;
    let mut checks = Checks::default();
    for way in fourways::ALL {
        connection(*way, &mut checks).await;
    }
    checks.all_hold();
}

#[tokio::test]
async fn bytes_of_the_generator_are_those_of_the_kernel() {
    let _turn = TURN.lock().await;
    let mut checks = Checks::default();
    for way in fourways::ALL {
        window(way.card().name, &mut checks).await;
    }
    checks.all_hold();
}

//! Ten thousand subscribers at one event a second for a minute: all come, all stay, none misses an event.

use compare::{Overrides, Round, Scenario};

use crate::{Checks, TURN, measured};

async fn crowd(scenario: &str) {
    let _turn = TURN.lock().await;
    let scenario = Scenario::named(scenario, &Overrides::default()).expect("an embedded scenario");
    let run = measured(&scenario).await;
    let mut checks = Checks::default();
    for round in &run.rounds {
        let (way, heard) = (&round.settings.way, &round.heard);
        let clients = round.settings.clients;
        let faults = heard.missed + heard.duplicates + heard.disordered + heard.gaps + heard.broken;
        let all = (heard.opened, heard.held, heard.failed) == (clients, clients, 0);
        checks.say(
            format!(
                "{way}: {} of {clients} opened, {} held, {} failed; {} of {} events delivered, {} missed, {} twice, \
                 {} out of order, {} gaps, {} breaks; difference {}, allowed 0",
                heard.opened,
                heard.held,
                heard.failed,
                heard.delivered,
                heard.published,
                heard.missed,
                heard.duplicates,
                heard.disordered,
                heard.gaps,
                heard.broken,
                heard.delivered.abs_diff(heard.published),
            ),
            all && faults == 0 && heard.published > 0 && heard.delivered == heard.published,
        );
        println!("{way}: {}", cost(round));
    }
    checks.all_hold();
}

/// What it cost, whatever the marks: ten thousand events at one instant keep one thread busy for a while, so a report marks
/// the round and tells no latency. CPU and memory of the server are read from outside, whoever is late.
fn cost(round: &Round) -> String {
    let (heard, server, generator) = (&round.heard, &round.server, &round.generator);
    let clients = f64::from(heard.opened);
    let per = |us: Option<u64>, count: f64| us.map_or_else(missing, |us| format!("{:.2}", us as f64 / count));
    let more = |full: Option<u64>, empty: Option<u64>| {
        let bytes = full.zip(empty).map(|(full, empty)| full as f64 - empty as f64);
        bytes.map_or_else(missing, |bytes| format!("{:.1}", bytes / clients / 1024.0))
    };
    let (full, empty) = (&server.kernel_full, &server.kernel_empty);
    format!(
        "server {} us of CPU an event ({} % of a core), {} KiB a connection and {} KiB of the kernel for both its ends; \
         generator {} us an event, its timers {} ms late at p99; marks {:?}",
        per(server.window.cpu_us, heard.delivered as f64),
        per(server.window.cpu_us, heard.window_s * 1e4),
        more(server.full.anon_bytes, server.empty.anon_bytes),
        more(
            full.slab_bytes.zip(full.buffer_bytes).map(sum),
            empty.slab_bytes.zip(empty.buffer_bytes).map(sum)
        ),
        per(generator.cpu_us, heard.delivered as f64),
        per(heard.lag_us.at(0.99), 1e3),
        round.marks,
    )
}

fn missing() -> String {
    "– (this system does not tell)".to_owned()
}

fn sum((one, other): (u64, u64)) -> u64 {
    one + other
}

#[tokio::test]
async fn ten_thousand_sse_subscribers_miss_nothing() {
    crowd("ten-thousand-sse").await;
}

#[tokio::test]
async fn ten_thousand_websocket_subscribers_miss_nothing() {
    crowd("ten-thousand-ws").await;
}

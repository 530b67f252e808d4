//! Runs made up for tests: every figure can be computed in one's head.

use std::collections::BTreeMap;

use measure::{Cost, Histogram, Kernel, Machine, Pressure, Sample};

use super::view::View;
use crate::{Encode, FORMAT, Front, Heads, HeardOf, Mark, Polls, Round, Run, ServerCost, Settings};

/// The settings of a way: 100 clients, 2 updates a second of one symbol.
pub(super) fn settings(way: &str) -> Settings {
    let poll = way == "poll";
    Settings {
        server: "fourways".to_owned(),
        way: way.to_owned(),
        clients: 100,
        rate: 2.0,
        symbols: 1,
        payload_bytes: 0,
        interval_ms: if poll { 1000 } else { 0 },
        hold_ms: 0,
        polls: Polls::Newest,
        keep_alive: true,
        heads: Heads::Minimal,
        ws_buffer_bytes: 0,
        encode: Encode::Once,
        front: Front::None,
        late_ms: 0,
    }
}

/// Latencies of 1 ms to 1,000 steps of `step_us` more.
pub(super) fn latencies(step_us: u64) -> Histogram {
    let mut histogram = Histogram::default();
    (1..=1000).for_each(|n| histogram.record(1000 + n * step_us));
    histogram
}

/// A round of 10 s: 2,000 updates, of which polling sees half. CPU is `cpu_us` for each update that is seen.
pub(super) fn round(settings: &Settings, number: u32, cpu_us: u64) -> Round {
    let poll = settings.way == "poll";
    let updates = if poll { 1000 } else { 2000 };
    let mut handshake = Histogram::default();
    (0..100).for_each(|_| handshake.record(2500));
    let mut lag = Histogram::default();
    lag.record(100);
    Round {
        round: number,
        settings: settings.clone(),
        heard: HeardOf {
            window_s: 10.0,
            opened: 100,
            held: 100,
            handshake_us: handshake,
            latency_us: latencies(if poll { 500 } else { 1 }),
            published: 2000,
            delivered: updates,
            seen: updates,
            staleness_s: Some(if poll { 0.75 } else { 0.252 }),
            staleness_ideal_s: 0.25,
            requests: if poll { 1000 } else { 0 },
            connections_before: 100,
            bytes_up: if poll { 80 * updates } else { 0 },
            bytes_down: if poll { 220 * updates } else { 120 * updates },
            lag_us: lag,
            ..HeardOf::default()
        },
        server: server(cpu_us * updates),
        front: None,
        generator: Cost { cpu_us: Some(1_200_000), ..Cost::default() },
        marks: Vec::new(),
    }
}

fn server(cpu_us: u64) -> ServerCost {
    let sample = |kib: u64| Sample { anon_bytes: Some(kib * 1024), processes: 1, ..Sample::default() };
    let kernel = |kib: u64| Kernel { sockets: Some(0), buffer_bytes: Some(kib * 1024), slab_bytes: Some(0) };
    ServerCost {
        window: Cost {
            cpu_us: Some(cpu_us),
            user_us: Some(cpu_us / 4),
            system_us: Some(cpu_us - cpu_us / 4),
            wait_us: Some(cpu_us / 10),
            switches: Some(1),
        },
        empty: sample(4000),
        full: sample(5000),
        end: sample(5000),
        kernel_empty: kernel(1000),
        kernel_full: kernel(1900),
    }
}

/// Three rounds each of polling every second (30, 31 and 32 us of CPU) and SSE (10, 11 and 12).
pub(super) fn run(scenario: &str) -> Run {
    let mut rounds = Vec::new();
    for number in 1..=3 {
        rounds.push(round(&settings("sse"), number, 9 + u64::from(number)));
        rounds.push(round(&settings("poll"), number, 29 + u64::from(number)));
    }
    Run {
        format: FORMAT,
        scenario: scenario.to_owned(),
        scenario_toml: "title.en = \"Made up\"\ntitle.zh = \"虚构的\"\n".to_owned(),
        started: "2026-11-23T14:00:00Z".to_owned(),
        took_s: 118.2,
        seed: 1,
        machine: Machine {
            os: Some("Linux 12 Sample".to_owned()),
            kernel: Some("6.1.0".to_owned()),
            cpu: Some("A processor that does not exist".to_owned()),
            cores: 2,
            memory_bytes: Some(8 << 30),
        },
        before: Pressure { load_1m: Some(0.4) },
        versions: BTreeMap::from([("fourways".to_owned(), "0.1.0".to_owned())]),
        rounds,
        complete: true,
        notes: Vec::new(),
    }
}

/// The rounds of a way, changed.
pub(super) fn with(mut run: Run, way: &str, change: impl Fn(&mut Round)) -> Run {
    run.rounds.iter_mut().filter(|round| round.settings.way == way).for_each(change);
    run
}

/// Every round of a way has this mark.
pub(super) fn marked(run: Run, way: &str, mark: Mark) -> Run {
    with(run, way, |round| round.marks.push(mark))
}

/// The view of runs that can be shown as one.
pub(super) fn view(runs: &[Run]) -> View {
    View::of(runs).unwrap()
}

use crate::report::figures::{Why, catalogue};
use crate::report::sample::{latencies, marked, round, run, settings, view, with};
use crate::report::{Cell, Lang, Spread, Value, View, table};
use crate::{Mark, Run};

fn of<'view>(view: &'view View, way: &str) -> &'view Cell {
    view.cells.iter().find(|cell| cell.settings.way == way).unwrap()
}

fn near(cell: &Cell, id: &str, expected: [f64; 3]) {
    let Spread { median, low, high } =
        cell.spread(id).unwrap_or_else(|| panic!("{id}: {:?}", cell.figures[id]));
    for (found, expected) in [low, median, high].into_iter().zip(expected) {
        assert!((found - expected).abs() < 1e-6 * expected.abs().max(1.0), "{id}: {low} {median} {high}");
    }
}

fn missing(cell: &Cell, id: &str) -> String {
    match &cell.figures[id] {
        Value::Missing { missing } => missing.en.clone(),
        Value::Measured(spread) => panic!("{id} is {spread:?}"),
    }
}

#[test]
fn kernel_memory_that_vanishes_in_the_noise_is_not_a_figure() {
    let mut run = run("quick");
    let noisy = run.rounds.iter_mut().find(|round| round.settings.way == "sse").unwrap();
    (noisy.server.kernel_empty, noisy.server.kernel_full) =
        (noisy.server.kernel_full, noisy.server.kernel_empty);
    let figure = catalogue().into_iter().find(|figure| figure.id == "memory_kernel").unwrap();
    assert_eq!(figure.of(noisy), Err(Why::Noise), "whoever judges single rounds is told as well");
    let view = view(&[run]);
    assert!(missing(of(&view, "sse"), "memory_kernel").starts_with("lost in what else the machine did"));
    near(of(&view, "poll"), "memory_kernel", [9.0; 3]);
}

#[test]
fn every_figure_is_what_one_computes_by_hand() {
    let view = view(&[run("quick")]);
    let (poll, sse) = (of(&view, "poll"), of(&view, "sse"));
    near(sse, "cpu_per_update", [10.0, 11.0, 12.0]);
    // 2,000 updates of 11 us for 100 clients in 10 s.
    near(sse, "cpu_per_client", [20.0, 22.0, 24.0]);
    near(sse, "cpu_core", [0.2, 0.22, 0.24]);
    near(poll, "cpu_per_update", [30.0, 31.0, 32.0]);
    near(poll, "never_seen", [50.0; 3]);
    near(sse, "never_seen", [0.0; 3]);
    near(poll, "staleness_own", [0.5; 3]);
    near(poll, "requests_per_update", [1.0; 3]);
    near(sse, "requests_per_update", [0.0; 3]);
    near(poll, "connections_per_100_requests", [0.0; 3]);
    near(sse, "memory_user", [10.0; 3]);
    near(sse, "memory_kernel", [9.0; 3]);
    near(poll, "bytes_down", [220.0; 3]);
    near(poll, "bytes_up", [80.0; 3]);
    near(poll, "bytes_per_client", [300.0; 3]);
    near(sse, "user_share", [25.0; 3]);
    near(sse, "generator_core", [12.0; 3]);
    near(sse, "generator_cpu_per_event", [600.0; 3]);
    near(sse, "wait_per_update", [1.0, 1.1, 1.2]);
    assert_eq!(
        missing(sse, "connections_per_100_requests"),
        "no request was made in the window: the connection stays open"
    );
    assert_eq!(missing(sse, "front_cpu_per_update"), "nothing stood between server and clients");
    assert_eq!(
        view.figures.len(),
        poll.figures.len(),
        "every figure of the catalogue is there or says why not"
    );
}

#[test]
fn a_round_that_cannot_be_trusted_gives_no_times_and_costs() {
    for (mark, why) in [
        (
            Mark::GeneratorSaturated,
            "the generator was saturated: its figures would be its own (in all 3 rounds)",
        ),
        (Mark::ServerDied, "the server ended by itself (in all 3 rounds)"),
        (
            Mark::OffSchedule,
            "the server published another number of events than its rate says (in all 3 rounds)",
        ),
    ] {
        let view = view(&[marked(run("quick"), "sse", mark)]);
        let sse = of(&view, "sse");
        for id in [
            "latency_p50",
            "handshake_p99",
            "staleness",
            "never_seen",
            "cpu_per_update",
            "memory_user",
            "wait_per_update",
        ] {
            assert_eq!(missing(sse, id), why, "{id}");
        }
        assert!(sse.latency_curve.is_empty() && sse.used == 0 && sse.rounds == 3 && sse.marks[&mark] == 3);
        near(sse, "opened", [100.0; 3]);
        near(of(&view, "poll"), "cpu_per_update", [30.0, 31.0, 32.0]);
    }
    // The evidence against the generator is its own figures.
    let view = view(&[marked(run("quick"), "sse", Mark::GeneratorSaturated)]);
    near(of(&view, "sse"), "generator_core", [12.0; 3]);
}

#[test]
fn one_bad_round_leaves_the_others() {
    let bad = |mut run: Run| {
        run.rounds[0].marks = vec![Mark::GeneratorSaturated];
        run
    };
    let view = view(&[bad(run("quick"))]);
    let sse = of(&view, "sse");
    assert_eq!((sse.rounds, sse.used), (3, 2));
    near(sse, "cpu_per_update", [11.0, 11.5, 12.0]);
}

#[test]
fn what_the_system_does_not_tell_is_missing_and_never_0() {
    let untold = with(run("quick"), "sse", |round| {
        round.server.window.cpu_us = None;
        round.server.full.anon_bytes = None;
        round.heard.staleness_s = None;
    });
    let view = view(&[untold]);
    let sse = of(&view, "sse");
    assert_eq!(missing(sse, "cpu_per_update"), "this system does not tell it");
    assert_eq!(missing(sse, "memory_user"), "this system does not tell it");
    assert_eq!(missing(sse, "staleness"), "a symbol was never shown (in all 3 rounds)");
    let silent = with(run("quick"), "sse", |round| {
        round.heard.delivered = 0;
        round.heard.latency_us = measure::Histogram::default();
    });
    let view = super::super::sample::view(&[silent]);
    assert_eq!(
        missing(of(&view, "sse"), "cpu_per_update"),
        "no update arrived in the window (in all 3 rounds)"
    );
    assert_eq!(missing(of(&view, "sse"), "latency_p50"), "no update arrived in the window (in all 3 rounds)");
}

#[test]
fn the_curve_is_of_all_rounds_together() {
    let mut one = run("quick");
    one.rounds.retain(|round| round.settings.way == "sse");
    // Three rounds: 1 to 2 ms, 1 to 3 ms, 1 to 11 ms.
    for (round, step) in one.rounds.iter_mut().zip([1, 2, 10]) {
        round.heard.latency_us = latencies(step);
    }
    let curve = &view(&[one]).cells[0].latency_curve;
    let at = |quantile: f64| curve.iter().find(|(at, _)| (at - quantile).abs() < 1e-12).unwrap().1;
    let close = |found: u64, expected: f64| {
        assert!((found as f64 / expected - 1.0).abs() < 0.002, "{found}, not {expected}");
    };
    close(at(1.0), 11_000.0);
    // x steps beyond 1 ms: x + x / 2 + x / 10 of 3,000 lie below 1 ms + x us while all three reach there.
    close(at(0.5), 1000.0 + 1500.0 / 1.6);
    // Of the slowest 1 %, 30 of 3,000, all come from the third: its 970th of 1,000.
    close(at(0.99), 1000.0 + 9_700.0);
    assert!(curve.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1), "{curve:?}");
    assert!((35..=60).contains(&curve.len()), "{}", curve.len());
}

#[test]
fn only_what_differs_among_those_it_belongs_to_varies() {
    let mut swept = run("quick");
    assert_eq!(view(&[swept.clone()]).varied, ["way"], "SSE has no interval: that of polling does not vary");
    let mut slower = settings("poll");
    slower.interval_ms = 5000;
    let mut more = settings("sse");
    more.clients = 1000;
    swept.rounds.extend([round(&slower, 1, 30), round(&more, 1, 10)]);
    let view = view(&[swept]);
    assert_eq!(view.varied, ["way", "clients", "interval_ms"]);
    let labels: Vec<_> = view.cells.iter().map(|cell| cell.label.en.replace('\u{202f}', "_")).collect();
    assert_eq!(
        labels,
        [
            "Ajax polling, every 1_s, 100 clients",
            "Ajax polling, every 5_s, 100 clients",
            "SSE, 100 clients",
            "SSE, 1,000 clients",
        ]
    );
    assert_eq!(view.cells[3].label.zh, "SSE，1,000 个客户端");
}

#[test]
fn runs_are_put_together_only_if_they_are_alike() {
    let both = view(&[run("quick"), run("quick")]);
    assert_eq!((both.cells.len(), both.cells[0].rounds, both.scenario.as_str()), (2, 6, "quick"));
    assert_eq!((both.title.en.as_str(), both.title.zh.as_str()), ("Made up", "虚构的"));
    let mut elsewhere = run("quick");
    elsewhere.machine.cores = 4;
    let error = View::of(&[run("quick"), elsewhere]).unwrap_err().to_string();
    assert!(error.contains("another machine") && error.contains("compare diff"), "{error}");
    let mut later = run("quick");
    later.versions.insert("fourways".to_owned(), "0.2.0".to_owned());
    assert!(View::of(&[run("quick"), later]).unwrap_err().to_string().contains("another version"));
    assert!(View::of(&[]).is_err());
}

#[test]
fn a_finding_needs_ranges_that_lie_apart() {
    let found = |run: Run| {
        view(&[run]).findings.iter().map(|found| found.en.replace('\u{202f}', " ")).collect::<Vec<_>>()
    };
    let clear = found(run("quick"));
    assert_eq!(
        clear,
        [
            "Ajax polling, every 1 s: 50.0 % of the updates were never seen, and the price shown was 0.500 s older than it had to be.",
            "CPU per update, Ajax polling, every 1 s: 2.50–3.20 times that of SSE (30.0–32.0 µs against 10.0–12.0 µs).",
        ]
    );
    let zh = view(&[run("quick")]).findings.into_iter().map(|found| found.zh.replace('\u{202f}', " "));
    assert_eq!(
        zh.collect::<Vec<_>>(),
        [
            "Ajax 轮询，每 1 s：50.0 % 的更新从未被看到，显示的价格比应有的旧 0.500 s。",
            "每笔更新的 CPU：Ajax 轮询，每 1 s 是 SSE 的 2.50–3.20 倍（30.0–32.0 µs，10.0–12.0 µs）。",
        ]
    );
    let mixed = with(run("quick"), "poll", |round| round.server.window.cpu_us = Some(12_000));
    assert_eq!(found(mixed).len(), 1, "12 us lies within 10 to 12");
    let mut few = run("quick");
    few.rounds.retain(|round| round.round < 3);
    assert_eq!(found(few).len(), 1, "two rounds compare nothing");
    assert!(found(marked(run("quick"), "poll", Mark::GeneratorSaturated)).is_empty());
}

#[test]
fn a_view_is_json_as_the_page_reads_it() {
    let view = view(&[marked(run("quick"), "sse", Mark::GeneratorSaturated)]);
    let json = serde_json::to_value(&view).unwrap();
    assert_eq!(json["figures"][0]["id"], "opened");
    assert_eq!(json["figures"][5]["group"], "time");
    assert_eq!(json["cells"][0]["figures"]["cpu_per_update"]["median"], 31.0);
    assert_eq!(json["cells"][1]["marks"]["generator-saturated"], 3);
    assert!(json["cells"][1]["figures"]["latency_p50"]["missing"]["zh"].is_string());
    assert_eq!(json["cells"][0]["latency_curve"][0][0], 0.0);
    assert_eq!(json["machine"]["cores"], 2);
}

#[test]
fn where_every_round_was_refused_there_is_no_median() {
    let refused = marked(marked(run("quick"), "sse", Mark::OffSchedule), "poll", Mark::GeneratorSaturated);
    let mut unfinished = run("quick");
    unfinished.rounds.iter_mut().for_each(|round| round.heard.window_s = 0.0);
    let mut empty = run("quick");
    empty.rounds.clear();
    for (run, en, zh) in [
        (
            refused,
            "No round could be used for times and costs: the generator was saturated: its figures would be its own, \
             the server published another number of events than its rate says.\n",
            "没有一轮能用来得出时间和成本：负载发生器已饱和：测到的会是它自己，服务器发布的事件数与速率不符。\n",
        ),
        (
            unfinished,
            "No round could be used for times and costs: the round was not finished.\n",
            "没有一轮能用来得出时间和成本：该轮没有测完。\n",
        ),
        (empty, "No round was measured.\n", "一轮都没有测。\n"),
    ] {
        let view = view(&[run]);
        for (lang, expected) in [(Lang::En, en), (Lang::Zh, zh)] {
            let text = table(&view, lang);
            assert!(text.contains(expected), "{expected} is not in\n{text}");
            assert!(!text.contains("median") && !text.contains("中位数"), "{text}");
        }
    }
}

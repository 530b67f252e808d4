use crate::report::plan::{Needs, Number, Plan, WayPlan, of, render};
use crate::report::sample::{marked, round, run, settings, view, with};
use crate::report::{Lang, Spread, Value};
use crate::{Mark, Run};

const MILLION: u64 = 1_000_000;

fn plan(run: Run, needs: &Needs) -> Plan {
    of(&view(&[run]), needs).unwrap()
}

fn million() -> Needs {
    Needs { users: MILLION, ..Needs::default() }
}

fn way<'plan>(plan: &'plan Plan, name: &str) -> &'plan WayPlan {
    plan.ways.iter().find(|way| way.way == name).unwrap()
}

fn number<'plan>(plan: &'plan Plan, name: &str, id: &str) -> &'plan Number {
    way(plan, name).numbers.iter().find(|number| number.id == id).unwrap_or_else(|| panic!("{name}: {id}"))
}

fn near(plan: &Plan, name: &str, id: &str, expected: [f64; 3]) {
    let Value::Measured(Spread { median, low, high }) = number(plan, name, id).value else { panic!("{id}") };
    for (found, expected) in [low, median, high].into_iter().zip(expected) {
        assert!((found - expected).abs() < 1e-6 * expected.abs(), "{name} {id}: {low} {median} {high}");
    }
}

#[test]
fn the_arithmetic_of_a_way_that_is_told() {
    let plan = plan(run("quick"), &million());
    // A million updates a second at 10, 11, 12 us each.
    near(&plan, "sse", "cores", [10.0, 11.0, 12.0]);
    // 8 cores at 70 % are 5.6; 19 KiB x a million is 18.1 GiB, which two servers hold as well.
    near(&plan, "sse", "memory", [19.0 * 1024.0 * 1e6; 3]);
    near(&plan, "sse", "servers", [2.0, 2.0, 3.0]);
    // 120 B, and two packets of 66 B of heads.
    near(&plan, "sse", "bandwidth", [252e6; 3]);
    let Value::Measured(arrives) = number(&plan, "sse", "arrives").value else { panic!() };
    assert!(arrives.median > 0.0015 && arrives.median < 0.0025, "latency p99 of about 2 ms: {arrives:?}");
    // One poll costs 30 to 32 us, one update 10 to 12.
    near(&plan, "sse", "break_even_cpu", [30.0 / 12.0, 31.0 / 11.0, 32.0 / 10.0]);
    // A poll: 300 B and three packets; an update: 120 B and two.
    near(&plan, "sse", "break_even_bytes", [498.0 / 252.0; 3]);
}

#[test]
fn the_arithmetic_of_a_way_that_asks() {
    let needs = Needs { freshness_s: 4.0, ..million() };
    let plan = plan(run("quick"), &needs);
    near(&plan, "poll", "requests", [250_000.0; 3]);
    near(&plan, "poll", "cores", [7.5, 7.75, 8.0]);
    near(&plan, "poll", "bandwidth", [250_000.0 * 498.0; 3]);
    near(&plan, "poll", "arrives", [4.0; 3]);
    assert_eq!(way(&plan, "poll").title.en.replace('\u{202f}', " "), "Ajax polling every 4.00 s");
    // A long poll pays for each of its requests; here 1.5 for an update.
    let mut held = run("quick");
    held.rounds.push(with_requests(1.5));
    let plan = of(&view(&[held]), &Needs { rate: 3.0, ..million() }).unwrap();
    near(&plan, "long-poll", "requests", [4.5e6; 3]);
    near(&plan, "long-poll", "cores", [60.0; 3]);
    let rests = |per_update: f64| {
        let mut held = run("quick");
        held.rounds.push(with_requests(per_update));
        let plan = of(&view(&[held]), &million()).unwrap();
        number(&plan, "long-poll", "requests").rests_on.en.clone()
    };
    assert_eq!(rests(1.0), "users × 1 update a second × 1 request per update");
    assert_eq!(rests(2.0), "users × 1 update a second × 2 requests per update");
}

fn with_requests(per_update: f64) -> crate::Round {
    let mut round = round(&settings("long-poll"), 1, 20);
    round.heard.requests = (per_update * 2000.0) as u64;
    round
}

#[test]
fn each_number_says_what_it_rests_on() {
    let plan = plan(run("quick"), &million());
    let rests = |id: &str| number(&plan, "sse", id).rests_on.en.replace('\u{202f}', " ");
    assert_eq!(rests("cores"), "users × 1 update a second × CPU 11.0 µs (10.0–12.0)");
    assert_eq!(rests("memory"), "users × (user memory 10.0 KiB + kernel memory 9.00 KiB)");
    assert!(
        rests("break_even_cpu").starts_with("a poll's CPU 31.0 µs (30.0–32.0) (Ajax polling, every 1 s)")
    );
    assert!(rests("servers").contains("5.6") && rests("servers").contains("16.0 GiB"));
    for lang in [Lang::En, Lang::Zh] {
        let text = render(&plan, lang).replace('\u{202f}', " ");
        for expected in ["1,000,000", "11.0 (10.0 – 12.0)", "70", "66 B", "2 (2 – 3)"] {
            assert!(text.contains(expected), "{expected} is not in\n{text}");
        }
    }
}

#[test]
fn what_was_not_measured_is_refused_and_the_scenario_named() {
    let refused = |plan: &Plan, name: &str| way(plan, name).refused.clone().unwrap_or_default().en;
    let missing = |plan: &Plan, name: &str, id: &str| match &number(plan, name, id).value {
        Value::Missing { missing } => missing.en.clone(),
        Value::Measured(spread) => panic!("{spread:?}"),
    };
    let all = plan(run("quick"), &million());
    assert_eq!(
        refused(&all, "ws"),
        "the run did not measure WebSocket (without a proxy); `fourways compare quick` does"
    );
    let mut pushed = run("quick");
    pushed.rounds.retain(|round| round.settings.way == "sse");
    let pushed = plan(pushed, &million());
    assert!(refused(&pushed, "poll").contains("`fourways compare frontier` does"));
    assert!(missing(&pushed, "sse", "break_even_cpu").contains("`fourways compare frontier` does"));
    near(&pushed, "sse", "cores", [10.0, 11.0, 12.0]);
    let saturated = plan(marked(run("quick"), "sse", Mark::GeneratorSaturated), &million());
    assert!(refused(&saturated, "sse").contains("the generator was saturated"));
    let untold = plan(with(run("quick"), "sse", |round| round.server.full.anon_bytes = None), &million());
    assert!(missing(&untold, "sse", "memory").contains("`fourways compare connections`"));
    assert!(missing(&untold, "sse", "servers").contains("memory"), "CPU alone is not a number of servers");
    let proxied = with(run("quick"), "sse", |round| round.settings.front = crate::Front::Nginx);
    assert!(
        refused(&plan(proxied, &million()), "sse").contains("without a proxy"),
        "the proxy costs as well"
    );
    let late = Needs { freshness_s: 0.001, ..million() };
    assert!(refused(&plan(run("quick"), &late), "sse").contains("is over the wanted 1.00\u{202f}ms"));
    let dead = marked(marked(run("quick"), "sse", Mark::ServerDied), "poll", Mark::ServerDied);
    let error = of(&view(&[dead]), &million()).unwrap_err().to_string();
    assert!(
        error.contains("nothing can be planned") && error.contains("`fourways compare quick`"),
        "{error}"
    );
}

#[test]
fn needs_that_mean_nothing_are_refused() {
    let error = |needs: &Needs| of(&view(&[run("quick")]), needs).unwrap_err().to_string();
    assert!(error(&Needs { users: 0, ..million() }).starts_with("--users 0"));
    assert!(error(&Needs { rate: f64::NAN, ..million() }).starts_with("--rate NaN"));
    assert!(error(&Needs { freshness_s: -1.0, ..million() }).starts_with("--freshness -1"));
    assert!(error(&Needs { load_percent: 101.0, ..million() }).contains("at most 100"));
}

#[test]
fn the_plainest_cell_with_the_most_clients_stands_for_a_way() {
    let mut swept = run("connections");
    let mut more = settings("sse");
    more.clients = 1000;
    let mut delayed = more.clone();
    (delayed.late_ms, delayed.clients) = (50, 5000);
    let mut proxied = more.clone();
    (proxied.front, proxied.clients) = (crate::Front::Nginx, 5000);
    for (settings, cpu_us) in [(&more, 20), (&delayed, 30), (&proxied, 40)] {
        swept.rounds.push(round(settings, 1, cpu_us));
    }
    near(&plan(swept, &million()), "sse", "cores", [20.0; 3]);
    // Of two intervals the one whose answers hold as many updates as wanted: 2 s at 1/s, as 1 s at 2/s.
    let mut polled = run("frontier");
    let mut often = settings("poll");
    often.interval_ms = 100;
    polled.rounds.push(round(&often, 1, 99));
    near(&plan(polled, &million()), "poll", "cores", [15.0, 15.5, 16.0]);
}

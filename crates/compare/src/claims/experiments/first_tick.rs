//! C11: no complex handshake. What passes until the first price is there: bytes, round trips and time, for each way.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::{Instant, timeout};
use transport::{Heard, Target, Transport};
use wire::Wire;

use super::claim::Found;
use super::figure::{beside, figure, median_of};
use super::server::Server;
use super::tap::{Direction, Tap, Touch};
use super::{Env, Trouble, first_tick_http2};
use crate::claims::{Text, Threshold, Verdict, words};

pub(super) const CLAIM: &str = include_str!("../../../../../benches/claims/C11.toml");

pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// The numbers of the rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// Round trips more than a poll needs.
    more_trips: Threshold,
    /// Bytes both ways, divided by those of a poll.
    bytes: Threshold,
    rounds: u32,
}

/// The request heads that are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Head {
    Minimal,
    Browser,
}

pub(super) const HEADS: [(Head, &str, &str); 2] =
    [(Head::Minimal, "minimal head", "最小请求头"), (Head::Browser, "a browser's head", "浏览器的请求头")];

/// What passed until the first price, once.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Opening {
    pub(super) way: &'static str,
    pub(super) head: Head,
    pub(super) up: usize,
    pub(super) down: usize,
    /// Turns from asking to hearing, that of TCP included.
    trips: usize,
    us: u64,
}

pub(super) async fn run(env: &Env, rule: &Rule, say: &mut dyn FnMut(&str)) -> Result<Found, Trouble> {
    let server = Server::start(&env.exe, &["--rate", "10"]).await?;
    let mut openings = Vec::new();
    for round in 1..=rule.rounds {
        for way in crate::WAYS {
            for (head, ..) in HEADS {
                openings.push(open(way, head, target(server.authority(), head)?).await?);
            }
        }
        if round % 10 == 0 {
            say(&format!("C11: round {round} of {}", rule.rounds));
        }
    }
    let http2 = first_tick_http2::run(env, server.authority(), rule.rounds, say).await;
    let mut found = judge(rule, &openings);
    found.finding = words::sentences(&[found.finding, first_tick_http2::sentence(&http2)]);
    found.evidence.extend(first_tick_http2::evidence(&http2));
    found.raw["over_http2"] = http2.map_or_else(|why| json!({ "missing": why }), |over| json!(over));
    Ok(found)
}

/// Whom a client with this head asks for one price.
pub(super) fn target(authority: &str, head: Head) -> Result<Target, Trouble> {
    let mut target = Target::new(authority, "stock-price");
    // One symbol, so that the snapshot is one price.
    "symbols=ACME".clone_into(&mut target.query);
    if head == Head::Browser {
        target.headers = browser_head()?;
    }
    Ok(target)
}

/// What passes until the first price.
pub(super) async fn open(
    way: &'static dyn Transport,
    head: Head,
    target: Target,
) -> Result<Opening, Trouble> {
    let (tap, name) = (Tap::default(), way.card().name);
    let begun = Instant::now();
    let mut session = way.session(Arc::new(target), None, Wire::new(tap.clone()));
    let first = async {
        while let Some(heard) = session.next().await {
            if let Heard::Event { .. } = heard? {
                return Ok(());
            }
        }
        Err(Trouble::Case(format!("{name}: the connection ended before the first price")))
    };
    let missing = || Trouble::Case(format!("{name}: no price within {} s", PATIENCE.as_secs()));
    timeout(PATIENCE, first).await.map_err(|_| missing())??;
    let us = begun.elapsed().as_micros() as u64;
    let touches = tap.touches();
    let sum = |way: Direction| touches.iter().filter(|touch| touch.way == way).map(|touch| touch.bytes).sum();
    Ok(Opening {
        way: name,
        head,
        up: sum(Direction::Up),
        down: sum(Direction::Down),
        trips: trips(&touches),
        us,
    })
}

/// What Chromium sends along with a request of a page.
pub(super) fn browser_head() -> Result<Vec<(HeaderName, HeaderValue)>, Trouble> {
    let lines = include_str!("../../generator/browser-heads.txt").lines();
    let heads = lines.filter_map(|line| line.split_once(": "));
    let wrong = |name: &str| Trouble::Case(format!("browser-heads.txt: {name} is no header"));
    heads.map(|(name, value)| name.parse().ok().zip(value.parse().ok()).ok_or_else(|| wrong(name))).collect()
}

/// How often something was said and then answered: each is a wait for the network.
fn trips(touches: &[Touch]) -> usize {
    let mut waiting = false;
    let mut trips = 0;
    for touch in touches {
        match touch.way {
            Direction::Connect => trips += 1,
            Direction::Up => waiting = true,
            Direction::Down => trips += usize::from(std::mem::take(&mut waiting)),
        }
    }
    trips
}

fn judge(rule: &Rule, openings: &[Opening]) -> Found {
    let of = |way: &str, head: Head, what: fn(&Opening) -> f64| -> Vec<f64> {
        openings.iter().filter(|one| one.way == way && one.head == head).map(what).collect()
    };
    let all = |one: &Opening| (one.up + one.down) as f64;
    // Each round against the poll of the same round and head.
    let against = |values: &[f64], base: &[f64], with: fn(f64, f64) -> f64| {
        values.iter().zip(base).map(|(value, base)| with(*value, *base)).collect::<Vec<_>>()
    };
    let mut evidence = Vec::new();
    for way in crate::WAYS {
        let card = way.card();
        for (head, en, zh) in HEADS {
            let mut add =
                |what: (&str, &str), unit: &str, values: &[f64], judged: Option<(Vec<f64>, Threshold)>| {
                    let what = Text::new(
                        format!("{} until the first price, {}, {en}", what.0, card.title),
                        format!("到第一笔报价的{}，{}，{zh}", what.1, card.title_zh),
                    );
                    // The other ways are no part of the claim; and a time on one machine holds no network.
                    evidence.push(match judged.filter(|_| card.name == "sse") {
                        Some((against, threshold)) => {
                            let says =
                                figure(Text::default(), "", &against, |low, high| threshold.judge(low, high))
                                    .says;
                            figure(what, unit, values, |_, _| says)
                        }
                        None => beside(what, unit, values),
                    });
                };
            let trips = of(card.name, head, |one| one.trips as f64);
            let more = against(&trips, &of("poll", head, |one| one.trips as f64), |own, poll| own - poll);
            add(("round trips", "往返次数"), "", &trips, Some((more, rule.more_trips)));
            let bytes = of(card.name, head, all);
            let times = against(&bytes, &of("poll", head, all), |own, poll| own / poll);
            add(("bytes both ways", "双向字节"), "B", &bytes, Some((times, rule.bytes)));
            add(("time", "时间"), "ms", &of(card.name, head, |one| one.us as f64 / 1000.0), None);
        }
    }
    let text = |way: &str, head, what: fn(&Opening) -> f64| {
        median_of(of(way, head, what)).map_or_else(|| "–".to_owned(), |value| format!("{value:.0}"))
    };
    let trips = |way| text(way, Head::Minimal, |one| one.trips as f64);
    let bytes = |way, head| text(way, head, |one| (one.up + one.down) as f64);
    let [poll, ws, sse] =
        ["poll", "ws", "sse"].map(|way| (trips(way), bytes(way, Head::Minimal), bytes(way, Head::Browser)));
    let finding = Text::new(
        format!(
            "Over HTTP/1.1 the first price takes {} round trips by SSE, {} by a poll and {} by WebSocket, TCP included, and {}, {} and {} bytes with a minimal head ({}, {} and {} with a browser's).",
            sse.0, poll.0, ws.0, sse.1, poll.1, ws.1, sse.2, poll.2, ws.2
        ),
        format!(
            "在 HTTP/1.1 上拿到第一笔报价，连同 TCP，SSE 要 {} 次往返，轮询 {} 次，WebSocket {} 次；最小请求头时分别是 {}、{}、{} 字节（浏览器的请求头时是 {}、{}、{}）。",
            sse.0, poll.0, ws.0, sse.1, poll.1, ws.1, sse.2, poll.2, ws.2
        ),
    );
    let knob = Text::new(
        "The head that a browser sends along; and a kept connection, which saves the round trip of TCP.",
        "浏览器带上的请求头；以及复用连接，可以省去 TCP 的那次往返。",
    );
    let raw = json!({"http": "1.1", "openings": openings});
    Found { verdict: Verdict::of(&evidence), finding, knob, evidence, raw }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::experiments::claim::Claim;
    use crate::claims::experiments::tests::env;

    #[test]
    fn a_trip_is_a_word_and_its_answer() {
        let at = Instant::now();
        let of = |ways: &[Direction]| {
            trips(&ways.iter().map(|way| Touch { at, way: *way, bytes: 1 }).collect::<Vec<_>>())
        };
        use Direction::{Connect, Down, Up};
        assert_eq!(of(&[Connect, Up, Up, Down, Down]), 2);
        assert_eq!(of(&[Connect, Up, Down, Up, Down]), 3);
        assert_eq!(of(&[Connect, Up]), 1);
    }

    #[test]
    fn only_what_sse_needs_is_the_claim() {
        let rule: Rule = Claim::read(CLAIM).unwrap().rule;
        let opening = |way, trips, up| Opening { way, head: Head::Minimal, up, down: 400, trips, us: 900 };
        let seen = |trips, up| {
            let of = |way| if way == "sse" { opening(way, trips, up) } else { opening(way, 2, 100) };
            let minimal = crate::WAYS.map(|way| of(way.card().name));
            let all: Vec<_> = minimal
                .into_iter()
                .chain(minimal.map(|one| Opening { head: Head::Browser, ..one }))
                .collect();
            let found = judge(&rule, &all);
            assert_eq!(found.evidence.iter().filter(|figure| !figure.beside).count(), 4);
            found.verdict
        };
        assert_eq!(seen(2, 110), Verdict::Holds);
        assert_eq!(seen(3, 2_000), Verdict::Fails);
        assert_eq!(seen(3, 110), Verdict::Depends);
        assert_eq!(judge(&rule, &[]).verdict, Verdict::Undecided);
    }

    #[test]
    fn the_browser_s_head_is_one() {
        let head = browser_head().unwrap();
        assert!(head.iter().any(|(name, _)| name == "user-agent"), "{head:?}");
    }

    #[tokio::test]
    async fn a_real_opening_is_a_few_hundred_bytes_and_two_trips() {
        let rule = Rule { rounds: 1, ..Claim::read(CLAIM).unwrap().rule };
        let found = run(&env(), &rule, &mut |_| {}).await.unwrap();
        for opening in found.raw["openings"].as_array().unwrap() {
            assert_eq!(opening["trips"], 2, "{opening}");
            let browser = opening["head"] == "browser";
            assert_eq!(opening["up"].as_u64().unwrap() > 400, browser, "{opening}");
        }
    }
}

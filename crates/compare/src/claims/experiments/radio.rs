//! C17: polling drains the battery. How often a phone's radio would wake up and how long it would stay on, from the
//! instants at which bytes passed a real socket in either direction.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};
use transport::{Heard, Target, Transport};
use wire::Wire;

use super::claim::Found;
use super::figure::{beside, figure};
use super::gather::gather;
use super::server::Server;
use super::tap::Tap;
use super::{Env, Trouble, title};
use crate::claims::{Evidence, Text, Threshold, Verdict};

pub(super) const CLAIM: &str = include_str!("../../../../../benches/claims/C17.toml");

/// From the connection to its first word.
const PATIENCE: Duration = Duration::from_secs(20);

/// The numbers of the rule.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// Seconds of radio a minute by polling, divided by those by SSE.
    ratio: Threshold,
    /// How long a radio stays on behind the last byte.
    tail_s: f64,
    /// Between two prices.
    tick_s: Vec<f64>,
    /// Between two polls.
    poll_s: Vec<f64>,
    /// The length of a round.
    round_s: f64,
    rounds: u32,
}

/// One kind of client.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Kind {
    way: &'static str,
    /// Between two polls, in seconds.
    poll_s: Option<f64>,
    tick_s: f64,
}

/// What a radio did in one round.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Radio {
    wakeups: u32,
    on_s: f64,
}

/// One client and what passed its socket.
#[derive(Clone, Debug, Serialize)]
struct Case {
    kind: Kind,
    /// Instants of bytes, in seconds from the beginning of the first round.
    touches_s: Vec<f64>,
    rounds: Vec<Radio>,
}

impl Radio {
    /// What a radio with this tail did in `window`, woken at `touches` (ascending, all in seconds).
    fn of(touches: &[f64], tail_s: f64, window: &Range<f64>) -> Self {
        let mut radio = Self { wakeups: 0, on_s: 0.0 };
        let mut off_at = f64::NEG_INFINITY;
        for touch in touches {
            if *touch > off_at && window.contains(touch) {
                radio.wakeups += 1;
            }
            let (from, to) = (touch.max(off_at).max(window.start), (touch + tail_s).min(window.end));
            radio.on_s += (to - from).max(0.0);
            off_at = off_at.max(touch + tail_s);
        }
        radio
    }
}

pub(super) async fn run(env: &Env, rule: &Rule, say: &mut dyn FnMut(&str)) -> Result<Found, Trouble> {
    let whole = rule.round_s * f64::from(rule.rounds);
    let (mut cases, mut servers) = (JoinSet::new(), Vec::new());
    for tick_s in &rule.tick_s {
        let server =
            Server::start(&env.exe, &["--rate", &(1.0 / tick_s).to_string(), "--symbols", "1"]).await?;
        for kind in kinds(*tick_s, &rule.poll_s) {
            let way =
                crate::way(kind.way).ok_or_else(|| Trouble::Case(format!("there is no way {}", kind.way)))?;
            let mut target = Target::new(server.authority(), "stock-price");
            target.interval = Duration::from_secs_f64(kind.poll_s.unwrap_or(1.0));
            // Polls as the tutorial's: the newest price.
            target.newest = true;
            cases.spawn(listen(way, target, kind, rule.clone()));
        }
        servers.push(server);
    }
    say(&format!("C17: {} clients side by side, {whole:.0} s", cases.len()));
    let mut cases = gather(cases, "C17", say).await?;
    cases.sort_by(|a, b| order(&a.kind).partial_cmp(&order(&b.kind)).unwrap_or(std::cmp::Ordering::Equal));
    Ok(judge(rule, &cases))
}

fn kinds(tick_s: f64, poll_s: &[f64]) -> Vec<Kind> {
    let polls = poll_s.iter().map(|poll_s| Kind { way: "poll", poll_s: Some(*poll_s), tick_s });
    let others = crate::WAYS.iter().map(|way| way.card().name).filter(|way| *way != "poll");
    polls.chain(others.map(|way| Kind { way, poll_s: None, tick_s })).collect()
}

/// The order of the table.
fn order(kind: &Kind) -> (f64, usize, f64) {
    (-kind.tick_s, crate::place(kind.way), kind.poll_s.unwrap_or_default())
}

async fn listen(
    way: &'static dyn Transport,
    target: Target,
    kind: Kind,
    rule: Rule,
) -> Result<Case, Trouble> {
    let tap = Tap::default();
    let mut session = way.session(Arc::new(target), None, Wire::new(tap.clone()));
    let broke = || Trouble::Case(format!("{}: the connection ended", kind.way));
    let open = async {
        while let Some(heard) = session.next().await {
            if let Heard::Open { .. } = heard? {
                return Ok(());
            }
        }
        Err(broke())
    };
    timeout(PATIENCE, open).await.map_err(|_| Trouble::Case(format!("{}: no greeting", kind.way)))??;
    // The handshake lies before the first round; its tail is on in it, as it would be.
    let begin = Instant::now();
    let end = begin + Duration::from_secs_f64(rule.round_s * f64::from(rule.rounds));
    while let Ok(heard) = timeout_at(end, session.next()).await {
        heard.ok_or_else(broke)??;
    }
    let seconds = |at: Instant| {
        let before = begin.saturating_duration_since(at).as_secs_f64();
        at.saturating_duration_since(begin).as_secs_f64() - before
    };
    let touches_s: Vec<f64> = tap.touches().into_iter().map(|touch| seconds(touch.at)).collect();
    let window = |round: u32| f64::from(round) * rule.round_s..f64::from(round + 1) * rule.round_s;
    let rounds = (0..rule.rounds).map(|round| Radio::of(&touches_s, rule.tail_s, &window(round))).collect();
    Ok(Case { kind, touches_s, rounds })
}

fn judge(rule: &Rule, cases: &[Case]) -> Found {
    let minute = 60.0 / rule.round_s;
    let on = |case: &Case| case.rounds.iter().map(|radio| radio.on_s * minute).collect::<Vec<_>>();
    let wakeups =
        |case: &Case| case.rounds.iter().map(|radio| f64::from(radio.wakeups) * minute).collect::<Vec<_>>();
    let mut evidence = Vec::new();
    for case in cases {
        let kind = case.kind;
        let what = |en: &str, zh: &str| {
            let name = name(&kind);
            Text::new(
                format!("{en}, {}, a price every {} s", name.en, kind.tick_s),
                format!("{zh}，{}，每 {} 秒一笔报价", name.zh, kind.tick_s),
            )
        };
        if kind.way == "poll" {
            let sse = cases
                .iter()
                .find(|other| other.kind.way == "sse" && other.kind.tick_s.total_cmp(&kind.tick_s).is_eq());
            let sse = sse.map(on).unwrap_or_default();
            let ratio: Vec<_> = on(case).iter().zip(sse).map(|(own, sse)| own / sse).collect();
            let what = what("radio on, as a multiple of SSE's", "射频开启时间是 SSE 的几倍");
            evidence.push(figure(what, "×", &ratio, |low, high| rule.ratio.judge(low, high)));
        }
        evidence.push(beside(what("radio on per minute", "每分钟射频开启"), "s", &on(case)));
        evidence.push(beside(
            what("wake-ups per minute (0: it never sleeps)", "每分钟唤醒（0 表示从不休眠）"),
            "count",
            &wakeups(case),
        ));
    }
    let verdict = Verdict::of(&evidence);
    let raw = json!({"tail_s": rule.tail_s, "round_s": rule.round_s, "cases": cases});
    Found { verdict, finding: finding(rule, &evidence), knob: knob(), evidence, raw }
}

fn name(kind: &Kind) -> Text {
    let title = title(kind.way);
    match kind.poll_s {
        Some(poll_s) => {
            Text::new(format!("{} every {poll_s} s", title.en), format!("{}（每 {poll_s} 秒）", title.zh))
        }
        None => title,
    }
}

fn knob() -> Text {
    Text::new(
        "The poll interval against the tail of the radio and the time between two prices; the price of a longer one is older data.",
        "轮询间隔，相对于射频的拖尾时间和两笔报价之间的时间；间隔越长，数据越旧。",
    )
}

/// For each pace of the prices: the seconds by SSE, then by polls from the shortest interval to the longest.
fn finding(rule: &Rule, evidence: &[Evidence]) -> Text {
    let seconds = |tick_s: f64, kind: Kind| {
        let wanted = format!("radio on per minute, {}, a price every {tick_s} s", name(&kind).en);
        let value = evidence.iter().find(|figure| figure.what.en == wanted).and_then(|figure| figure.value);
        value.map_or_else(|| "–".to_owned(), |value| format!("{value:.0}"))
    };
    let (mut en, mut zh) = (Vec::new(), Vec::new());
    for tick_s in &rule.tick_s {
        let sse = seconds(*tick_s, Kind { way: "sse", poll_s: None, tick_s: *tick_s });
        let polls = rule.poll_s.iter().map(|poll_s| {
            (poll_s, seconds(*tick_s, Kind { way: "poll", poll_s: Some(*poll_s), tick_s: *tick_s }))
        });
        let (polls, polls_zh): (Vec<_>, Vec<_>) = polls
            .map(|(poll_s, on)| {
                (format!("polling every {poll_s} s {on}"), format!("每 {poll_s} 秒轮询 {on}"))
            })
            .unzip();
        en.push(format!("A price every {tick_s} s: SSE {sse}, {}.", polls.join(", ")));
        zh.push(format!("每 {tick_s} 秒一笔报价：SSE {sse}，{}。", polls_zh.join("，")));
    }
    let tail = rule.tail_s;
    Text::new(
        format!(
            "Seconds of radio in a minute, if it stays on for {tail} s behind each byte. {}",
            en.join(" ")
        ),
        format!("设射频在每个字节之后再开 {tail} 秒，每分钟开启的秒数如下。{}", zh.concat()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::experiments::claim::Claim;
    use crate::claims::experiments::tests::env;

    #[test]
    fn a_tail_runs_from_the_last_byte() {
        let of = |touches: &[f64]| Radio::of(touches, 5.0, &(0.0..60.0));
        assert_eq!(of(&[]), Radio { wakeups: 0, on_s: 0.0 });
        assert_eq!(of(&[10.0, 30.0]), Radio { wakeups: 2, on_s: 10.0 });
        assert_eq!(of(&[10.0, 12.0, 30.0]), Radio { wakeups: 2, on_s: 12.0 }, "within the tail");
        assert_eq!(of(&[-2.0, 30.0]), Radio { wakeups: 1, on_s: 8.0 }, "woken before the round");
        assert_eq!(of(&[58.0, 70.0]), Radio { wakeups: 1, on_s: 2.0 }, "cut at the end of the round");
        let each_second: Vec<f64> = (0..60).map(f64::from).collect();
        assert_eq!(of(&each_second), Radio { wakeups: 1, on_s: 60.0 });
    }

    fn case(way: &'static str, poll_s: Option<f64>, tick_s: f64, on_s: [f64; 2]) -> Case {
        let rounds = on_s.map(|on_s| Radio { wakeups: 3, on_s }).into();
        Case { kind: Kind { way, poll_s, tick_s }, touches_s: Vec::new(), rounds }
    }

    #[test]
    fn the_interval_decides() {
        let rule: Rule = Claim::read(CLAIM).unwrap().rule;
        let sse = case("sse", None, 10.0, [30.0, 30.0]);
        let verdict = |polls: &[Case]| judge(&rule, &[polls, std::slice::from_ref(&sse)].concat()).verdict;
        let (fast, slow) =
            (case("poll", Some(1.0), 10.0, [60.0, 60.0]), case("poll", Some(60.0), 10.0, [5.0, 5.0]));
        assert_eq!(verdict(std::slice::from_ref(&fast)), Verdict::Holds);
        assert_eq!(verdict(std::slice::from_ref(&slow)), Verdict::Fails);
        assert_eq!(verdict(&[fast.clone(), slow]), Verdict::Depends);
        assert_eq!(verdict(&[case("poll", Some(10.0), 10.0, [28.0, 45.0])]), Verdict::Undecided);
        assert_eq!(judge(&rule, &[]).verdict, Verdict::Undecided);
        let found = judge(&rule, &[fast, sse]);
        let judged: Vec<_> = found.evidence.iter().filter(|figure| !figure.beside).collect();
        assert_eq!((judged.len(), judged[0].value, judged[0].says), (1, Some(2.0), Verdict::Holds));
        assert!(found.finding.en.contains("SSE 30, polling every 1 s 60"), "{}", found.finding.en);
    }

    #[tokio::test]
    async fn bytes_on_a_real_socket_wake_the_radio() {
        let rule: Rule = Claim::read(CLAIM).unwrap().rule;
        let rule =
            Rule { tail_s: 0.05, tick_s: vec![0.5], poll_s: vec![0.25], round_s: 1.5, rounds: 1, ..rule };
        let found = run(&env(), &rule, &mut |_| {}).await.unwrap();
        let cases = found.raw["cases"].as_array().unwrap();
        let ways: Vec<_> = cases.iter().filter_map(|case| case["kind"]["way"].as_str()).collect();
        assert_eq!(ways, ["poll", "long-poll", "ws", "sse"]);
        for case in cases {
            let woken = |name: &str| case["rounds"][0][name].as_f64().unwrap();
            assert!(woken("wakeups") > 0.0 && woken("on_s") > 0.0, "{case}");
        }
    }
}

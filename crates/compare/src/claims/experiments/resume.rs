//! C07: with ids nothing is lost on reconnect. Each way is cut at twelve places, with three kinds of coming back.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use transport::{Backoff, Error, Heard, Target, Transport, follow};
use wire::Wire;

use super::claim::Found;
use super::figure::{beside, figure};
use super::gather::gather;
use super::relay::{Cut, Relay};
use super::sequence::Sequence;
use super::server::Server;
use super::{Env, Trouble};
use crate::claims::{Text, Threshold, Verdict};

pub(super) const CLAIM: &str = include_str!("../../../../../benches/claims/C07.toml");

/// The event that is cut: behind the snapshot of all symbols, so that the client has something to lose.
const NTH: usize = 20;
/// A case that is not over by then has failed: waits of the reconnect loop take some seconds.
const PATIENCE: Duration = Duration::from_secs(90);

/// The numbers of the rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// Events lost, of one cut.
    lost: Threshold,
    /// Events a second.
    rate: u32,
    /// Events that are waited for after the last reconnect.
    after: usize,
    /// Between two polls, in milliseconds.
    interval_ms: u64,
}

/// How a client comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Back {
    /// Without a cursor, as a client whose events had no id.
    NoId,
    /// With its cursor, which the server ignores.
    NoReplay,
    /// With its cursor, and the server replays.
    Replay,
}

const BACKS: [(Back, &str, &str); 3] = [
    (Back::NoId, "no id", "没有 id"),
    (Back::NoReplay, "id, server does not replay", "有 id，服务器不补发"),
    (Back::Replay, "id and replay", "有 id，服务器补发"),
];

/// Twelve places. Those in the head need a connection before them on which there was something to lose.
#[rustfmt::skip]
fn places() -> [(&'static str, Vec<Cut>); 12] {
    let second = |cut| vec![Cut::FromEnd(NTH, 2), cut];
    [
        ("before the first byte", second(Cut::After(0))),
        ("in the head", second(Cut::After(20))),
        ("behind the head", second(Cut::BehindHead)),
        ("in the id line", vec![Cut::FromBegin(NTH, -10)]),
        ("behind the id line", vec![Cut::FromBegin(NTH, -6)]),
        ("before the data", vec![Cut::FromBegin(NTH, 0)]),
        ("behind the first bytes of the data", vec![Cut::FromBegin(NTH, 3)]),
        ("in the middle of the data", vec![Cut::FromBegin(NTH, 40)]),
        ("before the last byte of the data", vec![Cut::FromEnd(NTH, -1)]),
        ("behind the data", vec![Cut::FromEnd(NTH, 0)]),
        ("between the data line and the blank line", vec![Cut::FromEnd(NTH, 1)]),
        ("behind the blank line", vec![Cut::FromEnd(NTH, 2)]),
    ]
}

/// One case and what it saw.
#[derive(Debug, Serialize)]
struct Case {
    way: &'static str,
    back: Back,
    place: &'static str,
    counts: Sequence,
    /// Holes that the server announced.
    gaps: u64,
    events: usize,
    /// The last bytes before each cut.
    cut_behind: Vec<String>,
}

pub(super) async fn run(env: &Env, rule: &Rule, say: &mut dyn FnMut(&str)) -> Result<Found, Trouble> {
    let server = Server::start(&env.exe, &["--rate", &rule.rate.to_string()]).await?;
    let mut cases = JoinSet::new();
    for way in crate::WAYS {
        for (back, ..) in BACKS {
            for (number, (place, cuts)) in places().into_iter().enumerate() {
                let mut target = Target::new(String::new(), "stock-price");
                target.interval = Duration::from_millis(rule.interval_ms);
                let seed = number as u64;
                cases.spawn(case(
                    way,
                    back,
                    place,
                    cuts,
                    server.authority().to_owned(),
                    target,
                    rule.after,
                    seed,
                ));
            }
        }
    }
    Ok(judge(rule, &gather(cases, "C07", say).await?))
}

#[expect(clippy::too_many_arguments, reason = "one point of a grid")]
async fn case(
    way: &'static dyn Transport,
    back: Back,
    place: &'static str,
    cuts: Vec<Cut>,
    upstream: String,
    mut target: Target,
    after: usize,
    seed: u64,
) -> Result<Case, Trouble> {
    let (connections, name) = (cuts.len() + 1, way.card().name);
    let relay = Relay::start(upstream, cuts, back == Back::NoReplay).await?;
    relay.authority().clone_into(&mut target.authority);
    let mut listener = Listener { connections, after, wire: Wire::default(), ..Listener::default() };
    let listening = listener.listen(way, Arc::new(target), back, Backoff::new(seed));
    if timeout(PATIENCE, listening).await.is_err() {
        return Err(Trouble::Case(format!("{name}, cut {place}: nothing came any more")));
    }
    Ok(Case {
        way: name,
        back,
        place,
        counts: Sequence::of(&listener.numbers),
        gaps: listener.gaps,
        events: listener.numbers.len(),
        cut_behind: relay.made(),
    })
}

/// A client of a feed that is cut.
#[derive(Default)]
struct Listener {
    wire: Wire,
    /// How many connections the cuts leave it with.
    connections: usize,
    after: usize,
    numbers: Vec<u64>,
    gaps: u64,
    /// Events that came on the last connection.
    last: usize,
}

impl Listener {
    /// Until enough came on the last connection.
    async fn listen(
        &mut self,
        way: &'static dyn Transport,
        target: Arc<Target>,
        back: Back,
        backoff: Backoff,
    ) {
        if back != Back::NoId {
            let mut feed = std::pin::pin!(follow(way, target, None, self.wire.clone(), backoff));
            while let Some(heard) = feed.next().await {
                if self.take(&heard) {
                    return;
                }
            }
        } else {
            self.listen_anew(way, target, backoff).await;
        }
    }

    /// The loop of [`follow`] with one thing left out: it does not remember where it was.
    async fn listen_anew(&mut self, way: &'static dyn Transport, target: Arc<Target>, mut backoff: Backoff) {
        loop {
            let mut session = way.session(Arc::clone(&target), None, self.wire.clone());
            while let Some(heard) = session.next().await {
                match &heard {
                    Ok(Heard::Event { .. }) => backoff.reset(),
                    Ok(Heard::Retry(first)) => backoff.start_with(*first),
                    _ => {}
                }
                if self.take(&heard) {
                    return;
                }
            }
            drop(session);
            sleep(backoff.wait(None)).await;
        }
    }

    /// Whether that was enough.
    fn take(&mut self, heard: &Result<Heard, Error>) -> bool {
        match heard {
            Ok(Heard::Event { cursor, .. }) => {
                self.numbers.push(cursor.seq);
                self.last += usize::from(self.wire.connections() as usize == self.connections);
            }
            Ok(Heard::Gap(_)) => self.gaps += 1,
            // An error is a cut that was felt; the loop goes on.
            _ => {}
        }
        self.last >= self.after
    }
}

fn judge(rule: &Rule, cases: &[Case]) -> Found {
    let lost = |way: &str, back: Back| -> Vec<f64> {
        let cases = cases.iter().filter(|case| case.way == way && case.back == back);
        cases.map(|case| case.counts.lost as f64).collect()
    };
    // The claim speaks of events that have ids, and of loss: a client without ids, and events that came twice or out of
    // order, are shown beside them and decide nothing.
    let mut evidence = Vec::new();
    for way in crate::WAYS {
        let card = way.card();
        let variant = if card.name == "poll" { (" (after=)", "（after=）") } else { ("", "") };
        for (back, en, zh) in BACKS {
            let what = Text::new(
                format!("lost events, {}{}: {en}", card.title, variant.0),
                format!("丢失的事件，{}{}：{zh}", card.title_zh, variant.1),
            );
            let lost = lost(card.name, back);
            evidence.push(if back == Back::NoId {
                beside(what, "count", &lost)
            } else {
                // Each place is a case of its own: lost here and kept there depends on the place.
                figure(what, "count", &lost, |_, _| {
                    Verdict::together(lost.iter().map(|lost| rule.lost.judge(*lost, *lost)))
                })
            });
        }
    }
    let replayed = || cases.iter().filter(|case| case.back == Back::Replay);
    let sum = |of: fn(&Sequence) -> u64| replayed().map(|case| of(&case.counts) as f64).collect::<Vec<_>>();
    let twice = Text::new(
        "events that came twice, id and replay, all ways",
        "重复到达的事件，有 id 且补发，四种方式合计",
    );
    let order =
        Text::new("events out of order, id and replay, all ways", "乱序的事件，有 id 且补发，四种方式合计");
    let verdict = Verdict::of(&evidence);
    evidence.push(beside(twice, "count", &sum(|counts| counts.duplicated)));
    evidence.push(beside(order, "count", &sum(|counts| counts.reordered)));
    let worst = |back: Back| cases.iter().filter(|case| case.back == back).map(|case| case.counts.lost).max();
    let (replay, ignored, none) = (worst(Back::Replay), worst(Back::NoReplay), worst(Back::NoId));
    let text = |worst: Option<u64>| worst.map_or_else(|| "–".to_owned(), |lost| lost.to_string());
    let (replay, ignored, none) = (text(replay), text(ignored), text(none));
    let (cuts, rate) = (places().len(), rule.rate);
    let finding = Text::new(
        format!(
            "Cut at {cuts} places of the stream at {rate} events a second, a client with ids lost at most {replay} events where the server replays, and up to {ignored} where it ignores the id; without ids it lost up to {none}. What is lost is what was told between the cut and the reconnect. This is all four ways together; polling sends its cursor (after=).",
        ),
        format!(
            "在每秒 {rate} 个事件的数据流的 {cuts} 个位置切断：有 id 且服务器补发时最多丢 {replay} 个事件；服务器不理会 id 时最多丢 {ignored} 个；没有 id 时最多丢 {none} 个。丢的是断线到重连之间发出的那些。这是四种方式合计，其中轮询带游标（after=）。",
        ),
    );
    Found {
        verdict,
        finding,
        knob: Text::new(
            "Whether the server keeps a window of events and replays what comes after the id; and the wait before the reconnect.",
            "服务器是否保留一段事件并补发 id 之后的部分；以及重连前等多久。",
        ),
        evidence,
        raw: json!({"rate": rule.rate, "interval_ms": rule.interval_ms, "poll": "all events after the cursor", "places": "named as they lie in an event stream; on the other ways the same distance from the JSON of an event", "cases": cases}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::experiments::claim::Claim;
    use crate::claims::experiments::tests::env;

    fn rule() -> Rule {
        Claim::read(CLAIM).unwrap().rule
    }

    fn seen(lost: impl Fn(Back, usize) -> u64) -> Vec<Case> {
        let mut cases = Vec::new();
        for way in crate::WAYS.map(|way| way.card().name) {
            for (back, ..) in BACKS {
                for (number, (place, _)) in places().into_iter().enumerate() {
                    let counts = Sequence { lost: lost(back, number), ..Sequence::default() };
                    cases.push(Case {
                        way,
                        back,
                        place,
                        counts,
                        gaps: 0,
                        events: 50,
                        cut_behind: Vec::new(),
                    });
                }
            }
        }
        cases
    }

    #[test]
    fn each_verdict_has_its_losses() {
        use Verdict::{Depends, Fails, Holds, Undecided};
        type Lost = fn(Back, usize) -> u64;
        let all: [(Lost, Verdict, &str); 6] = [
            (|_, _| 0, Holds, "nothing is lost"),
            (|back, _| u64::from(back == Back::NoId), Holds, "only without ids"),
            (|_, _| 70, Fails, "ids and replay save nothing"),
            (|back, _| if back == Back::NoId { 0 } else { 1 }, Fails, "nor where no id would have"),
            (|back, _| if back == Back::Replay { 0 } else { 70 }, Depends, "the server replays or not"),
            (|_, place| u64::from(place == 4), Depends, "one place is enough"),
        ];
        for (lost, verdict, why) in all {
            assert_eq!(judge(&rule(), &seen(lost)).verdict, verdict, "{why}");
        }
        assert_eq!(judge(&rule(), &[]).verdict, Undecided);
    }

    #[test]
    fn what_came_twice_or_late_stands_beside() {
        let mut cases = seen(|back, _| if back == Back::Replay { 0 } else { 70 });
        for case in &mut cases {
            (case.counts.duplicated, case.counts.reordered) = (1, 1);
        }
        let found = judge(&rule(), &cases);
        let (beside, judged): (Vec<_>, Vec<_>) = found.evidence.iter().partition(|figure| figure.beside);
        assert_eq!((beside.len(), judged.len()), (4 + 2, 8));
        assert!(beside.iter().all(|figure| figure.says == Verdict::Undecided));
        assert!(found.finding.en.contains("at most 0 events") && found.finding.en.contains("up to 70"));
    }

    #[tokio::test]
    async fn ids_and_a_replay_lose_nothing_wherever_it_is_cut() {
        let server = Server::start(&env().exe, &["--rate", "100"]).await.unwrap();
        let mut cases = JoinSet::new();
        // The stream and the way that asks anew: at a byte in the middle of an event, and in the head.
        for (way, number, back) in [
            ("sse", 7, Back::Replay),
            ("sse", 1, Back::Replay),
            ("long-poll", 7, Back::Replay),
            ("ws", 7, Back::NoReplay),
            ("sse", 7, Back::NoId),
        ] {
            let (place, cuts) = places().into_iter().nth(number).unwrap();
            let (target, way) = (Target::new(String::new(), "stock-price"), crate::way(way).unwrap());
            cases.spawn(case(way, back, place, cuts, server.authority().to_owned(), target, 20, 1));
        }
        for case in gather(cases, "", &mut |_| {}).await.unwrap() {
            assert_eq!(case.counts.lost == 0, case.back == Back::Replay, "{case:?}");
            assert_eq!((case.counts.duplicated, case.counts.reordered), (0, 0), "{case:?}");
            assert!(!case.cut_behind.is_empty(), "{case:?}");
        }
    }
}

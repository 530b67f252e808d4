//! C13: one connection carries any number of messages. A million events over one SSE connection and one WebSocket.

use std::sync::Arc;

use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::Instant;
use transport::{Heard, Target, Transport};
use wire::Wire;

use super::claim::Found;
use super::figure::{beside, figure};
use super::gather::gather;
use super::server::Server;
use super::{Env, Trouble, title};
use crate::claims::words::sentences;
use crate::claims::{Text, Threshold, Verdict};
use crate::report::number::fixed;

pub(super) const CLAIM: &str = include_str!("../../../../../benches/claims/C13.toml");

const WAYS: [&str; 2] = ["sse", "ws"];

/// The numbers of the rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// Events that did not come: missing, or not reached before the connection ended.
    missing: Threshold,
    events: u64,
    /// Events a second.
    rate: u32,
    /// Events that a reader may be behind.
    history: u32,
}

/// What one connection carried.
#[derive(Clone, Debug, Serialize)]
struct Carried {
    way: &'static str,
    wanted: u64,
    events: u64,
    /// Numbers left out between two events.
    missing: u64,
    /// Events that came twice or out of order.
    disordered: u64,
    /// Holes that the server announced.
    gaps: u64,
    connections: u64,
    bytes_down: u64,
    took_s: f64,
    /// Why it ended early.
    broke: Option<String>,
}

pub(super) async fn run(env: &Env, rule: &Rule, say: &mut dyn FnMut(&str)) -> Result<Found, Trouble> {
    let (rate, history) = (rule.rate.to_string(), rule.history.to_string());
    let server = Server::start(&env.exe, &["--rate", &rate, "--history", &history]).await?;
    let seconds = rule.events / u64::from(rule.rate.max(1));
    say(&format!("C13: {} events over one connection each, about {seconds} s", fixed(rule.events as f64, 0)));
    let mut cases = JoinSet::new();
    for way in WAYS.into_iter().filter_map(crate::way) {
        let target = Target::new(server.authority(), "stock-price");
        cases.spawn(carry(way, Arc::new(target), rule.events));
    }
    Ok(judge(rule, &gather(cases, "C13", say).await?))
}

async fn carry(way: &'static dyn Transport, target: Arc<Target>, wanted: u64) -> Result<Carried, Trouble> {
    let wire = Wire::default();
    let mut carried = Carried {
        way: way.card().name,
        wanted,
        events: 0,
        missing: 0,
        disordered: 0,
        gaps: 0,
        connections: 0,
        bytes_down: 0,
        took_s: 0.0,
        broke: None,
    };
    let (begun, mut last) = (Instant::now(), None);
    // A session is one connection: nobody reconnects.
    let mut session = way.session(target, None, wire.clone());
    while carried.events < wanted {
        match session.next().await {
            Some(Ok(Heard::Event { cursor, .. })) => {
                carried.take(last.replace(cursor.seq), cursor.seq);
            }
            Some(Ok(Heard::Gap(_))) => carried.gaps += 1,
            Some(Ok(_)) => {}
            Some(Err(error)) => carried.broke = Some(error.to_string()),
            None => {
                carried.broke.get_or_insert_with(|| "the server ended it".to_owned());
                break;
            }
        }
        tokio::task::consume_budget().await;
    }
    drop(session);
    (carried.connections, carried.bytes_down) = (wire.connections(), wire.bytes_down());
    carried.took_s = begun.elapsed().as_secs_f64();
    Ok(carried)
}

impl Carried {
    fn take(&mut self, last: Option<u64>, seq: u64) {
        self.events += 1;
        match last {
            Some(last) if seq > last => self.missing += seq - last - 1,
            Some(_) => self.disordered += 1,
            None => {}
        }
    }

    /// What was promised and did not come as it should: also what the connection did not live to bring.
    fn lacking(&self) -> u64 {
        self.missing + self.disordered + (self.wanted - self.events)
    }
}

fn judge(rule: &Rule, carried: &[Carried]) -> Found {
    let mut evidence = Vec::new();
    for one in carried {
        let title = title(one.way);
        let what =
            |en: &str, zh: &str| Text::new(format!("{en}, {}", title.en), format!("{zh}，{}", title.zh));
        let lacking = what("events missing, doubled or out of order", "缺失、重复或乱序的事件");
        evidence.push(figure(lacking, "count", &[one.lacking() as f64], |low, high| {
            rule.missing.judge(low, high)
        }));
        let each = one.bytes_down as f64 / one.events.max(1) as f64;
        evidence.extend([
            beside(what("events over one connection", "一个连接上的事件"), "count", &[one.events as f64]),
            beside(what("connections", "连接数"), "count", &[one.connections as f64]),
            beside(what("bytes down per event", "每个事件的下行字节"), "B", &[each]),
        ]);
    }
    let verdict = Verdict::of(&evidence);
    let sentence = |one: &Carried| {
        let title = title(one.way);
        let [events, seconds, lacking] =
            [one.events as f64, one.took_s, one.lacking() as f64].map(|value| fixed(value, 0));
        Text::new(
            format!(
                "One connection of {} carried {events} events in {seconds} s; missing, doubled or out of order: {lacking}.",
                title.en
            ),
            format!(
                "{} 用一个连接在 {seconds} 秒里送了 {events} 个事件，缺失、重复或乱序 {lacking} 个。",
                title.zh
            ),
        )
    };
    let finding = sentences(&carried.iter().map(sentence).collect::<Vec<_>>());
    let knob = Text::new(
        format!(
            "A reader that falls more than {} events behind is told a gap.",
            fixed(f64::from(rule.history), 0)
        ),
        format!("读取者落后超过 {} 个事件时会收到缺口通知。", fixed(f64::from(rule.history), 0)),
    );
    let raw = json!({"rate": rule.rate, "history": rule.history, "connections": carried});
    Found { verdict, finding, knob, evidence, raw }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::experiments::claim::Claim;
    use crate::claims::experiments::tests::env;

    fn carried(way: &'static str, numbers: &[u64]) -> Carried {
        let mut carried = Carried {
            way,
            wanted: 4,
            events: 0,
            missing: 0,
            disordered: 0,
            gaps: 0,
            connections: 1,
            bytes_down: 400,
            took_s: 1.0,
            broke: None,
        };
        let mut last = None;
        for number in numbers {
            carried.take(last.replace(*number), *number);
        }
        carried
    }

    #[test]
    fn a_hole_a_double_or_an_early_end_breaks_the_claim() {
        let rule: Rule = Claim::read(CLAIM).unwrap().rule;
        let whole = carried("sse", &[7, 8, 9, 10]);
        let verdict = |other: &[u64]| judge(&rule, &[whole.clone(), carried("ws", other)]).verdict;
        assert_eq!(verdict(&[1, 2, 3, 4]), Verdict::Holds);
        assert_eq!(verdict(&[1, 2, 4, 5]), Verdict::Depends, "a hole");
        assert_eq!(verdict(&[1, 2, 2, 3]), Verdict::Depends, "a double");
        assert_eq!(verdict(&[1, 2, 3]), Verdict::Depends, "an early end");
        assert_eq!(judge(&rule, &[carried("ws", &[])]).verdict, Verdict::Fails);
        assert_eq!(judge(&rule, &[]).verdict, Verdict::Undecided);
    }

    #[tokio::test]
    async fn a_real_connection_carries_them_all() {
        let rule = Rule { events: 3_000, ..Claim::read(CLAIM).unwrap().rule };
        let found = run(&env(), &rule, &mut |_| {}).await.unwrap();
        assert_eq!(found.verdict, Verdict::Holds, "{}", found.raw);
        for one in found.raw["connections"].as_array().unwrap() {
            assert_eq!(
                (one["events"].as_u64(), one["connections"].as_u64()),
                (Some(3_000), Some(1)),
                "{one}"
            );
        }
    }
}

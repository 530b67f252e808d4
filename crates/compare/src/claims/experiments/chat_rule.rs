//! What the two chats say about each other: whether a difference matters, and from which rate on.

use measure::Histogram;
use serde_json::json;

use super::chat::{ALL, By, Rule, Talk};
use super::claim::Found;
use super::figure::{beside, figure, median_of};
use crate::claims::{Evidence, Text, Verdict};

/// Fewer messages have no 99th percentile.
const P99_MIN: u64 = 100;

/// Judges all rounds of all chats.
pub(super) fn judge(rule: &Rule, talks: &[Talk]) -> Found {
    let (mut evidence, mut decided) = (Vec::new(), Vec::new());
    for rate in &rule.rates {
        let of = |by: By| talks.iter().filter(move |talk| talk.by == by && talk.rate.total_cmp(rate).is_eq());
        let rounds = |by: By, what: fn(&Talk) -> Option<f64>| of(by).filter_map(what).collect::<Vec<_>>();
        for (by, en, zh) in ALL {
            let (socket, own) = (By::WebSocket, rounds(by, |talk| Some(talk.bytes_per_message())));
            let more: Vec<_> = own
                .iter()
                .zip(rounds(socket, |talk| Some(talk.bytes_per_message())))
                .map(|(own, socket)| (own - socket) * rate)
                .collect();
            let later: Vec<_> = rounds(by, Talk::median_ms)
                .iter()
                .zip(rounds(socket, Talk::median_ms))
                .map(|(own, socket)| own - socket)
                .collect();
            let named = |what: &str, what_zh: &str| {
                Text::new(
                    format!("{what}, {rate} messages/s, {en}"),
                    format!("{what_zh}，每秒 {rate} 条，{zh}"),
                )
            };
            let bytes = beside(named("bytes per message both ways", "每条消息的双向字节"), "B", &own);
            let extra = figure(
                named("bytes/s more than by WebSocket", "每秒比 WebSocket 多的字节"),
                "B/s",
                &more,
                |low, high| rule.more_bytes_per_s.judge(low, high),
            );
            let p50 =
                figure(named("round trip p50", "往返 p50"), "ms", &rounds(by, Talk::median_ms), |_, _| {
                    figure(Text::default(), "", &later, |low, high| rule.later_ms.judge(low, high)).says
                });
            // All rounds in one: a single one has too few messages for its slowest hundredth.
            let mut all = Histogram::default();
            of(by).for_each(|talk| all.merge(&talk.latency_us));
            let p99 = all.at(0.99).filter(|_| all.count() >= P99_MIN).map(|us| us as f64 / 1000.0);
            let p99 = beside(named("round trip p99", "往返 p99"), "ms", p99.as_slice());
            if by == socket {
                let own = beside(p50.what, "ms", &rounds(by, Talk::median_ms));
                evidence.extend([bytes, own, p99]);
            } else {
                // Either difference is enough to want a WebSocket.
                decided.push((*rate, by, either(extra.says, p50.says)));
                evidence.extend([bytes, extra, p50, p99]);
            }
        }
    }
    let verdict = Verdict::together(decided.iter().map(|(.., says)| *says));
    let finding = finding(rule, &evidence, &decided);
    let knob = Text::new(
        "The rate at which a client talks, times the head of its requests (over HTTP/1.1; C11 shows what HTTP/2 makes of a head).",
        "客户端说话的频率，乘以每次请求的头部（这里是 HTTP/1.1；HTTP/2 上头部有多大，见 C11）。",
    );
    let raw = json!({"seconds": rule.seconds, "heads": "a browser's at the WebSocket handshake", "p99": format!("only from {P99_MIN} messages on"), "talks": talks});
    Found { verdict, finding, knob, evidence, raw }
}

/// Whether one of two differences matters.
fn either(a: Verdict, b: Verdict) -> Verdict {
    match (a, b) {
        (Verdict::Holds, _) | (_, Verdict::Holds) => Verdict::Holds,
        (Verdict::Fails, Verdict::Fails) => Verdict::Fails,
        _ => Verdict::Undecided,
    }
}

/// From which rate on the difference matters at every rate that was tried, and at which that is open.
fn from(decided: &[(f64, By, Verdict)], wanted: By) -> Text {
    let mut rates: Vec<(f64, Verdict)> =
        decided.iter().filter(|(_, by, _)| *by == wanted).map(|(rate, _, says)| (*rate, *says)).collect();
    rates.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let lowest = rates.iter().rev().take_while(|(_, says)| *says == Verdict::Holds).last();
    let Text { mut en, mut zh } = match lowest {
        Some((rate, _)) => {
            Text::new(format!("from {rate} messages a second on"), format!("每秒 {rate} 条起要紧"))
        }
        None if rates.iter().all(|(_, says)| *says == Verdict::Fails) => {
            Text::new("at none of the rates", "哪个频率都不要紧")
        }
        None => Text::new("from no rate on that could be named", "说不出从哪个频率起要紧"),
    };
    let open: Vec<String> = rates
        .iter()
        .filter(|(_, says)| *says == Verdict::Undecided)
        .map(|(rate, _)| rate.to_string())
        .collect();
    if !open.is_empty() {
        en += &format!(" (undecided at {})", open.join(" and "));
        zh += &format!("（每秒 {} 条时未定）", open.join("、"));
    }
    Text::new(en, zh)
}

fn finding(rule: &Rule, evidence: &[Evidence], decided: &[(f64, By, Verdict)]) -> Text {
    let (minimal, browser) = (from(decided, By::SseMinimal), from(decided, By::SseBrowser));
    let bytes = |name: &str| {
        let some = evidence.iter().filter(|figure| {
            figure.what.en.starts_with("bytes per message") && figure.what.en.ends_with(name)
        });
        median_of(some.filter_map(|figure| figure.value))
            .map_or_else(|| "–".to_owned(), |bytes| format!("{bytes:.0}"))
    };
    let p50 = evidence.iter().filter(|figure| figure.what.en.starts_with("round trip p50"));
    let slowest = p50.filter_map(|figure| figure.high).reduce(f64::max);
    let slowest = slowest.map_or_else(|| "–".to_owned(), |ms| format!("{ms:.1}"));
    let [one, two, three] = ALL.map(|(_, en, _)| bytes(&format!(", {en}")));
    let (least, most) = (
        rule.rates.iter().copied().reduce(f64::min).unwrap_or_default(),
        rule.rates.iter().copied().reduce(f64::max).unwrap_or_default(),
    );
    Text::new(
        format!(
            "At {least} to {most} messages a second a chat works by either; half of all messages came back within {slowest} ms everywhere. A message costs about {one} bytes by SSE and POST ({two} with a browser's head) and {three} by WebSocket. By the threshold the difference matters {} with a minimal head, and {} with a browser's.",
            minimal.en, browser.en
        ),
        format!(
            "每秒 {least} 到 {most} 条消息，两种做法都能聊；各处都有一半消息在 {slowest} ms 内回来。一条消息用 SSE 加 POST 约 {one} 字节（浏览器的请求头时 {two}），用 WebSocket 约 {three} 字节。按阈值看，最小请求头时{}，浏览器的请求头时{}。",
            minimal.zh, browser.zh
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::experiments::chat::CLAIM;
    use crate::claims::experiments::claim::Claim;

    fn talks(rule: &Rule, ms: impl Fn(By) -> u64, bytes: impl Fn(By) -> u64) -> Vec<Talk> {
        let mut talks = Vec::new();
        for rate in &rule.rates {
            for (by, ..) in ALL {
                for round in 1..=rule.rounds {
                    let mut latency_us = Histogram::default();
                    latency_us.record(ms(by) * 1000);
                    let bytes = bytes(by);
                    talks.push(Talk {
                        by,
                        rate: *rate,
                        round,
                        messages: 1,
                        latency_us,
                        bytes_up: bytes,
                        bytes_down: 0,
                    });
                }
            }
        }
        talks
    }

    #[test]
    fn the_rate_decides() {
        let rule: Rule = Claim::read(CLAIM).unwrap().rule;
        let verdict =
            |ms: fn(By) -> u64, bytes: fn(By) -> u64| judge(&rule, &talks(&rule, ms, bytes)).verdict;
        let posts_weigh = |by| if by == By::WebSocket { 200 } else { 1_000 };
        assert_eq!(verdict(|_| 1, posts_weigh), Verdict::Depends);
        assert_eq!(verdict(|_| 1, |_| 200), Verdict::Fails);
        assert_eq!(verdict(|by| if by == By::WebSocket { 1 } else { 500 }, |_| 200), Verdict::Holds);
        let found = judge(&rule, &talks(&rule, |_| 1, posts_weigh));
        assert!(found.finding.en.contains("from 10 messages a second"), "{}", found.finding.en);
        let p99 = found.evidence.iter().find(|figure| figure.what.en.starts_with("round trip p99")).unwrap();
        assert_eq!(p99.value, None, "three messages have no p99");
    }

    #[test]
    fn the_rate_named_is_one_from_which_all_higher_ones_matter() {
        use Verdict::{Fails, Holds, Undecided};
        for (says, en) in [
            ([Fails, Fails, Holds, Holds], "from 10 messages a second on"),
            ([Fails, Holds, Undecided, Holds], "from 50 messages a second on (undecided at 10)"),
            ([Undecided, Fails, Holds, Holds], "from 10 messages a second on (undecided at 0.1)"),
            ([Fails, Holds, Holds, Undecided], "from no rate on that could be named (undecided at 50)"),
            ([Fails, Undecided, Holds, Fails], "from no rate on that could be named (undecided at 1)"),
            ([Fails; 4], "at none of the rates"),
        ] {
            let decided: Vec<_> = [0.1, 1.0, 10.0, 50.0]
                .into_iter()
                .zip(says)
                .map(|(rate, says)| (rate, By::SseBrowser, says))
                .collect();
            assert_eq!(from(&decided, By::SseBrowser).en, en, "{says:?}");
        }
        let (rates, open) =
            ([(50.0, By::SseMinimal, Undecided)], "说不出从哪个频率起要紧（每秒 50 条时未定）");
        assert_eq!(from(&rates, By::SseMinimal).zh, open);
    }

    #[test]
    fn either_difference_is_enough() {
        use Verdict::{Fails, Holds, Undecided};
        assert_eq!(either(Holds, Fails), Holds);
        assert_eq!(either(Fails, Fails), Fails);
        assert_eq!(either(Fails, Undecided), Undecided);
    }
}

//! C10: SSE and polling are simple, long polling medium, WebSocket complex. Counted in code lines of this repository.

use serde::Deserialize;
use serde_json::json;

use super::claim::Found;
use super::figure::{beside, figure};
use super::lines::{Count, count};
use super::{Trouble, title};
use crate::claims::{Text, Threshold, Verdict};

pub(super) const CLAIM: &str = include_str!("../../../../../benches/claims/C10.toml");

/// The numbers of the rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// Lines of the more complex one, divided by those of the simpler one.
    more: Threshold,
    /// Lines of the longer of two that are alike, divided by those of the other.
    alike: Threshold,
}

pub(super) fn run(rule: &Rule) -> Result<Found, Trouble> {
    Ok(judge(rule, &count()?))
}

fn judge(rule: &Rule, counts: &[Count]) -> Found {
    let of = |way: &str, what: fn(&Count) -> usize| {
        counts.iter().find(|count| count.way == way).map_or(f64::NAN, |count| what(count) as f64)
    };
    let crates: fn(&Count) -> usize = |count| count.code;
    let browser: fn(&Count) -> usize = |count| count.browser;
    let mut evidence = Vec::new();
    for (what, en, zh) in
        [(crates, "the Rust crate", "Rust 实现"), (browser, "the browser's client", "浏览器端")]
    {
        for (way, base) in
            [("ws", "sse"), ("ws", "poll"), ("long-poll", "sse"), ("long-poll", "poll"), ("sse", "poll")]
        {
            let alike = way == "sse";
            let (own, other) = (of(way, what), of(base, what));
            let ratio = if alike { own.max(other) / own.min(other) } else { own / other };
            let threshold = if alike { rule.alike } else { rule.more };
            let (own, than) = (title(way), title(base));
            let text = Text::new(
                format!("code lines of {en}, {} against {}", own.en, than.en),
                format!("{zh}的代码行数，{}与{}之比", own.zh, than.zh),
            );
            evidence.push(figure(text, "×", &[ratio], |low, high| threshold.judge(low, high)));
        }
    }
    let verdict = Verdict::of(&evidence);
    for count in counts {
        let title = title(count.way);
        for (value, en, zh) in [
            (count.code, "code lines of the Rust crate", "Rust 实现的代码行数"),
            (count.items, "public items of the Rust crate", "Rust 实现的公开项"),
            (count.browser, "code lines of the browser's client", "浏览器端的代码行数"),
            (count.exports, "exports of the browser's client", "浏览器端的导出项"),
        ] {
            let what = Text::new(format!("{en}, {}", title.en), format!("{zh}，{}", title.zh));
            evidence.push(beside(what, "count", &[value as f64]));
        }
    }
    let listed = |what| ["sse", "poll", "long-poll", "ws"].map(|way| of(way, what));
    let ([sse, poll, long, ws], browser) = (listed(crates), listed(browser));
    let [sse_js, poll_js, long_js, ws_js] = browser;
    let finding = Text::new(
        format!(
            "In this repository the Rust crates have {sse} code lines for SSE (its parser among them), {poll} for polling, {long} for long polling and {ws} for WebSocket, whose frames are a library's; the browser clients have {sse_js}, {poll_js}, {long_js} and {ws_js}."
        ),
        format!(
            "本仓库里，Rust 实现的代码行数是：SSE {sse} 行（含解析器），轮询 {poll} 行，长轮询 {long} 行，WebSocket {ws} 行（帧由程序库处理）；浏览器端分别是 {sse_js}、{poll_js}、{long_js}、{ws_js} 行。"
        ),
    );
    let knob = Text::new(
        "What it is compared with, and what counts as part of the way: a parser of one's own, resume, heartbeat and shutdown, or only the first message.",
        "跟谁比，以及什么算作这种方式的一部分：自己写的解析器、续传、心跳和停机都算，还是只算收到第一条消息。",
    );
    let raw = json!({"counter": "tokei", "counts": counts});
    Found { verdict, finding, knob, evidence, raw }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::experiments::claim::Claim;

    #[test]
    fn the_order_of_the_lines_is_the_claim() {
        let rule: Rule = Claim::read(CLAIM).unwrap().rule;
        let verdict = |lines: [usize; 4]| {
            let ways = ["sse", "poll", "long-poll", "ws"].into_iter().zip(lines);
            let counts = ways.map(|(way, code)| Count { way, code, browser: code, ..Count::default() });
            judge(&rule, &counts.collect::<Vec<_>>()).verdict
        };
        assert_eq!(verdict([100, 95, 130, 200]), Verdict::Holds);
        assert_eq!(verdict([200, 100, 100, 100]), Verdict::Fails);
        assert_eq!(verdict([200, 100, 100, 190]), Verdict::Depends, "complex beside polling, not beside SSE");
        assert_eq!(verdict([100, 100, 120, 120]), Verdict::Undecided, "neither a tenth nor a quarter");
        assert_eq!(judge(&rule, &[]).verdict, Verdict::Undecided);
    }
}

//! C08, the rule: is it six, and is it a limit of SSE?

use std::time::Duration;

use super::pool::{Http2, Numbers, Seen};
use super::sheet::{Judged, beside as beside_it, figure};
use super::{Tried, judge as together};
use crate::claims::{Evidence, Text, Verdict};

/// The verdict with its figures.
pub(super) fn judge(tried: &[Tried<Seen>], numbers: Numbers) -> Judged {
    let knob = Text::new(
        "The version of HTTP, which is what is counted: over HTTP/1.1 it is all connections of the browser to one host, \
         whoever needs them; over HTTP/2 all share one connection, and the server says how many streams it takes. One \
         stream for all tabs, a second host name for the streams, or HTTP/2 are the ways out.",
        "HTTP 的版本，也就是数的是什么：在 HTTP/1.1 上，数的是浏览器到同一主机的全部连接，不管谁在用；在 HTTP/2 上，\
         大家共用一条连接，能开多少条流由服务器说了算。\
         所有标签页共用一条流、给流另用一个域名，或改用 HTTP/2，都是出路。",
    );
    together(tried, |seen| (sentence(seen, numbers), evidence(seen, numbers)), knob)
}

/// A count that the page reported; none if it did not get so far.
fn count(seen: &Seen, what: &str) -> Option<f64> {
    seen.figures.get(what).copied().flatten()
}

/// Whether a request was answered; none if it was not made.
fn answered(seen: &Seen, what: &str) -> Option<bool> {
    seen.figures.get(what).map(Option::is_some)
}

fn seconds(ms: u64) -> f64 {
    Duration::from_millis(ms).as_secs_f64()
}

fn says(holds: Option<bool>) -> Verdict {
    match holds {
        Some(true) => Verdict::Holds,
        Some(false) => Verdict::Fails,
        None => Verdict::Undecided,
    }
}

fn evidence(seen: &Seen, numbers: Numbers) -> Vec<Evidence> {
    let title = &seen.title;
    let Numbers { usual, sources, patience_ms, .. } = numbers;
    let patience_s = seconds(patience_ms);
    let one = |en: String, zh: String, unit: &str, value: Option<f64>, says: Verdict| {
        let figures: Vec<f64> = value.into_iter().collect();
        figure(Text::new(format!("{title}: {en}"), format!("{title}：{zh}")), unit, &figures, says)
    };
    let live = count(seen, "sources_live");
    let beside = count(seen, "sources_beside_fetch");
    let beside = text(beside);
    // Without a full pool the question is not the question.
    let full = live.is_some_and(|live| live < f64::from(sources));
    let when_full = |holds: Option<bool>| says(holds.filter(|_| full));
    let alone = count(seen, "fetch_alone_ms");
    let hung = answered(seen, "fetch_beside_ms") == Some(false);
    let hangs = if hung {
        Text::new(format!(" (none within {patience_s} s)"), format!("（{patience_s} 秒内没有）"))
    } else {
        Text::default()
    };
    let sockets = count(seen, "sockets_live");
    let capped = sockets == Some(f64::from(seen.sockets));
    let cap = if capped { Text::new(", no more were tried", "，没有再多试") } else { Text::default() };
    let freed = count(seen, "freed_by_one");
    let aside = |en: &str, zh: &str, unit: &str, value: Option<f64>| {
        let figures: Vec<f64> = value.into_iter().collect();
        beside_it(Text::new(format!("{title}: {en}"), format!("{title}：{zh}")), unit, &figures)
    };
    let mut all = vec![
        one(
            format!("streams open at a time, of {sources} (HTTP/1.1)"),
            format!("{sources} 条流中同时打开的条数（HTTP/1.1）"),
            "",
            live,
            says(live.map(|live| live.total_cmp(&f64::from(usual)).is_eq())),
        ),
        one(
            "streams that open when one is closed".to_owned(),
            "关掉一条流后新打开的条数".to_owned(),
            "",
            freed,
            when_full(freed.map(|freed| freed > 0.0)),
        ),
        one(
            format!("answer to another request beside {beside} streams{}", hangs.en),
            format!("已有 {beside} 条流时，另一个请求的响应时间{}", hangs.zh),
            "ms",
            count(seen, "fetch_beside_ms"),
            when_full(answered(seen, "fetch_beside_ms")),
        ),
        aside("the same request with no stream open", "没有流时，同样的请求的响应时间", "ms", alone),
        one(
            format!("WebSockets that open beside {beside} streams, of 5"),
            format!("已有 {beside} 条流时，5 个 WebSocket 中能连上的个数"),
            "",
            count(seen, "sockets_beside"),
            when_full(count(seen, "sockets_beside").map(|open| open > 0.0)),
        ),
        one(
            format!("WebSockets open at a time to one host, of {}{}", seen.sockets, cap.en),
            format!("到同一主机同时打开的 WebSocket 个数（共试 {} 个{}）", seen.sockets, cap.zh),
            "",
            sockets,
            says(sockets.map(|sockets| sockets > f64::from(usual))),
        ),
    ];
    let tried = numbers.sources_http2;
    match &seen.http2 {
        Http2::Missing(Text { en, zh }) => all.push(aside(
            &format!("streams open at a time over HTTP/2: not measured: {en}"),
            &format!("HTTP/2 上同时打开的流数：没有测量：{zh}"),
            "",
            None,
        )),
        Http2::Seen(streams) => {
            let left = text(streams.beside);
            all.push(one(
                format!("streams open at a time, of {tried} (HTTP/2)"),
                format!("{tried} 条流中同时打开的条数（HTTP/2）"),
                "",
                streams.live,
                says(streams.live.map(|live| live.total_cmp(&f64::from(usual)).is_eq())),
            ));
            all.push(aside(
                &format!("answer to another request beside {left} streams (HTTP/2)"),
                &format!("已有 {left} 条流时，另一个请求的响应时间（HTTP/2）"),
                "ms",
                streams.fetch_ms,
            ));
        }
    }
    all
}

/// A count in words.
fn text(count: Option<f64>) -> String {
    count.map_or_else(|| "–".to_owned(), |count| count.to_string())
}

fn sentence(seen: &Seen, numbers: Numbers) -> Text {
    let title = &seen.title;
    let patience_s = seconds(numbers.patience_ms);
    let shown = |what| text(count(seen, what));
    let (live, sources, beside) = (shown("sources_live"), numbers.sources, shown("sockets_beside"));
    let (sockets, tried) = (shown("sockets_live"), seen.sockets);
    let (fetch_en, fetch_zh) = match (
        answered(seen, "fetch_beside_ms"),
        answered(seen, "fetch_after_close_ms"),
    ) {
        (Some(true), _) => {
            ("another request was answered beside them".to_owned(), "另一个请求照常得到响应".to_owned())
        }
        (Some(false), Some(true)) => (
            format!(
                "another request beside them hung for {patience_s} s, and was answered when one stream was closed"
            ),
            format!("此时另一个请求卡了 {patience_s} 秒，关掉一条流后才得到响应"),
        ),
        (Some(false), _) => (
            format!("another request beside them hung for {patience_s} s"),
            format!("此时另一个请求卡了 {patience_s} 秒"),
        ),
        (None, _) => ("another request beside them was not tried".to_owned(), "没有试另一个请求".to_owned()),
    };
    let http2 = match &seen.http2 {
        Http2::Missing(Text { en, zh }) => {
            Text::new(format!("HTTP/2 was not measured: {en}"), format!("HTTP/2 没有测量：{zh}"))
        }
        Http2::Seen(streams) => {
            let (live, tried) = (text(streams.live), numbers.sources_http2);
            Text::new(
                format!("over HTTP/2, through nginx, {live} of {tried} streams were open"),
                format!("在 HTTP/2 上经 nginx，{tried} 条流中有 {live} 条打开"),
            )
        }
    };
    Text::new(
        format!(
            "{title} had {live} of {sources} streams open over HTTP/1.1; {fetch_en}; {beside} of 5 WebSockets opened beside them, and \
             {sockets} of {tried} with no stream open; {}.",
            http2.en
        ),
        format!(
            "{title} 在 HTTP/1.1 上的 {sources} 条流中有 {live} 条打开；{fetch_zh}；流占满时 5 个 WebSocket 连上 {beside} 个，\
             没有流时 {tried} 个连上 {sockets} 个；{}。",
            http2.zh
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::super::launch::Browser;
    use super::super::streams::Streams;
    use super::*;

    const NUMBERS: Numbers = Numbers {
        usual: 6,
        sources: 12,
        sources_http2: 140,
        settle_ms: 2000,
        patience_ms: 4000,
        sockets_chromium: 300,
        sockets_firefox: 250,
        silence_s: 45.0,
    };

    fn seen(live: f64, fetch_ms: Option<f64>, beside: f64) -> Vec<Tried<Seen>> {
        let figures = [
            ("fetch_alone_ms", Some(1.5)),
            ("sources_live", Some(live)),
            ("freed_by_one", Some(1.0)),
            ("sources_beside_fetch", Some(live)),
            ("fetch_beside_ms", fetch_ms),
            ("fetch_after_close_ms", Some(2.0)),
            ("sockets_beside", Some(beside)),
            ("sockets_live", Some(255.0)),
        ];
        let figures = figures.map(|(name, value)| (name.to_owned(), value)).into();
        let title = "Chromium 1".to_owned();
        let http2 = Http2::Seen(Streams { live: Some(100.0), beside: Some(50.0), fetch_ms: Some(2.0) });
        vec![(Browser::Chromium, Ok(Seen { title, agent: String::new(), sockets: 300, figures, http2 }))]
    }

    fn of(judged: &Judged, what: &str) -> Verdict {
        judged.evidence.iter().find(|figure| figure.what.en.contains(what)).unwrap().says
    }

    #[test]
    fn six_streams_and_a_request_that_hangs_is_half_true() {
        let judged = judge(&seen(6.0, None, 5.0), NUMBERS);
        assert_eq!(of(&judged, "streams open at a time, of 12"), Verdict::Holds);
        assert_eq!(of(&judged, "another request beside 6 streams (none within 4 s)"), Verdict::Fails);
        assert_eq!(of(&judged, "WebSockets that open"), Verdict::Holds);
        assert_eq!(judged.verdict, Verdict::Depends);
        assert!(
            judged.finding.en.contains("hung for 4 s, and was answered when one"),
            "{}",
            judged.finding.en
        );
        assert!(judged.finding.zh.contains("140 条流中有 100 条打开"), "{}", judged.finding.zh);
    }

    #[test]
    fn another_number_than_six_fails_and_no_limit_says_nothing_of_the_rest() {
        assert_eq!(of(&judge(&seen(8.0, Some(3.0), 5.0), NUMBERS), "streams open"), Verdict::Fails);
        let none = judge(&seen(12.0, Some(3.0), 5.0), NUMBERS);
        assert_eq!(of(&none, "another request"), Verdict::Undecided);
        assert_eq!(of(&none, "WebSockets that open"), Verdict::Undecided);
    }

    /// A limit of SSE on HTTP/1.1, and nothing else: what HTTP/2 shows makes it depend.
    fn as_it_is_said(http2: Http2) -> Judged {
        let mut tried = seen(6.0, Some(3.0), 5.0);
        if let Ok(seen) = &mut tried[0].1 {
            seen.http2 = http2;
        }
        judge(&tried, NUMBERS)
    }

    #[test]
    fn what_was_not_measured_stands_beside_and_judges_nothing() {
        let judged = as_it_is_said(Http2::Missing(Text::new("nginx is not installed", "没有安装 nginx")));
        let http2 = judged.evidence.iter().find(|figure| figure.what.en.contains("HTTP/2")).unwrap();
        assert_eq!((http2.value, http2.rounds, http2.beside), (None, 0, true));
        assert!(http2.what.en.ends_with("not measured: nginx is not installed"), "{}", http2.what.en);
        let alone = judged.evidence.iter().find(|figure| figure.what.en.contains("no stream open")).unwrap();
        assert!(alone.beside);
        assert_eq!((judged.verdict, judged.knob.en.as_str()), (Verdict::Holds, ""));
    }

    #[test]
    fn more_streams_over_http_2_make_it_depend_on_the_protocol() {
        let streams = |live| Streams { live: Some(live), beside: Some(3.0), fetch_ms: Some(2.0) };
        let judged = as_it_is_said(Http2::Seen(streams(100.0)));
        assert_eq!(of(&judged, "of 140 (HTTP/2)"), Verdict::Fails);
        assert_eq!(judged.verdict, Verdict::Depends);
        assert!(judged.knob.en.starts_with("The version of HTTP"), "{}", judged.knob.en);
        assert_eq!(as_it_is_said(Http2::Seen(streams(6.0))).verdict, Verdict::Holds);
    }
}

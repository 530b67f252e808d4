//! C06, the rule: what the reconnects say.

use super::reconnect::{Case, Numbers, Seen};
use super::sheet::{Judged, figure};
use super::{Tried, judge as together};
use crate::claims::{Evidence, Text, Verdict};
use crate::report::Spread;

/// The answer by which a server ends a stream for good (HTML 9.2.3).
const STOP: &str = "204";

/// The verdict with its figures.
pub(super) fn judge(tried: &[Tried<Seen>], numbers: Numbers) -> Judged {
    let knob = Text::new(
        "What the reconnect is answered. After an answer that is no event stream the page has to open a new EventSource \
         itself; `retry:` sets how long the browser waits, `id:` lets it say where it stood. 204 is the server's own \
         way to say stop.",
        "重连得到什么响应。若响应不是事件流，页面必须自己新建 EventSource；`retry:` 决定浏览器等多久，\
         `id:` 让它说出自己停在哪里。204 则是服务器主动叫停的方式。",
    );
    together(tried, |seen| (sentence(seen, numbers), evidence(seen, numbers)), knob)
}

/// The streams that end, in words.
fn ending(name: &str, numbers: Numbers) -> Option<Text> {
    let (en, zh) = match name {
        "cut" => ("after a cut, without `id:`", "断开后，没有 `id:`"),
        "cut-id" => ("after a cut, with `id:`", "断开后，有 `id:`"),
        "end" => ("after the stream ended regularly", "流正常结束后"),
        "cut-retry" => {
            let retry = numbers.retry_ms;
            return Some(Text::new(
                format!("after a cut, with `retry: {retry}`"),
                format!("断开后，有 `retry: {retry}`"),
            ));
        }
        _ => return None,
    };
    Some(Text::new(en, zh))
}

/// An answer, in words.
fn answer(name: &str) -> Text {
    match name {
        "wrong-type" => Text::new("200 with a wrong type", "类型不对的 200"),
        status => Text::new(status, status),
    }
}

/// `readyState` by the names of HTML 9.2.2.
fn state(case: &Case) -> &'static str {
    match case.ready_state {
        Some(0) => "CONNECTING",
        Some(1) => "OPEN",
        Some(2) => "CLOSED",
        _ => "–",
    }
}

fn after_end(case: &Case, rounds: usize) -> Verdict {
    match case.reconnects_ms.len() {
        0 if case.ended.is_some() => Verdict::Fails,
        came if came >= rounds => Verdict::Holds,
        _ => Verdict::Undecided,
    }
}

fn after_answer(case: &Case) -> Verdict {
    match case.came_back {
        Some(true) => Verdict::Holds,
        Some(false) => Verdict::Fails,
        // Whoever never asked again was not answered badly, and gave up all the same.
        None if case.ended.is_some() => Verdict::Fails,
        None => Verdict::Undecided,
    }
}

fn evidence(seen: &Seen, numbers: Numbers) -> Vec<Evidence> {
    let title = &seen.title;
    let mut all = Vec::new();
    for (name, case) in &seen.cases {
        if let Some(Text { en, zh }) = ending(name, numbers) {
            let what = Text::new(
                format!("{title}: reconnects {en}"),
                format!("{title}：{zh}，到再次请求为止的时间"),
            );
            all.push(figure(what, "ms", &case.reconnects_ms, after_end(case, numbers.rounds)));
            if matches!(name.as_str(), "cut" | "cut-id") {
                let sent: Vec<f64> =
                    case.last_event_ids.iter().map(|id| if id.is_some() { 100.0 } else { 0.0 }).collect();
                let what = Text::new(
                    format!("{title}: reconnects that carry Last-Event-ID, {en}"),
                    format!("{title}：{zh}，带有 Last-Event-ID 的重连"),
                );
                // What it says when it asks again is another question than whether it asks: C07's.
                all.push(figure(what, "%", &sent, Verdict::Undecided).aside());
            }
        } else {
            let (answer, state, watch_s) = (answer(name), state(case), numbers.watch_s);
            let again: Vec<f64> = case.came_back.iter().map(|back| f64::from(u8::from(*back))).collect();
            let what = Text::new(
                format!(
                    "{title}: requests within {watch_s} s after a reconnect was answered {}; readyState {state}",
                    answer.en
                ),
                format!("{title}：重连得到 {} 后 {watch_s} 秒内的请求数；readyState 为 {state}", answer.zh),
            );
            let asks = figure(what, "count", &again, after_answer(case));
            // The server's own way to say stop: a browser that obeys does what it should.
            all.push(if name == STOP { asks.aside() } else { asks });
        }
    }
    all
}

fn sentence(seen: &Seen, numbers: Numbers) -> Text {
    let (title, watch_s) = (&seen.title, numbers.watch_s);
    let (mut en, mut zh) = (Vec::new(), Vec::new());
    let default = seen.cases.get("cut").and_then(|case| Spread::of(&case.reconnects_ms));
    if let Some(waits) = default {
        let seconds = waits.median / 1e3;
        en.push(format!("came back by itself {seconds:.1} s after a cut"));
        zh.push(format!("断开 {seconds:.1} 秒后自动重连"));
    } else {
        en.push("did not come back after a cut while it was watched".to_owned());
        zh.push("断开后，在观察期间没有重连".to_owned());
    }
    let answered = |back: bool| {
        let of = seen.cases.iter().filter(move |(name, case)| *name != STOP && case.came_back == Some(back));
        of.map(|(name, _)| answer(name)).collect::<Vec<_>>()
    };
    let listed = |all: &[Text]| {
        let en: Vec<_> = all.iter().map(|text| text.en.as_str()).collect();
        let zh: Vec<_> = all.iter().map(|text| text.zh.as_str()).collect();
        (en.join(", "), zh.join("、"))
    };
    let (kept, gave_up) = (answered(true), answered(false));
    if !kept.is_empty() {
        let (en_kept, zh_kept) = listed(&kept);
        en.push(format!("asked again after the reconnect was answered {en_kept}"));
        zh.push(format!("重连得到 {zh_kept} 后还会再次请求"));
    }
    if !gave_up.is_empty() {
        let (en_up, zh_up) = listed(&gave_up);
        en.push(format!(
            "gave up when the reconnect was answered {en_up} (no request in the {watch_s} s after it)"
        ));
        zh.push(format!("重连得到 {zh_up} 时就此放弃（之后 {watch_s} 秒内没有任何请求）"));
    }
    if let Some(back) = seen.cases.get(STOP).and_then(|case| case.came_back) {
        let (did, did_zh) = if back { ("did not stop", "没有停下") } else { ("stopped", "照办停下") };
        en.push(format!("{did} when the reconnect was answered {STOP}, which tells it to"));
        zh.push(format!("重连得到 {STOP}（即要求停止）时{did_zh}"));
    }
    Text::new(format!("{title} {}.", en.join("; it ")), format!("{title}：{}。", zh.join("；")))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::super::launch::Browser;
    use super::super::lost::Lost;
    use super::*;

    const NUMBERS: Numbers = Numbers { rounds: 2, watch_s: 15.0, retry_ms: 500, patience_s: 45.0 };

    /// A stream that ended, and what came then.
    fn cut(reconnects: usize) -> Case {
        let ended = (reconnects < NUMBERS.rounds).then(Instant::now);
        let (reconnects_ms, last_event_ids) = (vec![3_000.0; reconnects], vec![None; reconnects]);
        Case { reconnects_ms, last_event_ids, ended, ..Case::default() }
    }

    /// A reconnect that was answered badly, and whether another request came.
    fn bad(came_back: Option<bool>) -> Case {
        Case { came_back, ready_state: Some(2), ..cut(NUMBERS.rounds) }
    }

    fn seen<const N: usize>(cases: [(&str, Case); N]) -> Seen {
        let cases = cases.map(|(name, case)| (name.to_owned(), case)).into();
        Seen { title: "Chromium 1".to_owned(), cases, ..Seen::default() }
    }

    fn judged(seen: Seen) -> Judged {
        judge(&[(Browser::Chromium, Ok(seen))], NUMBERS)
    }

    #[test]
    fn each_verdict_has_its_cases() {
        use Verdict::{Depends, Fails, Holds, Undecided};
        let (back, gone) = (|| bad(Some(true)), || bad(Some(false)));
        for (cases, verdict, why) in [
            ([("cut", cut(2)), ("502", back()), ("204", gone())], Holds, "204 asks it to stop"),
            ([("cut", cut(2)), ("502", back()), ("204", back())], Holds, "or it does not obey"),
            ([("cut", cut(2)), ("502", gone()), ("204", gone())], Depends, "a bad answer ends it"),
            ([("cut", cut(0)), ("502", gone()), ("204", gone())], Fails, "it never comes back"),
            ([("cut", cut(0)), ("502", cut(0)), ("204", cut(0))], Fails, "so nothing was answered"),
            ([("cut", cut(1)), ("502", back()), ("204", gone())], Undecided, "too few reconnects"),
            ([("cut", cut(2)), ("502", bad(None)), ("204", gone())], Undecided, "not watched to the end"),
            ([("cut", Case::default()), ("502", back()), ("204", gone())], Undecided, "it never began"),
        ] {
            assert_eq!(judged(seen(cases)).verdict, verdict, "{why}");
        }
    }

    #[test]
    fn what_the_request_carries_and_a_wanted_stop_stand_beside() {
        let judged = judged(seen([("cut", cut(2)), ("502", bad(Some(false))), ("204", bad(Some(false)))]));
        let beside: Vec<_> =
            judged.evidence.iter().filter(|figure| figure.beside).map(|figure| &figure.what.en).collect();
        assert_eq!(beside.len(), 2, "{beside:?}");
        assert!(beside[0].contains("answered 204") && beside[1].contains("Last-Event-ID"), "{beside:?}");
        let Text { en, zh } = judged.finding;
        assert!(en.contains("3.0 s after a cut"), "{en}");
        assert!(en.contains("gave up when the reconnect was answered 502 (no request in the 15 s"), "{en}");
        assert!(en.contains("it stopped when the reconnect was answered 204, which tells it to."), "{en}");
        assert!(
            zh.contains("重连得到 502 时就此放弃") && zh.contains("重连得到 204（即要求停止）时照办停下"),
            "{zh}"
        );
    }

    #[test]
    fn without_a_browser_nothing_is_decided() {
        let missing = || Err(Lost::NotInstalled(Browser::Firefox));
        let judged = judge(&[(Browser::Firefox, missing())], NUMBERS);
        assert_eq!(judged.verdict, Verdict::Undecided);
        assert!(judged.finding.en.contains("set FIREFOX to its path"), "{}", judged.finding.en);
        let came = seen([("cut", cut(2)), ("502", bad(Some(true)))]);
        let both = [(Browser::Chromium, Ok(came)), (Browser::Firefox, missing())];
        assert_eq!(judge(&both, NUMBERS).verdict, Verdict::Undecided);
    }
}

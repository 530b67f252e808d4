//! C06, the rule: what the reconnects say.

use super::reconnect::{Case, Numbers, Seen};
use super::sheet::{Judged, figure};
use super::{Tried, judge as together};
use crate::claims::{Evidence, Text, Verdict};
use crate::report::Spread;

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
        0 => Verdict::Fails,
        came if came >= rounds => Verdict::Holds,
        _ => Verdict::Undecided,
    }
}

fn after_answer(case: &Case) -> Verdict {
    match case.came_back {
        Some(true) => Verdict::Holds,
        Some(false) => Verdict::Fails,
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
                let says = match Spread::of(&sent) {
                    Some(sent) if sent.low > 0.0 => Verdict::Holds,
                    Some(sent) if sent.high <= 0.0 => Verdict::Fails,
                    _ => Verdict::Undecided,
                };
                let what = Text::new(
                    format!("{title}: reconnects that carry Last-Event-ID, {en}"),
                    format!("{title}：{zh}，带有 Last-Event-ID 的重连"),
                );
                all.push(figure(what, "%", &sent, says));
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
            all.push(figure(what, "", &again, after_answer(case)));
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
        let of = seen.cases.iter().filter(move |(_, case)| case.came_back == Some(back));
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
    Text::new(format!("{title} {}.", en.join("; it ")), format!("{title}：{}。", zh.join("；")))
}

#[cfg(test)]
mod tests {
    use super::super::launch::Browser;
    use super::super::lost::Lost;
    use super::*;

    const NUMBERS: Numbers = Numbers { rounds: 2, watch_s: 15.0, retry_ms: 500, patience_s: 45.0 };

    fn seen(back: bool) -> Seen {
        let cut = Case {
            reconnects_ms: vec![2990.0, 3010.0],
            last_event_ids: vec![Some("0-3".to_owned()); 2],
            ..Case::default()
        };
        let bad = Case { came_back: Some(back), ready_state: Some(2), ..Case::default() };
        let cases = [("cut".to_owned(), cut), ("502".to_owned(), bad)].into();
        Seen { title: "Chromium 1".to_owned(), cases, ..Seen::default() }
    }

    #[test]
    fn it_holds_only_if_all_cases_come_back() {
        let judged = judge(&[(Browser::Chromium, Ok(seen(true)))], NUMBERS);
        assert_eq!(judged.verdict, Verdict::Holds);
        assert!(judged.knob.en.is_empty());
        let judged = judge(&[(Browser::Chromium, Ok(seen(false)))], NUMBERS);
        assert_eq!(judged.verdict, Verdict::Depends);
        assert!(judged.finding.en.contains("3.0 s after a cut"), "{}", judged.finding.en);
        assert!(judged.finding.en.contains("answered 502 (no request in the 15 s"), "{}", judged.finding.en);
        assert!(judged.finding.zh.contains("重连得到 502 时就此放弃"), "{}", judged.finding.zh);
    }

    #[test]
    fn without_a_browser_nothing_is_decided() {
        let missing = || Err(Lost::NotInstalled(Browser::Firefox));
        let judged = judge(&[(Browser::Firefox, missing())], NUMBERS);
        assert_eq!(judged.verdict, Verdict::Undecided);
        assert!(judged.finding.en.contains("set FIREFOX to its path"), "{}", judged.finding.en);
        let both = [(Browser::Chromium, Ok(seen(true))), (Browser::Firefox, missing())];
        assert_eq!(judge(&both, NUMBERS).verdict, Verdict::Undecided);
    }

    #[test]
    fn too_few_reconnects_decide_nothing_and_none_is_a_failure() {
        let mut few = seen(true);
        let cut = few.cases.get_mut("cut").unwrap();
        cut.reconnects_ms.truncate(1);
        assert_eq!(judge(&[(Browser::Chromium, Ok(few.clone()))], NUMBERS).verdict, Verdict::Undecided);
        few.cases.get_mut("cut").unwrap().reconnects_ms.clear();
        assert_eq!(judge(&[(Browser::Chromium, Ok(few))], NUMBERS).verdict, Verdict::Depends);
    }
}

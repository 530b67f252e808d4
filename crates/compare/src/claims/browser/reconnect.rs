//! C06, the experiment: streams that end and reconnects that are answered badly, each in an EventSource of its own, all in
//! one page that does nothing about it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::host::{Answer, Happened, Host, Then};
use super::launch::Browser;
use super::lost::Lost;
use super::reconnect_rule;
use super::sheet::Sheet;
use crate::claims::{Entry, Text};

const SHEET: &str = include_str!("../../../../../benches/claims/C06.toml");
const PAGE: &str = include_str!("pages/reconnect.html");

/// Streams that end: how, and what stands in them.
const ENDINGS: [&str; 4] = ["cut", "cut-id", "end", "cut-retry"];
/// What the reconnect after a cut is answered.
const ANSWERS: [&str; 6] = ["500", "502", "503", "429", "204", "wrong-type"];
/// Events of a stream before its end.
const EVENTS: u32 = 3;

/// The numbers of the experiment.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Numbers {
    pub(super) rounds: usize,
    pub(super) watch_s: f64,
    pub(super) retry_ms: u64,
    pub(super) patience_s: f64,
}

/// What was seen in one browser.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Seen {
    /// Name and version.
    pub(super) title: String,
    /// What it says of itself.
    pub(super) agent: String,
    /// By their names.
    pub(super) cases: BTreeMap<String, Case>,
}

/// What was seen in one case.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Case {
    /// From each end of the stream to the next request, in milliseconds.
    pub(super) reconnects_ms: Vec<f64>,
    /// `Last-Event-ID` of each of these requests.
    pub(super) last_event_ids: Vec<Option<String>>,
    /// Whether it asked again after the reconnect was answered badly; unknown while it has not been answered.
    pub(super) came_back: Option<bool>,
    /// `readyState` as it was reported last.
    pub(super) ready_state: Option<u64>,
    /// When its stream ended, while it has not asked again; in the end only if it was watched long enough.
    #[serde(skip)]
    pub(super) ended: Option<Instant>,
    /// When the bad answer was given.
    #[serde(skip)]
    pub(super) answered: Option<Instant>,
}

/// Tries it in both browsers.
///
/// # Errors
/// When the claim's file is not readable.
pub(super) async fn run(say: &mut dyn FnMut(&str)) -> Result<Entry, Lost> {
    let sheet = Sheet::<Numbers>::read(SHEET)?;
    let cases: Vec<&str> = ENDINGS.into_iter().chain(ANSWERS).collect();
    let mut tried = Vec::new();
    for browser in Browser::ALL {
        say(&format!("C06: {} with {} streams that end", browser.name(), cases.len()));
        tried.push((browser, observe(browser, &cases, sheet.numbers, say).await));
    }
    let judged = reconnect_rule::judge(&tried, sheet.numbers);
    let raw = super::raw(&tried);
    Ok(sheet.entry(judged, raw))
}

fn answer(case: &str, nth: u32, numbers: Numbers) -> Answer {
    let events = |ids, retry_ms, then| Answer::Events { count: EVENTS, ids, retry_ms, then };
    let bad = case.parse().map_or(Answer::WrongType, Answer::Status);
    match (case, nth) {
        // 204 ends the case and gives its connection back to the others.
        ("cut" | "cut-id" | "end" | "cut-retry", nth) if nth as usize >= numbers.rounds => {
            Answer::Status(204)
        }
        ("end", _) => events(false, None, Then::End),
        ("cut-id", _) => events(true, None, Then::Cut),
        ("cut-retry", _) => events(false, Some(numbers.retry_ms), Then::Cut),
        ("cut", _) | (_, 0) => events(false, None, Then::Cut),
        (_, 1) => bad,
        _ => Answer::Status(204),
    }
}

/// Watches `cases` in one browser until each has shown what it does.
async fn observe(
    browser: Browser,
    cases: &[&str],
    numbers: Numbers,
    say: &mut dyn FnMut(&str),
) -> Result<Seen, Lost> {
    let mut host = Host::start(PAGE, Box::new(move |case, nth| answer(case, nth, numbers))).await?;
    let mut running = browser.start(&host.url(&format!("&cases={}", cases.join(","))))?;
    let (watch, patience) =
        (Duration::from_secs_f64(numbers.watch_s), Duration::from_secs_f64(numbers.patience_s));
    let mut seen = Seen { title: browser.name().to_owned(), ..Seen::default() };
    seen.cases = cases.iter().map(|case| ((*case).to_owned(), Case::default())).collect();
    while seen.agent.is_empty() {
        let missing = Text::new("the page's first report", "页面的第一次报告");
        let happened = host.expect(patience, (browser, &mut running), missing).await?;
        seen.take(browser, happened, say);
    }
    let end = Instant::now() + patience;
    loop {
        // The first instant at which the answer is known even if nothing happens; none when all is known.
        let known = seen.cases.values_mut().filter_map(|case| case.known_at(numbers.rounds, watch)).min();
        let Some(until) = known.map(|known| known.unwrap_or(end).min(end)) else { break };
        let happened = host.next(until.saturating_duration_since(Instant::now())).await;
        match happened {
            Some(happened) => seen.take(browser, happened, say),
            None if running.ended() => return Err(Lost::Ended(browser)),
            None if Instant::now() >= end => break,
            None => {}
        }
    }
    // A stream that has only just ended tells nothing.
    for case in seen.cases.values_mut() {
        case.ended = case.ended.filter(|ended| ended.elapsed() >= watch);
    }
    Ok(seen)
}

impl Seen {
    fn take(&mut self, browser: Browser, happened: Happened, say: &mut dyn FnMut(&str)) {
        match happened {
            Happened::Ended { case, at } => {
                if let Some(case) = self.cases.get_mut(&case) {
                    case.ended = Some(at);
                }
            }
            Happened::Asked { case: name, nth, at, last_event_id } => {
                let Some(case) = self.cases.get_mut(&name) else { return };
                if let Some(ended) = case.ended.take() {
                    let waited = at.saturating_duration_since(ended);
                    say(&format!(
                        "C06: {}: {name}: asked again after {:.1} s",
                        self.title,
                        waited.as_secs_f64()
                    ));
                    case.reconnects_ms.push(waited.as_secs_f64() * 1e3);
                    case.last_event_ids.push(last_event_id);
                }
                if ANSWERS.contains(&name.as_str()) && nth > 0 {
                    case.answered.get_or_insert(at);
                    case.came_back = (nth > 1).then_some(true);
                }
            }
            Happened::Told(told) => {
                if let Some(agent) = told["agent"].as_str() {
                    self.title = browser.title(agent);
                    agent.clone_into(&mut self.agent);
                }
                if let Some(case) = told["case"].as_str().and_then(|case| self.cases.get_mut(case)) {
                    case.ready_state = told.get("state").and_then(Value::as_u64);
                }
            }
        }
    }
}

impl Case {
    /// When it is known what this case does if nothing more happens: none if it is known already, and no instant if
    /// something must happen first. A watch that has passed is settled here.
    #[expect(clippy::option_option, reason = "known, known at an instant, not known yet")]
    fn known_at(&mut self, rounds: usize, watch: Duration) -> Option<Option<Instant>> {
        match self.answered {
            _ if self.came_back.is_some() || self.reconnects_ms.len() >= rounds => None,
            Some(answered) if answered.elapsed() >= watch => {
                self.came_back = Some(false);
                None
            }
            Some(answered) => Some(Some(answered + watch)),
            None => Some(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_answer_comes_after_one_cut_and_a_cut_comes_each_time() {
        let numbers = Sheet::<Numbers>::read(SHEET).unwrap().numbers;
        for case in ANSWERS {
            assert!(matches!(answer(case, 0, numbers), Answer::Events { then: Then::Cut, .. }), "{case}");
        }
        assert_eq!(answer("502", 1, numbers), Answer::Status(502));
        assert_eq!(answer("wrong-type", 1, numbers), Answer::WrongType);
        for case in ENDINGS {
            assert!(matches!(answer(case, 2, numbers), Answer::Events { .. }), "{case}");
            assert_eq!(answer(case, 3, numbers), Answer::Status(204), "{case}");
        }
    }

    /// Needs Chromium, as the tests of the page do.
    #[tokio::test]
    async fn chromium_comes_back_after_a_cut_with_the_last_id() {
        let mut numbers = Sheet::<Numbers>::read(SHEET).unwrap().numbers;
        (numbers.rounds, numbers.retry_ms) = (1, 100);
        let seen = observe(Browser::Chromium, &["cut-retry", "cut-id"], numbers, &mut |_| {}).await.unwrap();
        assert!(seen.title.starts_with("Chromium 1"), "{}", seen.title);
        let [retry, id] = ["cut-retry", "cut-id"].map(|case| &seen.cases[case]);
        assert_eq!(retry.last_event_ids, [None]);
        assert_eq!(id.last_event_ids, [Some("0-3".to_owned())]);
        assert!(retry.reconnects_ms[0] < id.reconnects_ms[0], "{seen:?}");
    }
}

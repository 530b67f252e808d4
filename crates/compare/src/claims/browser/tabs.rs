//! C16: the same page in more tabs than the browser has connections to one host. First each tab has a stream of its own;
//! then they share one, as whoever holds a Web Lock reads it and tells the others by BroadcastChannel.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::host::{Answer, Happened, Host, Then};
use super::launch::Browser;
use super::lost::Lost;
use super::sheet::{Judged, Sheet, figure};
use super::{Tried, judge as together};
use crate::claims::{Entry, Evidence, Text, Verdict};

const SHEET: &str = include_str!("../../../../../benches/claims/C16.toml");
const PAGE: &str = include_str!("pages/tabs.html");

/// The numbers of the experiment.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Numbers {
    tabs: u64,
    hang_s: f64,
    start_s: f64,
}

/// What was seen in one browser.
#[derive(Clone, Debug, Default, Serialize)]
struct Seen {
    title: String,
    agent: String,
    own: Tabs,
    shared: Tabs,
}

/// Which tabs did what.
#[derive(Clone, Debug, Default, Serialize)]
struct Tabs {
    /// Those whose page came.
    loaded: BTreeSet<u64>,
    /// Those that got events.
    live: BTreeSet<u64>,
    /// Requests for a stream.
    streams: u32,
}

/// Tries it in both browsers.
///
/// # Errors
/// When the claim's file is not readable.
pub(super) async fn run(say: &mut dyn FnMut(&str)) -> Result<Entry, Lost> {
    let sheet = Sheet::<Numbers>::read(SHEET)?;
    let mut tried = Vec::new();
    for browser in Browser::ALL {
        tried.push((browser, observe(browser, sheet.numbers, say).await));
    }
    let judged = judge(&tried, sheet.numbers);
    let raw = super::raw(&tried);
    Ok(sheet.entry(judged, raw))
}

async fn observe(browser: Browser, numbers: Numbers, say: &mut dyn FnMut(&str)) -> Result<Seen, Lost> {
    let mut seen = Seen { title: browser.name().to_owned(), ..Seen::default() };
    say(&format!("C16: {}: {} tabs, a stream each", seen.title, numbers.tabs));
    seen.own = open(browser, "", numbers, &mut seen).await?;
    say(&format!("C16: {}: tabs that got events: {}", seen.title, list(&seen.own.live)));
    say(&format!("C16: {}: {} tabs, one stream for all", seen.title, numbers.tabs));
    seen.shared = open(browser, "&shared", numbers, &mut seen).await?;
    say(&format!("C16: {}: tabs that got events: {}", seen.title, list(&seen.shared.live)));
    Ok(seen)
}

/// Opens the tabs until the last one is live, or nothing happens any more.
async fn open(browser: Browser, mode: &str, numbers: Numbers, seen: &mut Seen) -> Result<Tabs, Lost> {
    let script = |_: &str, _| Answer::Events { count: 0, ids: false, retry_ms: None, then: Then::Hold };
    let mut host = Host::start(PAGE, Box::new(script)).await?;
    let mut running = browser.start(&host.url(&format!("&tab=1&tabs={}{mode}", numbers.tabs)))?;
    let mut tabs = Tabs::default();
    while !tabs.live.contains(&numbers.tabs) {
        let happened = if tabs.live.is_empty() {
            let missing = Text::new("an event in the first tab", "第一个标签页收到事件");
            let patience = Duration::from_secs_f64(numbers.start_s);
            host.expect(patience, (browser, &mut running), missing).await?
        } else {
            match host.next(Duration::from_secs_f64(numbers.hang_s)).await {
                Some(happened) => happened,
                None if running.ended() => return Err(Lost::Ended(browser)),
                None => break,
            }
        };
        match happened {
            Happened::Asked { .. } => tabs.streams += 1,
            Happened::Ended { .. } => {}
            Happened::Told(told) => {
                if let Some(agent) = told["agent"].as_str() {
                    seen.title = browser.title(agent);
                    agent.clone_into(&mut seen.agent);
                }
                let Some(tab) = told["tab"].as_u64() else { continue };
                match told["what"].as_str() {
                    Some("loaded") => tabs.loaded.insert(tab),
                    Some("live") => tabs.live.insert(tab),
                    _ => continue,
                };
            }
        }
    }
    Ok(tabs)
}

fn judge(tried: &[Tried<Seen>], numbers: Numbers) -> Judged {
    let knob = Text::new(
        "Whose stream it is: one for each tab uses up the browser's connections to the host, one for all tabs uses one.",
        "流归谁：每个标签页各开一条，会用完浏览器到该主机的连接；所有标签页共用一条，只占一个连接。",
    );
    together(tried, |seen| (sentence(seen, numbers), evidence(seen, numbers)), knob)
}

fn evidence(seen: &Seen, Numbers { tabs, .. }: Numbers) -> Vec<Evidence> {
    let title = &seen.title;
    let one = |of: &Tabs, en: &str, zh: &str| {
        let live = of.live.len() as u64;
        let what = Text::new(
            format!("{title}: tabs that get events, of {tabs}, {en}"),
            format!("{title}：{zh}，{tabs} 个标签页中收到事件的个数"),
        );
        let says = if live == tabs { Verdict::Holds } else { Verdict::Fails };
        figure(what, "count", &[f64::from(u32::try_from(live).unwrap_or(u32::MAX))], says)
    };
    vec![
        one(&seen.own, "with a stream each", "每页一条流"),
        one(&seen.shared, "with one stream for all", "共用一条流"),
    ]
}

fn sentence(seen: &Seen, Numbers { tabs, hang_s, .. }: Numbers) -> Text {
    let title = &seen.title;
    let (own, shared) = (seen.own.live.len(), seen.shared.live.len());
    let first = (1..=tabs).find(|tab| !seen.own.live.contains(tab));
    let (hang_en, hang_zh) = match first {
        None => (String::new(), String::new()),
        Some(tab) if seen.own.loaded.contains(&tab) => (
            format!(" (tab {tab} got none for {hang_s} s)"),
            format!("（第 {tab} 个在 {hang_s} 秒内没有收到）"),
        ),
        Some(tab) => (
            format!(" (not even the page of tab {tab} came within {hang_s} s)"),
            format!("（第 {tab} 个连页面本身都没能在 {hang_s} 秒内打开）"),
        ),
    };
    Text::new(
        format!(
            "{title}: with a stream each, {own} of {tabs} tabs got events{hang_en}; with one stream for all, {shared} of {tabs} did."
        ),
        format!(
            "{title}：每页一条流时，{tabs} 个标签页中有 {own} 个收到事件{hang_zh}；共用一条流时，{tabs} 个中有 {shared} 个收到。"
        ),
    )
}

fn list(tabs: &BTreeSet<u64>) -> String {
    tabs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: Numbers = Numbers { tabs: 7, hang_s: 5.0, start_s: 45.0 };

    fn seen(own: u64, shared: u64) -> Vec<Tried<Seen>> {
        let tabs = |live: u64| Tabs { loaded: (1..=live).collect(), live: (1..=live).collect(), streams: 1 };
        let title = "Firefox 1".to_owned();
        let seen = Seen { title, agent: String::new(), own: tabs(own), shared: tabs(shared) };
        vec![(Browser::Firefox, Ok(seen))]
    }

    #[test]
    fn it_depends_on_whose_stream_it_is() {
        let judged = judge(&seen(6, 7), NUMBERS);
        assert_eq!(judged.verdict, Verdict::Depends);
        assert!(
            judged.finding.en.contains("6 of 7 tabs got events (not even the page of tab 7"),
            "{judged:?}"
        );
        assert_eq!(judge(&seen(7, 7), NUMBERS).verdict, Verdict::Holds);
        assert_eq!(judge(&seen(6, 6), NUMBERS).verdict, Verdict::Fails);
        let missing = [(Browser::Firefox, Err(Lost::NotInstalled(Browser::Firefox)))];
        assert_eq!(judge(&missing, NUMBERS).verdict, Verdict::Undecided);
        let one = [seen(7, 7), missing.into()].into_iter().flatten().collect::<Vec<_>>();
        assert_eq!(judge(&one, NUMBERS).verdict, Verdict::Undecided, "one browser is not both");
    }

    /// Needs Chromium, as the tests of the page do.
    #[tokio::test]
    async fn in_chromium_seven_tabs_live_on_one_stream() {
        let mut numbers = Sheet::<Numbers>::read(SHEET).unwrap().numbers;
        (numbers.tabs, numbers.hang_s) = (7, numbers.start_s);
        let mut seen = Seen::default();
        let tabs = open(Browser::Chromium, "&shared", numbers, &mut seen).await.unwrap();
        assert_eq!(tabs.live, (1..=7).collect());
        assert_eq!(tabs.streams, 1);
    }
}

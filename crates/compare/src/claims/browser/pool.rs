//! C08, the experiment: streams, requests and WebSockets to one host, until the browser makes one wait.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::host::{Answer, Happened, Host, Then};
use super::launch::Browser;
use super::lost::Lost;
use super::sheet::Sheet;
use super::streams::Streams;
use super::{pool_rule, streams};
use crate::claims::{Entry, Text};

const SHEET: &str = include_str!("../../../../../benches/claims/C08.toml");
const PAGE: &str = include_str!("pages/pool.html");

/// The numbers of the experiment.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Numbers {
    pub(super) usual: u32,
    pub(super) sources: u32,
    pub(super) sources_http2: u32,
    pub(super) settle_ms: u64,
    pub(super) patience_ms: u64,
    pub(super) sockets_chromium: u32,
    pub(super) sockets_firefox: u32,
    pub(super) silence_s: f64,
}

/// What was seen in one browser.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Seen {
    /// Name and version.
    pub(super) title: String,
    /// What it says of itself.
    pub(super) agent: String,
    /// How many WebSockets were tried.
    pub(super) sockets: u32,
    /// Everything the page reported; empty is a wait that was given up.
    pub(super) figures: BTreeMap<String, Option<f64>>,
    /// The same over HTTP/2, or why there is nothing of it.
    pub(super) http2: Http2,
}

/// What HTTP/2 came to in one browser.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Http2 {
    Seen(Streams),
    Missing(Text),
}

impl Default for Http2 {
    fn default() -> Self {
        Self::Missing(Text::new("it was not tried", "没有试"))
    }
}

/// Tries it in both browsers. `program` is the `fourways` binary.
///
/// # Errors
/// When the claim's file is not readable.
pub(super) async fn run(program: &Path, say: &mut dyn FnMut(&str)) -> Result<Entry, Lost> {
    let sheet = Sheet::<Numbers>::read(SHEET)?;
    let mut tried = Vec::new();
    for browser in Browser::ALL {
        say(&format!("C08: {} with {} streams to one host", browser.name(), sheet.numbers.sources));
        let mut seen = observe(browser, sheet.numbers, say).await;
        if let Ok(seen) = &mut seen {
            let http2 = streams::observe(browser, sheet.numbers, program, say).await;
            seen.http2 = http2.map_or_else(|lost| Http2::Missing(lost.text()), Http2::Seen);
        }
        tried.push((browser, seen));
    }
    let judged = pool_rule::judge(&tried, sheet.numbers);
    let raw = super::raw(&tried);
    Ok(sheet.entry(judged, raw))
}

async fn observe(browser: Browser, numbers: Numbers, say: &mut dyn FnMut(&str)) -> Result<Seen, Lost> {
    let script = |_: &str, _| Answer::Events { count: 0, ids: false, retry_ms: None, then: Then::Hold };
    let mut host = Host::start(PAGE, Box::new(script)).await?;
    let sockets = match browser {
        Browser::Chromium => numbers.sockets_chromium,
        Browser::Firefox => numbers.sockets_firefox,
    };
    let Numbers { sources, settle_ms, patience_ms, silence_s, .. } = numbers;
    let more =
        format!("&sources={sources}&sockets={sockets}&settle_ms={settle_ms}&patience_ms={patience_ms}");
    let mut running = browser.start(&host.url(&more))?;
    let mut seen = Seen { title: browser.name().to_owned(), sockets, ..Seen::default() };
    loop {
        let missing = Text::new("the page's next report", "页面的下一次报告");
        let patience = Duration::from_secs_f64(silence_s);
        let Happened::Told(told) = host.expect(patience, (browser, &mut running), missing).await? else {
            continue;
        };
        if let Some(agent) = told["agent"].as_str() {
            seen.title = browser.title(agent);
            agent.clone_into(&mut seen.agent);
        }
        match told["what"].as_str() {
            Some("done") => return Ok(seen),
            Some("loaded") | None => {}
            Some(what) => {
                let value = told["value"].as_f64();
                let shown = value.map_or_else(|| "not answered".to_owned(), |value| format!("{value:.0}"));
                say(&format!("C08: {}: {what} {shown}", seen.title));
                seen.figures.insert(what.to_owned(), value);
            }
        }
    }
}

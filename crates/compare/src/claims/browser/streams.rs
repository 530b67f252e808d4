//! C08 over HTTP/2: the same streams, through a real nginx with a certificate that this browser alone was told to trust.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::host::{Answer, Happened, Host, Then};
use super::launch::Browser;
use super::lost::Lost;
use super::pool::Numbers;
use crate::claims::Text;
use crate::{Front, front};

const PAGE: &str = include_str!("pages/streams.html");
/// As browsers call HTTP/2 (Resource Timing, `nextHopProtocol`).
const HTTP_2: &str = "h2";

/// What was seen in one browser over HTTP/2.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Streams {
    /// Streams that were open when no more came.
    pub(super) live: Option<f64>,
    /// Streams that were left for the next one.
    pub(super) beside: Option<f64>,
    /// Answer to another request beside them; none when it was not answered.
    pub(super) fetch_ms: Option<f64>,
}

/// Tries it. `program` is the `fourways` binary, which guards nginx.
///
/// # Errors
/// When there is nothing to tell: no nginx, no HTTP/2 in this binary, or a browser that did not report.
pub(super) async fn observe(
    browser: Browser,
    numbers: Numbers,
    program: &Path,
    say: &mut dyn FnMut(&str),
) -> Result<Streams, Lost> {
    let script = |_: &str, _| Answer::Events { count: 0, ids: false, retry_ms: None, then: Then::Hold };
    let mut host = Host::start(PAGE, Box::new(script)).await?;
    let upstream = host.authority();
    front::version(front::NGINX)?;
    let standing = front::stand(Front::NginxHttp2, &upstream, numbers.sources_http2, program).await?;
    let Numbers { sources_http2, settle_ms, patience_ms, silence_s, .. } = numbers;
    say(&format!("C08: {} with {sources_http2} streams to one host over HTTP/2", browser.name()));
    let more = format!("&sources={sources_http2}&settle_ms={settle_ms}&patience_ms={patience_ms}");
    let mut running = browser.start_trusting(&host.url_behind(&standing.authority, &more), &standing)?;
    let mut seen = Streams::default();
    loop {
        let missing = Text::new("the next report of the page over HTTP/2", "页面经 HTTP/2 的下一次报告");
        let patience = Duration::from_secs_f64(silence_s);
        let Happened::Told(told) = host.expect(patience, (browser, &mut running), missing).await? else {
            continue;
        };
        let value = told["value"].as_f64();
        match told["what"].as_str() {
            Some("protocol") if told["value"] != HTTP_2 => {
                return Err(Lost::Protocol(browser, told["value"].as_str().unwrap_or_default().to_owned()));
            }
            Some("live") => seen.live = value,
            Some("beside") => seen.beside = value,
            Some("fetch_ms") => seen.fetch_ms = value,
            Some("done") => break,
            _ => {}
        }
    }
    standing.process.end().await;
    Ok(seen)
}

//! What a way costs for each update or request, from the figures of its cell.

use super::Needs;
use crate::report::lang::Words;
use crate::report::spread::Spread;
use crate::report::view::Cell;
use crate::report::{labels, number};

/// Packets of an update that is pushed, and of a request with its answer.
pub(super) const PUSHED: f64 = 2.0;
pub(super) const ASKED: f64 = 3.0;

/// What one way costs for each of what it is paid by: an update, or a request.
pub(super) struct Price {
    pub(super) cpu_us: Spread,
    pub(super) bytes: Spread,
    /// How often a second a user pays it.
    pub(super) times_per_s: Spread,
    pub(super) words: Words,
}

/// A way that asks pays by the request, one that is told by the update.
pub(super) fn price(cell: &Cell, needs: &Needs) -> Option<Price> {
    let (cpu, down, up) =
        (cell.spread("cpu_per_update")?, cell.spread("bytes_down")?, cell.spread("bytes_up")?);
    let bytes = down + up;
    let (rate, pace) = (needs.rate, labels::rate(needs.rate));
    let per_request = |requests: Spread| requests.low > 0.0;
    Some(match cell.settings.way.as_str() {
        "poll" => {
            let requests = cell.spread("requests_per_update").filter(|requests| per_request(*requests))?;
            let interval = number::time(needs.freshness_s);
            Price {
                cpu_us: cpu / requests,
                bytes: bytes / requests,
                times_per_s: Spread::exactly(1.0 / needs.freshness_s),
                words: Words::new(format!("1 request every {interval}"), format!("每 {interval} 1 次请求")),
            }
        }
        "long-poll" => {
            let requests = cell.spread("requests_per_update").filter(|requests| per_request(*requests))?;
            let each = figure(requests, "count", "");
            let s = if each == "1" { "" } else { "s" };
            Price {
                cpu_us: cpu / requests,
                bytes: bytes / requests,
                times_per_s: requests.times(rate),
                words: Words::new(
                    format!("{} × {each} request{s} per update", pace.en),
                    format!("{} × 每笔 {each} 次请求", pace.zh),
                ),
            }
        }
        _ => Price { cpu_us: cpu, bytes, times_per_s: Spread::exactly(rate), words: pace },
    })
}

/// A measured figure with its spread, as it stands in an explanation.
pub(super) fn figure(spread: Spread, unit: &str, name: &str) -> String {
    let text = spread.text(unit);
    if name.is_empty() { text } else { format!("{name} {text}") }
}

//! From keys to cells: every combination of what was listed, each once.

use std::ops::Range;

use super::axes::{Axes, Axis};
use super::bad::Wrong;
use crate::settings::{Encode, Front, Heads, Polls, Settings};

/// Combinations of one table. More is a mistake, and would only fill the memory.
const COMBINATIONS_MAX: usize = 5_000;

/// What one round is made with when nothing is said.
#[must_use]
pub fn defaults() -> Settings {
    Settings {
        server: "fourways".to_owned(),
        way: "sse".to_owned(),
        clients: 200,
        rate: 2.0,
        symbols: 1,
        payload_bytes: 0,
        interval_ms: 1_000,
        hold_ms: 25_000,
        polls: Polls::default(),
        keep_alive: true,
        heads: Heads::default(),
        ws_buffer_bytes: super::WS_BUFFER_BYTES,
        encode: Encode::default(),
        front: Front::default(),
        late_ms: 0,
    }
}

/// Every combination, in the order in which the keys are listed here.
pub(super) fn sweep(axes: &Axes) -> Result<Vec<Settings>, Wrong> {
    let cells = vec![defaults()];
    let cells = cross(cells, &axes.servers, |cell, server| cell.server = server)?;
    let cells = cross(cells, &axes.clients, |cell, clients| cell.clients = clients)?;
    let cells = cross(cells, &axes.rate, |cell, rate| cell.rate = rate)?;
    let cells = cross(cells, &axes.symbols, |cell, symbols| cell.symbols = symbols)?;
    let cells = cross(cells, &axes.payload_bytes, |cell, bytes| cell.payload_bytes = bytes)?;
    let cells = cross(cells, &axes.front, |cell, front| cell.front = front)?;
    let cells = cross(cells, &axes.ways, |cell, way| cell.way = way)?;
    let cells = cross(cells, &axes.interval_ms, |cell, ms| cell.interval_ms = ms)?;
    let cells = cross(cells, &axes.polls, |cell, polls| cell.polls = polls)?;
    let cells = cross(cells, &axes.hold_ms, |cell, ms| cell.hold_ms = ms)?;
    let cells = cross(cells, &axes.keep_alive, |cell, keep| cell.keep_alive = keep)?;
    let cells = cross(cells, &axes.heads, |cell, heads| cell.heads = heads)?;
    let cells = cross(cells, &axes.ws_buffer_bytes, |cell, bytes| cell.ws_buffer_bytes = bytes)?;
    let cells = cross(cells, &axes.encode, |cell, encode| cell.encode = encode)?;
    let cells = cross(cells, &axes.late_ms, |cell, ms| cell.late_ms = ms)?;
    Ok(cells)
}

fn cross<T: Clone>(
    cells: Vec<Settings>,
    axis: &Axis<T>,
    set: impl Fn(&mut Settings, T),
) -> Result<Vec<Settings>, Wrong> {
    if cells.len() * axis.values.len() > COMBINATIONS_MAX {
        let what = format!("these lists have more than {COMBINATIONS_MAX} combinations");
        return Err(Wrong::new(&axis.span, what, "shorten a list, or list the combinations as [[cells]]"));
    }
    let mut all = Vec::new();
    for cell in cells {
        for value in &axis.values {
            let mut cell = cell.clone();
            set(&mut cell, value.clone());
            // A key that means nothing to a way is put back, and the same cell is not measured twice.
            normalise(&mut cell);
            if !all.contains(&cell) {
                all.push(cell);
            }
        }
    }
    Ok(all)
}

/// Puts back what means nothing to a cell's way and server.
pub(super) fn normalise(cell: &mut Settings) {
    let plain = defaults();
    let is = |names: &[&str]| names.contains(&cell.way.as_str());
    let (polls, waits, talks, foreign) =
        (is(&["poll"]), is(&["long-poll"]), is(&["ws"]), cell.server != plain.server);
    if !polls {
        (cell.interval_ms, cell.polls) = (plain.interval_ms, plain.polls);
    }
    if !waits {
        cell.hold_ms = plain.hold_ms;
    }
    if !polls && !waits {
        cell.keep_alive = plain.keep_alive;
    }
    if !talks || foreign {
        cell.ws_buffer_bytes = plain.ws_buffer_bytes;
    }
    // A WebSocket message is the event's JSON as it is: there is nothing to encode for it.
    if talks || foreign {
        cell.encode = plain.encode;
    }
}

/// Refuses what cannot be measured, with the reason, in a window of `duration_ms` that stands at `written`.
pub(super) fn refuse(
    cells: &[Settings],
    axes: &Axes,
    (duration_ms, written): (u64, &Range<usize>),
) -> Result<(), Wrong> {
    let or_window = |span: &Range<usize>| if span.is_empty() { written.clone() } else { span.clone() };
    for cell in cells {
        if cell.way == "poll" && cell.interval_ms >= duration_ms {
            let what =
                format!("a poll every {} ms is not seen in a window of {duration_ms} ms", cell.interval_ms);
            let way_out = "take a longer `duration`, or a shorter `interval`";
            return Err(Wrong::new(&or_window(&axes.interval_ms.span), what, way_out));
        }
        if cell.rate * duration_ms as f64 / 1000.0 < 1.0 {
            let what =
                format!("a window of {duration_ms} ms at {} events a second may hold no event", cell.rate);
            let way_out = "take a longer `duration`, or a higher `rate`";
            return Err(Wrong::new(&or_window(&axes.rate.span), what, way_out));
        }
        if cell.front == Front::NginxGzip && cell.heads == Heads::Browser {
            let what =
                "clients that ask for compressed answers cannot stand behind nginx-gzip: they do not unpack";
            let way_out = "leave `heads` at \"minimal\" there: nginx packs and unpacks";
            return Err(Wrong::new(&axes.heads.span, what, way_out));
        }
        if cell.front == Front::NginxHttp2 && !cell.keep_alive {
            let what = "over HTTP/2 no request can ask for the end of its connection (RFC 9113 8.2.2)";
            let way_out = "leave `keep_alive` at true behind nginx-http2";
            return Err(Wrong::new(&axes.keep_alive.span, what, way_out));
        }
        if cell.late_ms > 0 && cell.server != "fourways" {
            let what = format!("{} cannot be told to be late", cell.server);
            return Err(Wrong::new(&axes.late_ms.span, what, "`late` is for the server fourways only"));
        }
    }
    Ok(())
}

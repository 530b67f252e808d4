//! Which cell of a run stands for a way: the plainest one, nearest to what is wanted, with the most clients. Never one
//! that was delayed on purpose, or behind a proxy, which costs as well.

use std::cmp::Ordering;

use super::Needs;
use crate::report::labels;
use crate::report::view::{Cell, View};
use crate::{Encode, Front, Heads};

/// The cell for `way`, if the run measured what it costs.
pub(super) fn cell<'view>(view: &'view View, needs: &Needs, way: &'view str) -> Option<&'view Cell> {
    let measured = |cell: &&Cell| cell.spread("cpu_per_update").is_some();
    direct(view, way).filter(measured).min_by(|a, b| order(a, b, needs))
}

/// The cells of `way` that may stand for it, measured or not.
pub(super) fn direct<'view>(view: &'view View, way: &'view str) -> impl Iterator<Item = &'view Cell> {
    let ours = move |cell: &&Cell| {
        let settings = &cell.settings;
        settings.way == way && settings.late_ms == 0 && settings.front == Front::None
    };
    view.cells.iter().filter(ours)
}

fn order(a: &Cell, b: &Cell, needs: &Needs) -> Ordering {
    let plain = |cell: &Cell| {
        let s = &cell.settings;
        let other = [
            s.server != "fourways",
            s.encode != Encode::Once,
            s.heads != Heads::Minimal,
            labels::asks(&s.way) && !s.keep_alive,
        ];
        (other, s.payload_bytes, s.polls as u8, s.ws_buffer_bytes)
    };
    plain(a)
        .cmp(&plain(b))
        .then_with(|| distance(a, needs).total_cmp(&distance(b, needs)))
        .then_with(|| b.settings.clients.cmp(&a.settings.clients))
}

/// How far the updates between two answers lie from what is wanted, in powers of e: they decide how large an answer is
/// and how often there is none. Of polling only.
fn distance(cell: &Cell, needs: &Needs) -> f64 {
    if cell.settings.way != "poll" {
        return 0.0;
    }
    let measured = cell.settings.rate * cell.settings.interval_ms.max(1) as f64 / 1000.0;
    (needs.rate * needs.freshness_s / measured).ln().abs()
}

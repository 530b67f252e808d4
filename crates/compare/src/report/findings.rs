//! What the figures say, in one sentence each, with their ranges. A sentence that compares two cells of a load is made
//! only where both have as many rounds as a comparison of runs needs, and their ranges lie apart.

use super::diff::ROUNDS;
use super::lang::{Words, sentence};
use super::spread::Spread;
use super::view::{Cell, View};
use super::{labels, number};

/// So many sentences at most: a report has one headline and a few lines under it.
const MOST: usize = 4;

/// Of the greatest load that was measured.
#[must_use]
pub(super) fn of(view: &View) -> Vec<Words> {
    let groups = super::sheets::groups(view);
    let Some((_, cells)) = groups.last() else { return Vec::new() };
    let mut found: Vec<Words> = cells.iter().filter_map(|cell| unseen(view, cell)).take(2).collect();
    found.extend(apart(view, cells, "cpu_per_update"));
    found.extend(apart(view, cells, "memory_user"));
    found.truncate(MOST);
    found
}

/// A way that passes over updates.
fn unseen(view: &View, cell: &Cell) -> Option<Words> {
    let (never, own) = (cell.spread("never_seen")?, cell.spread("staleness_own")?);
    if never.low < 1.0 {
        return None;
    }
    let (name, share, age) = (labels::row(&cell.settings, &view.varied), text(never, "%"), text(own, "s"));
    Some(Words::new(
        format!(
            "{}: {share} of the updates were never seen, and the price shown was {age} older than it had to be.",
            name.en
        ),
        format!("{}：{share} 的更新从未被看到，显示的价格比应有的旧 {age}。", name.zh),
    ))
}

/// The cell with the most of a figure beside the one with the least, if all rounds of both lie apart.
fn apart(view: &View, cells: &[&Cell], id: &str) -> Option<Words> {
    let figure = view.figure(id)?;
    let enough = cells.iter().filter(|cell| cell.used >= ROUNDS);
    let mut with: Vec<(&Cell, Spread)> = enough.filter_map(|cell| Some((*cell, cell.spread(id)?))).collect();
    with.sort_by(|(_, a), (_, b)| a.median.total_cmp(&b.median));
    let ((least, low), (most, high)) = (with.first()?, with.last()?);
    if low.low <= 0.0 || high.low <= low.high {
        return None;
    }
    let times = number::range(high.low / low.high, high.high / low.low, "count");
    let of = |cell: &Cell| labels::row(&cell.settings, &view.varied);
    let (least, most) = (of(least), of(most));
    let (low, high) = (text(*low, figure.unit), text(*high, figure.unit));
    Some(Words::new(
        format!(
            "{}, {}: {times} times that of {} ({high} against {low}).",
            figure.title.en, most.en, least.en
        ),
        sentence(&[
            &figure.title.zh,
            "：",
            &most.zh,
            "是",
            &least.zh,
            "的",
            &times,
            "倍（",
            &high,
            "，",
            &low,
            "）。",
        ]),
    ))
}

fn text(spread: Spread, unit: &str) -> String {
    number::range(spread.low, spread.high, unit)
}

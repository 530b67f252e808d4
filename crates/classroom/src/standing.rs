//! How a lane stands: its state, its process, and how the one before ended.

use serde::Serialize;

use crate::server::Door;

/// What everybody may know of a lane's process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Standing {
    pub(crate) state: State,
    pub(crate) pid: Option<u32>,
    /// How its last process ended; none as long as the next one is up.
    pub(crate) exit: Option<String>,
    /// Since when it is in this state, in Unix microseconds.
    pub(crate) since_us: u64,
    /// When nobody served last, however short it was; none if somebody has served from the beginning.
    pub(crate) last_away: Option<Away>,
    #[serde(skip)]
    pub(crate) door: Option<Door>,
}

/// A time in which nobody served, from the instant at which one process went to the one at which the next came up, in
/// Unix microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Away {
    pub(crate) why: Why,
    pub(crate) from_us: u64,
    /// None as long as it lasts.
    pub(crate) until_us: Option<u64>,
}

/// Why a process went: what began it counts, not what came on top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Why {
    /// It ended without a word, by order or by itself.
    Kill,
    /// It was ended without a word, to be started at once.
    Restart,
    /// It was asked to end in good order.
    Deploy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    /// A process has been started and does not listen yet, or waits for an announced market.
    Starting,
    /// It serves.
    Up,
    /// It was asked to end, lets nobody in, and ends what is open.
    Draining,
    /// There is no process.
    Down,
}

impl Standing {
    /// Comes into another state at this instant; `why` is for one that served until now.
    pub(crate) fn turn(&mut self, state: State, why: Why, at_us: u64) {
        if self.state == state {
            return;
        }
        if self.state == State::Up {
            self.last_away = Some(Away { why, from_us: at_us, until_us: None });
        } else if state == State::Up
            && let Some(away) = &mut self.last_away
        {
            away.until_us = Some(at_us);
        }
        (self.state, self.since_us) = (state, at_us);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_began_an_absence_counts_until_somebody_serves() {
        let mut standing =
            Standing { state: State::Up, pid: Some(7), exit: None, since_us: 1, last_away: None, door: None };
        for (state, why, at_us, away) in [
            (State::Up, Why::Kill, 2, None),
            (State::Draining, Why::Deploy, 3, Some((Why::Deploy, 3, None))),
            (State::Starting, Why::Restart, 4, Some((Why::Deploy, 3, None))),
            (State::Down, Why::Kill, 5, Some((Why::Deploy, 3, None))),
            (State::Up, Why::Kill, 6, Some((Why::Deploy, 3, Some(6)))),
            (State::Down, Why::Kill, 9, Some((Why::Kill, 9, None))),
        ] {
            standing.turn(state, why, at_us);
            let away = away.map(|(why, from_us, until_us)| Away { why, from_us, until_us });
            assert_eq!((standing.state, standing.last_away), (state, away), "{at_us}");
        }
        assert_eq!(standing.since_us, 9);
    }
}

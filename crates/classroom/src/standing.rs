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
    #[serde(skip)]
    pub(crate) door: Option<Door>,
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

//! What parent and generator say to each other: one JSON line each. The generator is a process of its own, so that
//! neither side's work is counted as the other's.

use serde::{Deserialize, Serialize};

use crate::result::HeardOf;
use crate::{Certificate, Settings};
use measure::Cost;

/// What a generator is to do. Its first line on standard input; the end of the input ends it at once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    /// What the round is made with.
    pub settings: Settings,
    /// The server, or what stands in front of it: `host:port`.
    pub authority: String,
    /// The description of a foreign server, as TOML; none for a fourways server.
    pub target: Option<String>,
    /// The one that is trusted, if what stands in front of the server has TLS.
    pub certificate: Option<Certificate>,
    /// What phases and back-off come from.
    pub seed: u64,
    /// Subscribers that begin each second.
    pub ramp_per_s: u32,
    /// From the last subscriber's first word to the window, in milliseconds.
    pub warm_up_ms: u64,
    /// The window, in milliseconds.
    pub duration_ms: u64,
    /// How long subscribers may take to open, after the ramp, in milliseconds.
    pub patience_ms: u64,
    /// There is no window: once open, the subscribers stay until the input ends. [`Said::Open`] is then the last line.
    #[serde(default)]
    pub stay: bool,
    /// Whoever loses the server comes back without jitter (`Backoff::in_step`).
    #[serde(default)]
    pub in_step: bool,
}

/// What a generator says. One line each on standard output.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "now", rename_all = "kebab-case")]
pub enum Said {
    /// Subscribers are coming.
    Opening {
        /// So many have come.
        opened: u32,
    },
    /// All have come that will. The window begins after the warm-up.
    Open {
        /// So many have come.
        opened: u32,
    },
    /// The window begins.
    Begin,
    /// The window has ended; stragglers are waited for.
    End,
    /// What was seen. The last line.
    Done {
        /// By all subscribers.
        heard: Box<HeardOf>,
        /// What the generator itself used in the window.
        cost: Cost,
    },
    /// It cannot be done.
    Failed {
        /// Why, and the way out.
        why: String,
    },
}

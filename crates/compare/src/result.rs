//! What a run leaves behind: everything raw, one JSON file, readable offline and years later.

use std::collections::BTreeMap;

use measure::{Cost, Histogram, Kernel, Machine, Pressure, Sample};
use serde::{Deserialize, Serialize};

use crate::Settings;

/// The form of the file. A reader refuses what is newer than it knows.
pub const FORMAT: u32 = 1;

/// One run of `fourways compare`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Run {
    /// [`FORMAT`].
    pub format: u32,
    /// The scenario's name.
    pub scenario: String,
    /// The scenario's text as it was read.
    pub scenario_toml: String,
    /// When it began, RFC 3339, UTC.
    pub started: String,
    /// How long all of it took, in seconds.
    pub took_s: f64,
    /// What order and jitter came from.
    pub seed: u64,
    /// Where it ran.
    pub machine: Machine,
    /// How busy the machine was before it began.
    pub before: Pressure,
    /// Versions: `fourways`, and of whatever else took part.
    pub versions: BTreeMap<String, String>,
    /// Every round, in the order in which they ran.
    pub rounds: Vec<Round>,
    /// Whether every round that was planned is there.
    pub complete: bool,
    /// What a reader must know, in words: why it was stopped, what was left out.
    pub notes: Vec<String>,
}

/// One round: a fresh server, a fresh generator, one window.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Round {
    /// Its number within its settings, from 1.
    pub round: u32,
    /// What it was made with.
    pub settings: Settings,
    /// What the subscribers saw.
    pub heard: HeardOf,
    /// What the server cost.
    pub server: ServerCost,
    /// What stood in front of the server cost, if anything did.
    pub front: Option<Cost>,
    /// What the generator itself used in the window.
    pub generator: Cost,
    /// Why its figures are not to be trusted. Empty: they are.
    pub marks: Vec<Mark>,
}

/// What the subscribers of one round saw. Counts are sums over all of them. Faults (broken, duplicates, disordered, missed,
/// gaps) and handshakes count from the first connection on; an event belongs
/// to the window in which its publication was *scheduled*, whenever it arrived.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct HeardOf {
    /// The length of the window, in seconds.
    pub window_s: f64,
    /// Subscribers that came to hear where they stand.
    pub opened: u32,
    /// Subscribers that never did.
    pub failed: u32,
    /// Subscribers that held their connection (or went on polling) through the whole window.
    pub held: u32,
    /// Times that a session broke.
    pub broken: u64,
    /// From the attempt to connect to the first word of the feed.
    pub handshake_us: Histogram,
    /// From the scheduled publication to the arrival, of each event that arrived.
    pub latency_us: Histogram,
    /// Events scheduled in the window, times the subscribers that opened.
    pub published: u64,
    /// Of these, how many arrived.
    pub delivered: u64,
    /// Of these, how many were the newest of their symbol when they arrived.
    pub seen: u64,
    /// Events that came a second time, though the client said where it stood.
    pub duplicates: u64,
    /// Events older than one before them.
    pub disordered: u64,
    /// Events missing between two others, where none may be missing.
    pub missed: u64,
    /// Gaps that the server announced.
    pub gaps: u64,
    /// Age of the newest value shown, integrated over the window, in seconds: mean over symbols and subscribers.
    /// Missing when a symbol was never shown.
    pub staleness_s: Option<f64>,
    /// The same for a reader without any delay, in seconds: the quiet of the market itself.
    pub staleness_ideal_s: f64,
    /// Requests in the window.
    pub requests: u64,
    /// Connections opened in the window.
    pub connections: u64,
    /// Connections opened before the window.
    pub connections_before: u64,
    /// Bytes sent in the window, heads included.
    pub bytes_up: u64,
    /// Bytes received in the window, heads included.
    pub bytes_down: u64,
    /// How late a timer of the generator fired.
    pub lag_us: Histogram,
}

/// What the server of one round cost.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ServerCost {
    /// In the window.
    pub window: Cost,
    /// Before the first subscriber came.
    pub empty: Sample,
    /// When all had come, before the window.
    pub full: Sample,
    /// At the end of the window.
    pub end: Sample,
    /// What the kernel held before the first subscriber came.
    pub kernel_empty: Kernel,
    /// What the kernel held when all had come: both ends of every connection.
    pub kernel_full: Kernel,
}

/// Why a round's figures are not to be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// The generator had no core to spare: its figures are its own, not the server's.
    GeneratorSaturated,
    /// The generator had time to spare, but its timers were late: a burst for thousands of subscribers keeps its one
    /// thread busy for a while. What it says of times is its own; what the server cost is not.
    GeneratorLate,
    /// Some subscribers never came to hear anything.
    NotAllOpened,
    /// Some connections broke, before the window, in it, or while stragglers were waited for.
    Broken,
    /// Events were lost, came twice or out of order where that may not be.
    Unfaithful,
    /// The server published another number of events than its rate says.
    OffSchedule,
    /// The server ended by itself.
    ServerDied,
}

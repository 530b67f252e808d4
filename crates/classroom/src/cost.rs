//! What each lane costs: its process, read from outside, and its road. All but `open` and `knocks_max` are totals of one
//! process, so that the difference of two messages is what was used in between; another pid begins anew.

use measure::{Sample, sockets};
use serde::Serialize;
use wire::Proxy;

/// One lane. What the system does not tell, or nobody uses, is null.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Cost {
    pid: Option<u32>,
    /// On a core since it began, in microseconds.
    cpu_us: Option<u64>,
    /// Resident memory, in bytes.
    rss_bytes: Option<u64>,
    /// Open sockets of the process.
    sockets: Option<u64>,
    /// Connections open on the road now.
    open: usize,
    /// Connections that the road has accepted since the classroom began.
    connections: u64,
    /// Connections that the road has refused since then.
    refused: u64,
    /// The most connections that came within any 200 ms since the last message, accepted or refused by the road.
    knocks_max: usize,
    bytes_up: u64,
    bytes_down: u64,
}

impl Cost {
    /// Reads files of `/proc`: not for a task that others wait for. How many came together is told once.
    pub(crate) fn of(pid: Option<u32>, road: &Proxy) -> Self {
        let passage = road.tally();
        let sample = pid.map(Sample::of).unwrap_or_default();
        Self {
            pid,
            cpu_us: sample.cpu_us,
            rss_bytes: sample.rss_bytes,
            sockets: pid.and_then(sockets),
            open: passage.open,
            connections: passage.accepted,
            refused: passage.refused,
            knocks_max: road.take_knocks_max(),
            bytes_up: passage.bytes_up,
            bytes_down: passage.bytes_down,
        }
    }
}

//! `system-stats` (tutorial 4.2): real figures of this machine, taken once a second whoever watches. One sample for
//! all: the tutorial's own server draws random numbers for each viewer (defect D12).

use std::time::Duration;

use serde::Serialize;
use sysinfo::{Disks, System};

use crate::clock::{Clock, rfc3339};
use crate::event::Fields;
use crate::feed::Feed;

/// Percentages, one decimal.
#[derive(Serialize)]
struct Stats {
    cpu: f64,
    memory: f64,
    disk: f64,
    timestamp: String,
}

pub(super) async fn run(feed: &Feed, clock: &Clock) {
    let (mut system, mut disks) = match (System::new(), Disks::new_with_refreshed_list()) {
        (Ok(system), Ok(disks)) => (system, disks),
        (Err(error), _) | (_, Err(error)) => {
            tracing::warn!(%error, "this machine does not tell its figures: system-stats stays empty");
            return;
        }
    };
    system.refresh_cpu_usage();
    // The use of a processor is a difference of two readings: the first figure comes after a short first interval.
    tokio::time::sleep(sysinfo::MINIMUM_CPU_UPDATE_INTERVAL).await;
    let mut timer = tokio::time::interval(Duration::from_secs(1));
    loop {
        timer.tick().await;
        system.refresh_cpu_usage();
        system.refresh_memory();
        disks.refresh(false);
        let at = clock.now_us();
        if let Ok(fields) = Fields::of(&stats(&system, &disks, at), false) {
            feed.publish(at, 0, &fields);
        }
    }
}

fn stats(system: &System, disks: &Disks, at_us: u64) -> Stats {
    // The largest disk: the root of a container is often an overlay without a size of its own.
    let disk = disks.iter().max_by_key(|disk| disk.total_space());
    let (total, free) = disk.map_or((0, 0), |disk| (disk.total_space(), disk.available_space()));
    Stats {
        cpu: tenths(f64::from(system.global_cpu_usage())),
        memory: share(system.used_memory(), system.total_memory()),
        disk: share(total.saturating_sub(free), total),
        timestamp: rfc3339(at_us),
    }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { tenths(part as f64 * 100.0 / whole as f64) }
}

fn tenths(percent: f64) -> f64 {
    (percent.clamp(0.0, 100.0) * 10.0).round() / 10.0
}

//! What a process has used so far, and what it used between two instants.

use serde::{Deserialize, Serialize};

/// What a process and its children use at one instant. CPU, switches and waiting are totals since they began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// On a core, in microseconds (`clock_getcpuclockid(3)`: also of threads that have ended).
    pub cpu_us: Option<u64>,
    /// The part of it in user code. The kernel keeps the split in ticks of 10 ms and scales it to the exact sum.
    pub user_us: Option<u64>,
    /// The part of it in the kernel, on behalf of the process.
    pub system_us: Option<u64>,
    /// Ready to run but without a core, in microseconds, summed over the threads that live (`schedstat`).
    pub wait_us: Option<u64>,
    /// Resident memory, in bytes; pages that several processes share count in each.
    pub rss_bytes: Option<u64>,
    /// Resident memory, in bytes, with shared pages divided among those who share them.
    pub pss_bytes: Option<u64>,
    /// The part of it that is no file: heap and stacks.
    pub anon_bytes: Option<u64>,
    /// Open file descriptors.
    pub fds: Option<u64>,
    /// Context switches of the threads that live, voluntary and not.
    pub switches: Option<u64>,
    /// Processes that were summed.
    pub processes: u32,
}

/// What was used between two samples of the same process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// As in [`Sample`], in between.
    pub cpu_us: Option<u64>,
    /// As in [`Sample`], in between.
    pub user_us: Option<u64>,
    /// As in [`Sample`], in between.
    pub system_us: Option<u64>,
    /// As in [`Sample`], in between.
    pub wait_us: Option<u64>,
    /// As in [`Sample`], in between.
    pub switches: Option<u64>,
}

impl Sample {
    /// Reads `pid` and its children, their children and so on. Empty when there is no such process.
    #[must_use]
    pub fn of(pid: u32) -> Self {
        #[cfg(target_os = "linux")]
        return crate::proc::sample(pid);
        #[cfg(not(target_os = "linux"))]
        portable(pid)
    }

    /// This process.
    #[must_use]
    pub fn own() -> Self {
        Self::of(std::process::id())
    }

    /// What was used since `before`. A figure that went back is missing: a thread that ended took it along.
    #[must_use]
    pub fn since(&self, before: &Self) -> Cost {
        let of = |figure: fn(&Self) -> Option<u64>| figure(self)?.checked_sub(figure(before)?);
        Cost {
            cpu_us: of(|sample| sample.cpu_us),
            user_us: of(|sample| sample.user_us),
            system_us: of(|sample| sample.system_us),
            wait_us: of(|sample| sample.wait_us),
            switches: of(|sample| sample.switches),
        }
    }

    #[cfg(target_os = "linux")]
    pub(crate) fn add(&mut self, other: &Self) {
        // What none of them tells is missing.
        let sum = |a: &mut Option<u64>, b: Option<u64>| *a = a.iter().copied().chain(b).reduce(|a, b| a + b);
        sum(&mut self.cpu_us, other.cpu_us);
        sum(&mut self.user_us, other.user_us);
        sum(&mut self.system_us, other.system_us);
        sum(&mut self.wait_us, other.wait_us);
        sum(&mut self.rss_bytes, other.rss_bytes);
        sum(&mut self.pss_bytes, other.pss_bytes);
        sum(&mut self.anon_bytes, other.anon_bytes);
        sum(&mut self.fds, other.fds);
        sum(&mut self.switches, other.switches);
        self.processes += other.processes;
    }
}

/// Open sockets of a process, without its children; missing where the system does not tell.
#[must_use]
pub fn sockets(pid: u32) -> Option<u64> {
    #[cfg(target_os = "linux")]
    return crate::proc::sockets(pid);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = pid;
        None
    }
}

/// What `sysinfo` knows on every system: CPU to the millisecond and resident memory, of the one process.
#[cfg(not(target_os = "linux"))]
fn portable(pid: u32) -> Sample {
    use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};
    let pid = Pid::from_u32(pid);
    let Ok(mut system) = System::new() else { return Sample::default() };
    let what = ProcessRefreshKind::nothing().with_cpu().with_memory();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, what);
    system.process(pid).map_or_else(Sample::default, |process| Sample {
        cpu_us: Some(process.accumulated_cpu_time() * 1000),
        rss_bytes: Some(process.memory()),
        processes: 1,
        ..Sample::default()
    })
}

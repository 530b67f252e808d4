//! What the kernel holds for sockets. It belongs to no process, so no resident memory shows it.

use std::fs::read_to_string;

use serde::{Deserialize, Serialize};

/// What the kernel of the whole machine holds for TCP, both ends of a loopback connection and everyone else's included:
/// only the difference between two instants of a quiet machine says anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kernel {
    /// TCP sockets, without those in TIME-WAIT (`/proc/net/sockstat`, this network namespace).
    pub sockets: Option<u64>,
    /// Bytes in socket buffers, in whole pages (`sockstat`'s `mem`).
    pub buffer_bytes: Option<u64>,
    /// Bytes in kernel objects of every kind (`Slab` of `/proc/meminfo`): sockets, their files, directory entries,
    /// timers, and what else the machine does.
    pub slab_bytes: Option<u64>,
}

impl Kernel {
    /// The kernel now; empty where there is no `/proc`.
    #[must_use]
    pub fn now() -> Self {
        let text = |path: &str| read_to_string(path).unwrap_or_default();
        Self::read(&text("/proc/net/sockstat"), &text("/proc/meminfo"), page_bytes())
    }

    fn read(sockstat: &str, meminfo: &str, page_bytes: u64) -> Self {
        let tcp = |name: &str| {
            let line = sockstat.lines().find_map(|line| line.strip_prefix("TCP: "))?;
            line.split(' ').skip_while(|word| *word != name).nth(1)?.parse::<u64>().ok()
        };
        let slab = meminfo.lines().find_map(|line| line.strip_prefix("Slab:"));
        Self {
            sockets: tcp("inuse"),
            buffer_bytes: tcp("mem").map(|pages| pages * page_bytes),
            slab_bytes: slab
                .and_then(|text| Some(text.split_whitespace().next()?.parse::<u64>().ok()? * 1024)),
        }
    }

    /// How much more the kernel holds than at `before`; less counts as 0.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let of = |figure: fn(&Self) -> Option<u64>| Some(figure(self)?.saturating_sub(figure(before)?));
        Self {
            sockets: of(|kernel| kernel.sockets),
            buffer_bytes: of(|kernel| kernel.buffer_bytes),
            slab_bytes: of(|kernel| kernel.slab_bytes),
        }
    }
}

/// What the kernel gives memory by: 4 KiB on most machines, 16 or 64 KiB on some of ARM and POWER.
#[cfg(target_os = "linux")]
fn page_bytes() -> u64 {
    rustix::param::page_size() as u64
}

/// There is no `/proc` whose pages would be counted.
#[cfg(not(target_os = "linux"))]
fn page_bytes() -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOCKSTAT: &str = "sockets: used 291\n\
        TCP: inuse 12 orphan 3 tw 7 alloc 15 mem 4\n\
        UDP: inuse 2 mem 1\n\
        FRAG: inuse 0 memory 0\n";
    const MEMINFO: &str =
        "MemTotal:       8039780 kB\nSlab:             211224 kB\nSReclaimable:     150000 kB\n";

    #[test]
    fn it_is_read_as_the_kernel_writes_it() {
        let kernel = Kernel::read(SOCKSTAT, MEMINFO, 16_384);
        assert_eq!(kernel.sockets, Some(12));
        assert_eq!(kernel.buffer_bytes, Some(4 * 16_384), "in pages of this machine");
        assert_eq!(kernel.slab_bytes, Some(211_224 * 1024));
        assert_eq!(Kernel::read("", "", 4096), Kernel::default(), "nothing is 0 because it is not told");
    }

    #[test]
    fn what_became_less_counts_as_nothing() {
        let before = Kernel { sockets: Some(12), buffer_bytes: Some(4096), slab_bytes: None };
        let after = Kernel { sockets: Some(10), buffer_bytes: Some(12_288), slab_bytes: Some(1) };
        let more = Kernel { sockets: Some(0), buffer_bytes: Some(8192), slab_bytes: None };
        assert_eq!(after.since(&before), more);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_machine_tells_all_of_it() {
        let Kernel { sockets, buffer_bytes, slab_bytes } = Kernel::now();
        assert!(sockets.is_some() && buffer_bytes.is_some() && slab_bytes.is_some());
        let pages = buffer_bytes.unwrap_or_default();
        assert_eq!(pages % page_bytes(), 0, "{pages} bytes are whole pages");
    }
}

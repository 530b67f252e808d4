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
        let sockstat = read_to_string("/proc/net/sockstat").unwrap_or_default();
        let tcp = |name: &str| {
            let line = sockstat.lines().find_map(|line| line.strip_prefix("TCP: "))?;
            line.split(' ').skip_while(|word| *word != name).nth(1)?.parse::<u64>().ok()
        };
        let meminfo = read_to_string("/proc/meminfo").unwrap_or_default();
        let slab = meminfo.lines().find_map(|line| line.strip_prefix("Slab:"));
        Self {
            sockets: tcp("inuse"),
            buffer_bytes: tcp("mem").map(|pages| pages * 4096),
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn open_sockets_are_seen() {
        let before = Kernel::now();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let ends: Vec<_> = (0..100)
            .map(|_| {
                (TcpStream::connect(listener.local_addr().unwrap()).unwrap(), listener.accept().unwrap())
            })
            .collect();
        let more = Kernel::now().since(&before);
        // Others of this machine may close some meanwhile.
        assert!(more.sockets.unwrap() >= 150, "{more:?} with {} connections", ends.len());
        assert!(more.slab_bytes.is_some() && more.buffer_bytes.is_some());
    }
}

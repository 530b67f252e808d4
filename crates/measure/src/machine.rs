//! On what a figure was measured. Without it no figure can be compared with another.

use serde::{Deserialize, Serialize};
use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

/// A machine, as far as it tells. Its name and its user are not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Operating system and its version.
    pub os: Option<String>,
    /// Version of the kernel.
    pub kernel: Option<String>,
    /// Model of the processor.
    pub cpu: Option<String>,
    /// Cores that this process may use.
    pub cores: u32,
    /// Memory, in bytes.
    pub memory_bytes: Option<u64>,
}

/// How busy a machine is at one instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pressure {
    /// Load average over one minute; missing where the system has none.
    pub load_1m: Option<f64>,
}

impl Machine {
    /// This machine.
    #[must_use]
    pub fn this() -> Self {
        let system = System::new_with_specifics(
            RefreshKind::nothing()
                .with_cpu(CpuRefreshKind::nothing())
                .with_memory(MemoryRefreshKind::nothing().with_ram()),
        )
        .ok();
        Self {
            os: System::long_os_version().ok(),
            kernel: System::kernel_version().ok(),
            cpu: system
                .as_ref()
                .and_then(|system| system.cpus().first())
                .map(|cpu| cpu.brand().trim().to_owned())
                .filter(|brand| !brand.is_empty()),
            cores: std::thread::available_parallelism()
                .map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(1)),
            memory_bytes: system.as_ref().map(System::total_memory),
        }
    }
}

impl Pressure {
    /// Now.
    #[must_use]
    pub fn now() -> Self {
        // Windows has no load average, and sysinfo says 0 there.
        Self { load_1m: System::load_average().ok().filter(|_| cfg!(unix)).map(|load| load.one) }
    }
}

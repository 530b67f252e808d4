//! What a process and its sockets cost, read from outside while it works; and histograms that merge exactly.
//!
//! Every figure is an `Option`: what a system does not tell is missing, never 0. On Linux all of them are there; elsewhere
//! `sysinfo` gives CPU and resident memory, and the rest is missing.
//!
//! | file | idea |
//! |---|---|
//! | `cost` | what a process has used so far, and what it used between two instants |
//! | `proc` | the same, from Linux's `/proc` |
//! | `kernel` | what the kernel holds for sockets, on the whole machine |
//! | `machine` | on what a figure was measured |
//! | `histogram` | distributions of microseconds |

mod cost;
mod histogram;
mod kernel;
mod machine;
#[cfg(target_os = "linux")]
mod proc;

pub use cost::{Cost, Sample, sockets};
pub use histogram::{BadHistogram, Histogram};
pub use kernel::Kernel;
pub use machine::{Machine, Pressure};

//! Why a class cannot begin.

use std::io;
use std::net::IpAddr;

/// What went wrong, where, and what it said.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The process of a lane did not come up.
    #[error("a lane cannot be run: {0}")]
    Lane(#[from] compare::Error),
    /// There is no port for a lane.
    #[error("there is no free port for a lane at {ip}: {why}; --listen takes another address")]
    Port {
        /// Where it was looked for.
        ip: IpAddr,
        /// What the system said.
        why: io::Error,
    },
}

//! What can go wrong before, between and in the rounds: each says what, where and the way out.

use std::io;
use std::path::PathBuf;

use crate::scenario::Bad;

/// Why nothing was measured, or no further round.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The scenario's text is wrong.
    #[error(transparent)]
    Scenario(#[from] Box<Bad>),
    /// No scenario has this name.
    #[error("there is no scenario {name:?}; there are {known}, and a path to a .toml file is one as well")]
    NoScenario {
        /// What was asked for.
        name: String,
        /// All that are embedded.
        known: String,
    },
    /// Nothing describes this server.
    #[error(
        "there is no description of a server {name:?}: neither {name}/server.toml in {}, nor in benches/servers of this \
         project's checkout; name the path of one, as in --target path/to/server.toml", here.display()
    )]
    NoDescription {
        /// What was asked for.
        name: String,
        /// Where it was looked for.
        here: PathBuf,
    },
    /// A description is wrong.
    #[error("{}: {why}", path.display())]
    Description {
        /// Its file.
        path: PathBuf,
        /// What is wrong, and the way out.
        why: String,
    },
    /// What was asked for leaves nothing to measure.
    #[error("{0}")]
    Nothing(String),
    /// More descriptors are needed than the system gives.
    #[error(
        "{clients} clients need {needed} open files in one process, and this shell allows {allowed}; raise it with \
         `ulimit -n {needed}` (as root, or `nofile` in /etc/security/limits.conf, or LimitNOFILE= of a service), \
         or take fewer with --clients"
    )]
    Files {
        /// The largest crowd.
        clients: u32,
        /// Descriptors.
        needed: u64,
        /// The hard limit.
        allowed: u64,
    },
    /// A program that takes part is not there.
    #[error("{program} is not installed; {how}")]
    Missing {
        /// Its name.
        program: String,
        /// How to get it.
        how: String,
    },
    /// What was asked for was left out of this binary.
    #[error(
        "the front nginx-http2 needs TLS and HTTP/2, and this fourways was built without them; build it with \
         `cargo build --release -p fourways --features http2` (`just compare` builds that one), or measure scenarios \
         without this front"
    )]
    NoHttp2,
    /// Somebody did not come up.
    #[error("{who} did not start: {why}")]
    Start {
        /// Who.
        who: String,
        /// What it said last.
        why: String,
    },
    /// The generator gave up or was ended.
    #[error("the generator gave up: {0}")]
    Generator(String),
    /// A file or directory.
    #[error("{}: {why}", path.display())]
    Path {
        /// Where.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
}

//! The second use of the project: connections, latency and server load, side by side, in numbers one can trust.
//!
//! A *scenario* is swept into *settings*; each is measured in several *rounds*, interleaved and shuffled. For each round
//! a fresh server is spawned, a *generator* (its own process) brings the subscribers, and the server is measured from
//! outside during one *window*. Everything raw goes into one JSON file; tables, reports and verdicts are made from it.
//!
//! | file | idea |
//! |---|---|
//! | `scenario` | what is measured: TOML, swept into cells |
//! | `settings` | what one round is made with |
//! | `run`, `round` | all rounds, interleaved and shuffled; one of them |
//! | `server`, `foreign`, `front` | who serves: this program, a described one; what stands in front of it |
//! | `certificate` | what a front with TLS is known by |
//! | `child`, `guard` | children that end with their parent, whatever its death |
//! | `files` | how many open files that needs |
//! | `progress` | how far a run is |
//! | `store` | results as files |
//! | `job` | what parent and generator say to each other |
//! | `generator` | thousands of subscribers, open loop, each checking what it hears |
//! | `result` | what a run leaves behind |
//! | `claims` | the tutorial's sentences, and what became of them |
//! | `report` | numbers and words made from it |

mod certificate;
mod child;
pub mod claims;
mod error;
mod files;
pub mod foreign;
mod front;
pub mod generator;
pub mod guard;
mod job;
pub mod progress;
pub mod report;
mod result;
mod round;
mod run;
pub mod scenario;
mod server;
mod settings;
mod store;
mod text;

pub use certificate::Certificate;
pub use child::Guarded;
pub use error::Error;
pub use files::allow as allow_files;
pub use job::{Job, Said};
pub use result::{FORMAT, HeardOf, Mark, Round, Run, ServerCost};
pub use run::{Means, Measured, run};
pub use scenario::{Overrides, Scenario};
pub use server::{Running, ServerSpec, start};
pub use settings::{Encode, Front, Heads, Polls, Settings};
pub use store::{Kept, newest};
pub use text::Text;

use transport::Transport;

/// The ways that can be measured, in the order in which they are taught and told of.
pub static WAYS: [&dyn Transport; 4] = [&poll::Poll, &long_poll::LongPoll, &ws::WebSocket, &sse::Sse];

/// The way of this name.
#[must_use]
pub fn way(name: &str) -> Option<&'static dyn Transport> {
    WAYS.into_iter().find(|way| way.card().name == name)
}

/// The names of all ways, for whoever wrote another one: `poll, long-poll, ws and sse`.
#[must_use]
pub fn known_ways() -> String {
    let names = WAYS.map(|way| way.card().name);
    let (last, others) = names.split_last().unwrap_or((&"", &[]));
    format!("{} and {last}", others.join(", "))
}

/// The place of a way in [`WAYS`]; one that is none of them comes last.
fn place(name: &str) -> usize {
    WAYS.iter().position(|way| way.card().name == name).unwrap_or(WAYS.len())
}

//! Scenarios: what is measured, as TOML. Those of `benches/scenarios/` are embedded; others are read from a path.
//!
//! ```toml
//! name = "quick"                       # of letters, digits and hyphens
//! title = { en = "...", zh = "..." }   # one line
//! about = { en = "...", zh = "..." }   # what it answers
//!
//! rounds = 3            # each cell is measured so often, interleaved and shuffled
//! duration = "6s"       # the window
//! warm_up = "1s"        # from the last subscriber's first word to the window
//! ramp = 500            # subscribers that begin each second
//! seed = 1              # what the order comes from
//!
//! # One value or a list; every combination is a cell. What means nothing to a way is left out of account.
//! servers = "fourways"  # or a description's name
//! ways = ["poll", "long-poll", "ws", "sse"]
//! clients = 200
//! rate = 2              # events a second, all symbols together
//! symbols = 1
//! payload = "512 B"     # an event's JSON is filled up to so much; "0 B" leaves it as it is
//! interval = ["0.2s", "1s"]   # of polling
//! polls = "newest"      # of polling: newest, or all after the cursor
//! hold = "25s"          # of long polling
//! keep_alive = true     # of polling and long polling
//! heads = "minimal"     # or browser: what a browser sends along
//! ws_buffer = "4 KiB"   # of the server's WebSocket library
//! encode = "once"       # or each: for every subscriber anew
//! front = "none"        # or nginx, nginx-buffering, nginx-gzip, nginx-http2
//! late = "0ms"          # the server sleeps before each event: to check the measuring
//!
//! [[cells]]             # combinations that are no product: each table takes over what stands above
//! ways = "sse"
//! ```
//!
//! | file | idea |
//! |---|---|
//! | `read` | from text to a scenario |
//! | `axes` | the keys that can be swept |
//! | `sweep` | from keys to cells |
//! | `select` | which cells of a sweep are meant |
//! | `quantity` | sizes and times as people write them |
//! | `bad` | mistakes, with a caret |

mod axes;
mod bad;
pub mod quantity;
mod read;
mod select;
mod sweep;

pub use bad::Bad;
pub(crate) use bad::Wrong;
pub(crate) use read::parse;
pub(crate) use select::Select;
pub use sweep::defaults;

use std::ops::RangeInclusive;
use std::time::Duration;

use rust_embed::RustEmbed;
use toml::de::DeTable;

use crate::{Error, Front, Settings, Text};

/// What a server's WebSocket library buffers when nothing is said: the server's own default.
pub const WS_BUFFER_BYTES: u32 = 4 * 1024;

/// How many subscribers a crowd may have.
pub const CLIENTS: RangeInclusive<u32> = 1..=1_000_000;
/// How often a cell may be measured.
pub const ROUNDS: RangeInclusive<u32> = 1..=100;
/// How long a window may be, in milliseconds.
pub const WINDOW_MS: RangeInclusive<u64> = 100..=3_600_000;

/// What is measured.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name, of letters, digits and hyphens.
    pub name: String,
    /// One line.
    pub title: Text,
    /// What it answers.
    pub about: Text,
    /// What is measured side by side, each once.
    pub cells: Vec<Settings>,
    /// How often each cell is measured.
    pub rounds: u32,
    /// The window, in milliseconds.
    pub duration_ms: u64,
    /// From the last subscriber's first word to the window, in milliseconds.
    pub warm_up_ms: u64,
    /// Subscribers that begin each second.
    pub ramp_per_s: u32,
    /// What the order of the rounds comes from.
    pub seed: u64,
    /// The text as it was read.
    pub toml: String,
}

/// What the command line changes in a scenario. Empty: nothing.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Only these ways.
    pub ways: Vec<String>,
    /// Crowds of these sizes instead of the scenario's.
    pub clients: Vec<u32>,
    /// These servers beside the scenario's.
    pub servers: Vec<String>,
    /// As in [`Scenario`].
    pub rounds: Option<u32>,
    /// As in [`Scenario`].
    pub duration_ms: Option<u64>,
    /// As in [`Scenario`].
    pub seed: Option<u64>,
}

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../benches/scenarios"]
struct Embedded;

impl Scenario {
    /// Reads a scenario; `source` names it in errors.
    ///
    /// # Errors
    /// When the text is wrong (with a caret), or the overrides leave nothing to measure.
    pub fn read(source: &str, text: &str, overrides: &Overrides) -> Result<Self, Error> {
        read::read(source, text, overrides)
    }

    /// A scenario that is one `table` of the longer `text` that is `source`; it takes name and title from there.
    pub(crate) fn within(
        source: &str,
        text: &str,
        table: &DeTable<'_>,
        head: (String, Text),
    ) -> Result<Self, Error> {
        read::within(source, text, table, head)
    }

    /// An embedded scenario.
    ///
    /// # Errors
    /// When there is none of this name, or the overrides do not fit.
    pub fn named(name: &str, overrides: &Overrides) -> Result<Self, Error> {
        let Some(file) = Embedded::get(&format!("{name}.toml")) else {
            return Err(Error::NoScenario { name: name.to_owned(), known: names().join(", ") });
        };
        Self::read(&format!("{name}.toml"), &String::from_utf8_lossy(&file.data), overrides)
    }

    /// Whether this binary has what it takes.
    ///
    /// # Errors
    /// When it was built without, with how to build it.
    pub fn possible(&self) -> Result<(), Error> {
        let wants = self.cells.iter().any(|cell| cell.front == Front::NginxHttp2);
        if wants && !cfg!(feature = "http2") { Err(Error::NoHttp2) } else { Ok(()) }
    }

    /// How long a round of this cell takes, about: ramp, warm-up, window, two seconds for stragglers, and one to start and
    /// end everything.
    #[must_use]
    pub fn expected_of(&self, cell: &Settings) -> Duration {
        let polls = if cell.way == "poll" { cell.interval_ms * 2 } else { 0 };
        let ramp = Duration::from_secs_f64(f64::from(cell.clients) / f64::from(self.ramp_per_s));
        ramp + Duration::from_millis(self.warm_up_ms + self.duration_ms + polls + 3_000)
    }

    /// How long all rounds take, about.
    #[must_use]
    pub fn expected(&self) -> Duration {
        self.cells.iter().map(|cell| self.expected_of(cell) * self.rounds).sum()
    }

    /// All embedded scenarios, by name.
    ///
    /// # Errors
    /// When one is wrong.
    pub fn all() -> Result<Vec<Self>, Error> {
        names().iter().map(|name| Self::named(name, &Overrides::default())).collect()
    }
}

fn names() -> Vec<String> {
    let mut names: Vec<String> =
        Embedded::iter().filter_map(|name| Some(name.strip_suffix(".toml")?.to_owned())).collect();
    names.sort();
    names
}

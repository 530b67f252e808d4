//! A foreign server, described in TOML: how it is started, and how each of its ways is asked and understood.
//!
//! ```toml
//! name = "node"
//! title = { en = "Node.js", zh = "Node.js" }
//!
//! [start]
//! command = ["node", "server.mjs"]
//! env = { PORT = "{port}", RATE = "{rate}", SYMBOLS = "{symbols}", PAYLOAD = "{payload}" }
//! ready = "/poll"
//!
//! [ways.long-poll]
//! path = "/long-poll?after={after}"
//! events = "/events"
//! ```
//!
//! A way without a table is not offered.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use crate::described::{Described, check_places};
use crate::target::Target;

/// What may be replaced in a command and its environment.
const PLACES: [&str; 4] = ["port", "rate", "symbols", "payload"];

/// A foreign server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// Its name in results and on the command line.
    #[serde(deserialize_with = "name")]
    pub name: String,
    /// Its name for people.
    pub title: Title,
    /// How it is started.
    pub start: Start,
    /// The ways that it offers, by their names.
    pub ways: BTreeMap<String, Described>,
}

/// A name for people.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

/// How a server is started. Commands are run in the folder of the description, without a shell; a program with a slash
/// in its name is looked for from there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// The program that serves, and its arguments. It stays in the foreground, and ends at SIGTERM.
    pub command: Command,
    /// What has to be run before, once and not measured: installing, building.
    #[serde(default)]
    pub setup: Vec<Command>,
    /// Tells the version in its first line of output.
    pub version: Option<Command>,
    /// What the programs need, and how one gets it. Told when one of them is missing.
    pub install: String,
    /// The environment, beside what it inherits.
    #[serde(default, deserialize_with = "environment")]
    pub env: BTreeMap<String, String>,
    /// The path that answers 200 once it serves.
    pub ready: String,
    /// How long that may take, in seconds.
    #[serde(default = "ten")]
    pub ready_within_s: u32,
}

/// A program and its arguments, in which `{port}`, `{rate}`, `{symbols}` and `{payload}` are replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command(Vec<String>);

/// A text that describes no server. It says where, with the line and a caret, and what was expected.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadDescription(#[from] toml::de::Error);

/// What stands for the placeholders of a start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Values {
    /// The port to listen on, at 127.0.0.1.
    pub port: u16,
    /// Events a second.
    pub rate: f64,
    /// Symbols, which take turns.
    pub symbols: u32,
    /// An event's JSON is filled up to so many bytes.
    pub payload_bytes: u32,
}

impl Description {
    /// Reads a description.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, BadDescription> {
        Ok(toml::from_str(text)?)
    }

    /// The feed of the described server at `authority`, by `way`; none if the way is not offered.
    #[must_use]
    pub fn target(&self, way: &str, authority: impl Into<String>) -> Option<Target> {
        let described = self.ways.get(way)?.clone();
        Some(Target { described: Some(described), ..Target::new(authority, "") })
    }
}

impl Start {
    /// How long it may take until it serves.
    #[must_use]
    pub fn ready_within(&self) -> Duration {
        Duration::from_secs(self.ready_within_s.into())
    }

    /// The environment with its placeholders replaced.
    #[must_use]
    pub fn env(&self, values: &Values) -> BTreeMap<String, String> {
        self.env.iter().map(|(name, value)| (name.clone(), values.fill(value))).collect()
    }
}

impl Command {
    /// The program, and its arguments with their placeholders replaced. Never empty.
    #[must_use]
    pub fn line(&self, values: &Values) -> Vec<String> {
        self.0.iter().map(|part| values.fill(part)).collect()
    }
}

impl Values {
    fn fill(&self, text: &str) -> String {
        let Self { port, rate, symbols, payload_bytes } = self;
        let text = text.replace("{port}", &port.to_string()).replace("{rate}", &rate.to_string());
        text.replace("{symbols}", &symbols.to_string()).replace("{payload}", &payload_bytes.to_string())
    }
}

impl<'de> Deserialize<'de> for Command {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let parts = Vec::<String>::deserialize(deserializer)?;
        if parts.first().is_none_or(String::is_empty) {
            return Err(D::Error::custom("a command needs a program, as in [\"node\", \"server.mjs\"]"));
        }
        parts.iter().try_for_each(|part| check_places(part, &PLACES)).map_err(D::Error::custom)?;
        Ok(Self(parts))
    }
}

fn environment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let env = BTreeMap::<String, String>::deserialize(deserializer)?;
    env.values().try_for_each(|value| check_places(value, &PLACES)).map_err(D::Error::custom)?;
    Ok(env)
}

fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if name.is_empty() || !plain || name == "fourways" {
        return Err(D::Error::custom("a name is made of a-z, 0-9 and hyphens, and is not \"fourways\""));
    }
    Ok(name)
}

fn ten() -> u32 {
    10
}

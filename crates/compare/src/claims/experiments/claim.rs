//! The numbers by which an experiment is judged, as they stand in `benches/claims/ID.toml` beside the claim's words.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Trouble;
pub(super) use crate::claims::found::Found;

/// What an experiment reads of its claim's file.
#[derive(Debug, Deserialize)]
pub(super) struct Claim<Rule> {
    pub(super) rule: Rule,
}

impl<Rule: DeserializeOwned> Claim<Rule> {
    pub(super) fn read(text: &str) -> Result<Self, Trouble> {
        toml::from_str(text).map_err(|error| Trouble::Claim(error.to_string()))
    }
}

//! A claim as it stands in `benches/claims/ID.toml`: the tutorial's sentence and the numbers by which it is judged.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Trouble;
use crate::claims::{Entry, Evidence, Text, Verdict};

/// A claim with the numbers of its own rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claim<Rule> {
    pub(super) id: String,
    section: String,
    claim: Text,
    threshold: Text,
    pub(super) rule: Rule,
}

/// What an experiment found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) verdict: Verdict,
    pub(super) finding: Text,
    pub(super) knob: Text,
    pub(super) evidence: Vec<Evidence>,
    pub(super) raw: Value,
}

impl<Rule: DeserializeOwned> Claim<Rule> {
    pub(super) fn read(text: &str) -> Result<Self, Trouble> {
        toml::from_str(text).map_err(|error| Trouble::Claim(error.to_string()))
    }

    /// The line of the ledger. What could not be measured decides nothing.
    pub(super) fn entry(self, found: Result<Found, Trouble>) -> Entry {
        let found = found.unwrap_or_else(|trouble| Found {
            verdict: Verdict::Undecided,
            finding: trouble.finding(),
            knob: Text::default(),
            evidence: Vec::new(),
            raw: Value::Null,
        });
        Entry {
            id: self.id,
            section: self.section,
            claim: self.claim,
            verdict: found.verdict,
            finding: found.finding,
            knob: found.knob,
            threshold: self.threshold,
            evidence: found.evidence,
            run: None,
            raw: found.raw,
        }
    }
}

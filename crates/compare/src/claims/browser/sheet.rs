//! The file of one claim: the tutorial's words, the threshold in words, and the numbers of the rule.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::lost::Lost;
use crate::claims::{Entry, Evidence, Text, Verdict};
use crate::report::Spread;

/// `benches/claims/ID.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sheet<N> {
    id: String,
    section: String,
    claim: Text,
    threshold: Text,
    /// What the rule and the experiment use.
    pub(super) numbers: N,
}

/// What an experiment came to.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) finding: Text,
    pub(super) knob: Text,
    pub(super) evidence: Vec<Evidence>,
}

impl<N: DeserializeOwned> Sheet<N> {
    /// Reads it.
    ///
    /// # Errors
    /// When it is not what its experiment needs.
    pub(super) fn read(toml: &str) -> Result<Self, Lost> {
        toml::from_str(toml).map_err(|error| Lost::Sheet(error.to_string()))
    }

    /// The entry of the ledger.
    pub(super) fn entry(self, judged: Judged, raw: serde_json::Value) -> Entry {
        Entry {
            id: self.id,
            section: self.section,
            claim: self.claim,
            verdict: judged.verdict,
            finding: judged.finding,
            knob: judged.knob,
            threshold: self.threshold,
            evidence: judged.evidence,
            run: None,
            raw,
        }
    }
}

/// A figure of several rounds; of none, it is missing.
pub(super) fn figure(what: Text, unit: &str, figures: &[f64], says: Verdict) -> Evidence {
    let spread = Spread::of(figures);
    Evidence {
        what,
        unit: unit.to_owned(),
        value: spread.map(|spread| spread.median),
        low: spread.map(|spread| spread.low),
        high: spread.map(|spread| spread.high),
        rounds: u32::try_from(figures.len()).unwrap_or(u32::MAX),
        says,
        beside: false,
    }
}

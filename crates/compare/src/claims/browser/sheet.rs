//! The file of one claim: the tutorial's words, the threshold in words, and the numbers of the rule.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::lost::Lost;
use crate::claims::{Entry, Evidence, Text, Verdict};

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

/// The lowest, the median and the highest of some figures.
pub(super) fn spread(figures: &[f64]) -> Option<(f64, f64, f64)> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (*sorted.first()?, *sorted.last()?);
    let (upper, lower) = (sorted[sorted.len() / 2], sorted[(sorted.len() - 1) / 2]);
    Some((low, f64::midpoint(lower, upper), high))
}

/// A figure of several rounds; of none, it is missing.
pub(super) fn figure(what: Text, unit: &str, figures: &[f64], says: Verdict) -> Evidence {
    let spread = spread(figures);
    Evidence {
        what,
        unit: unit.to_owned(),
        value: spread.map(|(_, median, _)| median),
        low: spread.map(|(low, ..)| low),
        high: spread.map(|(.., high)| high),
        rounds: u32::try_from(figures.len()).unwrap_or(u32::MAX),
        says,
        beside: false,
    }
}

/// One sentence after the other; Chinese needs no space between them.
pub(super) fn sentences(all: &[Text]) -> Text {
    let of = |text: fn(&Text) -> &str, between| all.iter().map(text).collect::<Vec<_>>().join(between);
    Text::new(of(|text| &text.en, " "), of(|text| &text.zh, ""))
}

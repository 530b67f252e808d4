//! The numbers of one claim, as they stand in its file beside the claim's words, and its entry in the ledger.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::lost::Lost;
pub(super) use crate::claims::found::Found as Judged;
use crate::claims::{Entry, Evidence, Text, Verdict, files};

/// What an experiment reads of `benches/claims/ID.toml`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Sheet<N> {
    id: String,
    /// What the rule and the experiment use.
    pub(super) numbers: N,
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
        files::head(&self.id).entry(Judged { raw, ..judged })
    }
}

/// A figure of several rounds; of none, it is missing.
pub(super) fn figure(what: Text, unit: &str, figures: &[f64], says: Verdict) -> Evidence {
    Evidence::of(what, unit, figures, says)
}

/// A figure that stands beside the verdict: alone it decides nothing.
pub(super) fn beside(what: Text, unit: &str, figures: &[f64]) -> Evidence {
    Evidence { beside: true, ..figure(what, unit, figures, Verdict::Undecided) }
}

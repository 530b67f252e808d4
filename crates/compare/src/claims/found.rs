//! What trying a claim came to. With the words of the claim's file it makes an entry of the ledger.

use serde_json::Value;

use super::files::Head;
use super::{Entry, Evidence, Text, Verdict};

/// What was found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) verdict: Verdict,
    pub(super) finding: Text,
    pub(super) knob: Text,
    pub(super) evidence: Vec<Evidence>,
    /// Everything raw; null where a run has it.
    pub(super) raw: Value,
}

impl Found {
    /// Nothing could be measured, which decides nothing.
    pub(super) fn nothing(why: Text) -> Self {
        let (knob, evidence) = (Text::default(), Vec::new());
        Self { verdict: Verdict::Undecided, finding: why, knob, evidence, raw: Value::Null }
    }
}

impl Head {
    /// The line of the ledger.
    pub(super) fn entry(self, found: Found) -> Entry {
        let Self { id, section, claim, threshold } = self;
        let Found { verdict, finding, knob, evidence, raw } = found;
        Entry { id, section, claim, verdict, finding, knob, threshold, evidence, run: None, raw }
    }
}

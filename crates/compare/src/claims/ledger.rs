//! What became of the tutorial's sentences: each has a verdict, the figures it rests on, and where they come from.

use std::collections::BTreeMap;

use measure::{Machine, Pressure};
use serde::{Deserialize, Serialize};

use crate::Text;
use crate::report::Spread;

/// What a measurement says about a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// True wherever it was looked at.
    Holds,
    /// False wherever it was looked at.
    Fails,
    /// True here and false there; the entry names the range and the knob.
    Depends,
    /// The spread of the rounds crosses the threshold, or nothing trustworthy could be measured.
    Undecided,
    /// An opinion that no measurement can carry.
    Unsupported,
}

/// One figure that a verdict rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// What it is, and of what.
    pub what: Text,
    /// Its unit, as in `ms`; `count` for what is counted, empty for a plain number.
    pub unit: String,
    /// The median of all rounds; missing when it could not be measured.
    pub value: Option<f64>,
    /// The lowest of all rounds.
    pub low: Option<f64>,
    /// The highest of all rounds.
    pub high: Option<f64>,
    /// How many rounds.
    pub rounds: u32,
    /// What this figure alone says; of one that stands beside, undecided.
    pub says: Verdict,
    /// Whether it only stands beside the others, and decides nothing.
    #[serde(default)]
    pub beside: bool,
}

/// One claim with its verdict.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// As in `C03`.
    pub id: String,
    /// The section of the tutorial.
    pub section: String,
    /// What the tutorial says.
    pub claim: Text,
    /// What was found.
    pub verdict: Verdict,
    /// The finding in one sentence, with the range in which it is true.
    pub finding: Text,
    /// What flips it; empty when nothing does.
    pub knob: Text,
    /// From which value on a figure says yes or no, in words.
    pub threshold: Text,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// The file of the run it was taken from, if there is one.
    pub run: Option<String>,
    /// Everything raw that is not in a run.
    pub raw: serde_json::Value,
}

/// One execution of `fourways claims`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ledger {
    /// [`crate::FORMAT`].
    pub format: u32,
    /// When it began, RFC 3339, UTC.
    pub started: String,
    /// Where it ran.
    pub machine: Machine,
    /// How busy the machine was before.
    pub before: Pressure,
    /// Versions of what took part.
    pub versions: BTreeMap<String, String>,
    /// The claims, by their ids.
    pub entries: Vec<Entry>,
}

impl Evidence {
    /// A figure of several rounds, with their median and spread; of none, it is missing.
    pub(super) fn of(what: Text, unit: &str, rounds: &[f64], says: Verdict) -> Self {
        let spread = Spread::of(rounds);
        Self {
            what,
            unit: unit.to_owned(),
            value: spread.map(|spread| spread.median),
            low: spread.map(|spread| spread.low),
            high: spread.map(|spread| spread.high),
            rounds: u32::try_from(rounds.len()).unwrap_or(u32::MAX),
            says,
            beside: false,
        }
    }

    /// The same figure, shown and not judged.
    pub(super) fn aside(self) -> Self {
        Self { says: Verdict::Undecided, beside: true, ..self }
    }
}

impl Verdict {
    /// Its name.
    #[must_use]
    pub fn name(self) -> Text {
        let (en, zh) = match self {
            Self::Holds => ("holds", "成立"),
            Self::Fails => ("fails", "不成立"),
            Self::Depends => ("depends", "看条件"),
            Self::Undecided => ("undecided", "未定"),
            Self::Unsupported => ("unsupported", "无从证实"),
        };
        Text::new(en, zh)
    }

    /// What several figures say together: all the same is that; true here and false there depends; and one that is
    /// undecided leaves the whole undecided, unless the others already disagree. An opinion is passed over where
    /// anything was looked at.
    #[must_use]
    pub fn together(all: impl IntoIterator<Item = Self>) -> Self {
        let all: Vec<Self> = all.into_iter().collect();
        let some = |wanted: Self| all.contains(&wanted);
        if some(Self::Depends) || some(Self::Holds) && some(Self::Fails) {
            Self::Depends
        } else if some(Self::Undecided) || all.is_empty() {
            Self::Undecided
        } else {
            all.into_iter().find(|verdict| *verdict != Self::Unsupported).unwrap_or(Self::Unsupported)
        }
    }

    /// What the figures say together that do not only stand beside.
    pub(super) fn of(evidence: &[Evidence]) -> Self {
        Self::together(evidence.iter().filter(|figure| !figure.beside).map(|figure| figure.says))
    }
}

/// The two bounds of a question: from `yes` on it is true, from `no` on it is false, between them nothing is decided.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// The claim is true of a figure on this side.
    pub yes: f64,
    /// The claim is false of a figure on this side.
    pub no: f64,
}

impl Threshold {
    /// What a figure with its spread says. All of its rounds must lie on one side.
    #[must_use]
    pub fn judge(&self, low: f64, high: f64) -> Verdict {
        let (yes, no) = if self.yes >= self.no {
            (low >= self.yes, high <= self.no)
        } else {
            (high <= self.yes, low >= self.no)
        };
        match (yes, no) {
            (true, false) => Verdict::Holds,
            (false, true) => Verdict::Fails,
            _ => Verdict::Undecided,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_that_crosses_the_threshold_decides_nothing() {
        let more = Threshold { yes: 1.5, no: 1.0 };
        assert_eq!(more.judge(1.6, 2.0), Verdict::Holds);
        assert_eq!(more.judge(0.5, 0.9), Verdict::Fails);
        assert_eq!(more.judge(1.4, 1.6), Verdict::Undecided);
        assert_eq!(more.judge(0.9, 1.6), Verdict::Undecided);
        let less = Threshold { yes: 10.0, no: 100.0 };
        assert_eq!(less.judge(1.0, 9.0), Verdict::Holds);
        assert_eq!(less.judge(150.0, 200.0), Verdict::Fails);
        assert_eq!(less.judge(9.0, 11.0), Verdict::Undecided);
    }

    #[test]
    fn together_they_hold_fail_or_depend() {
        use Verdict::{Depends, Fails, Holds, Undecided, Unsupported};
        assert_eq!(Verdict::together([Holds, Holds]), Holds);
        assert_eq!(Verdict::together([Fails]), Fails);
        assert_eq!(Verdict::together([Holds, Undecided, Fails]), Depends);
        assert_eq!(Verdict::together([Holds, Undecided]), Undecided);
        assert_eq!(Verdict::together([]), Undecided);
        assert_eq!(Verdict::together([Unsupported, Fails]), Fails, "an opinion changes nothing");
        assert_eq!(Verdict::together([Unsupported, Undecided]), Undecided);
        assert_eq!(Verdict::together([Unsupported, Unsupported]), Unsupported);
    }

    #[test]
    fn what_stands_beside_is_not_asked() {
        let figure = |says| Evidence::of(Text::default(), "s", &[3.0, 1.0, 2.0], says);
        let beside = figure(Verdict::Fails).aside();
        assert_eq!((beside.value, beside.low, beside.says), (Some(2.0), Some(1.0), Verdict::Undecided));
        assert_eq!(Verdict::of(&[figure(Verdict::Holds), beside.clone()]), Verdict::Holds);
        assert_eq!(Verdict::of(&[beside]), Verdict::Undecided);
    }
}

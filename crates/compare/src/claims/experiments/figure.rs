//! Rounds become one figure: median, lowest and highest, and what they say.

use crate::claims::{Evidence, Text, Verdict};
use crate::report::Spread;

/// The figure of these rounds. `says` judges their spread; without rounds nothing is said.
pub(super) fn figure(
    what: Text,
    unit: &str,
    rounds: &[f64],
    says: impl FnOnce(f64, f64) -> Verdict,
) -> Evidence {
    let says = Spread::of(rounds).map_or(Verdict::Undecided, |spread| says(spread.low, spread.high));
    Evidence::of(what, unit, rounds, says)
}

/// A figure that stands beside the verdict: alone it decides nothing.
pub(super) fn beside(what: Text, unit: &str, rounds: &[f64]) -> Evidence {
    Evidence::of(what, unit, rounds, Verdict::Undecided).aside()
}

/// The median of what an experiment saw.
pub(super) fn median_of(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    Spread::of(&values.into_iter().collect::<Vec<_>>()).map(|spread| spread.median)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::Threshold;

    #[test]
    fn median_lowest_and_highest() {
        let less = Threshold { yes: 2.0, no: 9.0 };
        let of = |rounds: &[f64]| figure(Text::default(), "ms", rounds, |low, high| less.judge(low, high));
        let three = of(&[2.0, 1.0, 1.5]);
        assert_eq!((three.value, three.low, three.high), (Some(1.5), Some(1.0), Some(2.0)));
        assert_eq!((three.rounds, three.says), (3, Verdict::Holds));
        assert_eq!(of(&[1.0, 4.0]).value, Some(2.5));
        assert_eq!(of(&[1.0, 4.0]).says, Verdict::Undecided);
        assert_eq!((of(&[]).value, of(&[]).says), (None, Verdict::Undecided));
    }
}

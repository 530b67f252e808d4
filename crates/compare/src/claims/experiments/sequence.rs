//! What became of a numbered feed on its way to a client that was cut off: lost, duplicated, reordered.

use std::collections::BTreeSet;

use serde::Serialize;

/// Counts over the numbers in the order in which they came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Sequence {
    /// Numbers between the lowest and the highest that never came.
    pub(super) lost: u64,
    /// Numbers that came again.
    pub(super) duplicated: u64,
    /// Numbers that came the first time, but after a higher one.
    pub(super) reordered: u64,
}

impl Sequence {
    pub(super) fn of(numbers: &[u64]) -> Self {
        let (mut known, mut count) = (BTreeSet::new(), Self::default());
        for number in numbers {
            let highest = known.last().copied();
            if !known.insert(*number) {
                count.duplicated += 1;
            } else if highest.is_some_and(|highest| highest > *number) {
                count.reordered += 1;
            }
        }
        if let (Some(first), Some(last)) = (known.first(), known.last()) {
            count.lost = last - first + 1 - known.len() as u64;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_counted_as_what_it_is() {
        let of = |numbers: &[u64]| {
            let Sequence { lost, duplicated, reordered } = Sequence::of(numbers);
            (lost, duplicated, reordered)
        };
        assert_eq!(of(&[]), (0, 0, 0));
        assert_eq!(of(&[5, 6, 7, 8]), (0, 0, 0));
        assert_eq!(of(&[5, 6, 9, 10]), (2, 0, 0));
        assert_eq!(of(&[5, 6, 6, 5, 7]), (0, 2, 0));
        assert_eq!(of(&[5, 7, 6, 8]), (0, 0, 1));
        assert_eq!(of(&[5, 9, 6, 6]), (2, 1, 1));
    }
}

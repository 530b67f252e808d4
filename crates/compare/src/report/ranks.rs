//! An exact permutation test on ranks (Wilcoxon 1945, Mann and Whitney 1947), for a handful of rounds.

/// The two-sided p: of all ways to part the values into two heaps of these sizes, the share in which the sums of ranks
/// lie at least as far from the middle as here. Ties share their ranks, and the answer is exact with them too.
#[must_use]
pub(super) fn p(a: &[f64], b: &[f64]) -> f64 {
    let doubled = doubled_ranks(a, b);
    let total: usize = doubled.iter().sum();
    // ways[n][sum]: in how many ways n of the values seen so far have ranks of this (doubled) sum.
    let mut ways = vec![vec![0.0; total + 1]; a.len() + 1];
    ways[0][0] = 1.0;
    for rank in &doubled {
        for n in (0..a.len()).rev() {
            for sum in (*rank..=total).rev() {
                ways[n + 1][sum] += ways[n][sum - rank];
            }
        }
    }
    let here: usize = doubled[..a.len()].iter().sum();
    // Both sides scaled by the number of values, so that the middle is whole.
    let (count, middle) = (doubled.len(), total * a.len());
    let far = |sum: usize| (sum * count).abs_diff(middle);
    let all: f64 = ways[a.len()].iter().sum();
    let extreme: f64 = ways[a.len()]
        .iter()
        .enumerate()
        .filter(|(sum, _)| far(*sum) >= far(here))
        .map(|(_, ways)| ways)
        .sum();
    extreme / all
}

/// The smallest p that so many values can give.
#[must_use]
pub(super) fn smallest_p(a: usize, b: usize) -> f64 {
    let apart = |from: usize, count: usize| (0..count).map(|n| (from + n) as f64).collect::<Vec<_>>();
    p(&apart(0, a), &apart(a, b))
}

/// Twice the rank of each value among all, so that shared ranks are whole: first those of `a`, then those of `b`.
fn doubled_ranks(a: &[f64], b: &[f64]) -> Vec<usize> {
    let all = || a.iter().chain(b);
    all()
        .map(|value| {
            let below = all().filter(|other| *other < value).count();
            let same = all().filter(|other| *other == value).count();
            2 * below + same + 1
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found} instead of {expected}");
    }

    #[test]
    fn heaps_that_lie_apart_give_the_smallest_p() {
        close(p(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]), 2.0 / 20.0);
        close(smallest_p(4, 4), 2.0 / 70.0);
        close(smallest_p(5, 5), 2.0 / 252.0);
    }

    #[test]
    fn heaps_that_mix_do_not() {
        close(p(&[1.0, 4.0], &[2.0, 3.0]), 1.0);
        // Sums of two ranks of four: 3 4 5 5 6 7, the middle is 5; 4 and beyond, 6 and beyond.
        close(p(&[1.0, 3.0], &[2.0, 4.0]), 4.0 / 6.0);
        close(p(&[7.0, 7.0, 7.0], &[7.0, 7.0]), 1.0);
    }
}

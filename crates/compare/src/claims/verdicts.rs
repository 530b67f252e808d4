//! The claims that scenarios judge, as they are shipped: which verdict which figures give. The figures are put here by
//! hand after each threshold's words, one for each test of the file; whatever stands beside would be false.

use super::Verdict::{self, Depends, Fails, Holds, Undecided};
use super::claim::Question;
use super::judge::{Labels, conclude};
use super::{Entry, measured};

/// A claim, the figures of its tests in their order, and the verdict.
type Row = (&'static str, &'static [f64], Verdict);

#[rustfmt::skip]
const ROWS: [Row; 23] = [
    // CPU: polling by SSE, long polling by SSE, polling by long polling, WebSocket by SSE.
    ("C01", &[2.0, 1.25, 1.25, 1.5], Holds),
    ("C01", &[1.0, 1.0, 1.0, 2.0], Fails),
    ("C01", &[5.0, 1.0, 2.0, 1.0], Depends),
    ("C01", &[5.0, 1.1, 2.0, 1.0], Undecided),
    // Connections for 100 polls.
    ("C02", &[90.0], Holds),
    ("C02", &[10.0], Fails),
    ("C02", &[50.0], Undecided),
    // WebSocket by SSE: memory, CPU, bytes.
    ("C03", &[1.1, 1.1, 1.1], Holds),
    ("C03", &[0.9, 1.0, 0.8], Fails),
    ("C03", &[6.7, 1.0, 0.8], Depends),
    ("C03", &[6.7, 1.05, 1.5], Undecided),
    // Milliseconds.
    ("C04", &[100.0], Holds),
    ("C04", &[500.0], Fails),
    ("C04", &[200.0], Undecided),
    // Intervals of age and percent never seen by polling; seconds of age and percent never seen by long polling.
    ("C05", &[1.0, 1.0, 0.1, 1.0], Holds),
    ("C05", &[1.25, 10.0, 0.5, 10.0], Fails),
    ("C05", &[0.5, 48.0, 0.0, 0.0], Depends),
    ("C05", &[0.5, 5.0, 0.0, 0.0], Undecided),
    // Polling by SSE: CPU, bytes.
    ("C15", &[0.9, 0.5], Holds),
    ("C15", &[1.1, 3.0], Fails),
    ("C15", &[0.5, 3.0], Depends),
    ("C15", &[0.5, 1.0], Undecided),
    // Divided by nothing.
    ("C15", &[f64::NAN, f64::INFINITY], Undecided),
];

/// The entry of the claim `id` if all cells give its tests these figures, and others in the last round.
fn judged(id: &str, figures: &[f64], last: &[f64]) -> Entry {
    let claim = measured::claim(id).unwrap();
    let tests: Vec<&Question> =
        claim.questions.iter().filter(|question| question.threshold.is_some()).collect();
    assert_eq!((tests.len(), tests.len()), (figures.len(), last.len()), "{id}");
    let rounds = claim.scenario.rounds;
    conclude(&claim, &Labels::default(), |question, _, number| {
        let of = if number == rounds { last } else { figures };
        let test = tests.iter().position(|test| std::ptr::eq(*test, question));
        Some(Ok(test.map_or(-1.0, |place| of[place])))
    })
}

#[test]
fn each_claim_has_the_verdicts_of_its_threshold() {
    for (id, figures, verdict) in ROWS {
        let entry = judged(id, figures, figures);
        assert_eq!(entry.verdict, verdict, "{id} {figures:?}");
        let flips = matches!(verdict, Fails | Depends);
        assert_eq!(!entry.knob.en.is_empty(), flips, "{id} {figures:?}");
    }
}

#[test]
fn one_round_across_the_threshold_leaves_a_claim_open() {
    for id in measured::IDS {
        let row = |wanted| ROWS.iter().find(|(of, _, verdict)| *of == id && *verdict == wanted).unwrap();
        let (yes, no) = (row(Holds).1, row(Fails).1);
        for (figures, last) in [(yes, no), (no, yes)] {
            assert_eq!(judged(id, figures, last).verdict, Undecided, "{id} {figures:?} {last:?}");
        }
    }
}

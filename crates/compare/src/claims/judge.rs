//! From the rounds of a run to a verdict: every cell of every test is judged by itself, by all of its rounds, and what
//! they say together is the claim's verdict. A round that is not to be trusted leaves its cell undecided.

use super::claim::{Claim, Pair, Question, Scale};
use super::{Entry, Evidence, Verdict, words};
use crate::report::figures::{Figure, Why};
use crate::report::{Spread, View, Words, number, why};
use crate::{Round, Run, Settings, Text};

/// What became of one question in one cell.
struct Answer {
    /// The cell in words.
    label: Words,
    spread: Option<Spread>,
    rounds: u32,
    /// Why rounds do not count.
    refused: Option<Text>,
    says: Verdict,
}

/// The entry of a claim that was measured. `file` is the name of the run's file.
pub(super) fn entry(claim: &Claim, run: &Run, file: Option<String>) -> Entry {
    let labels = Labels::of(run);
    let answers: Vec<Vec<Answer>> = claim
        .questions
        .iter()
        .map(|question| {
            question.pairs.iter().map(|pair| answer(claim, question, pair, run, &labels)).collect()
        })
        .collect();
    let asked = || claim.questions.iter().zip(&answers);
    let judged = asked().filter(|(question, _)| question.threshold.is_some());
    let says: Vec<Verdict> = judged.clone().flat_map(|(_, all)| all).map(|answer| answer.says).collect();
    // An opinion beside what was measured leaves the verdict alone.
    let opinions = claim.opinions.iter().filter(|_| says.is_empty()).map(|_| Verdict::Unsupported);
    let verdict = Verdict::together(says.iter().copied().chain(opinions));
    let found: Vec<Text> = judged.map(|(question, all)| sentence(question, all)).collect();
    let mut evidence: Vec<Evidence> = asked()
        .flat_map(|(question, all)| all.iter().map(move |answer| (question, answer)))
        .map(|(question, answer)| as_evidence(question, answer, verdict))
        .collect();
    evidence.extend(claim.opinions.iter().map(opinion));
    let flips = matches!(verdict, Verdict::Fails | Verdict::Depends);
    Entry {
        id: claim.id.clone(),
        section: claim.section.clone(),
        claim: claim.claim.clone(),
        verdict,
        finding: words::sentences(&found),
        knob: if flips { claim.knob.clone() } else { Text::default() },
        threshold: claim.threshold.clone(),
        evidence,
        run: file,
        raw: serde_json::Value::Null,
    }
}

/// What the reports call each cell.
struct Labels(Vec<(Settings, Words)>);

impl Labels {
    fn of(run: &Run) -> Self {
        let cells = View::of(std::slice::from_ref(run)).map(|view| view.cells).unwrap_or_default();
        Self(cells.into_iter().map(|cell| (cell.settings, cell.label)).collect())
    }

    /// A cell without any round has no label there.
    fn label(&self, cell: &Settings) -> Words {
        let found = self.0.iter().find(|(settings, _)| settings == cell);
        found.map_or_else(|| Words::name(&crate::progress::name(cell)), |(_, label)| label.clone())
    }
}

fn answer(claim: &Claim, question: &Question, pair: &Pair, run: &Run, labels: &Labels) -> Answer {
    let (mut values, mut whys) = (Vec::new(), Vec::new());
    for number in 1..=claim.scenario.rounds {
        match value(question, pair, run, number) {
            Some(Ok(value)) if value.is_finite() => values.push(value),
            Some(Err(why)) => whys.push(why),
            // It was not measured, or divided by nothing.
            Some(Ok(_)) | None => {}
        }
    }
    let lost = claim.scenario.rounds as usize - values.len();
    whys.sort_unstable();
    whys.dedup();
    let refused = (lost > 0).then(|| {
        let (of, Words { en, zh }) = (claim.scenario.rounds, why::missing(&whys));
        let does = if lost == 1 { "does" } else { "do" };
        Text::new(
            format!("{lost} of {of} rounds {does} not count: {en}"),
            format!("{of} 轮里有 {lost} 轮不算数：{zh}"),
        )
    });
    let spread = Spread::of(&values);
    let says = match (spread, question.threshold) {
        (Some(spread), Some(threshold)) if refused.is_none() => threshold.judge(spread.low, spread.high),
        _ => Verdict::Undecided,
    };
    Answer { label: labels.label(&pair.of), spread, rounds: values.len() as u32, refused, says }
}

/// What round `number` answers; none when it was not made. A cell and what it is set against are measured in the same
/// round, so that what slowed the machine then slowed both.
fn value(question: &Question, pair: &Pair, run: &Run, number: u32) -> Option<Result<f64, Why>> {
    let round = |cell: &Settings| -> Option<&Round> {
        run.rounds.iter().find(|round| round.round == number && round.settings == *cell)
    };
    let of = round(&pair.of)?;
    let figure: &Figure = &question.figure;
    let mut value = figure.of(of);
    if let Some(against) = &pair.against {
        let against = round(against)?;
        value = value.and_then(|value| Ok(value / figure.of(against)?));
    }
    let interval_s = pair.of.interval_ms as f64 / 1000.0;
    Some(value.map(|value| match question.scale {
        Scale::Plain => value,
        Scale::PerInterval => value / interval_s,
        Scale::TimesInterval => value * interval_s,
    }))
}

/// `verdict` is what a figure says that judges nothing: it belongs to the whole.
fn as_evidence(question: &Question, answer: &Answer, verdict: Verdict) -> Evidence {
    let (what, label) = (&question.what, &answer.label);
    let (mut en, mut zh) = (format!("{}, {}", what.en, label.en), format!("{}，{}", what.zh, label.zh));
    if let Some(refused) = &answer.refused {
        en += &format!(" ({})", refused.en);
        zh += &format!("（{}）", refused.zh);
    }
    Evidence {
        what: Text::new(en, zh),
        unit: question.unit().to_owned(),
        value: answer.spread.map(|spread| spread.median),
        low: answer.spread.map(|spread| spread.low),
        high: answer.spread.map(|spread| spread.high),
        rounds: answer.rounds,
        says: if question.threshold.is_some() { answer.says } else { verdict },
        beside: question.threshold.is_none(),
    }
}

fn opinion(opinion: &Text) -> Evidence {
    let what = Text::new(
        format!("{}: an opinion, which no measurement can carry", opinion.en),
        format!("{}：这是看法，测量无从证实", opinion.zh),
    );
    let (unit, says) = (String::new(), Verdict::Unsupported);
    Evidence { what, unit, value: None, low: None, high: None, rounds: 0, says, beside: false }
}

/// Where a question is true, where it is false and where it is open, each with its figure.
fn sentence(question: &Question, answers: &[Answer]) -> Text {
    let (mut en, mut zh) = (Vec::new(), Vec::new());
    for (says, before, after) in [
        (Verdict::Holds, "it holds for", "成立"),
        (Verdict::Fails, "it fails for", "不成立"),
        (Verdict::Undecided, "it is undecided for", "未定"),
    ] {
        let cells: Vec<&Answer> = answers.iter().filter(|answer| answer.says == says).collect();
        if cells.is_empty() {
            continue;
        }
        let of = |text: fn(&Answer, &str) -> String, between: &str| {
            cells.iter().map(|answer| text(answer, question.unit())).collect::<Vec<_>>().join(between)
        };
        en.push(format!("{before} {}", of(in_english, " and for ")));
        zh.push(format!("{}：{after}", of(in_chinese, "、")));
    }
    let Text { en: what, zh: what_zh } = &question.what;
    Text::new(format!("{what}: {}.", en.join("; ")), format!("{what_zh}——{}。", zh.join("；")))
}

fn in_english(answer: &Answer, unit: &str) -> String {
    let refused = answer.refused.as_ref().map(|refused| format!("; {}", refused.en)).unwrap_or_default();
    format!("{} ({}{refused})", answer.label.en, figure(answer, unit))
}

fn in_chinese(answer: &Answer, unit: &str) -> String {
    let refused = answer.refused.as_ref().map(|refused| format!("；{}", refused.zh)).unwrap_or_default();
    format!("{}（{}{refused}）", answer.label.zh, figure(answer, unit))
}

/// The median; all of the spread where it is what decides nothing.
fn figure(answer: &Answer, unit: &str) -> String {
    match answer.spread {
        None => number::MISSING.to_owned(),
        Some(spread) if answer.says == Verdict::Undecided => number::range(spread.low, spread.high, unit),
        Some(spread) => number::with_unit(spread.median, unit),
    }
}

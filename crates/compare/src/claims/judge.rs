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
    /// Of each round that counts.
    values: Vec<f64>,
    /// Why rounds do not count.
    refused: Option<Text>,
    says: Verdict,
}

/// The entry of a claim that was measured. `file` is the name of the run's file.
pub(super) fn entry(claim: &Claim, run: &Run, file: Option<String>) -> Entry {
    let labels = Labels::of(run);
    let entry = conclude(claim, &labels, |question, pair, number| value(question, pair, run, number));
    Entry { run: file, ..entry }
}

/// What round `number` answers to a question in a cell; none when it was not made.
type Value = Option<Result<f64, Why>>;

/// The entry of a claim whose figures `value` tells.
pub(super) fn conclude(
    claim: &Claim,
    labels: &Labels,
    value: impl Fn(&Question, &Pair, u32) -> Value,
) -> Entry {
    let (mut found, mut evidence) = (Vec::new(), Vec::new());
    for question in &claim.questions {
        let pairs = question.pairs.iter();
        let answers: Vec<Answer> = pairs
            .map(|pair| {
                let rounds = (1..=claim.scenario.rounds).map(|number| value(question, pair, number));
                answer(question, labels.label(&pair.of), rounds)
            })
            .collect();
        if question.threshold.is_some() {
            found.push(sentence(question, &answers));
        }
        evidence.extend(answers.iter().map(|answer| as_evidence(question, answer)));
    }
    evidence.extend(claim.opinions.iter().map(opinion));
    let verdict = Verdict::of(&evidence);
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
        run: None,
        raw: serde_json::Value::Null,
    }
}

/// What the reports call each cell.
#[derive(Default)]
pub(super) struct Labels(Vec<(Settings, Words)>);

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

fn answer(question: &Question, label: Words, rounds: impl Iterator<Item = Value>) -> Answer {
    let (mut values, mut whys, mut of) = (Vec::new(), Vec::new(), 0_usize);
    for value in rounds {
        of += 1;
        match value {
            Some(Ok(value)) if value.is_finite() => values.push(value),
            Some(Err(why)) => whys.push(why),
            // It was not measured, or divided by nothing.
            Some(Ok(_)) | None => {}
        }
    }
    let lost = of - values.len();
    whys.sort_unstable();
    whys.dedup();
    let refused = (lost > 0).then(|| {
        let Words { en, zh } = why::missing(&whys);
        let does = if lost == 1 { "does" } else { "do" };
        Text::new(
            format!("{lost} of {of} rounds {does} not count: {en}"),
            format!("{of} 轮里有 {lost} 轮不算数：{zh}"),
        )
    });
    let says = match (Spread::of(&values), question.threshold) {
        (Some(spread), Some(threshold)) if refused.is_none() => threshold.judge(spread.low, spread.high),
        _ => Verdict::Undecided,
    };
    Answer { label, values, refused, says }
}

/// What round `number` of a run answers. A cell and what it is set against are measured in the same
/// round, so that what slowed the machine then slowed both.
fn value(question: &Question, pair: &Pair, run: &Run, number: u32) -> Value {
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

fn as_evidence(question: &Question, answer: &Answer) -> Evidence {
    let (what, label) = (&question.what, &answer.label);
    let (mut en, mut zh) = (format!("{}, {}", what.en, label.en), format!("{}，{}", what.zh, label.zh));
    if let Some(refused) = &answer.refused {
        en += &format!(" ({})", refused.en);
        zh += &format!("（{}）", refused.zh);
    }
    let figure = Evidence::of(Text::new(en, zh), question.unit(), &answer.values, answer.says);
    if question.threshold.is_some() { figure } else { figure.aside() }
}

fn opinion(opinion: &Text) -> Evidence {
    let what = Text::new(
        format!("{}: an opinion, which no measurement can carry", opinion.en),
        format!("{}：这是看法，测量无从证实", opinion.zh),
    );
    Evidence::of(what, "", &[], Verdict::Unsupported)
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
    match Spread::of(&answer.values) {
        None => number::MISSING.to_owned(),
        Some(spread) if answer.says == Verdict::Undecided => number::range(spread.low, spread.high, unit),
        Some(spread) => number::with_unit(spread.median, unit),
    }
}

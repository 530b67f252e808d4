//! What all forms of a ledger say alike: marks, numbers, sentences, the count, where it was measured.

use super::{Entry, Evidence, Ledger, Text, Verdict};
use crate::Error;
use crate::report::{Lang, number};

/// A verdict at a glance.
pub(super) fn glyph(verdict: Verdict) -> char {
    match verdict {
        Verdict::Holds => '✓',
        Verdict::Fails => '✗',
        Verdict::Depends => '◐',
        Verdict::Undecided => '?',
        Verdict::Unsupported => '○',
    }
}

/// What a figure says at a glance; a dot for one that only stands beside the others.
pub(super) fn mark(figure: &Evidence) -> char {
    if figure.beside { '·' } else { glyph(figure.says) }
}

/// Why a part of a claim was not measured: what is not there.
pub(super) fn lacking(error: &Error) -> Text {
    match error {
        Error::Missing { program, .. } => {
            Text::new(format!("{program} is not installed"), format!("没有安装 {program}"))
        }
        Error::NoHttp2 => Text::new(
            "this fourways was built without HTTP/2 (`just claims` builds one with it)",
            "这个 fourways 构建时没有带上 HTTP/2（`just claims` 会构建带它的版本）",
        ),
        other => Text::new(other.to_string(), other.to_string()),
    }
}

/// The median of a figure, its spread and its rounds.
pub(super) fn value(figure: &Evidence, lang: Lang) -> String {
    let (Some(value), Some(low), Some(high)) = (figure.value, figure.low, figure.high) else {
        return number::MISSING.to_owned();
    };
    let mut text = number::with_unit(value, &figure.unit);
    let range = number::range(low, high, &figure.unit);
    if low < high && range != text {
        text += &match lang {
            Lang::En => format!(" ({range})"),
            Lang::Zh => format!("（{range}）"),
        };
    }
    match (lang, figure.rounds) {
        (_, 0 | 1) => text,
        (Lang::En, rounds) => format!("{text}, {rounds} rounds"),
        (Lang::Zh, rounds) => format!("{text}，{rounds} 轮"),
    }
}

/// One sentence after the other; Chinese needs no space between them.
pub(super) fn sentences(all: &[Text]) -> Text {
    let of = |text: fn(&Text) -> &str, between| all.iter().map(text).collect::<Vec<_>>().join(between);
    Text::new(of(|text| &text.en, " "), of(|text| &text.zh, ""))
}

/// Label and text of whatever a claim has to tell, in order.
pub(super) fn told(entry: &Entry, lang: Lang) -> Vec<(&'static str, String)> {
    let run = entry.run.clone().unwrap_or_default();
    let all = [
        (lang.pick("Tutorial", "教程"), entry.claim.in_lang(lang).to_owned()),
        (lang.pick("Found", "结果"), entry.finding.in_lang(lang).to_owned()),
        (lang.pick("Knob", "关键"), entry.knob.in_lang(lang).to_owned()),
        (lang.pick("Threshold", "判据"), entry.threshold.in_lang(lang).to_owned()),
        (lang.pick("Run", "测量"), run),
    ];
    all.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}

/// How many of which verdict.
pub(super) fn count(ledger: &Ledger, lang: Lang) -> String {
    let verdicts =
        [Verdict::Holds, Verdict::Fails, Verdict::Depends, Verdict::Undecided, Verdict::Unsupported];
    let counts: Vec<String> = verdicts
        .into_iter()
        .filter_map(|verdict| {
            let count = ledger.entries.iter().filter(|entry| entry.verdict == verdict).count();
            let name = verdict.name();
            (count > 0).then(|| format!("{} {} {count}", glyph(verdict), name.in_lang(lang)))
        })
        .collect();
    let claims = ledger.entries.len();
    if counts.is_empty() {
        return lang.pick("No claim was tried to its end.", "没有一条说法测完。").to_owned();
    }
    match lang {
        Lang::En => format!("{claims} claim{}: {}", if claims == 1 { "" } else { "s" }, counts.join(", ")),
        Lang::Zh => format!("{claims} 条说法：{}", counts.join("，")),
    }
}

/// When, where and with what.
pub(super) fn provenance(ledger: &Ledger, lang: Lang) -> String {
    let machine = &ledger.machine;
    let unknown = || lang.pick("unknown processor", "处理器未知").to_owned();
    let cpu = machine.cpu.clone().unwrap_or_else(unknown);
    let load =
        ledger.before.load_1m.map_or_else(|| number::MISSING.to_owned(), |load| number::fixed(load, 2));
    let versions: Vec<String> =
        ledger.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
    let (started, cores, versions) = (&ledger.started, machine.cores, versions.join(", "));
    match lang {
        Lang::En => {
            let s = if cores == 1 { "" } else { "s" };
            format!("Begun {started} on {cpu}, {cores} core{s}, load average {load} before; {versions}.")
        }
        Lang::Zh => {
            format!("开始于 {started}，{cpu}，{cores} 个核，开始前平均负载 {load}；{versions}。")
        }
    }
}

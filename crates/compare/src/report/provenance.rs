//! Where, when and how figures were measured: without it they say nothing.

use std::collections::BTreeSet;

use super::figures::{self, Why};
use super::lang::{Lang, Words};
use super::spread::Spread;
use super::view::View;
use super::{labels, number, why};
use crate::Mark;

/// A few lines: load, machine, generator, how to read the table, and what the run itself noted.
pub(super) fn lines(view: &View, lang: Lang) -> Vec<String> {
    let mut lines = vec![run(view, lang), machine(view, lang), generator(view, lang), reading(view, lang)];
    if !view.complete {
        lines.push(
            lang.pick("This run is not complete: rounds are missing.", "这次测量不完整：缺少若干轮。")
                .to_owned(),
        );
    }
    lines.extend(view.notes.iter().cloned());
    lines.retain(|line| !line.is_empty());
    lines
}

fn run(view: &View, lang: Lang) -> String {
    let (scenario, started, seed) = (&view.scenario, &view.started, view.seed);
    let took = number::with_unit(view.took_s, "s");
    let load =
        view.cells.first().map(|cell| labels::common(&cell.settings, &view.varied)).unwrap_or_default();
    let load = load.in_lang(lang);
    let versions: Vec<_> = view.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
    let versions = versions.join(", ");
    match lang {
        Lang::En => {
            format!("Run: {scenario}, begun {started}, took {took}, seed {seed}; {load}; {versions}.")
        }
        Lang::Zh => {
            format!("测量：{scenario}，开始于 {started}，用时 {took}，种子 {seed}；{load}；{versions}。")
        }
    }
}

fn machine(view: &View, lang: Lang) -> String {
    let machine = &view.machine;
    let memory = machine.memory_bytes.map(|bytes| number::memory(bytes as f64));
    let kernel = machine.kernel.as_ref().map(|kernel| format!("{} {kernel}", lang.pick("kernel", "内核")));
    let unknown = || lang.pick("unknown processor", "处理器未知").to_owned();
    let cpu = machine.cpu.clone().unwrap_or_else(unknown);
    let load = view.load_1m.map_or_else(|| number::MISSING.to_owned(), |load| number::fixed(load, 2));
    let (cores, system) = (machine.cores, [machine.os.clone(), kernel, memory]);
    let system: Vec<_> = system.into_iter().flatten().collect();
    match lang {
        Lang::En => {
            let cores = if cores == 1 { "1 core".to_owned() } else { format!("{cores} cores") };
            format!(
                "Machine: {cpu}, {cores}, {}; load average {load} before; server and clients shared it.",
                system.join(", ")
            )
        }
        Lang::Zh => format!(
            "机器：{cpu}，{cores} 个核，{}；开始前平均负载 {load}；服务器和客户端共用这台机器。",
            system.join("，")
        ),
    }
}

/// From the lowest round of all cells to the highest.
fn generator(view: &View, lang: Lang) -> String {
    let over = |id: &str| {
        let spreads = || view.cells.iter().filter_map(|cell| cell.spread(id));
        let low = spreads().map(|spread| spread.low).min_by(f64::total_cmp)?;
        let high = spreads().map(|spread| spread.high).max_by(f64::total_cmp)?;
        Some(Spread { median: low, low, high })
    };
    let text = |id: &str, unit: &str| {
        over(id).map_or_else(|| number::MISSING.to_owned(), |all| number::range(all.low, all.high, unit))
    };
    let (core, lag) = (text("generator_core", "%"), text("lag_p99", "ms"));
    match lang {
        Lang::En => format!("Generator: {core} of a core; its timers fired {lag} late (p99)."),
        Lang::Zh => format!("负载发生器：占一个核的 {core}；定时器迟到 {lag}（p99）。"),
    }
}

fn reading(view: &View, lang: Lang) -> String {
    let rounds = view.cells.iter().map(|cell| cell.used).filter(|used| *used > 0);
    let (Some(least), Some(most)) = (rounds.clone().min(), rounds.max()) else { return unused(view, lang) };
    let rounds = if least == most { most.to_string() } else { format!("{least}–{most}") };
    match lang {
        Lang::En if rounds == "1" => "Each figure is of 1 round: it has no spread.".to_owned(),
        Lang::En => format!(
            "Each figure is the median of {rounds} rounds; under or behind it, the lowest and the highest round."
        ),
        Lang::Zh if rounds == "1" => "每个数字只来自 1 轮，没有波动范围。".to_owned(),
        Lang::Zh => format!("每个数字是 {rounds} 轮的中位数；下面或后面是最低和最高的一轮。"),
    }
}

/// Why there are no times and costs at all.
fn unused(view: &View, lang: Lang) -> String {
    if view.cells.is_empty() {
        return lang.pick("No round was measured.", "一轮都没有测。").to_owned();
    }
    let refusing = |mark: &Mark| figures::refuses(*mark);
    let marks: BTreeSet<Mark> =
        view.cells.iter().flat_map(|cell| cell.marks.keys().copied()).filter(refusing).collect();
    let mut whys: Vec<Words> = marks.into_iter().map(why::mark).collect();
    if whys.is_empty() {
        whys.push(why::missing(&[Why::Unfinished]));
    }
    let why = Words::listed(&whys);
    lang.pick(
        &format!("No round could be used for times and costs: {}.", why.en),
        &format!("没有一轮能用来得出时间和成本：{}。", why.zh),
    )
    .to_owned()
}

//! Claims judged on runs that are made up, and the files as they are shipped.

use std::collections::BTreeMap;

use measure::{Cost, Machine, Pressure};

use super::claim::Claim;
use super::{Entry, Ledger, Verdict, all, differ::read, files, heads, judge, markdown, measured, table};
use crate::report::Lang;
use crate::{FORMAT, HeardOf, Mark, Round, Run, ServerCost, Settings};

/// Polling at two intervals against SSE: CPU for each client, true from 2 times on, false up to once.
const POLLS: &str = r#"
id = "C99"
section = "9.9"
claim = { en = "Polling is heavy.", zh = "轮询很重。" }
threshold = { en = "Twice.", zh = "两倍。" }
knob = { en = "The interval.", zh = "间隔。" }

[scenario]
rounds = 3
duration = "10s"

[[scenario.cells]]
ways = "poll"
interval = ["1s", "5s"]

[[scenario.cells]]
ways = "sse"

[[tests]]
what = { en = "CPU", zh = "CPU" }
figure = "cpu_per_client"
of = { ways = "poll" }
against = { ways = "sse" }
yes = 2.0
no = 1.0

[[beside]]
what = { en = "break-even interval", zh = "盈亏平衡" }
figure = "cpu_per_client"
of = { ways = "poll" }
against = { ways = "sse" }
scale = "times-interval"
"#;

/// The CPU of one client in the window of each of three rounds: of polls each second, each 5 s, and of SSE.
fn run(claim: &Claim, cpu_us: [[u64; 3]; 3]) -> Run {
    let round = |cell: &Settings, cpu_us: u64, round: u32| Round {
        round,
        settings: cell.clone(),
        heard: HeardOf { window_s: 1.0, opened: 1, ..HeardOf::default() },
        server: ServerCost {
            window: Cost { cpu_us: Some(cpu_us), ..Cost::default() },
            ..ServerCost::default()
        },
        front: None,
        generator: Cost::default(),
        marks: Vec::new(),
    };
    let cells = claim.scenario.cells.iter().zip(cpu_us);
    let rounds =
        cells.flat_map(|(cell, us)| (1..=3).zip(us).map(move |(number, us)| round(cell, us, number)));
    Run {
        format: FORMAT,
        scenario: claim.scenario.name.clone(),
        scenario_toml: String::new(),
        started: "2026-11-23T14:00:00Z".to_owned(),
        took_s: 1.0,
        seed: 1,
        machine: Machine::default(),
        before: Pressure::default(),
        versions: BTreeMap::new(),
        rounds: rounds.collect(),
        complete: true,
        notes: Vec::new(),
    }
}

fn claim() -> Claim {
    Claim::read("C99.toml", POLLS).unwrap()
}

fn judged(cpu_us: [[u64; 3]; 3]) -> Entry {
    judge::entry(&claim(), &run(&claim(), cpu_us), Some("claim-c99.json".to_owned()))
}

fn error(change: (&str, &str)) -> String {
    assert!(POLLS.contains(change.0), "{}", change.0);
    Claim::read("C99.toml", &POLLS.replacen(change.0, change.1, 1)).unwrap_err().to_string()
}

#[test]
fn it_holds_or_fails_where_all_rounds_say_so() {
    let holds = judged([[40, 44, 48], [20, 22, 24], [10, 11, 12]]);
    assert_eq!((holds.verdict, holds.knob.en.as_str()), (Verdict::Holds, ""));
    let fails = judged([[8, 8, 8], [4, 4, 4], [10, 10, 10]]);
    assert_eq!((fails.verdict, fails.knob.en.as_str()), (Verdict::Fails, "The interval."));
    assert_eq!(fails.run.as_deref(), Some("claim-c99.json"));
}

#[test]
fn it_depends_and_names_where() {
    let entry = judged([[40, 40, 50], [5, 5, 5], [10, 10, 10]]);
    assert_eq!(entry.verdict, Verdict::Depends);
    let thin = '\u{202f}';
    assert_eq!(
        entry.finding.en,
        format!(
            "CPU: it holds for Ajax polling, every 1{thin}s (4.00{thin}×); \
             it fails for Ajax polling, every 5{thin}s (0.500{thin}×)."
        )
    );
    assert!(
        entry.finding.zh.contains("成立；") && entry.finding.zh.contains("不成立"),
        "{}",
        entry.finding.zh
    );
    assert_eq!(entry.knob.zh, "间隔。");
    // Each cell of the test, then each of what stands beside: the interval at which both would cost the same.
    let figures: Vec<_> =
        entry.evidence.iter().map(|figure| (figure.value, figure.unit.as_str(), figure.beside)).collect();
    assert_eq!(
        figures,
        [(Some(4.0), "×", false), (Some(0.5), "×", false), (Some(4.0), "s", true), (Some(2.5), "s", true)]
    );
}

#[test]
fn rounds_are_divided_pair_by_pair() {
    // The machine grew three times slower, for both alike: the ratio has no spread.
    let entry = judged([[30, 60, 90], [30, 60, 90], [10, 20, 30]]);
    assert_eq!(
        (entry.verdict, entry.evidence[0].low, entry.evidence[0].high),
        (Verdict::Holds, Some(3.0), Some(3.0))
    );
}

#[test]
fn a_spread_that_crosses_the_threshold_decides_nothing() {
    let entry = judged([[40, 40, 40], [15, 30, 25], [10, 10, 10]]);
    assert_eq!(entry.verdict, Verdict::Undecided);
    assert!(
        entry.finding.en.contains("undecided for Ajax polling, every 5\u{202f}s (1.50–3.00\u{202f}×)"),
        "{}",
        entry.finding.en
    );
}

#[test]
fn a_round_that_is_not_to_be_trusted_leaves_its_cell_undecided_and_is_told() {
    let claim = claim();
    let mut run = run(&claim, [[40; 3], [40; 3], [10; 3]]);
    let poll = claim.scenario.cells[0].clone();
    let marked = run.rounds.iter_mut().find(|round| round.settings == poll && round.round == 2).unwrap();
    marked.marks.push(Mark::GeneratorSaturated);
    let entry = judge::entry(&claim, &run, None);
    assert_eq!(entry.verdict, Verdict::Undecided);
    let says: Vec<_> = entry.evidence.iter().map(|figure| (figure.says, figure.rounds)).collect();
    assert_eq!(says[..2], [(Verdict::Undecided, 2), (Verdict::Holds, 3)]);
    let reason = "1 of 3 rounds does not count: the generator was saturated";
    assert!(
        entry.finding.en.contains(reason) && entry.evidence[0].what.en.contains(reason),
        "{}",
        entry.finding.en
    );
    assert!(entry.finding.zh.contains("3 轮里有 1 轮不算数：负载发生器已饱和"), "{}", entry.finding.zh);
    // What it is divided by counts as much: SSE's mark leaves both open.
    run.rounds
        .iter_mut()
        .filter(|round| round.settings.way == "sse")
        .for_each(|round| round.marks.push(Mark::ServerDied));
    let entry = judge::entry(&claim, &run, None);
    assert!(entry.evidence.iter().all(|figure| figure.says == Verdict::Undecided && figure.value.is_none()));
}

#[test]
fn a_cell_that_was_not_measured_is_undecided() {
    let claim = claim();
    let mut run = run(&claim, [[40; 3], [40; 3], [10; 3]]);
    run.rounds.retain(|round| round.settings.way == "sse");
    let entry = judge::entry(&claim, &run, None);
    assert_eq!((entry.verdict, entry.evidence[0].value), (Verdict::Undecided, None));
    assert!(
        entry.finding.en.contains("3 of 3 rounds do not count: it was not measured"),
        "{}",
        entry.finding.en
    );
}

#[test]
fn an_opinion_alone_is_unsupported() {
    let with = POLLS.replace("[[beside]]", "[[opinions]]\nen = \"It is nice\"\nzh = \"好用\"\n\n[[beside]]");
    let claim = Claim::read("C99.toml", &with).unwrap();
    let of = |cpu_us| judge::entry(&claim, &run(&claim, cpu_us), None);
    let entry = of([[40; 3], [40; 3], [10; 3]]);
    assert_eq!(entry.verdict, Verdict::Holds, "what was measured decides");
    let opinion = entry.evidence.last().unwrap();
    assert_eq!((opinion.says, opinion.value), (Verdict::Unsupported, None));
    assert!(opinion.what.zh.starts_with("好用："));
    let (head, tests) = with.split_once("[[tests]]").unwrap();
    let opinions = &tests[tests.find("[[opinions]]").unwrap()..tests.find("[[beside]]").unwrap()];
    let claim = Claim::read("C99.toml", &format!("tests = []\n{head}{opinions}")).unwrap();
    let entry = judge::entry(&claim, &run(&claim, [[1; 3]; 3]), None);
    assert_eq!((entry.verdict, entry.evidence.len()), (Verdict::Unsupported, 1));
}

#[test]
fn mistakes_are_named_with_their_place() {
    for (change, what) in [
        (("section", "sektion"), "unknown field `sektion`"),
        (("yes = 2.0\n", "yes = 2.0\nmaybe = 1.5\n"), "unknown field `maybe`"),
        (("figure = \"cpu_per_client\"", "figure = \"cpu\""), "there is no figure \"cpu\""),
        (("of = { ways = \"poll\" }", "of = { ways = \"pol\" }"), "there is no way \"pol\""),
        (("of = { ways = \"poll\" }", "of = { way = \"poll\" }"), "there is no key \"way\" for a cell"),
        (("of = { ways = \"poll\" }", "of = { ways = \"ws\" }"), "no cell of the scenario is meant"),
        (
            ("against = { ways = \"sse\" }", "against = { ways = \"poll\" }"),
            "more than one cell with the same load",
        ),
        (("against = { ways = \"sse\" }", "against = { rate = 7 }"), "no cell with the same load"),
        (("no = 1.0", "no = 2.0"), "`yes` and `no` are the same"),
        (("no = 1.0", ""), "a test has `yes` and `no`"),
        (("\"times-interval\"", "\"times-interval\"\nyes = 1"), "what stands beside judges nothing"),
        (("\"times-interval\"", "\"per-interval\""), "per-interval needs a figure in seconds"),
        (("rounds = 3", "runden = 3"), "there is no key \"runden\""),
        (("interval = [\"1s\", \"5s\"]", "interval = \"1h\""), "this is no time"),
        (("id = \"C99\"", "id = "), "this is no TOML"),
    ] {
        let said = error(change);
        assert!(
            said.starts_with("C99.toml:") && said.contains(what) && said.contains("^"),
            "{change:?}: {said}"
        );
    }
    let said = error(("against = { ways = \"sse\" }", "against = { ways = \"ssf\" }"));
    assert_eq!(
        said,
        "C99.toml:23:20: there is no way \"ssf\"\n   |\n23 | against = { ways = \"ssf\" }\n   |                    ^^^^^\n\
         the ways are poll, long-poll, ws and sse"
    );
}

#[test]
fn every_claim_is_there_in_both_languages() {
    let ids: Vec<String> = (1..=17).map(|number| format!("C{number:02}")).collect();
    assert_eq!(all(), ids);
    for head in heads() {
        let texts = [&head.claim, &head.threshold];
        assert!(texts.iter().all(|text| !text.en.is_empty() && !text.zh.is_empty()), "{}", head.id);
        assert!(!head.section.is_empty() && ids.contains(&head.id), "{head:?}");
    }
    for id in measured::IDS {
        let claim = measured::claim(id).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(claim.id, id);
        assert!(claim.questions.iter().any(|question| question.threshold.is_some()), "{id}");
        assert!(!claim.knob.en.is_empty() && !claim.knob.zh.is_empty(), "{id}");
        // Two rounds have no majority, and more than five minutes nobody waits.
        assert!(claim.scenario.rounds >= 3 && claim.scenario.expected().as_secs() <= 300, "{id}");
    }
    assert_eq!(files::text("C98"), "");
}

fn ledger(verdicts: &[(&str, Verdict)]) -> Ledger {
    let entries = verdicts.iter().map(|(id, verdict)| Entry {
        id: (*id).to_owned(),
        verdict: *verdict,
        ..judged([[40; 3], [5; 3], [10; 3]])
    });
    Ledger {
        format: FORMAT,
        started: "2026-11-23T14:00:00Z".to_owned(),
        machine: Machine::default(),
        before: Pressure::default(),
        versions: BTreeMap::new(),
        entries: entries.collect(),
    }
}

#[test]
fn a_ledger_comes_back_as_it_was_written_and_others_are_refused() {
    let ledger = ledger(&[("C01", Verdict::Holds)]);
    let text = serde_json::to_string(&ledger).unwrap();
    assert_eq!(serde_json::to_string(&read("a.json", &text).unwrap()).unwrap(), text);
    let error = |text: &str| read("a.json", text).unwrap_err().to_string();
    assert!(error("x").starts_with("a.json is not JSON"));
    assert!(error("{}").contains("no ledger"));
    assert!(error(&text.replacen("\"format\":1", "\"format\":9", 1)).contains("has format 9"));
    assert!(error(&text.replace("\"holds\"", "\"maybe\"")).contains("damaged"));
}

#[test]
fn a_ledger_reads_the_same_in_both_languages() {
    let ledger = ledger(&[("C01", Verdict::Depends), ("C02", Verdict::Fails)]);
    let (en, zh) = (table(&ledger, Lang::En), table(&ledger, Lang::Zh));
    assert!(
        en.starts_with("◐ C01 depends  §9.9\n  Tutorial: Polling is heavy.\n  Found: CPU: it holds"),
        "{en}"
    );
    assert!(zh.starts_with("◐ C01 看条件  §9.9\n  教程：轮询很重。\n  结果：CPU——"), "{zh}");
    assert!(
        en.contains("    · break-even interval, Ajax polling, every 5\u{202f}s: 2.50\u{202f}s, 3 rounds\n"),
        "{en}"
    );
    assert!(en.contains("    ✓ CPU, Ajax polling, every 1\u{202f}s: 4.00\u{202f}×, 3 rounds\n"), "{en}");
    assert!(
        en.contains("2 claims: ✗ fails 1, ◐ depends 1\n")
            && zh.contains("2 条说法：✗ 不成立 1，◐ 看条件 1\n")
    );
    assert_eq!(en.lines().count(), zh.lines().count());
    assert!(table(&self::ledger(&[]), Lang::En).starts_with("No claim was tried to its end.\n"));
    let (en, zh) = (markdown(&ledger, Lang::En), markdown(&ledger, Lang::Zh));
    assert!(
        en.contains("| C02 | 9.9 | ✗ fails | Polling is heavy. |") && en.contains("## C01 · depends"),
        "{en}"
    );
    assert_eq!(en.lines().count(), zh.lines().count());
}

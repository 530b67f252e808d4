use crate::report::diff::{Diff, Verdict, of};
use crate::report::sample::{marked, round, run, settings, with};
use crate::report::{Lang, diff_text};
use crate::{Mark, Run};

/// `n` rounds of SSE that cost 10, 11, ... us of CPU an update, and `more` beyond.
fn sse(n: u32, more: u64) -> Run {
    let mut run = run("quick");
    run.rounds =
        (1..=n).map(|number| round(&settings("sse"), number, 9 + u64::from(number) + more)).collect();
    run
}

fn verdict(a: &Run, b: &Run, id: &str) -> (Verdict, f64) {
    let diff = of(a, b).unwrap();
    let figure = diff.pairs[0].figures.iter().find(|figure| figure.id == id).unwrap();
    (figure.verdict, figure.p)
}

#[test]
fn a_word_needs_ranges_apart_and_rounds_enough() {
    let cpu = |n, more| verdict(&sse(n, 0), &sse(n, more), "cpu_per_update");
    assert_eq!(cpu(3, 3).0, Verdict::Heavier, "10..12 and 13..15");
    assert!((cpu(3, 3).1 - 0.1).abs() < 1e-12, "three rounds cannot reach 0.05");
    assert_eq!(cpu(3, 2).0, Verdict::NotDistinguishable, "12 is in both");
    assert_eq!(cpu(2, 50).0, Verdict::NotDistinguishable, "two rounds are too few");
    assert_eq!(cpu(4, 4).0, Verdict::Heavier);
    assert!(cpu(4, 4).1 < 0.05);
    assert_eq!(cpu(3, 0).0, Verdict::NotDistinguishable, "the same");
    assert_eq!(verdict(&sse(3, 9), &sse(3, 0), "cpu_per_update").0, Verdict::Lighter);
    assert_eq!(verdict(&sse(3, 0), &sse(3, 9), "wait_per_update").0, Verdict::Slower);
}

#[test]
fn each_kind_of_figure_has_its_word() {
    let worse = with(sse(3, 0), "sse", |round| {
        round.heard.staleness_s = Some(1.0);
        round.heard.seen = 1000;
        round.heard.latency_us = crate::report::sample::latencies(5);
    });
    for (id, forth, back) in [
        ("latency_p99", Verdict::Slower, Verdict::Faster),
        ("staleness", Verdict::Staler, Verdict::Fresher),
        ("never_seen", Verdict::LosesMore, Verdict::LosesLess),
        ("memory_user", Verdict::NotDistinguishable, Verdict::NotDistinguishable),
    ] {
        assert_eq!(verdict(&sse(3, 0), &worse, id).0, forth, "{id}");
        assert_eq!(verdict(&worse, &sse(3, 0), id).0, back, "{id}");
    }
}

#[test]
fn kernel_memory_that_is_noise_is_not_compared() {
    let mut noisy = sse(3, 0);
    let server = &mut noisy.rounds[1].server;
    std::mem::swap(&mut server.kernel_empty, &mut server.kernel_full);
    let has = |b: &Run| {
        let diff = of(&sse(3, 0), b).unwrap();
        diff.pairs[0].figures.iter().any(|figure| figure.id == "memory_kernel")
    };
    assert!(has(&sse(3, 1)) && !has(&noisy), "one round that says nothing speaks against the others too");
}

#[test]
fn only_the_same_settings_are_compared_and_refused_figures_are_not() {
    let diff = of(&run("quick"), &sse(3, 0)).unwrap();
    assert_eq!((diff.pairs.len(), diff.only_a.len(), diff.only_b.len()), (1, 1, 0));
    assert!(diff.only_a[0].en.starts_with("Ajax polling"), "{:?}", diff.only_a);
    let names = |diff: &Diff| diff.pairs[0].figures.iter().map(|figure| figure.id).collect::<Vec<_>>();
    assert!(names(&diff).contains(&"cpu_per_update"));
    assert!(!names(&diff).contains(&"generator_core"), "that says nothing of the server");
    let refused = marked(sse(3, 50), "sse", Mark::GeneratorSaturated);
    assert!(!names(&of(&sse(3, 0), &refused).unwrap()).contains(&"cpu_per_update"));
}

#[test]
fn the_text_says_the_rule_and_what_makes_it_doubtful() {
    let mut elsewhere = sse(3, 9);
    elsewhere.machine.cores = 64;
    elsewhere.complete = false;
    let diff = of(&sse(3, 0), &elsewhere).unwrap();
    let en = diff_text(&diff, Lang::En);
    for expected in [
        "different machines",
        "B is not complete",
        "heavier",
        "not distinguishable",
        "permutation test",
        "+81.8\u{202f}%",
    ] {
        assert!(en.contains(expected), "{expected} is not in\n{en}");
    }
    let zh = diff_text(&diff, Lang::Zh);
    for expected in ["不在同一台机器上", "更重", "分不出", "置换检验"] {
        assert!(zh.contains(expected), "{expected} is not in\n{zh}");
    }
    let json = serde_json::to_value(&diff).unwrap();
    assert_eq!(json["pairs"][0]["figures"][0]["verdict"], "not-distinguishable");
    assert_eq!(json["distinguished"].as_u64().unwrap() as usize, diff.distinguished);
    assert!(diff.distinguished > 0 && diff.distinguished < diff.compared);
}

#[test]
fn nothing_in_common_is_said() {
    let mut other = run("quick");
    other.rounds.iter_mut().for_each(|round| round.settings.clients = 7);
    let diff = of(&run("quick"), &other).unwrap();
    let en = diff_text(&diff, Lang::En).replace('\u{202f}', " ");
    for expected in [
        "no settings in common",
        "Only A has: Ajax polling, every 1 s, 100 clients; SSE, 100 clients\n",
        "Only B has: Ajax polling, every 1 s, 7 clients; SSE, 7 clients\n",
    ] {
        assert!(en.contains(expected), "{expected} is not in\n{en}");
    }
    let zh = diff_text(&diff, Lang::Zh);
    assert!(zh.contains("SSE，100 个客户端") && zh.contains("SSE，7 个客户端"), "{zh}");
}

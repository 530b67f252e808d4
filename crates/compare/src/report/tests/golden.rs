//! Whole reports in both languages. `WRITE_GOLDEN=1` writes them anew after they have changed on purpose.

use std::fs;
use std::path::Path;

use crate::report::sample::{marked, round, run, settings, view};
use crate::report::{Lang, View, WIDTH, markdown, table};
use crate::{Front, Mark};

/// Two loads, a saturated cell, a proxy, and a text that Markdown must not take for its own.
fn made_up() -> View {
    let mut run = marked(run("quick"), "poll", Mark::NotAllOpened);
    let mut proxied = settings("ws");
    proxied.front = Front::NginxBuffering;
    let mut many = settings("sse");
    many.clients = 5000;
    run.rounds.push(round(&proxied, 1, 14));
    run.rounds.last_mut().unwrap().front =
        Some(measure::Cost { cpu_us: Some(40_000), ..measure::Cost::default() });
    run.rounds.push(round(&many, 1, 9));
    run.rounds.last_mut().unwrap().marks = vec![Mark::GeneratorSaturated];
    run.complete = false;
    run.notes = vec!["stopped by Ctrl-C | after *7* rounds".to_owned()];
    view(&[run])
}

fn golden(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/tests/golden").join(name);
    if std::env::var_os("WRITE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, made).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "{} differs; it is now:\n{made}", path.display());
}

#[test]
fn the_terminal_table() {
    golden("table.en.txt", &table(&made_up(), Lang::En));
    golden("table.zh.txt", &table(&made_up(), Lang::Zh));
}

#[test]
fn the_markdown_report() {
    golden("report.en.md", &markdown(&made_up(), Lang::En));
    golden("report.zh.md", &markdown(&made_up(), Lang::Zh));
}

#[test]
fn no_table_is_wider_than_a_terminal() {
    for lang in [Lang::En, Lang::Zh] {
        let text = table(&made_up(), lang);
        // Up to the first blank line after each title stands a table; Han letters take two columns.
        let wide =
            |line: &str| line.chars().map(|letter| if letter >= '\u{2e80}' { 2 } else { 1 }).sum::<usize>();
        for line in text.lines().take_while(|line| !line.starts_with("[1]")) {
            assert!(wide(line.trim_end()) <= WIDTH.into(), "{}: {line}", wide(line));
        }
    }
}

//! The claims that only a browser can answer. A real one is started on a page of ours, does what the tutorial's pages do,
//! and reports by POST; no driver stands between. Lesson: what EventSource does for you, and what it does not.
//!
//! | file | idea |
//! |---|---|
//! | `launch` | a browser on a page, and nothing left of it afterwards |
//! | `host` | serves the page, answers its streams by a script, hears its reports |
//! | `sheet` | the numbers of a claim's file, and its entry |
//! | `lost` | why there is nothing to judge |
//! | `reconnect`, `reconnect_rule` | C06: does it come back by itself? |
//! | `pool`, `pool_rule` | C08: how many connections at a time? |
//! | `streams` | C08 over HTTP/2 |
//! | `tabs` | C16: one page in many tabs |
//! | `versions` | C12: since when; a table, no browser |

mod host;
mod launch;
mod lost;
mod pool;
mod pool_rule;
mod reconnect;
mod reconnect_rule;
mod sheet;
mod streams;
mod tabs;
mod versions;

use std::path::Path;
use std::time::Duration;

use self::launch::Browser;
use self::lost::Lost;
use self::sheet::{Judged, figure};
use super::{Entry, Evidence, Text, Verdict, files, words};

/// The claims that are tried here.
pub const IDS: [&str; 4] = ["C06", "C08", "C12", "C16"];

/// How long trying the claim `id` takes, about, with Chromium and Firefox.
#[must_use]
pub fn expected(id: &str) -> Option<Duration> {
    let seconds = match id {
        "C06" => 45,
        "C08" => 55,
        "C12" => 0,
        "C16" => 25,
        _ => return None,
    };
    Some(Duration::from_secs(seconds))
}

/// Tries one claim; `say` gets lines of progress, and `program` is the `fourways` binary.
///
/// Never fails: what could not be tried is undecided, and the finding says why and what to do. Dropping the future ends
/// the browser.
pub async fn run(id: &str, program: &Path, say: &mut dyn FnMut(&str)) -> Entry {
    let tried = match id {
        "C06" => reconnect::run(say).await,
        "C08" => pool::run(program, say).await,
        "C12" => versions::run(),
        "C16" => tabs::run(say).await,
        _ => Err(Lost::Unknown(id.to_owned())),
    };
    tried.unwrap_or_else(|lost| files::head(id).entry(Judged::nothing(lost.text())))
}

/// What became of an experiment in one browser.
type Tried<T> = (Browser, Result<T, Lost>);

/// What all browsers say together. `one` makes a sentence and the figures of what was seen in one; `knob` is kept only
/// where something does not hold.
fn judge<T>(tried: &[Tried<T>], mut one: impl FnMut(&T) -> (Text, Vec<Evidence>), knob: Text) -> Judged {
    let (mut found, mut evidence) = (Vec::new(), Vec::new());
    for (browser, outcome) in tried {
        match outcome {
            Ok(seen) => {
                let (sentence, figures) = one(seen);
                found.push(sentence);
                evidence.extend(figures);
            }
            Err(lost) => {
                let Text { en, zh } = lost.text();
                found.push(Text::new(format!("{en}."), format!("{zh}。")));
                let name = browser.name();
                let what = Text::new(format!("{name}: not measured"), format!("{name}：没有测到"));
                evidence.push(figure(what, "", &[], Verdict::Undecided));
            }
        }
    }
    let verdict = Verdict::of(&evidence);
    let knob = if matches!(verdict, Verdict::Fails | Verdict::Depends) { knob } else { Text::default() };
    Judged { verdict, finding: words::sentences(&found), knob, evidence, raw: serde_json::Value::Null }
}

/// Everything raw, by browser.
fn raw<T: serde::Serialize>(tried: &[Tried<T>]) -> serde_json::Value {
    let of = |outcome: &Result<T, Lost>| match outcome {
        Ok(seen) => serde_json::to_value(seen).unwrap_or_default(),
        Err(lost) => serde_json::json!({ "missing": lost.text() }),
    };
    tried.iter().map(|(browser, outcome)| (browser.name().to_owned(), of(outcome))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_unknown_claim_is_undecided_and_says_which_there_are() {
        let entry = run("C01", Path::new(""), &mut |_| {}).await;
        assert_eq!(entry.verdict, Verdict::Undecided);
        assert!(entry.finding.en.contains("those are C06, C08, C12, C16"), "{}", entry.finding.en);
    }

    /// About two minutes, in both browsers.
    #[cfg(feature = "long")]
    #[tokio::test]
    async fn every_claim_is_decided_on_a_machine_with_both_browsers() {
        let beside = || std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("fourways");
        let program = std::env::var_os("FOURWAYS_BIN").map_or_else(beside, Into::into);
        for id in IDS {
            let entry = run(id, &program, &mut |line| println!("{line}")).await;
            println!("{}", serde_json::to_string_pretty(&entry).unwrap());
            assert_ne!(entry.verdict, Verdict::Undecided, "{id}");
            let judged = entry.evidence.iter().filter(|figure| !figure.beside);
            let open: Vec<_> = judged.filter(|figure| figure.says == Verdict::Undecided).collect();
            assert!(open.is_empty(), "{id}: {open:#?}");
            let http2 = entry.evidence.iter().filter(|figure| figure.what.en.contains("(HTTP/2)"));
            let measured = if id == "C08" && cfg!(feature = "http2") { 4 } else { 0 };
            assert_eq!(http2.filter(|figure| figure.value.is_some()).count(), measured, "{id}");
        }
    }
}

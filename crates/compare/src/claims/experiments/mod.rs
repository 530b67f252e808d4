//! The claims that need a small experiment of their own, beside the scenarios.
//!
//! | file | idea |
//! |---|---|
//! | `resume` | C07: nothing is lost on reconnect, if the events have ids |
//! | `text_only` | C09: text only, and what binary costs |
//! | `simplicity`, `lines` | C10: which way is simple and which complex, counted in lines |
//! | `first_tick`, `first_tick_http2` | C11: bytes and round trips until the first price; over HTTP/2, bytes |
//! | `one_connection` | C13: any number of messages over one connection |
//! | `chat`, `talker`, `chat_rule` | C14: a chat by SSE and POST beside one by WebSocket |
//! | `radio` | C17: how often and how long a phone's radio is on |
//! | `claim`, `figure`, `gather` | a claim as it is written; rounds as one figure; cases side by side |
//! | `server`, `relay`, `tap`, `sequence` | a server process; cutting its connections; noting its bytes; what was lost |

mod chat;
mod chat_rule;
mod claim;
mod figure;
mod first_tick;
mod first_tick_http2;
mod gather;
mod lines;
mod one_connection;
mod radio;
mod relay;
mod resume;
mod sequence;
mod server;
mod simplicity;
mod talker;
mod tap;
mod text_only;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::{Entry, Text, files};
use claim::{Claim, Found};

/// The claims that this module can judge.
pub const IDS: [&str; 7] = ["C07", "C09", "C10", "C11", "C13", "C14", "C17"];

/// How long trying the claim `id` takes, about.
#[must_use]
pub fn expected(id: &str) -> Option<Duration> {
    let seconds = match id {
        "C07" => 10,
        "C09" | "C10" => 0,
        "C11" => 5,
        "C13" => 100,
        "C14" => 60,
        "C17" => 120,
        _ => return None,
    };
    Some(Duration::from_secs(seconds))
}

/// What an experiment needs of the machine.
#[derive(Clone, Debug)]
pub struct Env {
    /// The `fourways` program, which is started as a server.
    pub exe: PathBuf,
}

/// Why an experiment has no result.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Server(#[from] crate::Error),
    #[error("the claim's file is wrong: {0}")]
    Claim(String),
    #[error("a client failed: {0}")]
    Client(#[from] transport::Error),
    #[error("a connection failed: {0}")]
    Io(#[from] io::Error),
    #[error("a case broke off: {0}")]
    Case(String),
    #[error("a request failed: {0}")]
    Http(#[from] hyper::Error),
    #[error("a request could not be made: {0}")]
    Request(#[from] axum::http::Error),
    #[error(
        "this program was built without the line counter; build one with \
         `cargo build --release -p fourways --features compare/lines`"
    )]
    NoCounter,
    #[error("a WebSocket failed: {0}")]
    WebSocket(#[from] tokio_tungstenite::tungstenite::Error),
}

impl Trouble {
    fn finding(&self) -> Text {
        Text::new(format!("Nothing could be measured: {self}."), format!("没能测成：{self}。"))
    }
}

/// What a way is called.
fn title(way: &str) -> Text {
    crate::way(way)
        .map_or_else(|| Text::new(way, way), |way| Text::new(way.card().title, way.card().title_zh))
}

/// Does the experiment of the claim `id` and judges it. `say` is told how far it is, a line at a time. What cannot be
/// measured is undecided, and the finding says why.
pub async fn run(id: &str, env: &Env, say: &mut dyn FnMut(&str)) -> Entry {
    match id {
        "C07" => judge(id, resume::CLAIM, async |rule| resume::run(env, rule, say).await).await,
        "C09" => judge(id, text_only::CLAIM, async |rule| text_only::run(rule, say).await).await,
        "C10" => judge(id, simplicity::CLAIM, async |rule| simplicity::run(rule)).await,
        "C11" => judge(id, first_tick::CLAIM, async |rule| first_tick::run(env, rule, say).await).await,
        "C13" => {
            judge(id, one_connection::CLAIM, async |rule| one_connection::run(env, rule, say).await).await
        }
        "C14" => judge(id, chat::CLAIM, async |rule| chat::run(env, rule, say).await).await,
        "C17" => judge(id, radio::CLAIM, async |rule| radio::run(env, rule, say).await).await,
        _ => nothing(
            id,
            &Trouble::Claim(format!("there is no experiment {id:?}; there are {}", IDS.join(", "))),
        ),
    }
}

async fn judge<Rule: DeserializeOwned>(
    id: &str,
    text: &str,
    experiment: impl AsyncFnOnce(&Rule) -> Result<Found, Trouble>,
) -> Entry {
    let found = match Claim::read(text) {
        Ok(claim) => experiment(&claim.rule).await,
        Err(trouble) => Err(trouble),
    };
    match found {
        Ok(found) => files::head(id).entry(found),
        Err(trouble) => nothing(id, &trouble),
    }
}

/// The entry of a claim about which nothing is known but that trying it failed.
fn nothing(id: &str, trouble: &Trouble) -> Entry {
    files::head(id).entry(Found::nothing(trouble.finding()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::Verdict;

    /// The `fourways` binary of this build: `FOURWAYS_BIN`, or the one beside the tests.
    pub(super) fn env() -> Env {
        let beside = || std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("fourways");
        let exe = std::env::var_os("FOURWAYS_BIN").map_or_else(beside, PathBuf::from);
        assert!(exe.exists(), "there is no {}; run `cargo build -p fourways` first", exe.display());
        Env { exe }
    }

    #[tokio::test]
    async fn an_unknown_claim_is_undecided_and_says_which_there_are() {
        let entry = run("C99", &Env { exe: PathBuf::new() }, &mut |_| {}).await;
        assert_eq!(entry.verdict, Verdict::Undecided);
        assert!(entry.finding.en.contains("C07"), "{}", entry.finding.en);
    }

    #[tokio::test]
    async fn without_a_server_nothing_is_claimed() {
        let env = Env { exe: "/there/is/no/such/program".into() };
        for id in ["C07", "C11", "C13", "C14", "C17"] {
            let entry = run(id, &env, &mut |_| {}).await;
            assert_eq!((entry.id.as_str(), entry.verdict), (id, Verdict::Undecided));
            assert!(entry.evidence.is_empty() && !entry.claim.zh.is_empty(), "{id}");
            assert!(entry.finding.en.contains("did not start"), "{}", entry.finding.en);
        }
    }
}

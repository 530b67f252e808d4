//! The sixteen promises, each kept by each way or refused with its reason.
//!
//! Every test takes its row of [`PROMISES`], and runs over real sockets against each way that keeps the promise. What
//! needs a process of its own (killing it, its memory) stands in `restart.rs`, `drain.rs` and `stalled.rs`; hostile
//! input in `bad_input.rs`.

mod connections;
mod delivery;
#[path = "../listener/mod.rs"]
mod listener;
mod readers;

use fourways::ALL;
use transport::Transport;

enum Word {
    Keeps,
    Cannot(&'static str),
}
use Word::{Cannot, Keeps};

/// A promise and what poll, long poll, WebSocket and SSE say to it.
const PROMISES: [(&str, [Word; 4]); 16] = [
    ("P01 order", [Keeps, Keeps, Keeps, Keeps]),
    ("P02 no duplicate", [Keeps, Keeps, Keeps, Keeps]),
    ("P03 no silent hole", [Keeps, Keeps, Keeps, Keeps]),
    ("P04 epoch", [Keeps, Keeps, Keeps, Keeps]),
    ("P05 one feed", [Keeps, Keeps, Keeps, Keeps]),
    (
        "P06 hand-over",
        [Cannot("nobody waits: the client comes back when its pause is over"), Keeps, Keeps, Keeps],
    ),
    ("P07 head first", [Keeps, Keeps, Keeps, Keeps]),
    (
        "P08 bounded memory",
        [
            Cannot("there is no stream to fall behind in: an answer holds one window at most"),
            Cannot("there is no stream to fall behind in: an answer holds one window at most"),
            Keeps,
            Keeps,
        ],
    ),
    ("P09 conflation", [Keeps, Keeps, Keeps, Keeps]),
    ("P10 one encode", [Keeps, Keeps, Keeps, Keeps]),
    (
        "P11 alive",
        [Cannot("a poll holds no connection open, so nothing can fall silent"), Keeps, Keeps, Keeps],
    ),
    ("P12 freed", [Keeps, Keeps, Keeps, Keeps]),
    (
        "P13 refusal",
        [
            Cannot(
                "a poll waits for nothing, so it takes no waiter's place; a full server refuses its connection",
            ),
            Keeps,
            Keeps,
            Keeps,
        ],
    ),
    ("P14 drain", [Keeps, Keeps, Keeps, Keeps]),
    ("P15 recovery", [Keeps, Keeps, Keeps, Keeps]),
    ("P16 input", [Keeps, Keeps, Keeps, Keeps]),
];

/// The ways that keep a promise. The others have said why not, in words.
fn keepers(promise: &str) -> impl Iterator<Item = &'static dyn Transport> {
    let (_, words) = PROMISES.iter().find(|(name, _)| name.starts_with(promise)).expect("a row");
    ALL.iter().copied().zip(words).filter_map(|(way, word)| match word {
        Keeps => Some(way),
        Cannot(why) => {
            assert!(why.len() > 20, "a reason in words");
            None
        }
    })
}

#[test]
fn the_columns_are_the_ways() {
    let names: Vec<_> = ALL.iter().map(|way| way.card().name).collect();
    assert_eq!(names, ["poll", "long-poll", "ws", "sse"]);
}

//! The sixteen promises, each kept by each way or refused with its reason.
//!
//! Every test takes its row of [`PROMISES`], and runs over real sockets against each way that keeps the promise. What
//! needs a process of its own (killing it, its memory) stands in `restart.rs`, `drain.rs` and `stalled.rs`; hostile
//! input in `bad_input.rs`.

mod listener;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use contract::{Inside, Raw, soon, until};
use feed::{Batch, Cursor, Epoch, Reason, Since, Wanted};
use fourways::ALL;
use futures_util::StreamExt as _;
use listener::Listener;
use transport::{Answer, Backoff, Error, Heard, Ring, Transport, follow};
use wire::Wire;

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

#[tokio::test]
async fn p01_order() {
    for way in keepers("P01") {
        let inside = Inside::start().await;
        let mut last = None;
        for _ in 0..3 {
            let mut listener = Listener::open(way, &inside, last);
            for count in [1, 7, 2, 30] {
                inside.publish(count);
                let head = inside.site().feeds().ticker().feed().head();
                listener.until_at(head).await;
            }
            let seqs = listener.seqs();
            assert!(seqs.is_sorted_by(|a, b| a < b), "{}: {seqs:?}", way.card().name);
            assert!(last.is_none_or(|last: Cursor| seqs[0] == last.seq + 1), "across resumes");
            last = listener.cursor();
        }
    }
}

#[tokio::test]
async fn p02_no_duplicate() {
    for way in keepers("P02") {
        let inside = Inside::start().await;
        let head = inside.site().feeds().ticker().feed().head();
        for behind in [1, 5, 63] {
            let from = Cursor { seq: head.seq - behind, ..head };
            let mut listener = Listener::open(way, &inside, Some(from));
            listener.until_at(head).await;
            assert_eq!(listener.seqs()[0], from.seq + 1, "{}", way.card().name);
        }
    }
}

#[tokio::test]
async fn p03_no_silent_hole() {
    for way in keepers("P03") {
        let inside = Inside::start().await;
        let head = inside.site().feeds().ticker().feed().head();
        let mut listener = Listener::open(way, &inside, Some(Cursor { seq: head.seq - 64, ..head }));
        listener.until_at(head).await;
        assert_eq!(listener.seqs(), (head.seq - 63..=head.seq).collect::<Vec<_>>(), "the whole window");

        let expired = Cursor { seq: head.seq - 65, ..head };
        let mut listener = Listener::open(way, &inside, Some(expired));
        listener.until_at(head).await;
        let gap = listener.gaps().pop().expect("a gap");
        assert_eq!((gap.first, gap.last, gap.reason), (Some(expired.seq + 1), head.seq, Reason::Expired));
        assert_eq!(
            listener.seqs(),
            (head.seq - 7..=head.seq).collect::<Vec<_>>(),
            "the newest of each of 8 symbols"
        );
        inside.publish(3);
        listener.until_at(Cursor { seq: head.seq + 3, ..head }).await;
        assert_eq!(listener.seqs().len(), 11, "then live");
    }
}

#[tokio::test]
async fn p04_epoch() {
    for way in keepers("P04") {
        let inside = Inside::start().await;
        let head = inside.site().feeds().ticker().feed().head();
        let foreign = Epoch::of(12345);
        // Of another life, also with a number that the new life has not reached, or has overtaken; and of the future.
        let cases = [
            (Cursor { epoch: foreign, seq: 5 }, Reason::Foreign),
            (Cursor { epoch: foreign, seq: head.seq }, Reason::Foreign),
            (Cursor { epoch: foreign, seq: head.seq + 500 }, Reason::Foreign),
            (Cursor { seq: head.seq + 1, ..head }, Reason::Future),
        ];
        for (from, reason) in cases {
            let mut listener = Listener::open(way, &inside, Some(from));
            listener.until_at(head).await;
            let gap = listener.gaps().pop().expect("a gap");
            assert_eq!((gap.first, gap.last, gap.reason), (None, head.seq, reason), "{}", way.card().name);
            assert_eq!(listener.seqs(), (head.seq - 7..=head.seq).collect::<Vec<_>>());
        }
    }
}

/// The market changes under open streams: they are greeted anew without a gap, polls hear of a gap that is no loss.
#[tokio::test]
async fn p04_epoch_changes_while_running() {
    for way in keepers("P04") {
        let inside = Inside::start().await;
        let mut listener = Listener::open(way, &inside, None);
        listener.until_cursor().await;
        let ticker = inside.site().feeds().ticker();
        let next = ticker.change(&ticker.feed().market().expect("a market"));
        inside.hand().set(next.due_us(12));
        ticker.tick();
        listener.until_at(Cursor { epoch: next.epoch(), seq: 12 }).await;
        let reasons: Vec<_> = listener.gaps().iter().map(|gap| gap.reason).collect();
        let polls = matches!(way.card().name, "poll" | "long-poll");
        assert_eq!(reasons, if polls { vec![Reason::Epoch] } else { vec![] }, "{}", way.card().name);
        assert_eq!(listener.epochs().len(), 2);
    }
}

#[tokio::test]
async fn p05_one_feed() {
    let inside = Inside::start().await;
    let mut told: BTreeMap<u64, Vec<Bytes>> = BTreeMap::new();
    let mut listeners: Vec<_> = keepers("P05")
        .flat_map(|way| [Listener::open(way, &inside, None), Listener::open(way, &inside, None)])
        .collect();
    for listener in &mut listeners {
        listener.until_cursor().await;
    }
    inside.publish(20);
    let head = inside.site().feeds().ticker().feed().head();
    for listener in &mut listeners {
        listener.until_at(head).await;
        for (seq, json) in listener.events() {
            told.entry(seq).or_default().push(json);
        }
    }
    assert_eq!(told.len(), 28);
    for (seq, versions) in told {
        assert_eq!(versions.len(), 8, "event {seq} on four ways, twice");
        assert!(versions.iter().all(|json| *json == versions[0]), "{versions:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p06_hand_over() {
    for way in keepers("P06") {
        let inside = Inside::with(|options| options.history = 4_096).await;
        let mut listener = Listener::open(way, &inside, None);
        let from = listener.until_cursor().await;
        let head = Cursor { seq: from.seq + 2_000, ..from };
        // Published in one breath with the reading, so that many fall between two long polls.
        let (publishing, hearing) = (
            async {
                for _ in 0..2_000 {
                    inside.publish(1);
                    tokio::task::yield_now().await;
                }
            },
            listener.until_at(head),
        );
        tokio::join!(publishing, hearing);
        let live: Vec<_> = listener.seqs().into_iter().filter(|seq| *seq > from.seq).collect();
        assert_eq!(live, (from.seq + 1..=head.seq).collect::<Vec<_>>(), "{}", way.card().name);

        let mut waiting: Vec<_> = (0..50).map(|_| Listener::open(way, &inside, Some(head))).collect();
        for listener in &mut waiting {
            listener.start().await;
        }
        until("fifty to wait", || inside.site().waiters() >= 50).await;
        drop(waiting.split_off(25));
        inside.publish(1);
        for listener in &mut waiting {
            listener.until_at(Cursor { seq: head.seq + 1, ..head }).await;
        }
        drop((waiting, listener));
        until("the abandoned to be freed", || inside.site().waiters() == 0).await;
    }
}

#[tokio::test]
async fn p07_head_first() {
    for way in keepers("P07") {
        let inside = Inside::start().await;
        let mut listener = Listener::open(way, &inside, None);
        listener.until_cursor().await;
        assert_eq!(listener.seqs().len(), 8, "a price of each symbol at once: {}", way.card().name);
    }
    let inside = Inside::start().await;
    let mut raw = Raw::connect(inside.address()).await;
    raw.get("/sse/chat", "").await;
    assert!(raw.until("\r\n\r\n").await.contains("text/event-stream"));
    assert!(raw.until("event: hello").await.contains("retry: "));
}

#[tokio::test(flavor = "multi_thread")]
async fn p08_bounded_memory() {
    for way in keepers("P08") {
        let inside = Inside::start().await;
        let mut slow = Listener::open(way, &inside, None);
        slow.until_cursor().await;
        let mut quick = Listener::open(way, &inside, None);
        let from = quick.until_cursor().await;
        // Far more than the window and both kernels' buffers hold.
        let head = Cursor { seq: from.seq + 200_000, ..from };
        let mut seq = from.seq;
        while seq < head.seq {
            inside.publish(50);
            seq += 50;
            quick.until_at(Cursor { seq, ..from }).await;
        }
        assert_eq!(quick.gaps().len(), 0, "nobody else notices: {}", way.card().name);
        slow.until_at(head).await;
        assert!(slow.gaps().iter().all(|gap| gap.reason == Reason::Slow) && !slow.gaps().is_empty());
        assert!(slow.seqs().len() < 100_000 && slow.seqs().ends_with(&[head.seq - 1, head.seq]));
    }
}

#[tokio::test]
async fn p09_conflation() {
    for way in keepers("P09") {
        let inside = Inside::start().await;
        let head = inside.site().feeds().ticker().feed().head();
        // Older than the window: others would get `expired`.
        let from = Cursor { seq: head.seq - 500, ..head };
        let mut listener = Listener::query(way, &inside, Some(from), "conflate=1");
        listener.until_at(head).await;
        inside.publish(100);
        let head = Cursor { seq: head.seq + 100, ..head };
        listener.until_at(head).await;
        let seqs = listener.seqs();
        assert!(seqs.is_sorted_by(|a, b| a < b) && listener.gaps().is_empty(), "{}", way.card().name);
        assert!(
            seqs.ends_with(&(head.seq - 7..=head.seq).collect::<Vec<_>>()),
            "the last value of each symbol"
        );
    }
    let inside = Inside::start().await;
    let labels = [
        ("/poll/stock-price?conflate=1", "\"conflated\":true}"),
        ("/sse/stock-price?conflate=1", "\"conflated\":true}\n\n"),
    ];
    for (path, label) in labels {
        let mut raw = Raw::connect(inside.address()).await;
        raw.get(path, "").await;
        raw.until(label).await;
    }
}

/// Two readers are given the very same bytes, not equal ones.
#[tokio::test]
async fn p10_one_encode() {
    assert_eq!(keepers("P10").count(), 4);
    let inside = Inside::start().await;
    let feed = inside.site().feeds().find("stock-price", None).expect("the market");
    let head = feed.head();
    let since = Some(Since::from(Cursor { seq: head.seq - 1, ..head }));
    let answer = |since| Answer::ready(&mut feed.reader(since, Wanted::ALL, false));
    let same = |one: &Bytes, two: &Bytes| one.as_ptr() == two.as_ptr() && one.len() == two.len();

    let ring = poll::wire::Encoded(Ring::new(64));
    assert!(same(
        &poll::wire::encode(&ring, &answer(None), true),
        &poll::wire::encode(&ring, &answer(None), true)
    ));
    let ring = long_poll::wire::Encoded(Ring::new(64));
    assert!(same(
        &long_poll::wire::encode(&ring, &answer(since)),
        &long_poll::wire::encode(&ring, &answer(since))
    ));
    let batch = Batch::Events(answer(since).events().to_vec());
    let ring = sse::wire::Encoded(Ring::new(64));
    let encode = || sse::wire::encode(&ring, &batch, head.epoch, None);
    assert!(same(&encode(), &encode()));
    let message = Bytes::from(ws::wire::encode(&batch).remove(0));
    assert!(same(&message, answer(since).events()[0].json()), "a message is the event's own JSON");
}

#[tokio::test]
async fn p11_alive() {
    for way in keepers("P11") {
        let inside = Inside::with(|options| options.limits.heartbeat_ms = 50).await;
        let mut target = inside.target("stock-price");
        target.hold = Duration::from_millis(50);
        let mut session = way.session(Arc::new(target), None, Wire::default());
        let mut quiet = 0;
        while quiet < 4 {
            match soon("a sign of life", session.next()).await.expect("open").expect("no error") {
                Heard::Cursor(_) | Heard::Empty => quiet += 1,
                _ => {}
            }
        }
    }
}

#[tokio::test]
async fn p12_freed() {
    for way in keepers("P12") {
        let inside = Inside::start().await;
        let mut listeners: Vec<_> = (0..20).map(|_| Listener::open(way, &inside, None)).collect();
        for listener in &mut listeners {
            listener.until_cursor().await;
        }
        drop(listeners);
        let feed = inside.site().feeds().ticker().feed().clone();
        let open = || inside.site().ledger().tallies().iter().map(|(_, tally)| tally.open).sum::<i64>();
        until("everything to be freed", || {
            open() == 0 && feed.readers() == 0 && inside.site().waiters() == 0
        })
        .await;
    }
}

#[tokio::test]
async fn p13_refusal() {
    for way in keepers("P13") {
        let inside = Inside::with(|options| options.limits.waiters = 1).await;
        let head = inside.site().feeds().ticker().feed().head();
        let mut first = Listener::open(way, &inside, Some(head));
        first.start().await;
        until("the first to wait", || inside.site().waiters() == 1).await;
        let target = Arc::new(inside.target("stock-price"));
        let mut second = way.session(target, Some(head), Wire::default());
        match soon("a refusal", second.next()).await {
            Some(Err(Error::Refused { status, retry_after })) => {
                assert_eq!((status.as_u16(), retry_after), (503, Some(Duration::from_secs(2))));
            }
            other => panic!("{}: {other:?}", way.card().name),
        }
        inside.publish(1);
        first.until_at(Cursor { seq: head.seq + 1, ..head }).await;
    }
}

#[tokio::test]
async fn p14_drain() {
    for way in keepers("P14") {
        let inside = Inside::start().await;
        let mut listener = Listener::open(way, &inside, None);
        listener.until_cursor().await;
        let rest = tokio::spawn(async move { listener.rest().await });
        assert_eq!(inside.drain().await.cut, 0, "{}", way.card().name);
        soon("the stream to end", rest).await.expect("no panic");
    }
}

#[tokio::test]
async fn p15_recovery() {
    let recoveries = keepers("P15").map(|way| async move {
        let inside = Inside::start().await;
        let (address, target) = (inside.address(), Arc::new(inside.target("stock-price")));
        let mut following = Box::pin(follow(way, target, None, Wire::default(), Backoff::new(1)));
        while !matches!(soon("a cursor", following.next()).await, Some(Ok(Heard::Cursor(_)))) {}
        let head = inside.site().feeds().ticker().feed().head();
        inside.drain().await;
        let again = Inside::with(|options| options.listen = address).await;
        again.publish(1);
        let wanted = Cursor { seq: head.seq + 1, ..head };
        loop {
            match soon("the head again", following.next()).await.expect("it never ends") {
                Ok(Heard::Event { cursor, .. }) => break assert_eq!(cursor, wanted, "{}", way.card().name),
                Ok(Heard::Gap(gap)) => panic!("nothing was lost, but {gap:?}"),
                _ => {}
            }
        }
    });
    futures_util::future::join_all(recoveries).await;
}

#[tokio::test]
async fn p16_input() {
    for way in keepers("P16") {
        let inside = Inside::start().await;
        for query in ["after=", "after=x", "after=1&after=2", "symbols=NONE", "lane=%0d%0a", "conflate=2"] {
            let listener = Listener::query(way, &inside, None, query);
            match listener.first().await {
                Err(error @ Error::Refused { status, .. }) => assert!(status == 400 && error.is_final()),
                other => panic!("{} {query}: {other:?}", way.card().name),
            }
        }
        Listener::open(way, &inside, None).until_cursor().await;
    }
}

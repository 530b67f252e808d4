//! What many readers of one feed are given: the same bytes, the head first, and no harm by each other (P05 to P10).

use std::collections::BTreeMap;

use bytes::Bytes;
use contract::{Inside, Raw, until};
use feed::{Batch, Cursor, Reason, Since, Wanted};
use transport::{Answer, Ring};

use crate::keepers;
use crate::listener::Listener;

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

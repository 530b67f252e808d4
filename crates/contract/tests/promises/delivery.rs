//! What is delivered: in order, once, without a silent hole, through epochs (P01 to P04).

use contract::Inside;
use feed::{Cursor, Epoch, Reason};

use crate::keepers;
use crate::listener::Listener;

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

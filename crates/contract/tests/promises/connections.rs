//! What becomes of connections: silence, ends, refusals, drain, return, bad input (P11 to P16).

use std::sync::Arc;
use std::time::Duration;

use contract::{Inside, soon, until};
use feed::Cursor;
use futures_util::StreamExt as _;
use transport::{Backoff, Error, Heard, follow};
use wire::Wire;

use crate::keepers;
use crate::listener::Listener;

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

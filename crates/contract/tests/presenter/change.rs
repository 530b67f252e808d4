//! What a change is: within its range, announced, at one instant, and heard by all four ways.

use std::sync::Arc;
use std::time::Duration;

use contract::{START_US, soon};
use feed::{Cursor, Market, Reason};
use fourways::ALL;
use futures_util::StreamExt as _;
use serde_json::Value;
use transport::{Heard, Session, Target};
use wire::Wire;

use crate::stage::{NOW_US, Stage, header, info};

#[tokio::test]
async fn a_bad_value_is_named_with_its_range() {
    let stage = Stage::start().await;
    let bad = [
        ("rate", "0.1 to 10000", &["0", "0.09", "-1", "10000.1", "1e308", "\"20\"", "true", "[20]"][..]),
        ("symbols", "1 to 100", &["0", "-1", "1.5", "101", "4294967297", "\"4\"", "{}"][..]),
    ];
    for (member, range, values) in bad {
        for value in values {
            let answer = stage.change(&format!("{{\"{member}\":{value}}}")).await;
            assert_eq!(answer.status, 400, "{member} {value}");
            let told: Value = serde_json::from_str(&answer.body).unwrap();
            assert_eq!(told["where"], format!("member `{member}`"), "{value}");
            assert!(told["detail"].as_str().unwrap().contains(range), "{told}");
        }
    }
    for body in
        ["", "{", "{}", "[20]", "null", r#"{"rates":20}"#, r#"{"rate":20,"rate":30}"#, r#"{"rate":1e999}"#]
    {
        let answer = stage.change(body).await;
        assert_eq!(
            (answer.status, header(&answer, "content-type")),
            (400, Some("application/problem+json")),
            "{body}"
        );
    }
    assert!(stage.is_unchanged());
}

#[tokio::test]
async fn a_change_is_announced_and_waits() {
    let stage = Stage::start().await;
    let before = stage.epoch();
    let answer = stage.change(r#"{"rate":25.5,"symbols":3}"#).await;
    assert_eq!((answer.status, header(&answer, "cache-control")), (202, Some("no-store")), "{answer:?}");
    let told: Value = serde_json::from_str(&answer.body).unwrap();
    let at_us = told["at_us"].as_u64().unwrap();
    assert!(at_us >= NOW_US + 500_000, "at least 500 ms of notice");
    assert_eq!((told["rate"].as_f64(), told["symbols"].as_array().unwrap().len()), (Some(25.5), 3));
    let now = info(stage.address).await;
    assert_eq!((&now["next_epoch"], &now["market"]["rate"]), (&told, &10.0.into()));
    stage.reach(at_us - 1);
    assert_eq!(stage.epoch(), before, "not before its instant");
    stage.reach(at_us);
    assert_eq!(stage.epoch().as_str(), told["epoch"]);
    let now = info(stage.address).await;
    assert_eq!((&now["next_epoch"], &now["market"]["rate"]), (&Value::Null, &25.5.into()));
    assert_eq!(now["market"]["seed"], 1, "the same prices, told otherwise");
}

#[tokio::test]
async fn what_is_absent_stays() {
    let stage = Stage::start().await;
    assert_eq!(stage.change(r#"{"rate":20}"#).await.status, 202);
    let next = || stage.site.feeds().ticker().next().expect("announced");
    assert_eq!((next().rate(), next().symbols().len()), (20.0, 8));
    // Before the first has come: it keeps what was announced.
    assert_eq!(stage.change(r#"{"symbols":2,"rate":null}"#).await.status, 202);
    assert_eq!((next().rate(), next().symbols().len()), (20.0, 2));
    stage.reach(next().start_us());
    assert_eq!(stage.change(r#"{"symbols":4}"#).await.status, 202);
    assert_eq!((next().rate(), next().symbols().len()), (20.0, 4));
}

#[tokio::test]
async fn what_events_are_filled_to_stays() {
    const FILLED_TO: u32 = 512;
    let market = Market::new(1, 10.0, 8, START_US).expect("a good market").filled_to(FILLED_TO);
    let stage = Stage::of(market).await;
    assert_eq!(stage.change(r#"{"rate":20}"#).await.status, 202);
    let next = stage.site.feeds().ticker().next().expect("announced");
    stage.reach(next.due_us(1));
    assert_eq!(stage.epoch(), next.epoch());
    assert_eq!(next.event(1).json().len(), FILLED_TO as usize);
}

#[tokio::test]
async fn a_change_comes_at_the_instant_that_is_asked_for() {
    let stage = Stage::start().await;
    for bad in [NOW_US, NOW_US + 499_999, NOW_US + 10_000_001] {
        let answer = stage.change(&format!("{{\"rate\":20,\"at_us\":{bad}}}")).await;
        let told: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((answer.status, &told["where"]), (400, &"member `at_us`".into()), "{bad}");
        let range = format!("from {} to {}", NOW_US + 500_000, NOW_US + 10_000_000);
        assert!(told["detail"].as_str().unwrap().contains(&range), "{told}");
    }
    for bad in ["-1", "1.5", "\"soon\"", "[1]"] {
        assert_eq!(stage.change(&format!("{{\"rate\":20,\"at_us\":{bad}}}")).await.status, 400, "{bad}");
    }
    assert_eq!(
        stage.change(&format!("{{\"at_us\":{}}}", NOW_US + 500_000)).await.status,
        400,
        "nothing else"
    );
    assert!(stage.is_unchanged());
    let other = Stage::start().await;
    let body = format!("{{\"symbols\":3,\"at_us\":{}}}", NOW_US + 2_000_000);
    let [one, two] = [stage.change(&body).await, other.change(&body).await];
    assert_eq!((one.status, &one.body), (202, &two.body), "two servers announce the same life");
    let told: Value = serde_json::from_str(&one.body).unwrap();
    assert_eq!(told["at_us"], NOW_US + 2_000_000);
    stage.reach(NOW_US + 2_000_000);
    assert_eq!(stage.epoch().as_str(), told["epoch"]);
}

/// Hears until it stands at `at`; before the first change, until it is told where it stands.
async fn hear(name: &str, session: &mut Session, heard: &mut Vec<Heard>, at: Option<Cursor>) {
    let there = |heard: &Heard| match heard {
        Heard::Cursor(cursor) => at.is_none_or(|at| *cursor == at),
        Heard::Event { cursor, .. } => Some(*cursor) == at,
        _ => false,
    };
    soon(name, async {
        loop {
            heard.push(session.next().await.expect("an open session").expect("no error"));
            if heard.last().is_some_and(there) {
                return;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn all_four_ways_hear_of_the_change_as_the_contract_says() {
    let stage = Stage::start().await;
    let mut clients = Vec::new();
    for way in ALL {
        let mut target = Target::new(stage.address.to_string(), "stock-price");
        target.interval = Duration::from_millis(5);
        let mut session = way.session(Arc::new(target), None, Wire::default());
        let mut heard = Vec::new();
        hear(way.card().name, &mut session, &mut heard, None).await;
        clients.push((way.card().name, session, heard));
    }
    assert_eq!(stage.change(r#"{"rate":20,"symbols":2}"#).await.status, 202);
    let next = stage.site.feeds().ticker().next().expect("announced");
    stage.reach(next.due_us(12));
    for (name, mut session, mut heard) in clients {
        hear(name, &mut session, &mut heard, Some(Cursor { epoch: next.epoch(), seq: 12 })).await;
        let reasons: Vec<_> = heard
            .iter()
            .filter_map(|heard| if let Heard::Gap(gap) = heard { Some(gap.reason) } else { None })
            .collect();
        let polls = matches!(name, "poll" | "long-poll");
        assert_eq!(reasons, if polls { vec![Reason::Epoch] } else { vec![] }, "{name}");
        let lives = heard.iter().filter(|heard| matches!(heard, Heard::Open { .. })).count();
        assert_eq!(lives, 2, "{name}: each life is announced");
        let newest = heard.iter().filter_map(|heard| match heard {
            Heard::Event { cursor, json, .. } if cursor.epoch == next.epoch() => {
                Some((cursor.seq, json.clone()))
            }
            _ => None,
        });
        for (seq, json) in newest {
            assert_eq!(json, *next.event(seq).json(), "{name}: the new market's own event");
        }
    }
}

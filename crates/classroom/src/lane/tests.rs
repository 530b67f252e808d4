//! A lane without a process: what it hears while it waits, and which order counts.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;

use wire::{Passed, Tap};

use super::*;

struct Deaf;

impl Tap for Deaf {
    fn now_us(&self) -> u64 {
        0
    }

    fn wants(&self, _connection: u64, _peer: std::net::IpAddr, _target: &str) -> bool {
        false
    }

    fn passed(&self, _passed: Passed) {}
}

/// A lane that is to start while another market is announced, after the clock has fallen back by an hour.
async fn starting() -> (Runner, mpsc::Sender<Order>) {
    const HOUR_US: u64 = 3_600_000_000;
    let time = Arc::new(AtomicU64::new(2 * HOUR_US));
    let hand = Arc::clone(&time);
    let clock = Clock::of(move || hand.load(SeqCst));
    let market = Market::new(1, 2.0, 1, 0).unwrap();
    let calendar = Calendar::new(market.clone(), clock.clone());
    calendar.announce(market.starting_at(2 * HOUR_US + 1_500_000));
    time.store(HOUR_US, SeqCst);
    let plan = Plan {
        way: "sse",
        recipe: Arc::new(Recipe {
            program: "/nowhere/fourways".into(),
            hosts: Vec::new(),
            origins: Vec::new(),
            history: 1,
        }),
        calendar: Arc::new(calendar),
        leave_dead: watch::Sender::new(false).subscribe(),
        clock,
        news: News::default(),
    };
    let anywhere = "127.0.0.1:0".parse().unwrap();
    let proxy = Arc::new(Proxy::open(anywhere, anywhere, Arc::new(Deaf)).await.unwrap());
    let (orders, incoming) = mpsc::channel(ORDERS);
    let standing =
        Standing { state: State::Starting, pid: None, exit: None, since_us: 0, last_away: None, door: None };
    let standing = watch::Sender::new(standing);
    let clear_at = Instant::now();
    (Runner { plan, proxy, standing, orders: incoming, over: None, clear_at }, orders)
}

#[tokio::test]
async fn who_waits_for_a_market_still_hears_that_the_class_is_over() {
    let (mut lane, orders) = starting().await;
    let (tell, _told) = oneshot::channel();
    for order in [Order::Restart, Order::Deploy, Order::Over(tell)] {
        orders.try_send(order).unwrap();
    }
    let after = tokio::time::timeout(Duration::from_secs(20), lane.start()).await;
    assert!(matches!(after, Ok(Err(After::Over))) && lane.over.is_some());
}

#[tokio::test]
async fn who_waits_for_a_market_can_be_killed() {
    let (mut lane, orders) = starting().await;
    orders.try_send(Order::Kill).unwrap();
    let after = tokio::time::timeout(Duration::from_secs(20), lane.start()).await;
    assert!(matches!(after, Ok(Err(After::Rest))));
    assert_eq!(lane.standing.borrow().state, State::Down);
}

#[test]
fn the_last_order_counts_and_nothing_comes_after_the_class() {
    assert_eq!(After::Rest.or(After::Start), After::Start);
    assert_eq!(After::Start.or(After::Rest), After::Rest);
    for later in [After::Start, After::Rest, After::Over] {
        assert_eq!(After::Over.or(later), After::Over);
    }
}

#[test]
fn what_was_not_said_is_said() {
    assert_eq!(said(""), "and it said nothing");
    assert_eq!(said("no port"), "and it said: no port");
}

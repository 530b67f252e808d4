//! A machine of the room whose cable is pulled for four seconds, as a phone that leaves the reach of its network: nobody
//! is told, neither the server nor its clients.

use feed::Clock;

use crate::Lan;
use crate::class::{CLASS, WAYS, get, open, road};
use crate::followers::Follower;

/// Without a link for so long: by the market's clock.
const PULLED_US: u64 = 4_000_000;

pub(crate) async fn pulled(lan: &Lan) {
    let _class = open(lan, &[]).await;
    let state = lan.one.does(get(CLASS, "/api/class")).await;
    let followers = WAYS.map(|way| Follower::begin(&lan.one, way, road(&state, way)));
    let other = Follower::begin(&lan.two, "sse", road(&state, "sse"));
    for follower in followers.iter().chain([&other]) {
        follower.hears_more(10).await;
    }

    lan.switch.ip("link set one down");
    let down_us = Clock::system().now_us();
    // Whoever has a link goes on meanwhile.
    other.is_beyond(down_us + PULLED_US).await;
    for follower in &followers {
        let newest_us = follower.diary().newest_us;
        assert!(newest_us <= down_us, "{} heard something without a link", follower.way);
    }
    lan.switch.ip("link set one up");

    let up_us = Clock::system().now_us();
    for follower in &followers {
        follower.is_beyond(up_us).await;
        follower.has_no_hole();
        let fresh_us = Clock::system().now_us() - up_us;
        println!("{}: fresh {:.1} s after the link was up again", follower.way, fresh_us as f64 / 1e6);
    }
    other.has_no_hole();
    assert_eq!(other.diary().errors, 0, "it noticed nothing");
}

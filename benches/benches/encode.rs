//! One event into bytes: the market's JSON, an SSE event, the body of a long poll. Each the first time and, where a
//! ring keeps the bytes, for every further reader (P10, one encoding of each event per way).

use std::hint::black_box;

use criterion::Criterion;
use feed::{Batch, Wanted};
use transport::{Answer, Ring};

use crate::{before, full_feed, market};

pub(crate) fn benches(c: &mut Criterion) {
    // Two events of one epoch, as they are told to readers that had all but the newest.
    let feeds = [full_feed(1), full_feed(2)];
    let epoch = feeds[0].head().epoch;
    let answers = feeds.map(|feed| Answer::ready(&mut feed.reader(before(&feed, 1), Wanted::ALL, false)));
    assert!(answers.iter().all(|answer| answer.only_event().is_some()), "a body of one event");
    let batches = answers.each_ref().map(|answer| Batch::Events(answer.events().to_vec()));
    let mut group = c.benchmark_group("encode");

    // With its price: an event of the market is computed, not looked up.
    let (market, mut seq) = (market(), 0);
    group.bench_function("event_json", |b| {
        b.iter(|| {
            seq += 1;
            market.event(black_box(seq))
        });
    });

    // In a ring with one place two events by turns always miss: every call encodes.
    let ring = sse::wire::Encoded(Ring::new(1));
    let mut turn = 0;
    group.bench_function("sse/first_reader", |b| {
        b.iter(|| {
            turn ^= 1;
            sse::wire::encode(&ring, black_box(&batches[turn]), epoch, None)
        });
    });
    group.bench_function("sse/next_reader", |b| {
        b.iter(|| sse::wire::encode(&ring, black_box(&batches[0]), epoch, None));
    });

    let ring = long_poll::wire::Encoded(Ring::new(1));
    group.bench_function("long_poll/first_reader", |b| {
        b.iter(|| {
            turn ^= 1;
            long_poll::wire::encode(&ring, black_box(&answers[turn]))
        });
    });
    group.bench_function("long_poll/next_reader", |b| {
        b.iter(|| long_poll::wire::encode(&ring, black_box(&answers[0])));
    });
    group.finish();
}

//! What a client that comes or comes back costs: `Reader::ready` until there is nothing left, for the snapshot of eight
//! symbols and for a replay of the whole window, 4,096 events.
//!
//! `read` is the log alone; `poll_body` and `sse_bytes` are what the two ways make of it. An SSE event is encoded for
//! its first reader only, so both cases are there: an empty ring, and one that other readers have filled.

use std::hint::black_box;

use bytes::Bytes;
use criterion::{BatchSize, Criterion, Throughput};
use feed::{Batch, Feed, Since, Wanted};
use sse::wire::Encoded;
use transport::{Answer, Ring};

use crate::{HISTORY, before, full_feed};

/// How many events a reader is told.
fn read(feed: &Feed, since: Option<Since>) -> usize {
    let mut reader = feed.reader(since, Wanted::ALL, false);
    let mut count = 0;
    while let Some(batch) = reader.ready() {
        if let Batch::Events(events) = black_box(batch) {
            count += events.len();
        }
    }
    count
}

fn poll_body(feed: &Feed, since: Option<Since>) -> Bytes {
    Answer::ready(&mut feed.reader(since, Wanted::ALL, false)).json()
}

/// How many bytes a reader is sent.
fn sse_bytes(feed: &Feed, since: Option<Since>, encoded: &Encoded) -> usize {
    let mut reader = feed.reader(since, Wanted::ALL, false);
    let mut length = 0;
    while let Some(batch) = reader.ready() {
        length += black_box(sse::wire::encode(encoded, &batch, reader.cursor().epoch, None)).len();
    }
    length
}

pub(crate) fn benches(c: &mut Criterion) {
    let feed = full_feed(1);
    let symbols = feed.market().map_or(0, |market| market.symbols().len());
    for (name, since, count) in [("snapshot", None, symbols), ("replay", before(&feed, HISTORY), HISTORY)] {
        assert_eq!(read(&feed, since), count, "{name}");
        let empty = || Encoded(Ring::new(HISTORY));
        let filled = empty();
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function("read", |b| b.iter(|| read(&feed, since)));
        group.bench_function("poll_body", |b| b.iter(|| poll_body(&feed, since)));
        group.bench_function("sse_bytes/ring_empty", |b| {
            b.iter_batched(empty, |ring| (sse_bytes(&feed, since, &ring), ring), BatchSize::LargeInput);
        });
        group.bench_function("sse_bytes/ring_filled", |b| b.iter(|| sse_bytes(&feed, since, &filled)));
        group.finish();
    }
}

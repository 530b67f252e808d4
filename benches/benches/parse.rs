//! The SSE parser in bytes a second, on what a client of `/sse/stock-price` gets: `retry`, hello, 4,096 prices.
//!
//! In chunks of 16 KiB, as when a client catches up; one event a chunk, as it comes live; and of 16 bytes, where no
//! line arrives whole. `heard` adds `decode`: what the Rust client does with each frame.

use std::hint::black_box;

use bytes::{Bytes, BytesMut};
use criterion::{BenchmarkId, Criterion, Throughput};
use feed::{Batch, Wanted};
use sse::wire::{self, Encoded, Frame, Parser};
use transport::Ring;

use crate::{HISTORY, before, full_feed};

/// The stream as the server's chunks, the first with `retry`.
fn stream() -> Vec<Bytes> {
    let feed = full_feed(1);
    let encoded = Encoded(Ring::new(HISTORY));
    let epoch = feed.head().epoch;
    let mut reader = feed.reader(before(&feed, HISTORY), Wanted::ALL, false);
    let mut chunks = vec![wire::encode_retry(1742)];
    while let Some(batch) = reader.ready() {
        match batch {
            Batch::Events(events) => chunks.extend(
                events
                    .into_iter()
                    .map(|event| wire::encode(&encoded, &Batch::Events(vec![event]), epoch, None)),
            ),
            batch => chunks.push(wire::encode(&encoded, &batch, epoch, None)),
        }
    }
    chunks
}

fn parse<'a>(chunks: impl IntoIterator<Item = &'a [u8]>, mut each: impl FnMut(Frame)) {
    let mut parser = Parser::default();
    for chunk in chunks {
        parser.push(black_box(chunk)).expect("no event is too long");
        while let Some(frame) = parser.frame() {
            each(frame);
        }
    }
}

pub(crate) fn benches(c: &mut Criterion) {
    let chunks = stream();
    let stream: BytesMut = chunks.iter().flatten().collect();
    let mut frames = 0;
    parse([&stream[..]], |_| frames += 1);
    // Beside the events: retry, hello, cursor.
    assert_eq!(frames, HISTORY + 3);

    let mut group = c.benchmark_group("parse");
    group.throughput(Throughput::Bytes(stream.len() as u64));
    let keep = |frame: Frame| drop(black_box(frame));
    for size in [16 * 1024, 16] {
        group.bench_function(BenchmarkId::new("chunk_bytes", size), |b| {
            b.iter(|| parse(stream.chunks(size), keep));
        });
    }
    group.bench_function("one_event_a_chunk", |b| {
        b.iter(|| parse(chunks.iter().map(|chunk| &chunk[..]), keep));
    });
    group.bench_function("heard/chunk_bytes/16384", |b| {
        let hear = |frame| drop(black_box(wire::decode(frame).expect("it follows the contract")));
        b.iter(|| parse(stream.chunks(16 * 1024), hear));
    });
    group.finish();
}

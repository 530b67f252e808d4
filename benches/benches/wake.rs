//! Publish and wake: from the call of `Feed::publish` until the last of N waiting `Reader::next()` has returned.
//!
//! Two worker threads, one task a reader; the publisher is a task as well, as the server's ticker is. A round begins
//! when every reader was seen to wait, so no reader finds the event without being woken; that part is not timed. The
//! last reader takes the time, so the publisher's own wake-up is not in it. No bytes are encoded or sent.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, SamplingMode};
use feed::{Batch, Epoch, Feed, Fields, Keep, Reader, Shape, Wanted};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;

use crate::HISTORY;

/// Tells when the last of `all` has come.
struct Roll {
    all: usize,
    come: AtomicUsize,
    last: Mutex<Instant>,
    complete: Notify,
}

impl Roll {
    fn of(all: usize) -> Self {
        Self { all, come: AtomicUsize::new(0), last: Mutex::new(Instant::now()), complete: Notify::new() }
    }

    fn come(&self) {
        // The notice below is what publishes the instant to the other side.
        if self.come.fetch_add(1, Relaxed) + 1 == self.all {
            *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            self.come.store(0, Relaxed);
            self.complete.notify_one();
        }
    }

    async fn complete(&self) -> Instant {
        self.complete.notified().await;
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Hall {
    feed: Feed,
    waiting: Roll,
    told: Roll,
}

impl Hall {
    fn open(runtime: &Runtime, readers: usize) -> Arc<Self> {
        let shape = Shape { name: "stock-price", event_name: None, keep: Keep::PerKey, history: HISTORY };
        let feed = Feed::new(shape, Epoch::of(1));
        let hall = Arc::new(Self { feed, waiting: Roll::of(readers), told: Roll::of(readers) });
        for _ in 0..readers {
            let reader = hall.feed.reader(Some(hall.feed.head().into()), Wanted::ALL, false);
            runtime.spawn(read(Arc::clone(&hall), reader));
        }
        hall
    }

    async fn rounds(&self, count: u64) -> Duration {
        let fields = Fields::raw("\"symbol\":\"ACME\",\"value\":123.45,\"change\":-0.31".to_owned());
        let mut sum = Duration::ZERO;
        for _ in 0..count {
            self.waiting.complete().await;
            let published = Instant::now();
            self.feed.publish(1_732_347_600_123_456, 0, &fields);
            sum += self.told.complete().await - published;
        }
        sum
    }
}

async fn read(hall: Arc<Hall>, mut reader: Reader) {
    loop {
        let mut next = pin!(reader.next());
        let mut waits = false;
        let batch = poll_fn(|context| {
            let polled = next.as_mut().poll(context);
            if polled.is_pending() && !std::mem::replace(&mut waits, true) {
                hall.waiting.come();
            }
            polled
        })
        .await;
        match batch {
            Batch::Events(_) => hall.told.come(),
            Batch::End => return,
            _ => {}
        }
    }
}

pub(crate) fn benches(c: &mut Criterion) {
    let runtime = Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    let mut group = c.benchmark_group("wake");
    group.sampling_mode(SamplingMode::Flat).sample_size(20);
    for readers in [1, 100, 10_000] {
        let hall = Hall::open(&runtime, readers);
        group.bench_function(BenchmarkId::from_parameter(readers), |b| {
            b.iter_custom(|count| {
                let hall = Arc::clone(&hall);
                let rounds = runtime.spawn(async move { hall.rounds(count).await });
                runtime.block_on(rounds).expect("the rounds end")
            });
        });
        hall.feed.end();
    }
    group.finish();
}

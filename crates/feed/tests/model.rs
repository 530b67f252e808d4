//! The log and its readers against a model that forgets nothing: for every life, a plain list of all its events.
//!
//! Random publishing, clocks that jump, changes of the market, readers of every speed. Each answer of a reader is
//! compared twice: with what the one gap rule (design, section 2) wants at that moment, and, when its story is over,
//! with what the promises say about the story alone. P01 order, P02 no duplicate, P03 no silent hole, P04 epoch, P05
//! same bytes, P09 conflation; and P06, no lost wake-up, for `Reader::next`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use feed::{
    Batch, Clock, Cursor, Epoch, Event, Feed, Fields, Gap, Keep, Key, Market, Reader, Reason, SEQ_END,
};
use feed::{Shape, Since, Ticker, Wanted};
use proptest::prelude::*;
use tokio::sync::Semaphore;
use tokio::time::timeout;

const START_US: u64 = 1_700_000_000_000_000;

/// The keys a reader wants; none is all of them.
type Filter = Option<Vec<Key>>;

/// Everything that was ever told under one epoch, from number 1 on.
struct Life {
    epoch: Epoch,
    market: Option<Market>,
    events: Vec<Event>,
}

impl Life {
    fn cursor(&self) -> Cursor {
        Cursor { epoch: self.epoch, seq: self.events.len() as u64 }
    }

    /// The events beyond `after` that a filter wants. A filter cannot name a key over 127.
    fn wanted(&self, after: u64, filter: &Filter) -> impl Iterator<Item = &Event> {
        let wants = |key| filter.as_ref().is_none_or(|keys| key < 128 && keys.contains(&key));
        let skip = usize::try_from(after).unwrap_or(usize::MAX);
        self.events.iter().skip(skip).filter(move |event| wants(event.key()))
    }

    /// The newest wanted event of each key beyond `after`, ascending.
    fn newest(&self, after: u64, filter: &Filter) -> Vec<Event> {
        let newest: BTreeMap<Key, &Event> =
            self.wanted(after, filter).map(|event| (event.key(), event)).collect();
        let mut newest: Vec<Event> = newest.into_values().cloned().collect();
        newest.sort_by_key(Event::seq);
        newest
    }
}

struct Model {
    lives: Vec<Life>,
    keep: Keep,
    window: u64,
    ended: bool,
    now_us: u64,
}

impl Model {
    fn life(&self) -> &Life {
        &self.lives[self.lives.len() - 1]
    }

    /// The life that this one replaced.
    fn epoch_before(&self) -> Option<Epoch> {
        self.lives.iter().rev().nth(1).map(|life| life.epoch)
    }

    fn snapshot(&self, after: u64, filter: &Filter) -> Vec<Event> {
        let Keep::Newest(count) = self.keep else { return self.life().newest(after, filter) };
        let after = after.max(self.life().cursor().seq.saturating_sub(count as u64));
        self.life().wanted(after, filter).cloned().collect()
    }

    /// Whether something wanted beyond `after` may have left the window.
    fn lost(&self, after: u64, filter: &Filter) -> bool {
        after + self.window < self.life().cursor().seq && self.life().wanted(after, filter).next().is_some()
    }

    /// Why a client's cursor cannot be continued, if it cannot.
    fn refusal(&self, since: Since, filter: &Filter, conflate: bool) -> Option<Reason> {
        let Cursor { epoch: here, seq: head } = self.life().cursor();
        let due = |seq| self.life().market.as_ref().is_some_and(|market| market.due_us(seq) <= self.now_us);
        match since {
            Since::Malformed => Some(Reason::Malformed),
            Since::Seq { epoch: Some(epoch), .. } if epoch != here && Some(epoch) == self.epoch_before() => {
                Some(Reason::Epoch)
            }
            Since::Seq { epoch: Some(epoch), .. } if epoch != here => Some(Reason::Foreign),
            Since::Seq { seq, .. } if seq > head && !due(seq) => Some(Reason::Future),
            Since::Seq { seq, .. } => (!conflate && self.lost(seq, filter)).then_some(Reason::Expired),
        }
    }
}

#[derive(Debug)]
enum Stage {
    Hello(Option<Since>),
    Begin(Option<Since>),
    CatchUp(Vec<Event>),
    Replay,
    Live,
    Ended,
}

/// A reader, where the model sees it, and its story since the last hello.
struct Listener {
    reader: Reader,
    filter: Filter,
    conflate: bool,
    stage: Stage,
    /// Its place in `Model::lives`.
    life: usize,
    at: u64,
    /// The cursor from which the story goes on; none if it begins with a snapshot or a gap that knows no number.
    resumed: Option<u64>,
    heard: Vec<Batch>,
}

impl Listener {
    /// One look. False when nothing is left to hear.
    fn ready(&mut self, model: &Model) -> bool {
        let (newest, head) = (model.lives.len() - 1, model.life().cursor());
        if self.life != newest && !matches!(self.stage, Stage::Hello(_)) {
            self.stage = Stage::Hello(None);
        }
        if matches!(self.stage, Stage::Hello(_)) {
            self.check_story(model, false);
            (self.life, self.at, self.resumed) = (newest, 0, None);
        }
        let batch = self.reader.ready();
        let events = if let Some(Batch::Events(events)) = &batch { &events[..] } else { &[] };
        let expected = self.expected(model, events.len());
        assert_eq!(format!("{batch:?}"), format!("{expected:?}"), "the reader, and the model");
        let cursor = self.reader.cursor();
        let given = events.last().map_or(0, Event::seq);
        assert!(cursor.epoch == head.epoch && cursor.seq >= self.at.max(given), "{cursor} went back");
        // Who is cut off between gap and catch-up has to hear of the gap again: a gap alone moves nobody. Whether
        // something wanted was skipped is seen in the story.
        let end = if matches!(batch, Some(Batch::Gap(_))) { self.at } else { self.at.max(head.seq) };
        assert!(cursor.seq <= end, "{cursor} is beyond what was given or scanned");
        self.at = cursor.seq;
        let more = !matches!(batch, None | Some(Batch::End));
        self.heard.extend(batch);
        more
    }

    /// What the reader has to say next. How many events it takes at a time is its own affair.
    fn expected(&mut self, model: &Model, count: usize) -> Option<Batch> {
        let (batch, stage) = match std::mem::replace(&mut self.stage, Stage::Ended) {
            Stage::Hello(since) => {
                let conflated = self.conflate;
                (Some(Batch::Hello { head: model.life().cursor(), conflated }), Stage::Begin(since))
            }
            Stage::Begin(None) => (Some(Batch::Events(model.snapshot(0, &self.filter))), Stage::Replay),
            Stage::Begin(Some(since)) => {
                let refused = model.refusal(since, &self.filter, self.conflate);
                if let (None | Some(Reason::Expired), Since::Seq { seq, .. }) = (refused, since) {
                    (self.at, self.resumed) = (seq, Some(seq));
                }
                refused.map_or_else(|| self.following(model, count, false), |reason| self.gap(model, reason))
            }
            Stage::CatchUp(events) => (Some(Batch::Events(events)), Stage::Replay),
            Stage::Replay => self.following(model, count, false),
            Stage::Live => self.following(model, count, true),
            Stage::Ended => (Some(Batch::End), Stage::Ended),
        };
        self.stage = stage;
        batch
    }

    fn gap(&self, model: &Model, reason: Reason) -> (Option<Batch>, Stage) {
        let known = matches!(reason, Reason::Expired | Reason::Slow);
        let gap = Gap { first: known.then_some(self.at + 1), last: model.life().cursor().seq, reason };
        (Some(Batch::Gap(gap)), Stage::CatchUp(model.snapshot(self.at, &self.filter)))
    }

    fn following(&self, model: &Model, count: usize, live: bool) -> (Option<Batch>, Stage) {
        let Cursor { epoch, seq: head } = model.life().cursor();
        let owed: Vec<_> = model.life().wanted(self.at, &self.filter).take(count.max(1)).cloned().collect();
        match (owed.is_empty(), live) {
            (true, true) if model.ended => (Some(Batch::End), Stage::Ended),
            (true, true) => (None, Stage::Live),
            (true, false) => (Some(Batch::Cursor(Cursor { epoch, seq: self.at.max(head) })), Stage::Live),
            (false, _) if !self.conflate && model.lost(self.at, &self.filter) => {
                self.gap(model, if live { Reason::Slow } else { Reason::Expired })
            }
            (false, _) => {
                let owed = if self.conflate { model.snapshot(self.at, &self.filter) } else { owed };
                (Some(Batch::Events(owed)), if live { Stage::Live } else { Stage::Replay })
            }
        }
    }

    /// The promises, read off the story: this half knows no stages and no window.
    fn check_story(&mut self, model: &Model, drained: bool) {
        let (life, heard) = (&model.lives[self.life], std::mem::take(&mut self.heard));
        let resumed = self.resumed.unwrap_or(0);
        // What nobody is owed: what the client had, what a snapshot leaves out, what a gap announced.
        let (mut floor, mut given, mut excused) = (resumed, BTreeSet::new(), vec![1..=resumed]);
        for (place, batch) in heard.iter().enumerate() {
            assert_eq!(place == 0, matches!(batch, Batch::Hello { .. }), "hello first, and once");
            match batch {
                Batch::Hello { .. } | Batch::End => {}
                Batch::Events(events) => {
                    for event in events {
                        assert!(event.seq() > floor, "{} after {floor}", event.seq());
                        floor = event.seq();
                        given.insert(floor);
                    }
                    let snapshot = place == 1 && self.resumed.is_none();
                    excused.push(1..=if snapshot { floor } else { 0 });
                }
                Batch::Gap(Gap { first, last, reason }) => {
                    assert!(
                        first.is_none_or(|first| floor < first && first <= *last),
                        "{batch:?} at {floor}"
                    );
                    assert!(!self.conflate || !matches!(reason, Reason::Expired | Reason::Slow), "{batch:?}");
                    excused.push(first.unwrap_or(1)..=*last);
                }
                Batch::Cursor(cursor) => {
                    assert!(cursor.seq >= floor, "{cursor} after {floor}");
                    floor = cursor.seq;
                }
            }
        }
        let head = life.cursor().seq;
        let reach = if self.conflate {
            0
        } else if drained {
            head
        } else {
            floor
        };
        let mut owed: Vec<u64> = life.wanted(0, &self.filter).map(Event::seq).collect();
        owed.retain(|seq| *seq <= reach && !excused.iter().any(|range| range.contains(seq)));
        if drained {
            owed.extend(life.newest(resumed, &self.filter).iter().map(Event::seq));
            assert_eq!(self.reader.cursor().seq, resumed.max(head), "a drained reader is at the head");
        }
        owed.retain(|seq| !given.contains(seq));
        assert!(owed.is_empty(), "{owed:?} never came, and no gap told of it: {heard:?}");
    }
}

#[derive(Clone, Debug)]
enum Op {
    /// So many events, the keys in turns from this one on.
    Publish(Key, u32),
    End,
    /// The clock goes on by so many milliseconds, or back; the ticker may look at it only later.
    Clock(i64, bool),
    Change(f64, u32),
    Open(Option<(Whose, i64)>, Filter, bool),
    Ready(usize, usize),
}

/// Of which life a client's cursor is; its number counts from the head of the moment.
#[derive(Clone, Copy, Debug)]
enum Whose {
    Here,
    Bare,
    Before,
    Foreign,
    Malformed,
}

struct World {
    feed: Feed,
    market: Option<(Ticker, Arc<AtomicU64>, Option<Market>)>,
    model: Model,
    listeners: Vec<Listener>,
}

impl World {
    /// A market that has run for so long, or a topic to publish to.
    fn new(keep: Keep, history: usize, run_ms: Option<u64>) -> Self {
        let market = run_ms.map(|_| Market::new(0, 10.0, 4, START_US).unwrap());
        let (now_us, epoch) = (START_US + run_ms.unwrap_or(0) * 1000, Epoch::of(1));
        let life = Life { epoch: market.as_ref().map_or(epoch, Market::epoch), market, events: vec![] };
        let market = life.market.clone().map(|market| {
            let hand = Arc::new(AtomicU64::new(now_us));
            let time = Arc::clone(&hand);
            (Ticker::new(market, history, Clock::of(move || time.load(Relaxed))), hand, None)
        });
        let topic = || Feed::new(Shape { name: "topic", event_name: None, keep, history }, epoch);
        let feed = market.as_ref().map_or_else(topic, |(ticker, ..)| ticker.feed().clone());
        let keep = feed.shape().keep;
        let window = if let Keep::Newest(count) = keep { history.max(count) } else { history } as u64;
        let model = Model { lives: vec![life], keep, window, ended: false, now_us };
        let mut world = Self { feed, market, model, listeners: vec![] };
        world.tick();
        world
    }

    fn publish(&mut self, key: Key) {
        // A topic that keeps the newest so many has no keys: they are 0.
        let key = if self.model.keep == Keep::PerKey { key } else { 0 };
        if let (false, None, Some(life)) = (self.model.ended, &self.market, self.model.lives.last_mut()) {
            let seq = life.cursor().seq + 1;
            let event = self.feed.publish(seq * 10, key, &Fields::raw(format!("\"n\":{key}")));
            assert_eq!(event.json(), &format!(r#"{{"seq":{seq},"at":{},"n":{key}}}"#, seq * 10));
            life.events.push(event);
        }
    }

    fn tick(&mut self) {
        let (now, life) = (self.model.now_us, self.model.life());
        let (Some((ticker, _, next)), Some(told)) = (&mut self.market, &life.market) else { return };
        ticker.tick();
        let fell_back = !life.events.is_empty() && told.due_us(life.cursor().seq) > now + 2_000_000;
        let begun = next.take_if(|next| next.start_us() <= now).or(fell_back.then(|| told.starting_at(now)));
        let new = begun.map(|market| Life { epoch: market.epoch(), market: Some(market), events: vec![] });
        self.model.lives.extend(new);
        if let Some(Life { market: Some(market), events, .. }) = self.model.lives.last_mut() {
            // What a jump forward skips is in the model too: it was due, and whoever waited for it gets a gap.
            events.extend((events.len() as u64 + 1..=market.head_at(now)).map(|seq| market.event(seq)));
        }
    }

    fn open(&mut self, since: Option<(Whose, i64)>, filter: Filter, conflate: bool) {
        let Cursor { epoch, seq: head } = self.model.life().cursor();
        let since = since.map(|(whose, step)| {
            let epoch = match whose {
                Whose::Malformed => return Since::Malformed,
                Whose::Bare => None,
                Whose::Here => Some(epoch),
                Whose::Before => Some(self.model.epoch_before().unwrap_or(Epoch::of(2))),
                Whose::Foreign => Some(Epoch::of(3)),
            };
            Since::Seq { epoch, seq: head.saturating_add_signed(step).min(SEQ_END - 1) }
        });
        let wanted = filter.as_ref().map_or(Wanted::ALL, |keys| Wanted::only(keys.iter().copied()));
        let (reader, stage) = (self.feed.reader(since, wanted, conflate), Stage::Hello(since));
        let (life, at, resumed, heard) = (0, 0, None, vec![]);
        self.listeners.push(Listener { reader, filter, conflate, stage, life, at, resumed, heard });
    }

    fn play(&mut self, nth: u64, op: Op) {
        match op {
            Op::Publish(key, count) => (0..count).for_each(|turn| self.publish((key + turn) % 5 * 32)),
            Op::End => {
                self.feed.end();
                self.model.ended = true;
            }
            Op::Clock(step_ms, look) => {
                // Each instant has a microsecond of its own: an epoch hangs on its start, and none shall return.
                self.model.now_us = (self.model.now_us / 1000).saturating_add_signed(step_ms) * 1000 + nth;
                self.market.iter().for_each(|(_, hand, _)| hand.store(self.model.now_us, Relaxed));
                look.then(|| self.tick());
            }
            Op::Change(rate, symbols) => {
                let market = Market::new(nth, rate, symbols, 0).unwrap();
                self.market.iter_mut().for_each(|(ticker, _, next)| *next = Some(ticker.change(&market)));
            }
            Op::Open(since, filter, conflate) => self.open(since, filter, conflate),
            Op::Ready(place, times) => {
                let count = self.listeners.len().max(1);
                if let Some(listener) = self.listeners.get_mut(place % count) {
                    (0..times).for_each(|_| _ = listener.ready(&self.model));
                }
            }
        }
        let head = self.model.life().cursor();
        assert_eq!((self.feed.head(), self.feed.ends_at(head.into())), (head, self.model.ended));
    }

    fn run(mut self, ops: Vec<Op>) {
        ops.into_iter().zip(1..).for_each(|(op, nth)| self.play(nth, op));
        for mut listener in self.listeners {
            while listener.ready(&self.model) {}
            listener.check_story(&self.model, true);
        }
    }
}

fn op() -> impl Strategy<Value = Op> {
    let whose =
        [Whose::Here, Whose::Here, Whose::Here, Whose::Bare, Whose::Before, Whose::Foreign, Whose::Malformed];
    let step = prop_oneof![12 => -14_i64..=6, 1 => Just(-700), 1 => Just(i64::MAX)];
    let since = prop::option::weighted(0.8, (prop::sample::select(whose.to_vec()), step));
    // A topic's keys are 0, 32 to 128, a market's 0 to 6.
    let filter = prop::option::of(prop::sample::subsequence(vec![0, 1, 2, 32, 96, 128], 0..=3));
    let clock = prop_oneof![6 => 0_i64..1_000, 1 => -6_000_i64..6_000];
    let rate = prop::sample::select(vec![0.5, 10.0, 200.0]);
    prop_oneof![
        12 => (0_u32..5, 1_u32..4).prop_map(|(key, count)| Op::Publish(key, count)),
        1 => (0_u32..5, 4_u32..700).prop_map(|(key, count)| Op::Publish(key, count)),
        12 => (clock, prop::bool::weighted(0.7)).prop_map(|(step, look)| Op::Clock(step, look)),
        2 => (rate, 1_u32..7).prop_map(|(rate, symbols)| Op::Change(rate, symbols)),
        1 => Just(Op::End),
        10 => (since, filter, prop::bool::weighted(0.3)).prop_map(|(since, filter, yes)| Op::Open(since, filter, yes)),
        30 => (0_usize..100, 1_usize..6).prop_map(|(place, times)| Op::Ready(place, times)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    /// Most windows are small; the large one makes a replay of several batches.
    #[test]
    fn every_reader_hears_what_the_model_says(
        keep in prop_oneof![2 => Just(Keep::PerKey), 1 => (1_usize..=6).prop_map(Keep::Newest)],
        history in prop_oneof![12 => 1_usize..=8, 1 => Just(600)],
        run_ms in prop::option::of(0_u64..3_000),
        ops in prop::collection::vec(op(), 1..120),
    ) {
        World::new(keep, history, run_ms).run(ops);
    }
}

/// A lost wake-up leaves somebody waiting for ever. The publisher runs as fast as it can and then, for the last
/// thousand, waits for all eight after each event; the first reader gives up each wait and begins another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_reader_is_woken_until_the_end() {
    const LAST: u64 = 10_000;
    const CALM: u64 = 9_000;
    let shape = Shape { name: "topic", event_name: None, keep: Keep::PerKey, history: 64 };
    let (feed, there) = (Feed::new(shape, Epoch::of(1)), Arc::new(Semaphore::new(0)));
    let listen = |nth: usize| {
        let mut reader = feed.reader(Some(Since::Seq { epoch: None, seq: 0 }), Wanted::ALL, false);
        let there = Arc::clone(&there);
        async move {
            let (mut at, mut gap_to) = (0, None);
            loop {
                let batch = tokio::select! {
                    biased;
                    batch = reader.next() => batch,
                    () = tokio::task::yield_now(), if nth == 0 => continue,
                };
                match batch {
                    Batch::Hello { .. } => assert_eq!(at, 0),
                    Batch::Gap(gap) => {
                        assert_eq!((gap.first, gap_to.replace(gap.last)), (Some(at + 1), None));
                    }
                    Batch::Events(events) => {
                        for event in events {
                            assert!(if gap_to.is_some() { event.seq() > at } else { event.seq() == at + 1 });
                            at = event.seq();
                        }
                        assert!(
                            gap_to.take().is_none_or(|last| last == at),
                            "the catch-up ends at the gap's end"
                        );
                        there.add_permits(usize::from(at >= CALM));
                    }
                    Batch::Cursor(cursor) => assert_eq!(cursor.seq, at),
                    Batch::End => return at,
                }
            }
        }
    };
    let readers: Vec<_> = (0..8).map(|nth| tokio::spawn(listen(nth))).collect();
    let publisher = feed.clone();
    let publishing = tokio::spawn(async move {
        for seq in 1..=LAST {
            publisher.publish(seq, seq as Key % 3, &Fields::raw("\"n\":1".to_owned()));
            if seq >= CALM {
                there.acquire_many(8).await.unwrap().forget();
            }
        }
        publisher.end();
    });
    let all = async {
        publishing.await.unwrap();
        for reader in readers {
            assert_eq!(reader.await.unwrap(), LAST);
        }
    };
    timeout(Duration::from_secs(20), all).await.expect("nobody waits for ever");
}

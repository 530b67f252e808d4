//! The log and its readers against a model that forgets nothing: for each life, a list of all its events.
//!
//! Each answer of a reader is compared with what the gap rule (README.md) wants at that moment, its story with
//! P01 order, P02 no duplicate, P03 no silent hole, P04 epoch, P05 same bytes, P06 hand-over and P09 conflation.

use std::collections::{BTreeMap, BTreeSet};
use std::hint::spin_loop;
use std::sync::{Arc, atomic::AtomicU64, atomic::Ordering::Relaxed};

use feed::{
    Batch, Clock, Cursor, Epoch, Event, Feed, Fields, Gap, Keep, Key, Market, Reader, Reason, SEQ_END,
};
use feed::{Shape, Since, Ticker, Wanted};
use proptest::prelude::*;
use tokio::task::yield_now;
use tokio::time::{Duration, timeout};

/// The keys a reader wants; none is all of them.
type Filter = Option<Vec<Key>>;

/// Everything that was ever told under one epoch, from number 1 on.
struct Life {
    epoch: Epoch,
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

struct World {
    feed: Feed,
    ticker: Ticker,
    hand: Arc<AtomicU64>,
    lives: Vec<Life>,
    listeners: Vec<Listener>,
}

/// The model: what a reader is owed.
impl World {
    fn life(&self) -> &Life {
        &self.lives[self.lives.len() - 1]
    }

    fn snapshot(&self, after: u64, filter: &Filter) -> Vec<Event> {
        let Keep::Newest(count) = self.feed.shape().keep else { return self.life().newest(after, filter) };
        let after = after.max(self.life().cursor().seq.saturating_sub(count as u64));
        self.life().wanted(after, filter).cloned().collect()
    }

    /// Whether something wanted beyond `after` may have left the window.
    fn lost(&self, after: u64, filter: &Filter) -> bool {
        let &Shape { keep, history, .. } = self.feed.shape();
        let window = if let Keep::Newest(count) = keep { history.max(count) } else { history } as u64;
        after + window < self.life().cursor().seq && self.life().wanted(after, filter).next().is_some()
    }

    /// Why a client's cursor cannot be continued, if it cannot.
    fn refusal(&self, since: Since, filter: &Filter, conflate: bool) -> Option<Reason> {
        let Since::Seq { epoch, seq } = since else { return Some(Reason::Malformed) };
        let (life, before) = (self.life(), self.lives.iter().rev().nth(1));
        let due = self.feed.market().is_some_and(|market| market.due_us(seq) <= self.hand.load(Relaxed));
        match epoch.filter(|epoch| *epoch != life.epoch) {
            Some(epoch) if before.is_some_and(|life| life.epoch == epoch) => Some(Reason::Epoch),
            Some(_) => Some(Reason::Foreign),
            None if seq > life.cursor().seq && !due => Some(Reason::Future),
            None => (!conflate && self.lost(seq, filter)).then_some(Reason::Expired),
        }
    }
}

enum Stage {
    Hello(Option<Since>),
    Begin(Option<Since>),
    CatchUp(Vec<Event>),
    /// Live, or not yet: before the first cursor.
    Tail(bool),
    Ended,
}

/// A reader, where the model sees it, and its story since the last hello.
struct Listener {
    reader: Reader,
    filter: Filter,
    conflate: bool,
    stage: Stage,
    nth_life: usize,
    at: u64,
    /// The cursor from which the story goes on; none after a snapshot or a gap that knows no number.
    resumed: Option<u64>,
    heard: Vec<Batch>,
}

impl Listener {
    /// One look. False when nothing is left to hear.
    fn ready(&mut self, model: &World) -> bool {
        let (batch, cursor, head) = (self.reader.ready(), self.reader.cursor(), model.life().cursor());
        if let Some(Batch::Hello { .. }) = batch {
            self.check_story(model, false);
            (self.at, self.resumed) = (0, None);
        }
        let events = if let Some(Batch::Events(events)) = &batch { &events[..] } else { &[] };
        let expected = self.expected(model, events.len());
        assert_eq!(format!("{batch:?}"), format!("{expected:?}"), "the reader, and the model");
        let given = events.last().map_or(0, Event::seq);
        assert!(cursor.epoch == head.epoch && cursor.seq >= self.at.max(given), "{cursor} went back");
        // A gap alone moves nobody: who is cut off before the catch-up has to hear of it again.
        let end = if matches!(batch, Some(Batch::Gap(_))) { self.at } else { self.at.max(head.seq) };
        assert!(cursor.seq <= end, "{cursor} is beyond what was given or scanned");
        self.at = cursor.seq;
        self.heard.extend(batch);
        !matches!(expected, None | Some(Batch::End))
    }

    /// What the reader has to say next. How many events it takes at a time is its own affair.
    fn expected(&mut self, model: &World, count: usize) -> Option<Batch> {
        let newest = model.lives.len() - 1;
        let hello = Some(Batch::Hello { head: model.life().cursor(), conflated: self.conflate });
        let renewed = std::mem::replace(&mut self.nth_life, newest) != newest;
        let (batch, stage) = match std::mem::replace(&mut self.stage, Stage::Ended) {
            Stage::Hello(since) => (hello, Stage::Begin(since)),
            Stage::Begin(since) if renewed => (hello, Stage::Begin(since)),
            _ if renewed => (hello, Stage::Begin(None)),
            Stage::Begin(None) => (Some(Batch::Events(model.snapshot(0, &self.filter))), Stage::Tail(false)),
            Stage::Begin(Some(since)) => {
                let refused = model.refusal(since, &self.filter, self.conflate);
                if let (None | Some(Reason::Expired), Since::Seq { seq, .. }) = (refused, since) {
                    (self.at, self.resumed) = (seq, Some(seq));
                }
                refused.map_or_else(|| self.following(model, count, false), |reason| self.gap(model, reason))
            }
            Stage::CatchUp(events) => (Some(Batch::Events(events)), Stage::Tail(false)),
            Stage::Tail(live) => self.following(model, count, live),
            Stage::Ended => (Some(Batch::End), Stage::Ended),
        };
        self.stage = stage;
        batch
    }

    fn gap(&self, model: &World, reason: Reason) -> (Option<Batch>, Stage) {
        let known = matches!(reason, Reason::Expired | Reason::Slow);
        let gap = Gap { first: known.then_some(self.at + 1), last: model.life().cursor().seq, reason };
        (Some(Batch::Gap(gap)), Stage::CatchUp(model.snapshot(self.at, &self.filter)))
    }

    fn following(&self, model: &World, count: usize, live: bool) -> (Option<Batch>, Stage) {
        let (epoch, seq) = (model.life().epoch, self.at.max(model.life().cursor().seq));
        let owed: Vec<_> = model.life().wanted(self.at, &self.filter).take(count.max(1)).cloned().collect();
        match (owed.is_empty(), live) {
            (true, true) if model.feed.ended() => (Some(Batch::End), Stage::Ended),
            (true, true) => (None, Stage::Tail(true)),
            (true, false) => (Some(Batch::Cursor(Cursor { epoch, seq })), Stage::Tail(true)),
            _ if self.conflate => {
                (Some(Batch::Events(model.snapshot(self.at, &self.filter))), Stage::Tail(live))
            }
            _ if !model.lost(self.at, &self.filter) => (Some(Batch::Events(owed)), Stage::Tail(live)),
            _ => self.gap(model, if live { Reason::Slow } else { Reason::Expired }),
        }
    }

    /// The promises, read off the story: this half knows no stages and no window.
    fn check_story(&mut self, model: &World, drained: bool) {
        let (life, heard) = (&model.lives[self.nth_life], std::mem::take(&mut self.heard));
        let (head, resumed) = (life.cursor().seq, self.resumed.unwrap_or(0));
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
                    excused.push(1..=if place == 1 && self.resumed.is_none() { floor } else { 0 });
                }
                Batch::Gap(Gap { first, last, reason }) => {
                    assert!(first.is_none_or(|first| floor < first && first <= *last), "{batch:?}, {floor}");
                    assert!(!self.conflate || !matches!(reason, Reason::Expired | Reason::Slow), "{batch:?}");
                    excused.push(first.unwrap_or(1)..=*last);
                }
                Batch::Cursor(cursor) => {
                    assert!(cursor.seq >= floor, "{cursor} after {floor}");
                    floor = cursor.seq;
                }
            }
        }
        let reach = if drained { head } else { floor } * u64::from(!self.conflate);
        let mut owed: Vec<u64> = life.wanted(0, &self.filter).map(Event::seq).collect();
        // A conflated reader has holes by right, and only the last values are owed to it.
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
    Open(Option<Aim>, Filter, bool),
    Ready(usize, usize),
}

/// What a client says it has: the age of a life (none: bare), a number from the head on. None: malformed.
type Aim = Option<(Option<usize>, i64)>;

/// The driver: what happens to both.
impl World {
    /// A market that has run for so long, or a topic to publish to.
    fn new(keep: Keep, history: usize, run_ms: Option<u64>) -> Self {
        let market = Market::new(0, 10.0, 4, 1_700_000_000_000_000).expect("a market");
        let hand = Arc::new(AtomicU64::new(market.start_us() + run_ms.unwrap_or(0) * 1000));
        let time = Arc::clone(&hand);
        let ticker = Ticker::new(market, history, Clock::of(move || time.load(Relaxed)));
        let topic = || Feed::new(Shape { name: "topic", event_name: None, keep, history }, Epoch::of(1));
        let feed = run_ms.map_or_else(topic, |_| ticker.feed().clone());
        let lives = vec![Life { epoch: feed.head().epoch, events: vec![] }];
        let mut world = Self { feed, ticker, hand, lives, listeners: vec![] };
        world.tick();
        world
    }

    fn publish(&mut self, key: Key) {
        // A topic that keeps the newest so many has no keys: they are 0.
        let key = if self.feed.shape().keep == Keep::PerKey { key } else { 0 };
        let seq = self.life().cursor().seq + 1;
        let event = self.feed.publish(seq * 10, key, &Fields::raw(format!("\"n\":{key}")));
        assert_eq!(event.json(), &format!(r#"{{"seq":{seq},"at":{},"n":{key}}}"#, seq * 10));
        self.lives.last_mut().expect("a life").events.push(event);
    }

    /// When a market begins is the ticker's affair, and tested there; what a market then tells is a function.
    fn tick(&mut self) {
        self.ticker.tick();
        let Some(market) = self.feed.market() else { return };
        if market.epoch() != self.life().epoch {
            self.lives.push(Life { epoch: market.epoch(), events: vec![] });
        }
        // What a jump forward skips is in the model too: it was due, and whoever waited for it gets a gap.
        let due = self.life().cursor().seq + 1..=market.head_at(self.hand.load(Relaxed));
        self.lives.last_mut().expect("a life").events.extend(due.map(|seq| market.event(seq)));
    }

    fn open(&mut self, aim: Option<Aim>, filter: Filter, conflate: bool) {
        let epoch = |age| self.lives.iter().rev().nth(age).map_or(Epoch::of(2), |life| life.epoch);
        let number = |step| self.life().cursor().seq.saturating_add_signed(step).min(SEQ_END - 1);
        let since = aim.map(|known| match known {
            Some((age, step)) => Since::Seq { epoch: age.map(epoch), seq: number(step) },
            None => Since::Malformed,
        });
        let wanted = filter.as_ref().map_or(Wanted::ALL, |keys| Wanted::only(keys.iter().copied()));
        let (reader, stage) = (self.feed.reader(since, wanted, conflate), Stage::Hello(since));
        let (nth_life, at, resumed, heard) = (0, 0, None, vec![]);
        self.listeners.push(Listener { reader, filter, conflate, stage, nth_life, at, resumed, heard });
    }

    fn play(&mut self, nth: u64, op: Op) {
        match op {
            Op::Publish(..) | Op::End if self.feed.market().is_some() || self.feed.ended() => {}
            Op::Publish(key, count) => (0..count).for_each(|turn| self.publish((key + turn) % 5 * 32)),
            Op::End => self.feed.end(),
            Op::Clock(step_ms, look) => {
                // Each instant has a microsecond of its own: an epoch is made of its start, and none returns.
                let now_ms = (self.hand.load(Relaxed) / 1000).saturating_add_signed(step_ms);
                self.hand.store(now_ms * 1000 + nth, Relaxed);
                look.then(|| self.tick());
            }
            Op::Change(rate, symbols) => {
                self.ticker.change(&Market::new(nth, rate, symbols, 0).expect("a market"));
            }
            Op::Open(aim, filter, conflate) => self.open(aim, filter, conflate),
            Op::Ready(place, times) if !self.listeners.is_empty() => {
                let mut listener = self.listeners.swap_remove(place % self.listeners.len());
                (0..times).for_each(|_| _ = listener.ready(self));
                self.listeners.push(listener);
            }
            Op::Ready(..) => {}
        }
        assert_eq!(self.feed.head(), self.life().cursor());
    }

    fn run(mut self, ops: Vec<Op>) {
        ops.into_iter().zip(1..).for_each(|(op, nth)| self.play(nth, op));
        for mut listener in std::mem::take(&mut self.listeners) {
            while listener.ready(&self) {}
            listener.check_story(&self, true);
        }
    }
}

fn op() -> impl Strategy<Value = Op> {
    let age = prop::sample::select(vec![None, Some(0), Some(0), Some(0), Some(1), Some(2), Some(usize::MAX)]);
    let step = prop_oneof![12 => -14_i64..=6, 1 => Just(-700), 1 => Just(i64::MAX)];
    let aim = prop::option::weighted(0.8, prop::option::weighted(0.9, (age, step)));
    // A topic's keys are 0, 32 to 128, a market's 0 to 6.
    let filter = prop::option::of(prop::sample::subsequence(vec![0, 1, 2, 32, 96, 128], 0..=3));
    let clock = prop_oneof![6 => 0_i64..1_000, 1 => -6_000_i64..6_000];
    prop_oneof![
        12 => (0_u32..5, 1_u32..4).prop_map(|(key, count)| Op::Publish(key, count)),
        1 => (0_u32..5, 4_u32..700).prop_map(|(key, count)| Op::Publish(key, count)),
        12 => (clock, prop::bool::weighted(0.7)).prop_map(|(step, look)| Op::Clock(step, look)),
        2 => (prop::sample::select(vec![0.5, 10.0, 200.0]), 1_u32..7).prop_map(|(r, n)| Op::Change(r, n)),
        1 => Just(Op::End),
        10 => (aim, filter, prop::bool::weighted(0.3)).prop_map(|(aim, only, yes)| Op::Open(aim, only, yes)),
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

/// Follows a topic from its beginning, reports each position from `calm` on. A fickle one gives up each wait.
async fn follow(mut reader: Reader, fickle: bool, calm: u64, there: Arc<AtomicU64>) -> u64 {
    let (mut at, mut gap_to) = (0, None);
    loop {
        let batch =
            tokio::select! { biased; it = reader.next() => it, () = yield_now(), if fickle => continue };
        match batch {
            Batch::Gap(gap) => assert_eq!((gap.first, gap_to.replace(gap.last)), (Some(at + 1), None)),
            Batch::Events(events) => {
                for event in events {
                    assert!(event.seq() == at + 1 || gap_to.is_some() && event.seq() > at, "{event:?}, {at}");
                    at = event.seq();
                }
                assert!(gap_to.take().is_none_or(|last| last == at), "the catch-up ends where the gap does");
                there.fetch_add(u64::from(at >= calm), Relaxed);
                (0..at % 128).for_each(|_| spin_loop());
            }
            Batch::Hello { .. } | Batch::Cursor(_) => {}
            Batch::End => return at,
        }
    }
}

/// A lost wake-up leaves somebody waiting for ever. The publisher runs as fast as it can and then, for the
/// last 6,000, publishes when the last of eight readers has the event before and is about to wait.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_reader_is_woken_until_the_end() {
    let (last, calm, there) = (16_000, 10_000, Arc::new(AtomicU64::new(0)));
    let shape = Shape { name: "topic", event_name: None, keep: Keep::PerKey, history: 64 };
    let (feed, start) = (Feed::new(shape, Epoch::of(1)), Some(Since::Seq { epoch: None, seq: 0 }));
    let reader = |nth| follow(feed.reader(start, Wanted::ALL, false), nth == 0, calm, Arc::clone(&there));
    let readers: Vec<_> = (0..8).map(|nth| tokio::spawn(reader(nth))).collect();
    std::thread::spawn(move || {
        for seq in 1..=last {
            feed.publish(seq, seq as Key % 3, &Fields::raw("\"n\":1".to_owned()));
            while there.load(Relaxed) < 8 * (seq + 1).saturating_sub(calm) {
                std::thread::yield_now();
            }
        }
        feed.end();
    });
    for reader in readers {
        assert_eq!(
            timeout(Duration::from_secs(60), reader).await.expect("nobody waits for ever").unwrap(),
            last
        );
    }
}

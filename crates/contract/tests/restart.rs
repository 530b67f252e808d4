//! P03 and P04 with real processes: a server is killed without a word (SIGKILL) and another takes its port. With the
//! same parameters nobody misses anything; with others the life is foreign, whether its numbers are still behind the
//! client's cursor or have overtaken it. README.md, "The gap rule". Lesson 07.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use contract::{Process, until};
use feed::{Clock, Cursor, Gap, Market, Reason};
use fourways::ALL;
use futures_util::StreamExt as _;
use tokio::task::JoinSet;
use transport::{Backoff, Heard, Target, follow};
use wire::Wire;

const RATE: f64 = 50.0;
const SYMBOLS: u32 = 8;

fn now_us() -> u64 {
    Clock::system().now_us()
}

/// One life of the market, as the command line describes it.
#[derive(Clone)]
struct Life {
    seed: u64,
    start_us: u64,
}

impl Life {
    /// A life that began so many seconds ago.
    fn of(seed: u64, age: Duration) -> Self {
        Self { seed, start_us: now_us() - age.as_micros() as u64 }
    }

    fn market(&self) -> Market {
        Market::new(self.seed, RATE, SYMBOLS, self.start_us).expect("a good market")
    }

    fn run(&self, listen: &str) -> Process {
        let (rate, seed) = (RATE.to_string(), self.seed.to_string());
        let start = jiff::Timestamp::from_microsecond(self.start_us as i64).expect("a time").to_string();
        Process::start(listen, &["--rate", &rate, "--seed", &seed, "--start", &start])
            .expect("a running server")
    }
}

/// What a client heard after its first cursor.
#[derive(Clone, Debug, PartialEq)]
enum Line {
    Event { cursor: Cursor, json: String },
    Gap(Gap),
}

#[derive(Default)]
struct Diary {
    lines: Vec<Line>,
    started: bool,
    errors: usize,
}

impl Diary {
    fn newest(&self) -> Option<Cursor> {
        self.lines
            .iter()
            .rev()
            .find_map(|line| if let Line::Event { cursor, .. } = line { Some(*cursor) } else { None })
    }
}

/// A client of each way that follows the server at `address` whatever happens.
struct Followers {
    diaries: Vec<(&'static str, Arc<Mutex<Diary>>)>,
    // Dropping it ends them.
    _tasks: JoinSet<()>,
}

impl Followers {
    fn new(address: SocketAddr) -> Self {
        let (mut diaries, mut tasks) = (Vec::new(), JoinSet::new());
        for (place, way) in ALL.iter().enumerate() {
            let diary = Arc::new(Mutex::new(Diary::default()));
            diaries.push((way.card().name, Arc::clone(&diary)));
            let mut target = Target::new(address.to_string(), "stock-price");
            target.interval = Duration::from_millis(100);
            tasks.spawn(async move {
                let heard = follow(*way, Arc::new(target), None, Wire::default(), Backoff::new(place as u64));
                let mut heard = std::pin::pin!(heard);
                while let Some(heard) = heard.next().await {
                    let mut diary = diary.lock().expect("no panic");
                    match heard {
                        Ok(Heard::Cursor(_)) => diary.started = true,
                        Ok(Heard::Event { cursor, json, .. }) if diary.started => {
                            let json = String::from_utf8(json.to_vec()).expect("text");
                            diary.lines.push(Line::Event { cursor, json });
                        }
                        Ok(Heard::Gap(gap)) => diary.lines.push(Line::Gap(gap)),
                        Ok(_) => {}
                        Err(_) => diary.errors += 1,
                    }
                }
            });
        }
        Self { diaries, _tasks: tasks }
    }

    /// Waits until every client has heard an event of `life` with number `seq` or a later one.
    async fn reach(&self, life: &Life, seq: u64) {
        let epoch = life.market().epoch();
        let there = |diary: &Mutex<Diary>| {
            diary
                .lock()
                .expect("no panic")
                .newest()
                .is_some_and(|cursor| cursor.epoch == epoch && cursor.seq >= seq)
        };
        until("every client to reach the head", || self.diaries.iter().all(|(_, diary)| there(diary))).await;
    }

    /// Each client's diary once more, to be checked.
    fn each(&self, check: impl Fn(&str, &[Line])) {
        for (name, diary) in &self.diaries {
            let diary = diary.lock().expect("no panic");
            assert!(diary.errors > 0, "{name}: it never noticed the restart");
            check(name, &diary.lines);
        }
    }
}

/// Follows `first`, kills it, and follows `second` on the same port until it is live.
async fn restart(first: &Life, second: &Life) -> Followers {
    let process = first.run("127.0.0.1:0");
    let address = process.address();
    let followers = Followers::new(address);
    let begun = first.market().head_at(now_us());
    followers.reach(first, begun + 25).await;
    process.kill().expect("it was running");
    let _process = second.run(&address.to_string());
    // At least a second after everyone is back, so that what follows the catch-up is seen as well.
    let begun = second.market().head_at(now_us());
    followers.reach(second, begun).await;
    let back = second.market().head_at(now_us());
    followers.reach(second, back + 50).await;
    followers
}

fn event(line: &Line) -> (Cursor, &str) {
    let Line::Event { cursor, json } = line else { panic!("a second gap: {line:?}") };
    (*cursor, json)
}

/// Every event is one of this life, and its bytes are the market's own.
fn all_of(name: &str, life: &Life, lines: &[Line]) {
    let market = life.market();
    for line in lines {
        let (cursor, json) = event(line);
        assert_eq!(cursor.epoch, market.epoch(), "{name}: another life's event {cursor}");
        assert_eq!(json, *market.event(cursor.seq).json(), "{name}");
    }
}

fn without_holes(name: &str, lines: &[Line]) {
    for pair in lines.windows(2) {
        assert_eq!(event(&pair[1]).0.seq, event(&pair[0]).0.seq + 1, "{name}: a hole or a duplicate");
    }
}

#[tokio::test]
async fn the_same_parameters_resume_without_a_hole() {
    let life = Life::of(1, Duration::from_secs(60));
    restart(&life, &life).await.each(|name, lines| {
        all_of(name, &life, lines);
        without_holes(name, lines);
    });
}

#[tokio::test]
async fn a_foreign_life_that_is_still_behind_the_cursor_is_announced() {
    let first = Life::of(1, Duration::from_secs(600));
    let second = Life::of(2, Duration::from_millis(500));
    let (old, new, first_us) = (first.market(), second.market(), now_us());
    foreign(&first, &second).await;
    assert!(new.head_at(now_us()) < old.head_at(first_us), "it was behind all the time");
}

#[tokio::test]
async fn a_foreign_life_that_has_overtaken_the_cursor_is_announced() {
    let first = Life::of(1, Duration::from_secs(60));
    let second = Life::of(2, Duration::from_secs(1_000));
    foreign(&first, &second).await;
}

/// One gap with reason `foreign`, the newest event of each symbol, then live; nothing of the old life after the gap.
async fn foreign(first: &Life, second: &Life) {
    restart(first, second).await.each(|name, lines| {
        let place = lines.iter().position(|line| matches!(line, Line::Gap(_))).expect("a gap");
        let Line::Gap(gap) = lines[place] else { panic!("a gap") };
        assert_eq!((gap.first, gap.reason), (None, Reason::Foreign), "{name}");
        let (before, after) = (&lines[..place], &lines[place + 1..]);
        all_of(name, first, before);
        without_holes(name, before);
        all_of(name, second, after);

        let seqs: Vec<_> = after.iter().map(|line| event(line).0.seq).collect();
        // The symbols take turns, so the newest of each are the newest events.
        let catch_up: Vec<_> = (gap.last - u64::from(SYMBOLS) + 1..=gap.last).collect();
        assert_eq!(seqs[..catch_up.len()], catch_up, "{name}: the catch-up");
        without_holes(name, &after[catch_up.len() - 1..]);
        assert!(seqs.len() >= catch_up.len() + 25, "{name}: live again");
    });
}

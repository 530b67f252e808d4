//! P15 and P03 in a simulated network: the server is cut off, killed and started again, and every client is at the head
//! soon after, without a hole, untouched by hand. README.md, "The gap rule".
//!
//! Time, latencies and faults are turmoil's, from a fixed seed: minutes pass in a second.

use std::collections::HashSet;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use contract::START_US;
use feed::{Clock, Feeds, Gap, Market, Reason};
use fourways::ALL;
use futures_util::StreamExt as _;
use serve::{Hosts, Listen};
use transport::{Backoff, Heard, Limits, Site, Target, follow};
use turmoil::net::{TcpListener, TcpStream};
use turmoil::{Builder, Sim};
use wire::{Connect, Io, Wire};

const PORT: u16 = 8080;
const RATE: f64 = 10.0;
const SYMBOLS: u32 = 8;
/// Everyone is at the head within this time after a repair.
const RECOVERY: Duration = Duration::from_secs(60);

fn market() -> Market {
    Market::new(1, RATE, SYMBOLS, START_US).expect("a good market")
}

/// What the simulated world shows on every clock.
fn simulated_us() -> u64 {
    turmoil::since_epoch().expect("asked inside the simulation").as_micros() as u64
}

struct Listening(TcpListener);

impl Listen for Listening {
    type Io = TcpStream;

    async fn accept(&mut self) -> io::Result<(TcpStream, SocketAddr, SocketAddr)> {
        let (stream, peer) = self.0.accept().await?;
        let local = stream.local_addr()?;
        Ok((stream, peer, local))
    }
}

struct Connecting;

impl Connect for Connecting {
    fn connect(&self, authority: String) -> Pin<Box<dyn Future<Output = io::Result<Box<dyn Io>>> + Send>> {
        Box::pin(async move {
            let (host, port) = authority.split_once(':').ok_or(io::ErrorKind::InvalidInput)?;
            let port: u16 = port.parse().map_err(io::Error::other)?;
            Ok(Box::new(TcpStream::connect((host, port)).await?) as Box<dyn Io>)
        })
    }
}

/// One life of the server. It knows nothing of the one before but the market's parameters.
async fn server(history: usize) -> turmoil::Result {
    let site = Site::new(Feeds::new(market(), history, Clock::of(simulated_us), 7), Limits::default(), 7);
    let mut hosts = Hosts::default();
    hosts.allow_host("server")?;
    let app = fourways::run::app(&site, hosts);
    let listener = TcpListener::bind((IpAddr::from(Ipv4Addr::UNSPECIFIED), PORT)).await?;
    // Only the market: the other topics read the real machine.
    let feeds = site.feeds().clone();
    tokio::spawn(async move { feeds.ticker().run().await });
    serve::serve(Listening(listener), site, app, std::future::pending()).await;
    Ok(())
}

/// What one client heard, in the order in which it heard it.
#[derive(Debug, Default)]
struct Diary {
    /// Number and symbol of every event after the first cursor, with the gaps between them.
    lines: Vec<Line>,
    started: bool,
    errors: usize,
    newest_at: u64,
}

#[derive(Clone, Debug, PartialEq)]
enum Line {
    Event { seq: u64, json: String },
    Gap(Gap),
}

impl Diary {
    fn note(&mut self, heard: Result<Heard, transport::Error>) {
        match heard {
            Ok(Heard::Event { cursor, at, json }) => {
                assert_eq!(cursor.epoch, market().epoch(), "one life all the time");
                assert_eq!(json, market().event(cursor.seq).json(), "the market's own event");
                self.newest_at = at;
                if self.started {
                    let json = String::from_utf8(json.to_vec()).expect("text");
                    self.lines.push(Line::Event { seq: cursor.seq, json });
                }
            }
            Ok(Heard::Gap(gap)) => self.lines.push(Line::Gap(gap)),
            Ok(Heard::Cursor(_)) => self.started = true,
            Ok(Heard::End) => panic!("the market never ends"),
            Ok(Heard::Open { .. } | Heard::Retry(_) | Heard::Empty) => {}
            Err(error) => {
                assert!(!error.is_final(), "{error}");
                self.errors += 1;
            }
        }
    }

    fn seqs(&self) -> Vec<u64> {
        self.lines
            .iter()
            .filter_map(|line| if let Line::Event { seq, .. } = line { Some(*seq) } else { None })
            .collect()
    }

    fn gaps(&self) -> Vec<Gap> {
        self.lines
            .iter()
            .filter_map(|line| if let Line::Gap(gap) = line { Some(*gap) } else { None })
            .collect()
    }
}

struct World<'a> {
    sim: Sim<'a>,
    diaries: Vec<(&'static str, Arc<Mutex<Diary>>)>,
}

impl World<'_> {
    /// A server and a client of each way, all at the head.
    fn new(history: usize) -> Self {
        let mut builder = Builder::new();
        builder
            .rng_seed(42)
            .epoch(SystemTime::UNIX_EPOCH + Duration::from_micros(START_US) + Duration::from_secs(1_000))
            .simulation_duration(Duration::from_secs(3_600))
            .tick_duration(Duration::from_millis(5))
            .min_message_latency(Duration::from_millis(5))
            .max_message_latency(Duration::from_millis(40));
        let mut sim = builder.build();
        sim.host("server", move || server(history));
        let mut diaries = Vec::new();
        for (place, way) in ALL.iter().enumerate() {
            let (name, diary) = (way.card().name, Arc::new(Mutex::new(Diary::default())));
            diaries.push((name, Arc::clone(&diary)));
            sim.client(name, async move {
                let target = Arc::new(Target::new(format!("server:{PORT}"), "stock-price"));
                let heard = follow(*way, target, None, Wire::new(Connecting), Backoff::new(place as u64));
                let mut heard = std::pin::pin!(heard);
                while let Some(heard) = heard.next().await {
                    diary.lock().expect("no panic").note(heard);
                }
                Err("a follower never stops by itself".into())
            });
        }
        let mut world = Self { sim, diaries };
        world.recover("the start");
        world.pass(Duration::from_secs(5));
        world
    }

    /// Lets simulated time pass.
    fn pass(&mut self, time: Duration) {
        let end = self.sim.elapsed() + time;
        while self.sim.elapsed() < end {
            self.sim.step().expect("nothing fails in the simulation");
        }
    }

    /// Lets time pass until every client is at the head: not more than a poll and its way behind.
    fn recover(&mut self, after: &str) {
        let end = self.sim.elapsed() + RECOVERY;
        while !self.behind().is_empty() {
            assert!(
                self.sim.elapsed() < end,
                "{:?} not at the head {RECOVERY:?} after {after}",
                self.behind()
            );
            self.pass(Duration::from_millis(50));
        }
    }

    fn behind(&self) -> Vec<&'static str> {
        let now = self.sim.since_epoch().as_micros() as u64;
        let late = |diary: &Diary| diary.newest_at + 1_300_000 < now;
        self.diaries
            .iter()
            .filter(|(_, diary)| late(&diary.lock().expect("no panic")))
            .map(|(name, _)| *name)
            .collect()
    }

    fn heads(&self) -> Vec<u64> {
        self.diaries
            .iter()
            .map(|(_, diary)| *diary.lock().expect("no panic").seqs().last().expect("events"))
            .collect()
    }

    /// Nothing passes between the server and any client for so long.
    fn partition(&mut self, time: Duration) {
        let names: Vec<_> = self.diaries.iter().map(|(name, _)| *name).collect();
        for name in &names {
            self.sim.partition("server", *name);
        }
        self.silence(time);
        for name in &names {
            self.sim.repair("server", *name);
        }
    }

    /// The server is gone for so long, and what it knew with it.
    fn crash(&mut self, time: Duration) {
        self.sim.crash("server");
        self.silence(time);
        self.sim.bounce("server");
    }

    fn silence(&mut self, time: Duration) {
        // What is on its way still arrives.
        self.pass(Duration::from_secs(1));
        let before = self.heads();
        self.pass(time.saturating_sub(Duration::from_secs(1)));
        assert_eq!(self.heads(), before, "nobody hears anything while the server cannot be reached");
    }

    fn each(&self, check: impl Fn(&str, &Diary)) {
        for (name, diary) in &self.diaries {
            check(name, &diary.lock().expect("no panic"));
        }
    }
}

#[test]
fn every_client_resumes_without_a_hole_after_partitions_and_a_crash() {
    let mut world = World::new(4_096);
    world.partition(Duration::from_secs(60));
    world.recover("a partition of 60 s");
    world.crash(Duration::from_secs(20));
    world.recover("a crash of 20 s");
    // Shorter than anybody's patience: bytes are lost, but nobody is told.
    world.partition(Duration::from_secs(5));
    world.recover("a partition of 5 s");
    world.pass(Duration::from_secs(10));
    world.recover("all of it");
    world.each(|name, diary| {
        assert_eq!(diary.gaps(), [], "{name}: the window holds all of it");
        let seqs = diary.seqs();
        assert!(seqs.len() > 1_000, "{name}: only {} events", seqs.len());
        for pair in seqs.windows(2) {
            assert_eq!(pair[1], pair[0] + 1, "{name}: a hole or a duplicate");
        }
        assert!(diary.errors >= 2, "{name}: it noticed only {} faults", diary.errors);
    });
}

#[test]
fn what_left_the_window_is_one_announced_gap_and_the_catch_up() {
    let mut world = World::new(64);
    world.partition(Duration::from_secs(60));
    world.recover("a partition of 60 s");
    world.pass(Duration::from_secs(10));
    world.each(one_gap);
}

#[test]
fn a_crash_longer_than_the_window_is_one_announced_gap_and_the_catch_up() {
    let mut world = World::new(64);
    world.crash(Duration::from_secs(30));
    world.recover("a crash of 30 s");
    world.pass(Duration::from_secs(10));
    world.each(one_gap);
}

/// The one gap rule: the gap, the newest event of each symbol beyond the cursor, ascending, and then every event.
fn one_gap(name: &str, diary: &Diary) {
    let gaps = diary.gaps();
    assert_eq!(gaps.len(), 1, "{name}: {gaps:?}");
    let gap = gaps[0];
    let place = diary.lines.iter().position(|line| *line == Line::Gap(gap)).expect("a gap");
    let (before, after) = (&diary.lines[..place], &diary.lines[place + 1..]);
    let seq_of = |line: &Line| if let Line::Event { seq, .. } = line { *seq } else { panic!("one gap only") };
    let last = before.last().map(seq_of).expect("events before the gap");
    assert_eq!((gap.first, gap.reason), (Some(last + 1), Reason::Expired), "{name}");
    assert!(gap.last > last + 64, "{name}: {gap:?} after {last}");
    for pair in before.windows(2) {
        assert_eq!(seq_of(&pair[1]), seq_of(&pair[0]) + 1, "{name}: before the gap");
    }

    let (catch_up, live): (Vec<_>, Vec<_>) = after.iter().partition(|line| seq_of(line) <= gap.last);
    let symbols: HashSet<_> = catch_up.iter().map(|line| symbol(line)).collect();
    assert_eq!(
        (catch_up.len(), symbols.len()),
        (SYMBOLS as usize, SYMBOLS as usize),
        "{name}: one of each symbol"
    );
    assert!(catch_up.windows(2).all(|pair| seq_of(pair[0]) < seq_of(pair[1])), "{name}: ascending");
    assert_eq!(catch_up.last().map(|line| seq_of(line)), Some(gap.last), "{name}: up to the head");
    assert_eq!(
        after[..catch_up.len()].last().map(seq_of),
        Some(gap.last),
        "{name}: the catch-up comes first"
    );
    assert!(live.len() > 50, "{name}: live again");
    for (seq, line) in (gap.last + 1..).zip(live) {
        assert_eq!(seq_of(line), seq, "{name}: live");
    }
}

fn symbol(line: &Line) -> String {
    let Line::Event { json, .. } = line else { panic!("an event") };
    json.split("\"symbol\":\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a symbol").to_owned()
}

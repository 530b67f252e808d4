//! What passed on the board's own connections, as marks for its diagram: told from the relay's tasks, taken 20 times a
//! second by the one who tells the page.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use feed::Clock;
use memchr::memmem;
use serde::{Serialize, Serializer};
use wire::{Passed, Tap, What};

use crate::exchanges::Exchanges;
use crate::seats::Seats;
use crate::way::LANES;

/// Clients whose `?lane=` begins so are told of in detail.
const BOARD: &str = "board-";
/// Connections of one lane that are told of at a time: each open board has one or two. As many of the presenter's and
/// as many of all others, so that nobody can blind the board that the class looks at.
const CONNECTIONS_MAX: usize = 64;
/// Of these, one address of others has so many.
const PER_ADDRESS: usize = 4;
/// Marks that wait to be taken, the presenter's and those of others each. What is more is left out and counted: 5,000 a
/// second are more than anyone can see.
const MARKS_MAX: usize = 250;
/// The longest name of a client that is kept.
const NAME_MAX: usize = 64;

/// One mark: `[client, connection, up, kind, came_us, went_us, bytes, seq]`. The client is the `?lane=` of its requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Mark(
    #[serde(serialize_with = "as_text")] Arc<str>,
    u64,
    bool,
    &'static str,
    u64,
    u64,
    usize,
    Option<u64>,
);

/// Marks that were not told yet.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Taken {
    pub(crate) marks: Vec<Mark>,
    /// So many more were left out.
    pub(crate) left_out: u64,
}

#[derive(Debug, Default)]
struct Waiting {
    taken: Taken,
    /// Those of others, and the presenter's.
    counts: [usize; 2],
}

/// What passed in all lanes.
#[derive(Debug)]
pub(crate) struct Marks {
    clock: Clock,
    /// Where the presenter is.
    seats: Arc<Seats>,
    waiting: Mutex<Waiting>,
    lanes: [Mutex<Seen>; LANES],
}

/// What is known of one lane's connections.
#[derive(Debug, Default)]
struct Seen {
    /// Which client a connection serves, by its newest request.
    clients: HashMap<u64, Client>,
    /// Connections that were accepted and have not yet named their client.
    opened: HashMap<u64, Passed>,
    /// Those of others, and the presenter's.
    exchanges: [Exchanges; 2],
}

/// A board's connection.
#[derive(Clone, Debug)]
struct Client {
    name: Arc<str>,
    peer: IpAddr,
    /// Of this machine, or of the address from which the presenter listens.
    presenters: bool,
}

/// The tap of one lane.
struct LaneTap {
    marks: Arc<Marks>,
    place: usize,
}

impl Marks {
    pub(crate) fn new(clock: Clock, seats: Arc<Seats>) -> Arc<Self> {
        Arc::new(Self { clock, seats, waiting: Mutex::default(), lanes: Default::default() })
    }

    /// What the road of a lane is to tell.
    pub(crate) fn tap(self: &Arc<Self>, place: usize) -> Arc<dyn Tap> {
        Arc::new(LaneTap { marks: Arc::clone(self), place })
    }

    /// Everything since the last time.
    pub(crate) fn take(&self) -> Taken {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner)).taken
    }

    /// The last exchanges of a lane's boards, or of the one client of that name: those of others before the presenter's.
    pub(crate) fn exchanges(&self, place: usize, client: Option<&str>) -> serde_json::Value {
        let seen = self.lanes[place].lock().unwrap_or_else(PoisonError::into_inner);
        seen.exchanges.iter().flat_map(|ring| ring.json(client)).collect()
    }

    /// Whether the presenter is there.
    fn is_presenters(&self, peer: IpAddr) -> bool {
        peer.is_loopback() || self.seats.presents_at(peer)
    }

    fn mark(&self, client: &Client, passed: &Passed) {
        let Passed { connection, peer: _, up, what, came_us, went_us, bytes } = passed;
        let (name, seq) = (Arc::clone(&client.name), seq(what, bytes));
        let mark = Mark(name, *connection, *up, kind(what), *came_us, *went_us, bytes.len(), seq);
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let count = &mut waiting.counts[usize::from(client.presenters)];
        if *count < MARKS_MAX {
            *count += 1;
            waiting.taken.marks.push(mark);
        } else {
            waiting.taken.left_out += 1;
        }
    }
}

impl Tap for LaneTap {
    fn now_us(&self) -> u64 {
        self.marks.clock.now_us()
    }

    fn wants(&self, connection: u64, peer: IpAddr, target: &str) -> bool {
        if board(target).is_none() {
            return false;
        }
        let presenters = self.marks.is_presenters(peer);
        let seen = self.marks.lanes[self.place].lock().unwrap_or_else(PoisonError::into_inner);
        if seen.clients.contains_key(&connection) {
            return true;
        }
        let alike = seen.clients.values().filter(|client| client.presenters == presenters);
        let (all, same) =
            alike.fold((0, 0), |(all, same), client| (all + 1, same + usize::from(client.peer == peer)));
        all < CONNECTIONS_MAX && (presenters || same < PER_ADDRESS)
    }

    fn passed(&self, passed: Passed) {
        let mut seen = self.marks.lanes[self.place].lock().unwrap_or_else(PoisonError::into_inner);
        let connection = passed.connection;
        if let What::Opened = passed.what {
            // Told with the request that follows at once, which names the client.
            seen.opened.insert(connection, passed);
            return;
        }
        if let What::Request { target } = &passed.what {
            let Some(client) = board(target) else { return };
            let (name, peer) = (Arc::from(client), passed.peer);
            let client = Client { name, peer, presenters: self.marks.is_presenters(peer) };
            if let Some(opened) = seen.opened.remove(&connection) {
                self.marks.mark(&client, &opened);
            }
            seen.clients.insert(connection, client);
        }
        let Some(client) = seen.clients.get(&connection).cloned() else {
            seen.opened.remove(&connection);
            return;
        };
        self.marks.mark(&client, &passed);
        if let What::Ended { .. } = passed.what {
            seen.clients.remove(&connection);
        } else {
            seen.exchanges[usize::from(client.presenters)].push(&client.name, kind(&passed.what), &passed);
        }
    }
}

fn as_text<S: Serializer>(client: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(client)
}

/// The client of a target, if it is a board: `board-sse` of `/sse/stock-price?symbols=ACME&lane=board-sse`.
fn board(target: &str) -> Option<&str> {
    let (_, query) = target.split_once('?')?;
    let lane = query.split('&').find_map(|part| part.strip_prefix("lane="))?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (lane.starts_with(BOARD) && lane.len() <= NAME_MAX && lane.bytes().all(plain)).then_some(lane)
}

fn kind(what: &What) -> &'static str {
    match what {
        What::Opened => "opened",
        What::Request { .. } => "request",
        What::Answer { .. } => "answer",
        What::Body => "body",
        What::Event => "event",
        What::Message { .. } => "message",
        What::Ping => "ping",
        What::Pong => "pong",
        What::Close { .. } => "close",
        What::Lost => "lost",
        What::Ended { .. } => "ended",
    }
}

/// The number of the newest event in a piece, as far as it is there in the clear.
fn seq(what: &What, bytes: &[u8]) -> Option<u64> {
    const NAME: &[u8] = b"\"seq\":";
    if !matches!(what, What::Body | What::Event | What::Message { .. }) {
        return None;
    }
    let digits = &bytes[memmem::rfind(bytes, NAME)? + NAME.len()..];
    let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    std::str::from_utf8(&digits[..end]).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use bytes::Bytes;

    use super::*;

    const TARGET: &str = "/sse/stock-price?symbols=ACME&lane=board-sse-k3";

    /// This machine, and others.
    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn there(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    fn marks(now_us: u64) -> Arc<Marks> {
        Marks::new(Clock::of(move || now_us), Arc::default())
    }

    fn passed(connection: u64, what: What, bytes: &'static str) -> Passed {
        Passed {
            connection,
            peer: HERE,
            up: false,
            what,
            came_us: 5,
            went_us: 7,
            bytes: Bytes::from_static(bytes.as_bytes()),
        }
    }

    fn request(connection: u64) -> Passed {
        Passed {
            up: true,
            ..passed(connection, What::Request { target: TARGET.to_owned() }, "GET / HTTP/1.1\r\n\r\n")
        }
    }

    fn told(marks: &Marks) -> Vec<String> {
        marks.take().marks.iter().map(|mark| serde_json::to_string(mark).unwrap()).collect()
    }

    #[test]
    fn only_boards_are_told_of() {
        let marks = marks(7);
        let tap = marks.tap(3);
        let wants = |target: &str| tap.wants(1, HERE, target);
        assert!(wants(TARGET) && wants("/poll/stock-price?lane=board-poll"));
        for other in
            ["/sse/stock-price", "/sse/stock-price?lane=phone-7", "/board-sse", "/x?lane=board-%20", "?lane="]
        {
            assert!(!wants(other), "{other}");
        }
        assert!(!wants(&format!("/x?lane=board-{}", "x".repeat(NAME_MAX))));
        assert_eq!(tap.now_us(), 7);
    }

    #[test]
    fn a_piece_becomes_a_mark_with_its_number() {
        let marks = marks(0);
        let tap = marks.tap(3);
        tap.passed(passed(9, What::Opened, ""));
        assert!(told(&marks).is_empty(), "nobody knows whose it is");
        tap.passed(request(9));
        tap.passed(passed(9, What::Answer { status: 200 }, "HTTP/1.1 200 OK\r\n\r\n"));
        tap.passed(passed(9, What::Event, "id: k3x9a1-42\ndata: {\"seq\":42,\"at\":1}\n\n"));
        tap.passed(passed(9, What::Ended { cut: true }, ""));
        tap.passed(passed(9, What::Event, "data: {\"seq\":43}\n\n"));
        assert_eq!(
            told(&marks),
            [
                r#"["board-sse-k3",9,false,"opened",5,7,0,null]"#,
                r#"["board-sse-k3",9,true,"request",5,7,18,null]"#,
                r#"["board-sse-k3",9,false,"answer",5,7,19,null]"#,
                r#"["board-sse-k3",9,false,"event",5,7,39,42]"#,
                r#"["board-sse-k3",9,false,"ended",5,7,0,null]"#,
            ]
        );
    }

    #[test]
    fn the_newest_number_of_an_answer_counts() {
        let body = br#"{"events":[{"seq":7,"at":1},{"seq":12,"at":2}],"gap":null}"#;
        assert_eq!(seq(&What::Body, body), Some(12));
        for (what, bytes) in [
            (What::Body, &b"{}"[..]),
            (What::Event, b"\"seq\":"),
            (What::Event, b"\"seq\":99999999999999999999999"),
            (What::Ping, b"\"seq\":7"),
        ] {
            assert_eq!(seq(&what, bytes), None, "{what:?}");
        }
    }

    #[test]
    fn marks_and_connections_are_bounded() {
        let marks = marks(0);
        let tap = marks.tap(0);
        tap.passed(request(0));
        for _ in 0..2 * MARKS_MAX {
            tap.passed(passed(0, What::Ping, ""));
        }
        let taken = marks.take();
        assert_eq!((taken.marks.len(), taken.left_out), (MARKS_MAX, 1 + MARKS_MAX as u64));
        assert_eq!(marks.take(), Taken::default());
        for connection in 0..CONNECTIONS_MAX as u64 {
            tap.passed(request(connection));
        }
        assert!(!tap.wants(9_999, HERE, TARGET), "there are enough");
        assert!(tap.wants(1, HERE, TARGET), "who is known goes on");
        tap.passed(passed(0, What::Ended { cut: false }, ""));
        assert!(tap.wants(9_999, HERE, TARGET));
    }

    #[test]
    fn nobody_blinds_the_board_of_the_presenter() {
        let seats = Arc::new(Seats::default());
        let marks = Marks::new(Clock::of(|| 0), Arc::clone(&seats));
        let tap = marks.tap(0);
        // Others come as often as they can, and flood.
        let mut told_of = Vec::new();
        for connection in 0..1_000 {
            let peer = there((connection / 20) as u8);
            if tap.wants(connection, peer, TARGET) {
                told_of.push(connection);
                tap.passed(Passed { peer, ..request(connection) });
                for _ in 0..MARKS_MAX {
                    tap.passed(Passed { peer, ..passed(connection, What::Ping, "others") });
                }
            }
        }
        assert_eq!(told_of.len(), CONNECTIONS_MAX);
        assert_eq!(told_of[..6], [0, 1, 2, 3, 20, 21], "four of each address");
        assert!(tap.wants(0, there(0), TARGET), "who is told of stays it");
        // The presenter's board, on this machine and where the presenter proves to be.
        let mut seat = seats.take(there(99), true).unwrap();
        assert!(!tap.wants(5_000, there(99), TARGET), "anyone can say so");
        seat.is_the_presenters();
        let one = "/x?lane=board-presenter";
        for (connection, peer) in [(5_000, HERE), (5_001, there(99))] {
            assert!(tap.wants(connection, peer, one));
            let what = What::Request { target: one.to_owned() };
            tap.passed(Passed { peer, ..passed(connection, what, "GET") });
        }
        let taken = marks.take().marks;
        let mine = taken.iter().filter(|mark| *mark.0 == *"board-presenter").count();
        assert_eq!((mine, taken.len()), (2, 2 + MARKS_MAX));
        let pieces = marks.exchanges(0, None);
        assert_eq!(pieces.as_array().unwrap().len(), 64 + 2);
        assert_eq!(marks.exchanges(0, Some("board-presenter")).as_array().unwrap().len(), 2);
        drop(seat);
        assert!(!tap.wants(5_002, there(99), one), "once the presenter has gone");
    }
}

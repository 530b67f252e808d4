//! What passed on the board's own connections, as marks for its diagram: told from the relay's tasks, taken 20 times a
//! second by the one who tells the page.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use feed::Clock;
use memchr::memmem;
use serde::{Serialize, Serializer};
use wire::{Passed, Tap, What};

use crate::exchanges::Exchanges;
use crate::way::LANES;

/// Clients whose `?lane=` begins so are told of in detail.
const BOARD: &str = "board-";
/// Connections of one lane that are told of at a time: each open board has one or two.
const CONNECTIONS_MAX: usize = 64;
/// Marks that wait to be taken. What is more is left out and counted: 10,000 a second are more than anyone can see.
const MARKS_MAX: usize = 500;
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

/// What passed in all lanes.
#[derive(Debug)]
pub(crate) struct Marks {
    clock: Clock,
    waiting: Mutex<Taken>,
    lanes: [Mutex<Seen>; LANES],
}

/// What is known of one lane's connections.
#[derive(Debug, Default)]
struct Seen {
    /// Which client a connection serves, by its newest request.
    clients: HashMap<u64, Arc<str>>,
    /// Connections that were accepted and have not yet named their client.
    opened: HashMap<u64, Passed>,
    exchanges: Exchanges,
}

/// The tap of one lane.
struct LaneTap {
    marks: Arc<Marks>,
    place: usize,
}

impl Marks {
    pub(crate) fn new(clock: Clock) -> Arc<Self> {
        Arc::new(Self { clock, waiting: Mutex::default(), lanes: Default::default() })
    }

    /// What the road of a lane is to tell.
    pub(crate) fn tap(self: &Arc<Self>, place: usize) -> Arc<dyn Tap> {
        Arc::new(LaneTap { marks: Arc::clone(self), place })
    }

    /// Everything since the last time.
    pub(crate) fn take(&self) -> Taken {
        std::mem::take(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The last exchanges of a lane's boards, or of the one client of that name.
    pub(crate) fn exchanges(&self, place: usize, client: Option<&str>) -> serde_json::Value {
        self.lanes[place].lock().unwrap_or_else(PoisonError::into_inner).exchanges.json(client)
    }

    fn mark(&self, client: &Arc<str>, passed: &Passed) {
        let Passed { connection, up, what, came_us, went_us, bytes } = passed;
        let seq = seq(what, bytes);
        let mark =
            Mark(Arc::clone(client), *connection, *up, kind(what), *came_us, *went_us, bytes.len(), seq);
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.marks.len() < MARKS_MAX {
            waiting.marks.push(mark);
        } else {
            waiting.left_out += 1;
        }
    }
}

impl Tap for LaneTap {
    fn now_us(&self) -> u64 {
        self.marks.clock.now_us()
    }

    fn wants(&self, target: &str) -> bool {
        let Some(client) = board(target) else { return false };
        let seen = self.marks.lanes[self.place].lock().unwrap_or_else(PoisonError::into_inner);
        seen.clients.len() < CONNECTIONS_MAX || seen.clients.values().any(|known| **known == *client)
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
            let client = Arc::from(client);
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
            seen.exchanges.push(&client, kind(&passed.what), &passed);
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
    use bytes::Bytes;

    use super::*;

    const TARGET: &str = "/sse/stock-price?symbols=ACME&lane=board-sse-k3";

    fn passed(connection: u64, what: What, bytes: &'static str) -> Passed {
        Passed {
            connection,
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
        let marks = Marks::new(Clock::of(|| 7));
        let tap = marks.tap(3);
        assert!(tap.wants(TARGET) && tap.wants("/poll/stock-price?lane=board-poll"));
        for other in
            ["/sse/stock-price", "/sse/stock-price?lane=phone-7", "/board-sse", "/x?lane=board-%20", "?lane="]
        {
            assert!(!tap.wants(other), "{other}");
        }
        assert!(!tap.wants(&format!("/x?lane=board-{}", "x".repeat(NAME_MAX))));
        assert_eq!(tap.now_us(), 7);
    }

    #[test]
    fn a_piece_becomes_a_mark_with_its_number() {
        let marks = Marks::new(Clock::of(|| 0));
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
        let marks = Marks::new(Clock::of(|| 0));
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
        assert!(!tap.wants("/x?lane=board-another"), "there are enough");
        assert!(tap.wants(TARGET), "who is known goes on");
        tap.passed(passed(0, What::Ended { cut: false }, ""));
        assert!(tap.wants("/x?lane=board-another"));
    }
}

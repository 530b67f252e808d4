//! What is told of one connection: its bytes, followed from where they come to where they go, piece by piece.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::time::Instant;

use super::parse::{Parser, Piece};
use super::{Passed, Tap, What};

/// Follows one connection for its tap.
pub(super) struct Telling {
    tap: Arc<dyn Tap>,
    connection: u64,
    peer: IpAddr,
    opened_us: u64,
    /// Whether anything was told yet.
    told: bool,
    parser: Parser,
    up: Half,
    down: Half,
    /// Whether the requests without an answer are wanted. The parser bounds it.
    unanswered: VecDeque<bool>,
    found: Vec<Piece>,
}

/// One direction. What it keeps is under way, or of a piece that has not ended: both are bounded.
#[derive(Default)]
struct Half {
    /// Whether the exchange is wanted whose bytes come now.
    wanted: bool,
    /// What came and was not told.
    kept: VecDeque<Bytes>,
    kept_bytes: usize,
    /// The pieces that have ended among them.
    marks: VecDeque<Mark>,
    /// How much of what is kept has gone already.
    gone: usize,
}

struct Mark {
    piece: Piece,
    wanted: bool,
    came_us: u64,
}

impl Telling {
    /// A connection that was just accepted.
    pub(super) fn new(tap: Arc<dyn Tap>, connection: u64, peer: IpAddr) -> Self {
        let opened_us = tap.now_us();
        let (parser, unanswered) = (Parser::default(), VecDeque::new());
        let (up, down, found) = (Half::default(), Half::default(), Vec::new());
        Self { tap, connection, peer, opened_us, told: false, parser, up, down, unanswered, found }
    }

    /// Bytes came at `at`, and are under way since then. Returns whether the server is amid an answer that does not say
    /// how long it is.
    pub(super) fn came(&mut self, up: bool, bytes: Bytes, at: Instant) -> bool {
        // On a busy machine `at` is milliseconds ago, and what is told as the time under way must not be too short.
        let now_us = self.tap.now_us();
        let came_us = now_us.saturating_sub(at.elapsed().as_micros() as u64);
        self.parser.push(up, &bytes, &mut self.found);
        let half = if up { &mut self.up } else { &mut self.down };
        half.kept_bytes += bytes.len();
        half.kept.push_back(bytes);
        for piece in self.found.drain(..) {
            match &piece.what {
                What::Request { target } => {
                    half.wanted = self.tap.wants(self.connection, self.peer, target);
                    self.unanswered.push_back(half.wanted);
                }
                // An interim answer is of the request that still waits.
                What::Answer { status: 100 | 102..=199 } => {
                    half.wanted = self.unanswered.front().copied().unwrap_or_default();
                }
                What::Answer { .. } => half.wanted = self.unanswered.pop_front().unwrap_or_default(),
                _ => {}
            }
            half.marks.push_back(Mark { piece, wanted: half.wanted, came_us });
        }
        self.parser.is_unending()
    }

    /// So many bytes of a direction were handed on.
    pub(super) fn went(&mut self, up: bool, bytes: usize) {
        let went_us = self.tap.now_us();
        self.half(up).gone += bytes;
        while let Some(mark) = self.half(up).passed() {
            self.tell(up, mark, went_us);
        }
    }

    /// Nothing that came in a direction will be handed on any more, and nothing that still comes.
    pub(super) fn lost(&mut self, up: bool) {
        let now_us = self.tap.now_us();
        // What was handed on of a piece that has not passed whole.
        let (gone, wanted) = (std::mem::take(&mut self.half(up).gone), self.is_wanted(up));
        if gone > 0 {
            let first = self.half(up).marks.front_mut();
            let (wanted, came_us) = first.map_or((wanted, now_us), |mark| {
                mark.piece.bytes -= gone;
                (mark.wanted, mark.came_us)
            });
            let piece = Piece { what: What::Body, bytes: gone };
            self.tell(up, Mark { piece, wanted, came_us }, now_us);
        }
        while let Some(mut mark) = self.half(up).marks.pop_front() {
            mark.piece.what = What::Lost;
            self.tell(up, mark, now_us);
        }
        let bytes = self.half(up).kept_bytes;
        if bytes > 0 {
            let piece = Piece { what: What::Lost, bytes };
            self.tell(up, Mark { piece, wanted, came_us: now_us }, now_us);
        }
        // What is still to come is told as it comes, not as the end of what was lost.
        self.parser.forget(up);
    }

    /// The connection has ended.
    pub(super) fn ended(&mut self, cut: bool) {
        let now_us = self.tap.now_us();
        for up in [true, false] {
            self.parser.end(up, &mut self.found);
            let wanted = self.is_wanted(up);
            let ended: Vec<_> = self.found.drain(..).collect();
            let marks = ended.into_iter().map(|piece| Mark { piece, wanted, came_us: now_us });
            self.half(up).marks.extend(marks);
            self.went(up, 0);
            self.lost(up);
        }
        if self.told {
            self.say(false, What::Ended { cut }, now_us, now_us, Bytes::new());
        }
    }

    fn tell(&mut self, up: bool, mark: Mark, went_us: u64) {
        let half = self.half(up);
        half.kept_bytes -= mark.piece.bytes;
        if mark.wanted {
            let bytes = half.take(mark.piece.bytes);
            if !self.told {
                self.told = true;
                self.say(true, What::Opened, self.opened_us, self.opened_us, Bytes::new());
            }
            self.say(up, mark.piece.what, mark.came_us, went_us, bytes);
        } else {
            half.skip(mark.piece.bytes);
        }
    }

    fn say(&self, up: bool, what: What, came_us: u64, went_us: u64, bytes: Bytes) {
        let (connection, peer) = (self.connection, self.peer);
        self.tap.passed(Passed { connection, peer, up, what, came_us, went_us, bytes });
    }

    /// Whether a piece is wanted that has not ended: it may be the head of the next answer.
    fn is_wanted(&self, up: bool) -> bool {
        let next = !up && self.unanswered.front().copied().unwrap_or_default();
        next || if up { self.up.wanted } else { self.down.wanted }
    }

    fn half(&mut self, up: bool) -> &mut Half {
        if up { &mut self.up } else { &mut self.down }
    }
}

impl Half {
    /// The next piece, if all of it has gone.
    fn passed(&mut self) -> Option<Mark> {
        let gone = self.gone;
        let mark = self.marks.pop_front_if(|mark| mark.piece.bytes <= gone)?;
        self.gone -= mark.piece.bytes;
        Some(mark)
    }

    /// The first so many bytes, of one packet without copying them.
    fn take(&mut self, bytes: usize) -> Bytes {
        if let Some(front) = self.kept.front_mut()
            && front.len() > bytes
        {
            return front.split_to(bytes);
        }
        if self.kept.front().is_some_and(|front| front.len() == bytes) {
            return self.kept.pop_front().unwrap_or_default();
        }
        let mut joined = BytesMut::with_capacity(bytes);
        self.each(bytes, |part| joined.extend_from_slice(&part));
        joined.freeze()
    }

    fn skip(&mut self, bytes: usize) {
        self.each(bytes, drop);
    }

    fn each(&mut self, mut bytes: usize, mut part: impl FnMut(Bytes)) {
        while bytes > 0
            && let Some(front) = self.kept.front_mut()
        {
            let next = front.split_to(bytes.min(front.len()));
            bytes -= next.len();
            part(next);
            if self.kept.front().is_some_and(Bytes::is_empty) {
                self.kept.pop_front();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::sync::Mutex;
    use std::time::Duration;

    use tokio::time::advance;

    use super::*;
    use crate::weather::Passed;

    /// Its clock goes with the timers.
    struct Ear {
        began: Instant,
        heard: Mutex<Vec<Passed>>,
    }

    impl Tap for Ear {
        fn now_us(&self) -> u64 {
            1_000_000 + self.began.elapsed().as_micros() as u64
        }

        fn wants(&self, _: u64, _: IpAddr, _: &str) -> bool {
            true
        }

        fn passed(&self, passed: Passed) {
            self.heard.lock().unwrap().push(passed);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_way_begins_when_the_bytes_came_however_late_that_is_told() {
        let ear = Arc::new(Ear { began: Instant::now(), heard: Mutex::default() });
        let mut telling = Telling::new(Arc::<Ear>::clone(&ear), 0, Ipv4Addr::LOCALHOST.into());
        let request = Bytes::from_static(b"GET / HTTP/1.1\r\n\r\n");
        let came = Instant::now();
        advance(Duration::from_millis(4)).await;
        telling.came(true, request.clone(), came);
        advance(Duration::from_millis(6)).await;
        telling.went(true, request.len());
        let heard = ear.heard.lock().unwrap();
        assert_eq!((heard[1].came_us, heard[1].went_us), (1_000_000, 1_010_000));
    }
}

//! Where the pieces of a conversation begin and end: heads, bodies, blocks and frames, in both directions.
//!
//! It does no I/O, keeps no more of the bytes than an unfinished head, and never fails: a direction that it does not
//! understand is from there on a body without an end.

use std::collections::VecDeque;

use httparse::{EMPTY_HEADER, Header, Status};

use super::What;
use super::body::{Body, Chunk, Edge, Framing};
use super::frames::Frames;

/// The longest head that is understood; our servers take 16 KiB.
pub(super) const HEAD_BYTES_MAX: usize = 32 * 1024;
/// Header lines of a head that is understood, as hyper has it.
pub(super) const HEADERS_MAX: usize = 100;
/// A longer piece is told in parts, so that no more than this is kept of one.
const PIECE_BYTES_MAX: usize = 64 * 1024;
/// Requests that may wait for their answers on one connection. Browsers send one at a time.
const UNANSWERED_MAX: usize = 64;

/// A piece that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) what: What,
    pub(super) bytes: usize,
}

/// Both directions of one connection.
#[derive(Debug, Default)]
pub(super) struct Parser {
    up: Half,
    down: Half,
    /// The requests without an answer so far: whether they were HEAD, whose answer has no body.
    unanswered: VecDeque<bool>,
}

#[derive(Debug, Default)]
struct Half {
    state: State,
    /// Bytes of the piece that has not ended.
    run: usize,
}

#[derive(Debug)]
enum State {
    Head(Vec<u8>),
    Body(Body),
    Frames(Frames),
    /// Not understood.
    Opaque,
}

impl Default for State {
    fn default() -> Self {
        Self::Head(Vec::new())
    }
}

/// What a head says of what follows it.
struct Follows {
    what: What,
    state: State,
    head_bytes: usize,
}

impl Parser {
    /// Takes the next bytes of a direction and says which pieces have ended in them.
    pub(super) fn push(&mut self, up: bool, mut bytes: &[u8], pieces: &mut Vec<Piece>) {
        while !bytes.is_empty() {
            let half = self.half(up);
            let (room, empty) = (PIECE_BYTES_MAX - half.run, half.run == 0);
            let next = &bytes[..bytes.len().min(room)];
            let (read, ended) = match &mut half.state {
                State::Head(_) => self.head(up, next),
                State::Body(body) => match body.step(next) {
                    Ok((read, Some(Edge::Event))) => (read, Some(What::Event)),
                    Ok((read, Some(Edge::End))) => {
                        half.state = State::default();
                        (read, Some(What::Body))
                    }
                    Ok((read, None)) => (read, None),
                    Err(_) => {
                        half.state = State::Opaque;
                        (0, None)
                    }
                },
                State::Frames(frames) => frames.step(next),
                State::Opaque => (next.len(), Some(What::Body)),
            };
            bytes = &bytes[read..];
            let half = self.half(up);
            half.run += read;
            debug_assert!(read > 0 || !empty || matches!(half.state, State::Opaque), "it goes on");
            match ended {
                Some(what) => half.end(what, pieces),
                None if half.run == PIECE_BYTES_MAX => {
                    let what = if half.settle() { What::Event } else { What::Body };
                    half.end(what, pieces);
                }
                None => {}
            }
        }
    }

    /// Nothing more comes in a direction.
    pub(super) fn end(&mut self, up: bool, pieces: &mut Vec<Piece>) {
        self.half(up).end(What::Body, pieces);
    }

    /// What came of a piece that has not ended is no part of it any more.
    pub(super) fn forget(&mut self, up: bool) {
        let half = self.half(up);
        half.run = 0;
        half.settle();
    }

    /// Whether the server is amid an answer that does not say how long it is.
    pub(super) fn is_unending(&self) -> bool {
        matches!(&self.down.state, State::Body(body) if body.is_unending())
    }

    fn half(&mut self, up: bool) -> &mut Half {
        if up { &mut self.up } else { &mut self.down }
    }

    /// Reads a head on. Says how many of the bytes it took, and what the head was if it is whole.
    fn head(&mut self, up: bool, bytes: &[u8]) -> (usize, Option<What>) {
        let half = self.half(up);
        let State::Head(head) = &mut half.state else { return (0, None) };
        let had = head.len();
        let taken = bytes.len().min(HEAD_BYTES_MAX - had);
        head.extend_from_slice(&bytes[..taken]);
        // Only a line end can end a head: whoever sends byte by byte has it read once for each line.
        if !bytes[..taken].contains(&b'\n') && head.len() < HEAD_BYTES_MAX {
            return (taken, None);
        }
        let head = std::mem::take(head);
        let follows = if up { self.request(&head) } else { self.answer(&head) };
        match follows {
            Ok(Some(Follows { what, state, head_bytes })) => {
                self.half(up).state = state;
                (head_bytes - had, Some(what))
            }
            Ok(None) if head.len() < HEAD_BYTES_MAX => {
                self.half(up).state = State::Head(head);
                (taken, None)
            }
            Ok(None) | Err(_) => {
                self.half(up).state = State::Opaque;
                (taken, Some(What::Body))
            }
        }
    }

    fn request(&mut self, head: &[u8]) -> Result<Option<Follows>, httparse::Error> {
        let mut headers = [EMPTY_HEADER; HEADERS_MAX];
        let mut request = httparse::Request::new(&mut headers);
        let Status::Complete(head_bytes) = request.parse(head)? else { return Ok(None) };
        if self.unanswered.len() == UNANSWERED_MAX {
            return Err(httparse::Error::TooManyHeaders);
        }
        self.unanswered.push_back(request.method == Some("HEAD"));
        let state = match framing(request.headers)? {
            Some(Framing::Length(0)) | None => State::default(),
            Some(framing) => State::Body(Body::new(framing, false)),
        };
        let what = What::Request { target: request.path.unwrap_or_default().to_owned() };
        Ok(Some(Follows { what, state, head_bytes }))
    }

    fn answer(&mut self, head: &[u8]) -> Result<Option<Follows>, httparse::Error> {
        let mut headers = [EMPTY_HEADER; HEADERS_MAX];
        let mut answer = httparse::Response::new(&mut headers);
        let Status::Complete(head_bytes) = answer.parse(head)? else { return Ok(None) };
        let status = answer.code.unwrap_or_default();
        let is_interim = (100..200).contains(&status) && status != 101;
        let of_head = if is_interim { false } else { self.unanswered.pop_front().unwrap_or_default() };
        let state = match status {
            101 => {
                let is_websocket = says(answer.headers, "upgrade", "websocket");
                let switched = || if is_websocket { State::Frames(Frames::default()) } else { State::Opaque };
                // A client that did not wait for this answer has not kept to RFC 6455 4.1.
                if matches!(&self.up.state, State::Head(head) if head.is_empty()) {
                    self.up.state = switched();
                }
                switched()
            }
            100..200 | 204 | 304 => State::default(),
            _ if of_head => State::default(),
            _ => {
                let is_event_stream = says(answer.headers, "content-type", "text/event-stream");
                match framing(answer.headers)?.unwrap_or(Framing::Closing) {
                    Framing::Length(0) => State::default(),
                    framing => State::Body(Body::new(framing, is_event_stream)),
                }
            }
        };
        Ok(Some(Follows { what: What::Answer { status }, state, head_bytes }))
    }
}

impl Half {
    /// The piece is parted here. Whether that makes an end of a block that else waits for the next byte: none may end
    /// before the first byte of the next piece.
    fn settle(&mut self) -> bool {
        if let State::Body(body) = &mut self.state { body.settle() } else { false }
    }

    fn end(&mut self, what: What, pieces: &mut Vec<Piece>) {
        let bytes = std::mem::take(&mut self.run);
        if bytes > 0 {
            pieces.push(Piece { what, bytes });
        }
    }
}

/// What the headers say of a body (RFC 9112 6.3); none if nothing.
fn framing(headers: &[Header<'_>]) -> Result<Option<Framing>, httparse::Error> {
    if says(headers, "transfer-encoding", "chunked") {
        return Ok(Some(Framing::Chunked(Chunk::START)));
    }
    let Some(length) = headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"))
    else {
        return Ok(None);
    };
    let length = std::str::from_utf8(length.value).ok().and_then(|text| text.trim().parse().ok());
    Ok(Some(Framing::Length(length.ok_or(httparse::Error::HeaderValue)?)))
}

/// Whether the value of a header begins with a word.
fn says(headers: &[Header<'_>], name: &str, word: &str) -> bool {
    headers.iter().any(|header| {
        let begins =
            header.value.get(..word.len()).is_some_and(|value| value.eq_ignore_ascii_case(word.as_bytes()));
        begins && header.name.eq_ignore_ascii_case(name)
    })
}

#[cfg(test)]
mod tests;

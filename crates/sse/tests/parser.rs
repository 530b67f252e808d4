//! The parser against the event stream format (HTML 9.2.5 and 9.2.6), case by case.
//!
//! The cases follow the specification's rules in its order, and what the web-platform-tests ask of browsers under
//! `eventsource/format-*` (without the newlines that their server adds by itself). Each is parsed whole, in chunks of
//! 1, 2 and 3 bytes, and cut in two at every place with an empty chunk between: the answer must be the same. P16, no
//! input gives unbounded memory: an event over `EVENT_MAX` is an error however it arrives.

use sse::wire::{EVENT_MAX, Frame, Parser};
use transport::Error;

struct Case {
    rule: &'static str,
    input: Vec<u8>,
    frames: Vec<Frame>,
    /// What a reconnecting client would send as `Last-Event-ID`.
    last_event_id: &'static str,
}

fn case<const N: usize>(rule: &'static str, input: impl AsRef<[u8]>, frames: [Frame; N]) -> Case {
    Case { rule, input: input.as_ref().to_owned(), frames: frames.into(), last_event_id: "" }
}

impl Case {
    fn leaving(self, last_event_id: &'static str) -> Self {
        Self { last_event_id, ..self }
    }
}

fn event(name: &str, data: &str, id: &str) -> Frame {
    Frame::Event { name: name.to_owned(), data: data.to_owned(), id: id.into() }
}

fn message(data: &str) -> Frame {
    event("", data, "")
}

/// 9.2.6: the stream is decoded as UTF-8 with replacement, after at most one byte order mark.
fn decoding() -> Vec<Case> {
    const BOM: &str = "\u{feff}";
    vec![
        case("one byte order mark at the start is dropped", format!("{BOM}data:1\n\n"), [message("1")]),
        case("also before a comment", format!("{BOM}:x\ndata:1\n\n"), [message("1")]),
        case("also before an empty line", format!("{BOM}\ndata:1\n\n"), [message("1")]),
        case(
            "a mark in front of a later line belongs to its field name",
            format!("{BOM}data:1\n\n{BOM}data:2\n\ndata:3\n\n"),
            [message("1"), message("3")],
        ),
        case(
            "the second of two marks belongs to the field name",
            format!("{BOM}{BOM}data:1\n\ndata:2\n\ndata:3\n\n"),
            [message("2"), message("3")],
        ),
        case(
            "the first line is over after an empty one",
            format!("\n{BOM}data:1\n\ndata:2\n\n"),
            [message("2")],
        ),
        case("a mark in a value stays", format!("data:{BOM}1\n\n"), [message("\u{feff}1")]),
        case("half a mark is no mark", b"\xef\xbbdata:1\n\ndata:2\n\n", [message("2")]),
        case("UTF-8", "data:ok…價格 €\u{1f4c8}\n\n", [message("ok…價格 €\u{1f4c8}")]),
        case("UTF-8 in name and id", "event:價\nid:€\ndata:x\n\n", [event("價", "x", "€")]).leaving("€"),
        case("bytes that are no UTF-8 are replaced", b"data:a\xffb\n\n", [message("a\u{fffd}b")]),
        case(
            "a line end ends an unfinished character",
            b"data:\xe2\x82\ndata:\xac\n\n",
            [message("\u{fffd}\n\u{fffd}")],
        ),
        case("NUL in a value is a character", "data:\0\n\n\n\n", [message("\0")]),
    ]
}

/// 9.2.5: a line ends with LF, CR or CRLF; what begins with a colon is a comment.
fn lines() -> Vec<Case> {
    let long = "x".repeat(2 * 1024);
    let comments = format!("data:1\r:\0\n:\r\ndata:2\n:{long}\rdata:3\n:data:fail\r:{long}\ndata:4\n\n");
    vec![
        case("LF", "data:1\ndata:2\n\n", [message("1\n2")]),
        case("CR", "data:1\rdata:2\r\r", [message("1\n2")]),
        case("CRLF", "data:1\r\ndata:2\r\n\r\n", [message("1\n2")]),
        case("mixed", "data:test\r\ndata\ndata:test\r\n\r", [message("test\n\ntest")]),
        case("CR and CRLF are two line ends", "data:1\r\r\ndata:2\n\n", [message("1"), message("2")]),
        case("CRLF and LF are two line ends", "data:1\r\n\ndata:2\n\n", [message("1"), message("2")]),
        case("LF and CR are two line ends", "data:1\n\rdata:2\n\n", [message("1"), message("2")]),
        case(
            "no other character ends a line",
            "data:a\u{b}b\u{c}c\u{85}d\u{2028}e\n\n",
            [message("a\u{b}b\u{c}c\u{85}d\u{2028}e")],
        ),
        case("comments between the lines of an event", comments, [message("1\n2\n3\n4")]),
        case("comments alone", ":\n\n: keep-alive\n\n::\n\n", []),
        case("empty lines alone", "\n\r\r\n\n", []),
        case("nothing", "", []),
    ]
}

/// 9.2.6: field and value.
fn fields() -> Vec<Case> {
    vec![
        case("no space after the colon", "data:test\n\n", [message("test")]),
        case("one space is removed", "data: test\n\n", [message("test")]),
        case("only one", "data:  test\n\n", [message(" test")]),
        case("no other white space", "data:\ttest\rdata: \ndata:test\n\n", [message("\ttest\n\ntest")]),
        case("the first colon parts", "data:a:b: c\n\n", [message("a:b: c")]),
        case(
            "a line without a colon is a field name",
            "data\n\ndata\ndata\n\n",
            [message(""), message("\n")],
        ),
        case(
            "unknown fields are ignored",
            "data:test\n data\ndata\nfoobar:xxx\njusttext\n:no\ndata:test\n\n",
            [message("test\n\ntest")],
        ),
        case(
            "field names are compared as they are",
            "data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n",
            [message("\0\n 2\n1\n3\n\n4")],
        ),
        case("a name that only begins like data", "dat:1\ndata :2\ndatas:3\ndata:4\n\n", [message("4")]),
        case(
            "what browsers ask of event-data",
            "data:msg\ndata: msg\n\n:\nfalsefield:msg\n\nfalsefield:msg\nData:data\n\ndata\n\ndata:end\n\n",
            [message("msg\nmsg"), message(""), message("end")],
        ),
    ]
}

/// 9.2.6: `event`, and the dispatch.
fn events() -> Vec<Case> {
    vec![
        case("a name", "event:test\ndata:x\n\ndata:x\n\n", [event("test", "x", ""), message("x")]),
        case("an empty name is message", "event: \ndata:data\n\n", [message("data")]),
        case("without a colon too", "event:test\nevent\ndata:x\n\n", [message("x")]),
        case("the last name counts", "event:a\ndata:x\nevent:b\n\n", [event("b", "x", "")]),
        case(
            "spaces of a name, but for the first, stay",
            "event:  up  date  \ndata:x\n\n",
            [event(" up  date  ", "x", "")],
        ),
        case(
            "a trailing space is not the sender's mistake",
            "event: update  \ndata: 1\n\n",
            [event("update  ", "1", "")],
        ),
        case("without data no event, and its name is forgotten", "event:test\n\ndata:x\n\n", [message("x")]),
        case("empty data is data", "data:\n\ndata\n\n", [message(""), message("")]),
        case("one line end of the data is removed, not more", "data\ndata\ndata\n\n", [message("\n\n")]),
        case("the last event needs its empty line", "data:1\n\ndata:2\n", [message("1")]),
        case("and its line end", "data:1\n\ndata:2", [message("1")]),
    ]
}

/// 9.2.6: `id`. It is buffered with its line and counts from the dispatch on.
fn ids() -> Vec<Case> {
    vec![
        case("an id", "id:1\ndata:x\n\n", [event("", "x", "1")]).leaving("1"),
        case("persists", "id: 1\ndata:x\n\ndata:y\n\n", [event("", "x", "1"), event("", "y", "1")])
            .leaving("1"),
        case("anywhere in its event", "data:x\nid:1\n\n", [event("", "x", "1")]).leaving("1"),
        case("the last id counts", "id:1\nid:2\ndata:x\n\n", [event("", "x", "2")]).leaving("2"),
        case("an empty id resets it", "id:1\ndata:x\n\nid:\ndata:y\n\n", [event("", "x", "1"), message("y")]),
        case("without a colon too", "id:1\ndata:x\n\nid\ndata:y\n\n", [event("", "x", "1"), message("y")]),
        case("an event without data keeps its id", "id:1\n\ndata:x\n\n", [event("", "x", "1")]).leaving("1"),
        case("also when nothing follows", "data:x\n\nid:7\n\n", [message("x")]).leaving("7"),
        case(
            "an id with NUL is ignored",
            "id:1\ndata:x\n\nid:2\0\nid:\x003\nid:\0\ndata:y\n\n",
            [event("", "x", "1"), event("", "y", "1")],
        )
        .leaving("1"),
        case("spaces of an id, but for the first, stay", "id:  a b \ndata:x\n\n", [event("", "x", " a b ")])
            .leaving(" a b "),
        case(
            "an id without its empty line does not count",
            "id:1\ndata:1\n\nid:2\ndata:2\n",
            [event("", "1", "1")],
        )
        .leaving("1"),
        case("nor without anything before", "id:test\ndata:test2", []),
    ]
}

/// 9.2.6: `retry` counts at once, not with its event.
fn retries() -> Vec<Case> {
    vec![
        case("digits", "retry:3000\ndata:x\n\n", [Frame::Retry(3000), message("x")]),
        case("to the base of ten", "retry: 03000\ndata:x\n\n", [Frame::Retry(3000), message("x")]),
        case(
            "nothing else",
            "retry:3000\nretry:1000x\nretry:-1\nretry:+1\nretry:1.5\nretry: 5 \ndata:x\n\n",
            [Frame::Retry(3000), message("x")],
        ),
        case("only ASCII digits", "retry:３０\nretry:٣\ndata:x\n\n", [message("x")]),
        case("not empty", "retry\nretry:\nretry: \ndata:test\n\n", [message("test")]),
        case("also in an event that is not finished", "data:1\n\nretry:7\n", [message("1"), Frame::Retry(7)]),
        case(
            "before an unfinished event",
            "retry:1000\ndata:test1\n\nid:test\ndata:test2",
            [Frame::Retry(1000), message("test1")],
        ),
    ]
}

fn cases() -> Vec<Case> {
    [decoding(), lines(), fields(), events(), ids(), retries()].into_iter().flatten().collect()
}

fn check<'a>(case: &Case, cut: &str, chunks: impl IntoIterator<Item = &'a [u8]>) {
    let mut parser = Parser::default();
    let mut frames = Vec::new();
    for chunk in chunks {
        parser.push(chunk).expect("no case is long");
        frames.extend(std::iter::from_fn(|| parser.frame()));
    }
    let input = String::from_utf8_lossy(&case.input);
    assert_eq!(frames, case.frames, "{} ({cut}): {input:?}", case.rule);
    assert_eq!(parser.last_event_id(), case.last_event_id, "the id, {} ({cut}): {input:?}", case.rule);
}

#[test]
fn whole() {
    let cases = cases();
    assert!(cases.len() >= 60, "{} cases", cases.len());
    for case in &cases {
        check(case, "whole", [&case.input[..]]);
    }
}

#[test]
fn in_chunks() {
    for case in &cases() {
        for size in 1..=3 {
            check(case, &format!("by {size}"), case.input.chunks(size));
        }
    }
}

#[test]
fn cut_at_every_place() {
    for case in &cases() {
        for place in 0..=case.input.len() {
            let (before, after) = case.input.split_at(place);
            check(case, &format!("cut at {place}"), [before, &[], after]);
        }
    }
}

/// Bytes of one event that never ends are refused when their sum passes the bound; before it, they are not.
fn refuses(begin: &str, piece: &str) {
    let (mut parser, mut length) = (Parser::default(), begin.len());
    parser.push(begin.as_bytes()).expect("it is short");
    let error = loop {
        length += piece.len();
        match parser.push(piece.as_bytes()) {
            Ok(()) => assert!(length < 2 * EVENT_MAX, "{length} bytes of {begin:?} and {piece:?} were taken"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Malformed(_)), "{error}");
    assert!(length > EVENT_MAX, "refused at {length} bytes");
    assert_eq!(parser.frame(), None);
}

#[test]
fn an_event_that_never_ends_is_an_error() {
    let line = format!("data: {}\n", "x".repeat(1000));
    refuses("", &line);
    refuses("id: 1\nevent: e\n", &line);
}

#[test]
fn a_line_that_never_ends_is_an_error() {
    let piece = "x".repeat(1000);
    for begin in ["data: ", "event: ", "id: ", "retry: ", ": ", "unknown: ", ""] {
        refuses(begin, &piece);
    }
}

/// The bound is on the event, not on the chunk: how the bytes are cut must not decide.
#[test]
fn a_long_event_is_an_error_however_it_is_cut() {
    let long = format!("data: {}\n\n", "x".repeat(EVENT_MAX + 1));
    for size in [1 << 10, 1 << 16, long.len() - 1, long.len()] {
        let mut parser = Parser::default();
        let refused = long.as_bytes().chunks(size).any(|chunk| parser.push(chunk).is_err());
        assert!(refused, "taken in chunks of {size} bytes");
    }
}

/// A name is a part of its event, also when each of its lines alone is short enough.
#[test]
fn a_long_name_and_long_data_are_one_event() {
    let half = "x".repeat(EVENT_MAX / 2 + 1);
    let input = format!("event: {half}\ndata: {half}\n\n");
    let mut parser = Parser::default();
    assert!(input.as_bytes().chunks(1 << 14).any(|chunk| parser.push(chunk).is_err()));
}

/// What was told before does not count against the next event, also within one chunk.
#[test]
fn many_events_are_no_long_event() {
    let data = "x".repeat(EVENT_MAX - 1024);
    let input = format!("data: {data}\n\n").repeat(3);
    for size in [1 << 14, input.len()] {
        let mut parser = Parser::default();
        input.as_bytes().chunks(size).for_each(|chunk| parser.push(chunk).unwrap());
        for _ in 0..3 {
            assert_eq!(parser.frame(), Some(message(&data)));
        }
        assert_eq!(parser.frame(), None);
    }
}

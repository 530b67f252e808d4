//! The parser against partners (HTML 9.2.6): the `sse-stream` crate, which reads the same format, and our own encoder.
//!
//! Streams are made of fields, comments and line ends, cut into chunks anywhere. `sse-stream` gives raw blocks; the
//! dispatch and the last event id are added here, as the specification has them. Where it deviates, the case is
//! avoided:
//!
//! - *"decoded using the UTF-8 decode algorithm"*, that is with replacement: `sse-stream` ends with an error at the
//!   first byte that is no UTF-8. All text here is UTF-8, though chunks cut through characters.
//! - *"set the event stream's reconnection time"* as soon as the line of a `retry` was read: `sse-stream` tells it with
//!   its block, the last of several, and drops it with an unfinished one. So it is compared where an event is
//!   dispatched, and a stream does not end between a `retry` and its empty line.
//!
//! The round trip is P05, the same bytes on all ways: what the encoder writes, cut anywhere, is heard as the same JSON
//! and cursor.

use std::convert::Infallible;

use bytes::Bytes;
use feed::{Batch, Epoch, Event, Feed, Fields, Keep, Shape};
use futures_util::FutureExt as _;
use futures_util::stream::{self, StreamExt as _};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;
use sse::wire::{self, Encoded, Frame, Parser};
use sse_stream::{Sse, SseByteStream};
use transport::{Heard, Ring};

/// An event, and the reconnection time when it was dispatched.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    name: String,
    data: String,
    id: String,
    retry_ms: Option<u64>,
}

fn cut(bytes: &[u8], places: &[Index]) -> Vec<Bytes> {
    let mut places: Vec<_> = places.iter().map(|place| place.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| Bytes::copy_from_slice(&bytes[pair[0]..pair[1]])).collect()
}

fn frames(chunks: &[Bytes]) -> (Vec<Frame>, String) {
    let (mut parser, mut frames) = (Parser::default(), Vec::new());
    for chunk in chunks {
        parser.push(chunk).expect("no stream is long");
        frames.extend(std::iter::from_fn(|| parser.frame()));
    }
    (frames, parser.last_event_id().to_owned())
}

fn ours(chunks: &[Bytes]) -> (Vec<Told>, String) {
    let (frames, last_event_id) = frames(chunks);
    let (mut told, mut retry_ms) = (Vec::new(), None);
    for frame in frames {
        match frame {
            Frame::Retry(ms) => retry_ms = Some(ms),
            Frame::Event { name, data, id } => {
                told.push(Told { name, data, id: String::from(&*id), retry_ms });
            }
        }
    }
    (told, last_event_id)
}

fn theirs(chunks: &[Bytes]) -> (Vec<Told>, String) {
    let stream = SseByteStream::new(stream::iter(chunks.to_vec()).map(Ok::<_, Infallible>));
    let blocks: Vec<Result<Sse, _>> = stream.collect().now_or_never().expect("every chunk is there");
    let (mut told, mut last_event_id, mut retry_ms) = (Vec::new(), String::new(), None);
    for block in blocks {
        let Sse { event, data, id, retry } = block.expect("all text is UTF-8");
        last_event_id = id.unwrap_or(last_event_id);
        retry_ms = retry.or(retry_ms);
        told.extend(data.map(|data| {
            let (name, id) = (event.unwrap_or_default(), last_event_id.clone());
            Told { name, data, id, retry_ms }
        }));
    }
    (told, last_event_id)
}

fn line() -> impl Strategy<Value = String> {
    let value = || {
        prop_oneof![
            3 => "[ a-z0-9:]{0,8}",
            1 => "[ \t:\0é€\u{feff}\u{1f4c8}\u{85}\u{2028}]{0,4}",
            1 => Just(String::new()),
        ]
    };
    let name = prop_oneof![
        6 => Just("data"), 3 => Just("event"), 3 => Just("id"), 2 => Just("retry"),
        1 => Just(" data"), 1 => Just("Data"), 1 => Just("dat"), 1 => Just("datas"), 1 => Just("\u{feff}data"),
        1 => Just("i\0d"), 1 => Just("unknown"), 1 => Just("價"),
    ];
    let colon = prop_oneof![Just(":"), Just(": "), Just(":  ")];
    prop_oneof![
        8 => (name, colon, value()).prop_map(|(name, colon, value)| format!("{name}{colon}{value}")),
        2 => (prop_oneof![Just("data"), Just("event"), Just("id"), Just("retry"), Just("x")]).prop_map(str::to_owned),
        2 => (0..100_000_u64).prop_map(|ms| format!("retry:{ms}")),
        2 => value().prop_map(|text| format!(":{text}")),
        5 => Just(String::new()),
    ]
}

/// Lines with their ends, perhaps with a mark before them and an unfinished event without `retry` behind.
fn event_stream() -> impl Strategy<Value = String> {
    let end = prop_oneof![2 => Just("\n"), 1 => Just("\r"), 1 => Just("\r\n")];
    let mark = prop_oneof![3 => Just(""), 2 => Just("\u{feff}"), 1 => Just("\u{feff}\u{feff}")];
    let unfinished =
        prop_oneof![Just(""), Just("data:1"), Just("id:2\ndata:1\n"), Just("id"), Just(":x"), Just("eve")];
    let lines = prop::collection::vec((line(), end), 0..40);
    (mark, lines, unfinished).prop_map(|(mark, lines, unfinished)| {
        let lines: String = lines.into_iter().map(|(line, end)| line + end).collect();
        format!("{mark}{lines}\n\n{unfinished}")
    })
}

/// What a topic may tell: text with every character that JSON escapes, on one line or on several.
fn topic() -> impl Strategy<Value = (Vec<Event>, Option<&'static str>, Epoch)> {
    let fields = (any::<String>(), prop::collection::vec("[\r\n\0\\s\"\\PC]{0,6}", 0..4), any::<bool>())
        .prop_map(|(text, list, lines)| {
            Fields::of(&json!({"text": text, "list": list}), lines).expect("it is an object")
        });
    let name = prop_oneof![Just(None), Just(Some("notification"))];
    (prop::collection::vec(fields, 1..12), name, any::<u64>()).prop_map(|(all, event_name, life)| {
        let shape = Shape { name: "news", event_name, keep: Keep::Newest(20), history: 100 };
        let feed = Feed::new(shape, Epoch::of(life));
        let events = (1..).zip(&all).map(|(at, fields)| feed.publish(at, 0, fields)).collect();
        (events, event_name, feed.head().epoch)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_parsers_tell_the_same(stream in event_stream(), places: Vec<Index>) {
        let chunks = cut(stream.as_bytes(), &places);
        prop_assert_eq!(ours(&chunks), theirs(&chunks), "{:?} as {:?}", stream, chunks);
    }

    #[test]
    fn what_is_encoded_is_heard((events, name, epoch) in topic(), places: Vec<Index>) {
        let encoded = Encoded(Ring::new(100));
        let batch = Batch::Events(events.clone());
        let (frames, last_event_id) = frames(&cut(&wire::encode(&encoded, &batch, epoch, name), &places));
        prop_assert_eq!(frames.len(), events.len());
        for (frame, event) in frames.into_iter().zip(&events) {
            let id = format!("{epoch}-{}", event.seq());
            let data = String::from_utf8(event.json().to_vec()).unwrap();
            let told = Frame::Event { name: name.unwrap_or_default().to_owned(), data, id: id.as_str().into() };
            prop_assert_eq!(&frame, &told);
            let cursor = id.parse().unwrap();
            let heard = Heard::Event { cursor, at: event.at(), json: event.json().clone() };
            prop_assert_eq!(wire::decode(frame).unwrap(), heard);
        }
        prop_assert_eq!(last_event_id, format!("{epoch}-{}", events.len()));
    }
}

/// The agreement is about something: a stream of the grammar's kind has events, ids and times in both.
#[test]
fn the_partner_is_understood() {
    let stream =
        "\u{feff}retry:7\r\nid:1\revent:a\ndata: 1\ndata\n\n:x\nid\n\nretry:8\ndata:2\n\nid:9\ndata:3\n";
    let told = [
        Told { name: "a".into(), data: "1\n".into(), id: "1".into(), retry_ms: Some(7) },
        Told { data: "2".into(), retry_ms: Some(8), ..Told::default() },
    ];
    for chunks in [cut(stream.as_bytes(), &[]), stream.bytes().map(|byte| vec![byte].into()).collect()] {
        assert_eq!(theirs(&chunks).0, told);
        assert_eq!(ours(&chunks).0, told);
    }
}

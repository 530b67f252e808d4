//! What is told: the right pieces, at their times, and all of their bytes.

use std::path::Path;

use wire::{Cut, Weather};

use crate::*;

/// A recorded conversation of one of the ways: who says what, in order.
struct Transcript {
    said: Vec<(bool, Vec<u8>)>,
    /// The pieces that a reader of the file counts in it.
    pieces: Vec<(bool, &'static str)>,
}

/// Reads a transcript: `->` and `<-` lines have escaped line ends, `=>` and `<=` are frames, in hex up to the payload.
fn transcript(text: &str) -> Transcript {
    let (mut said, mut pieces, mut is_event_stream) = (Vec::new(), Vec::new(), false);
    for line in text.lines() {
        let (Some(arrow), rest) = (line.get(..2), line.get(3..).unwrap_or_default()) else { continue };
        let up = matches!(arrow, "->" | "=>");
        match arrow {
            "->" | "<-" => {
                let bytes = rest.replace("\\r", "\r").replace("\\n", "\n").into_bytes();
                if rest.starts_with("HTTP/1.1 ") {
                    pieces.push((up, "answer"));
                    is_event_stream = false;
                } else if rest.ends_with(" HTTP/1.1\\r\\n") {
                    pieces.push((up, "request"));
                } else if rest == "content-type: text/event-stream\\r\\n" {
                    is_event_stream = true;
                } else if rest == "\\n" && is_event_stream {
                    pieces.push((up, "event"));
                } else if rest.starts_with('{') || rest == "0\\r\\n" {
                    pieces.push((up, "body"));
                }
                said.push((up, bytes));
            }
            "=>" | "<=" => {
                let (bytes, kind) = frame(rest);
                pieces.push((up, kind));
                said.push((up, bytes));
            }
            _ => {}
        }
    }
    Transcript { said, pieces }
}

fn frame(line: &str) -> (Vec<u8>, &'static str) {
    let words: Vec<_> = line.split(' ').collect();
    let head: Vec<u8> = words
        .iter()
        .map_while(|word| u8::from_str_radix(word, 16).ok().filter(|_| word.len() == 2))
        .collect();
    let payload = words[head.len()..].join(" ");
    let (payload, kind) = match payload.strip_prefix("close ") {
        Some(code) => (code.parse::<u16>().expect("a code").to_be_bytes().to_vec(), "close"),
        None if head[0] & 0x0f == 9 => (Vec::new(), "ping"),
        None if head[0] & 0x0f == 10 => (Vec::new(), "pong"),
        None => (payload.into_bytes(), "message"),
    };
    ([head, payload].concat(), kind)
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

/// Plays a conversation through a proxy and says what was told of it.
async fn played(said: &[(bool, Vec<u8>)]) -> Vec<Passed> {
    let between = Between::open().await;
    let (mut client, mut server) = between.connect().await;
    for (up, bytes) in said {
        let (from, to) = if *up { (&mut client, &mut server) } else { (&mut server, &mut client) };
        passes(from, to, bytes).await;
    }
    drop(client);
    drop(server);
    until("the end to be told", || between.ear.has_ended()).await;
    between.ear.heard()
}

#[tokio::test]
async fn recorded_conversations_are_told_piece_by_piece() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut played_files = 0;
    for way in ["poll", "long-poll", "sse", "ws"] {
        for file in std::fs::read_dir(crates.join(way).join("transcripts")).unwrap() {
            let path = file.unwrap().path();
            let Transcript { said, pieces } = transcript(&std::fs::read_to_string(&path).unwrap());
            if said.iter().filter(|(up, bytes)| *up && bytes.starts_with(b"GET ")).count() == 0 {
                continue;
            }
            let heard = played(&said).await;
            for up in [true, false] {
                let bytes: Vec<u8> = heard
                    .iter()
                    .filter(|passed| passed.up == up)
                    .flat_map(|passed| passed.bytes.to_vec())
                    .collect();
                let known: Vec<u8> =
                    said.iter().filter(|(to, _)| *to == up).flat_map(|(_, bytes)| bytes.clone()).collect();
                assert!(bytes == known, "{}", path.display());
                let told: Vec<_> = heard
                    .iter()
                    .filter(|passed| passed.up == up && !passed.bytes.is_empty())
                    .map(|passed| kind(&passed.what))
                    .collect();
                let counted: Vec<_> =
                    pieces.iter().filter(|(to, _)| *to == up).map(|(_, kind)| *kind).collect();
                assert_eq!(told, counted, "{}, up: {up}", path.display());
            }
            played_files += 1;
        }
    }
    assert!(played_files >= 16, "{played_files} transcripts");
}

#[tokio::test]
async fn times_are_those_of_coming_and_going() {
    let between = Between::open().await;
    between.proxy.set(Weather { delay_ms: 40, ..Weather::default() });
    let (mut client, mut server) = between.connect().await;
    let before_us = between.ear.now_us();
    passes(&mut client, &mut server, b"GET /x HTTP/1.1\r\n\r\n").await;
    passes(&mut server, &mut client, b"HTTP/1.1 204 No Content\r\n\r\n").await;
    let heard = between.ear.heard();
    assert_eq!(
        heard.iter().map(|passed| kind(&passed.what)).collect::<Vec<_>>(),
        ["opened", "request", "answer"]
    );
    for passed in &heard[1..] {
        assert!(passed.came_us >= before_us && passed.went_us - passed.came_us >= 38_900, "{passed:?}");
    }
    assert!(heard[0].came_us <= heard[1].came_us && heard[2].came_us >= heard[1].went_us);
}

#[tokio::test]
async fn only_wanted_exchanges_are_told() {
    let upstream = TcpListener::bind(ANYWHERE).await.unwrap();
    let ear = Arc::new(Ear { word: "lane=board", ..Ear::default() });
    let proxy = Proxy::open(ANYWHERE, upstream.local_addr().unwrap(), Arc::<Ear>::clone(&ear)).await.unwrap();
    let between = Between { proxy, ear, upstream };
    let (mut client, mut server) = between.connect().await;
    for target in ["/api/time", "/poll/x?lane=board-poll", "/poll/x?lane=other"] {
        passes(&mut client, &mut server, format!("GET {target} HTTP/1.1\r\n\r\n").as_bytes()).await;
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{target}", target.len());
        passes(&mut server, &mut client, answer.as_bytes()).await;
    }
    drop((client, server));
    until("the end to be told", || between.ear.has_ended()).await;
    let told = between.ear.heard();
    let kinds: Vec<_> = told.iter().map(|passed| kind(&passed.what)).collect();
    assert_eq!(kinds, ["opened", "request", "answer", "body", "ended"]);
    assert_eq!(told[3].bytes, "/poll/x?lane=board-poll");
}

#[tokio::test]
async fn what_was_cut_off_is_told_as_lost() {
    let between = Between::open().await;
    let (mut client, mut server) = between.connect().await;
    passes(&mut client, &mut server, b"GET /ws/x HTTP/1.1\r\nupgrade: websocket\r\n\r\n").await;
    let switch = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n";
    passes(&mut server, &mut client, switch).await;
    between.proxy.cut(Cut::AfterBytes(6));
    server.write_all(b"\x81\x02hi\x81\x02no\x81\x02no\x81").await.unwrap();
    assert_eq!(rest(&mut client).await.0, b"\x81\x02hi\x81\x02");
    until("the end to be told", || between.ear.has_ended()).await;
    let told: Vec<_> =
        between.ear.heard().into_iter().skip(3).map(|passed| (passed.what, passed.bytes.to_vec())).collect();
    let known = [
        (What::Message { opcode: 1 }, b"\x81\x02hi".to_vec()),
        (What::Body, b"\x81\x02".to_vec()),
        (What::Lost, b"no".to_vec()),
        (What::Lost, b"\x81\x02no".to_vec()),
        (What::Lost, b"\x81".to_vec()),
        (What::Ended { cut: true }, Vec::new()),
    ];
    assert_eq!(told, known);
}

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;

const SSE: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
const SWITCH: &str = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";

/// A conversation, side by side: `true` is up.
type Said<'a> = [(bool, &'a [u8])];

/// Its pieces, read in parts of at most `most` bytes.
fn pieces(said: &Said<'_>, most: usize) -> Vec<(bool, Piece)> {
    let (mut parser, mut found, mut all) = (Parser::default(), Vec::new(), Vec::new());
    for (up, bytes) in said {
        for part in bytes.chunks(most.max(1)) {
            parser.push(*up, part, &mut found);
            all.extend(found.drain(..).map(|piece| (*up, piece)));
        }
    }
    for up in [true, false] {
        parser.end(up, &mut found);
        all.extend(found.drain(..).map(|piece| (up, piece)));
    }
    all
}

/// What they are, and that they are the same however the bytes are cut.
fn whats(said: &Said<'_>) -> Vec<What> {
    let whole = pieces(said, usize::MAX);
    for most in [1, 2, 7] {
        assert_eq!(pieces(said, most), whole, "in parts of {most}");
    }
    whole.into_iter().map(|(_, piece)| piece.what).collect()
}

fn request(target: &str) -> What {
    What::Request { target: target.to_owned() }
}

fn answer(status: u16) -> What {
    What::Answer { status }
}

#[test]
fn requests_and_answers_follow_each_other_on_one_connection() {
    let said: &Said<'_> = &[
        (true, b"GET /a HTTP/1.1\r\nhost: x\r\n\r\n"),
        (false, b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"),
        (true, b"POST /b HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}"),
        (false, b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n"),
        (true, b"HEAD /c HTTP/1.1\r\n\r\nGET /d HTTP/1.1\r\n\r\n"),
        (false, b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\n"),
        (true, b"GET /e HTTP/1.1\r\ncontent-length: 0\r\n\r\n"),
        (false, b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
        (true, b"GET /f HTTP/1.0\r\n\r\n"),
        (false, b"HTTP/1.0 200 OK\r\n\r\nup to the end"),
    ];
    let known = [
        request("/a"),
        answer(200),
        What::Body,
        request("/b"),
        What::Body,
        answer(100),
        answer(202),
        request("/c"),
        request("/d"),
        answer(200),
        answer(304),
        request("/e"),
        answer(200),
        What::Body,
        request("/f"),
        answer(200),
        What::Body,
    ];
    assert_eq!(whats(said), known);
}

#[test]
fn an_event_stream_is_told_block_by_block() {
    let said: &Said<'_> = &[
        (true, b"GET /sse/x HTTP/1.1\r\n\r\n"),
        (false, SSE.as_bytes()),
        (false, b"c\r\nretry: 2000\n\r\n9\r\ndata: 1\n\n\r\n12\r\ndata: 2\n\ndata: 3\n\n\r\n0\r\n\r\n"),
    ];
    let found = pieces(said, usize::MAX);
    assert_eq!(whats(said)[2..], [What::Event, What::Event, What::Event, What::Body]);
    let bytes: Vec<_> = found[2..].iter().map(|(_, piece)| piece.bytes).collect();
    assert_eq!(bytes, [17 + 14, 13, 11, 5], "the framing goes with the block that it carries");
}

#[test]
fn frames_are_told_one_by_one_in_both_directions() {
    let said: &Said<'_> = &[
        (true, b"GET /ws/x HTTP/1.1\r\nupgrade: websocket\r\n\r\n"),
        (false, SWITCH.as_bytes()),
        (false, b"\x81\x02hi\x89\x00"),
        (true, b"\x8a\x80\x01\x02\x03\x04\x81\x81\0\0\0\0a\x88\x82\0\0\0\0\x03\xe8"),
        (false, b"\x88\x02\x03\xe8"),
    ];
    let (text, close) = (What::Message { opcode: 1 }, What::Close { code: Some(1000) });
    let known = [text.clone(), What::Ping, What::Pong, text, close.clone(), close];
    assert_eq!(whats(said)[2..], known);
}

#[test]
fn an_answer_is_unending_while_it_may_go_on() {
    let mut parser = Parser::default();
    let mut told = |bytes: &[u8]| {
        parser.push(false, bytes, &mut Vec::new());
        parser.is_unending()
    };
    assert!(told(SSE.as_bytes()), "with its head: nginx holds that as well");
    assert!(told(b"9\r\ndata: 1\n\n\r\n"));
    assert!(!told(b"0\r\n\r\n"));
    assert!(!told(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel"));
    assert!(!told(b"lo"));
    assert!(!told(SWITCH.as_bytes()) && !told(b"\x81\x02h"), "a WebSocket passes as it comes");
}

#[test]
fn what_is_not_understood_is_a_body() {
    assert_eq!(whats(&[(true, b"\n")]), [What::Body]);
    assert_eq!(pieces(&[(false, b"SSH-2.0-x\r\n")], usize::MAX)[0].1.what, What::Body);
    let broken = [(false, SSE.as_bytes()), (false, b"no size\r\n")];
    assert_eq!(pieces(&broken, usize::MAX)[1].1, Piece { what: What::Body, bytes: 9 });
    let long = [b"GET / HTTP/1.1\r\nx: ".to_vec(), vec![b'x'; 3 * HEAD_BYTES_MAX]].concat();
    let told = pieces(&[(true, &long)], usize::MAX);
    assert!(told.iter().all(|(_, piece)| piece.what == What::Body));
}

#[test]
fn a_long_piece_is_told_in_parts_and_the_last_names_it() {
    let mut frame = b"\x82\x7f\0\0\0\0\0\x02\x00\x00".to_vec();
    frame.extend(vec![0; 2 << 16]);
    let said: &Said<'_> = &[(true, b"GET /w HTTP/1.1\r\n\r\n"), (false, SWITCH.as_bytes()), (false, &frame)];
    let parts: Vec<_> = pieces(said, 1 << 14)[2..].iter().map(|(_, piece)| piece.clone()).collect();
    let part = Piece { what: What::Body, bytes: PIECE_BYTES_MAX };
    assert_eq!(parts, [part.clone(), part, Piece { what: What::Message { opcode: 2 }, bytes: 10 }]);
    assert_eq!(whats(said).len(), 5);
}

#[test]
fn a_block_that_fills_a_part_ends_with_it() {
    let head: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
    let block = |end: &str| format!("data: {}{end}", "x".repeat(PIECE_BYTES_MAX - 6 - end.len()));
    for end in ["\r\r", "\n\n", "\r\n\r\n"] {
        let stream = format!("{}{}id: 1\r\r", block(end), block(end));
        let said: &Said<'_> = &[(false, head), (false, stream.as_bytes())];
        assert_eq!(
            whats(said),
            [answer(200), What::Event, What::Event, What::Body],
            "{}",
            end.escape_debug()
        );
        let bytes: Vec<_> = pieces(said, 1 << 14)[1..].iter().map(|(_, piece)| piece.bytes).collect();
        assert_eq!(bytes, [PIECE_BYTES_MAX, PIECE_BYTES_MAX, 7]);
    }
}

/// Beginnings from which much can go wrong.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let known: Vec<&[u8]> = vec![
        b"GET /a HTTP/1.1\r\n\r\n",
        b"POST /a HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n",
        SSE.as_bytes(),
        SWITCH.as_bytes(),
        b"9\r\ndata: 1\n\n\r\n",
        b"0\r\n\r\n",
        b"\r",
        b"\n",
        b"\x81\x02hi",
        b"\x88\xfe",
    ];
    let part = prop_oneof![select(known).prop_map(<[u8]>::to_vec), vec(any::<u8>(), 0..9)];
    vec(part, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    /// Nothing panics, and the pieces of each direction are all of its bytes, in whatever parts they come.
    #[test]
    fn pieces_are_the_bytes(said in vec((any::<bool>(), bytes()), 0..8), most in 1_usize..40) {
        let said: Vec<_> = said.iter().map(|(up, bytes)| (*up, bytes.as_slice())).collect();
        for up in [true, false] {
            let sum: usize = pieces(&said, most).iter().filter(|(to, _)| *to == up).map(|(_, piece)| piece.bytes).sum();
            let known: usize = said.iter().filter(|(to, _)| *to == up).map(|(_, bytes)| bytes.len()).sum();
            prop_assert_eq!(sum, known);
        }
    }

    /// A stream that is understood has the same pieces wherever it is cut.
    #[test]
    fn cuts_do_not_matter(lines in vec("[a-z]{0,9}", 0..9), end in select(vec!["\n", "\r\n", "\r"]), cut in any::<Index>()) {
        let mut stream = SSE.to_owned();
        for line in &lines {
            let block = format!("data: {line}{end}{}", if line.len() > 4 { end } else { "" });
            stream += &format!("{:x}\r\n{block}\r\n", block.len());
        }
        let (first, rest) = stream.as_bytes().split_at(cut.index(stream.len()));
        prop_assert_eq!(pieces(&[(false, first), (false, rest)], usize::MAX), pieces(&[(false, stream.as_bytes())], 1));
    }
}

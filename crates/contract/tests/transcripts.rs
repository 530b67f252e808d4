//! The transcripts that the lessons show: real bytes of a real server, reproducible. The market is seeded, the clock
//! stands still, jitter is seeded, and what must differ from run to run is made equal: the `date` header, the port,
//! and the client's WebSocket mask, which these clients choose to be zero.
//!
//! After the wire has changed on purpose: `just transcripts`, and read the diff.

use std::fs;
use std::path::Path;

use contract::{Inside, Raw, soon};

/// A conversation: what was sent and what came, in order.
struct Transcript {
    raw: Raw,
    text: String,
}

const KEY: &str = "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

impl Transcript {
    async fn open(inside: &Inside) -> Self {
        Self { raw: Raw::connect(inside.address()).await, text: String::new() }
    }

    async fn get(&mut self, path: &str, headers: &str) {
        self.raw.get(path, headers).await;
        self.write("->", &format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n"));
    }

    async fn shake(&mut self, path: &str) {
        self.get(path, &format!("connection: upgrade\r\nupgrade: websocket\r\n{KEY}")).await;
        self.until("\r\n\r\n").await;
    }

    /// What came up to and with `end`.
    async fn until(&mut self, end: &str) {
        let came = self.raw.until(end).await;
        self.write("<-", &came);
    }

    async fn answer(&mut self) {
        let answer = self.raw.answer().await;
        self.write("<-", &(answer.head + &answer.body));
    }

    /// So many WebSocket frames from the server, unmasked as they must be (RFC 6455 5.1).
    async fn frames(&mut self, count: usize) {
        for _ in 0..count {
            let head = self.raw.bytes(2).await;
            assert_eq!(head[1] & 0x80, 0, "a server does not mask");
            let (mut length, mut bytes) = (usize::from(head[1]), head.clone());
            if length == 126 {
                bytes.extend(self.raw.bytes(2).await);
                length = usize::from(bytes[2]) << 8 | usize::from(bytes[3]);
            }
            let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let payload = self.raw.bytes(length).await;
            let shown = match head[0] {
                0x81 => String::from_utf8(payload).expect("text"),
                0x88 => format!("close {}", u16::from_be_bytes([payload[0], payload[1]])),
                0x89 => "ping".to_owned(),
                other => panic!("frame {other:02x}"),
            };
            self.text += &format!("<= {} {shown}\n", hex.join(" "));
        }
    }

    /// The chunks of an answer, one line each with its size: `SIZE CRLF`, the bytes, `CRLF` (RFC 9112 7.1).
    async fn chunks(&mut self, count: usize) {
        for _ in 0..count {
            let size = self.raw.until("\r\n").await;
            let length = usize::from_str_radix(size.trim_end(), 16).expect("a chunk size");
            let body = String::from_utf8(self.raw.bytes(length + 2).await).expect("text");
            self.write("<-", &(size + &body));
        }
    }

    fn note(&mut self, what: &str) {
        self.text += &format!("   {what}\n");
    }

    fn write(&mut self, arrow: &str, bytes: &str) {
        for line in bytes.split_inclusive('\n') {
            let shown = line.replace('\r', "\\r").replace('\n', "\\n");
            let shown = if shown.starts_with("date: ") { "date: (now)\\r\\n".to_owned() } else { shown };
            self.text += &format!("{arrow} {shown}\n");
        }
    }

    fn check(&self, way: &str, name: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../{way}/transcripts/{name}.txt"));
        if std::env::var_os("WRITE_TRANSCRIPTS").is_some() {
            fs::create_dir_all(path.parent().expect("a folder")).expect("a writable tree");
            fs::write(&path, &self.text).expect("a writable tree");
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(self.text, kept, "{way}/{name}: `just transcripts` writes it anew");
    }
}

const TWO: &str = "symbols=ACME,BOLT";

#[tokio::test]
async fn poll() {
    let inside = Inside::start().await;
    let cursor = inside.site().feeds().ticker().feed().head();
    let mut first = Transcript::open(&inside).await;
    first.get(&format!("/poll/stock-price?{TWO}"), "").await;
    first.answer().await;
    first.check("poll", "first");

    let mut resume = Transcript::open(&inside).await;
    resume.get(&format!("/poll/stock-price?after={}-{}", cursor.epoch, cursor.seq - 2), "").await;
    resume.answer().await;
    resume.check("poll", "resume");

    let mut gap = Transcript::open(&inside).await;
    gap.get(&format!("/poll/stock-price?{TWO}&after=k3x9a1-5"), "").await;
    gap.answer().await;
    gap.check("poll", "gap");

    let mut heartbeat = Transcript::open(&inside).await;
    heartbeat.get(&format!("/poll/stock-price?{TWO}"), &format!("if-none-match: \"{cursor}\"\r\n")).await;
    heartbeat.answer().await;
    heartbeat.note("(no heartbeat: a poll holds no connection open; this is an answer without news)");
    heartbeat.check("poll", "heartbeat");

    let mut shutdown = Transcript::open(&inside).await;
    shutdown.get(&format!("/poll/stock-price?{TWO}"), "").await;
    shutdown.answer().await;
    assert_eq!(inside.drain().await.cut, 0);
    assert_eq!(shutdown.raw.rest().await, b"");
    shutdown.note("(the server stops: it closes the idle connection)");
    shutdown.check("poll", "shutdown");
}

#[tokio::test]
async fn long_poll() {
    let inside = Inside::start().await;
    let cursor = inside.site().feeds().ticker().feed().head();
    let mut first = Transcript::open(&inside).await;
    first.get(&format!("/long-poll/stock-price?{TWO}"), "").await;
    first.answer().await;
    first.get(&format!("/long-poll/stock-price?after={cursor}"), "").await;
    contract::until("the poll to be held", || inside.site().waiters() == 1).await;
    first.note("(held until there is a price)");
    inside.publish(1);
    first.answer().await;
    first.check("long-poll", "first");

    let mut resume = Transcript::open(&inside).await;
    resume.get(&format!("/long-poll/stock-price?after={}-{}", cursor.epoch, cursor.seq - 1), "").await;
    resume.answer().await;
    resume.check("long-poll", "resume");

    let mut gap = Transcript::open(&inside).await;
    gap.get(&format!("/long-poll/stock-price?{TWO}&after=k3x9a1-5"), "").await;
    gap.answer().await;
    gap.check("long-poll", "gap");

    let head = inside.site().feeds().ticker().feed().head();
    let mut heartbeat = Transcript::open(&inside).await;
    heartbeat.get(&format!("/long-poll/stock-price?after={head}&hold=0.2"), "").await;
    heartbeat.note("(0.2 s without a price)");
    heartbeat.answer().await;
    heartbeat.check("long-poll", "heartbeat");

    let mut shutdown = Transcript::open(&inside).await;
    shutdown.get(&format!("/long-poll/stock-price?after={head}"), "").await;
    contract::until("the poll to be held", || inside.site().waiters() == 1).await;
    shutdown.note("(the server stops)");
    let (drained, ()) = tokio::join!(inside.drain(), shutdown.answer());
    assert_eq!((drained.cut, shutdown.raw.rest().await), (0, vec![]));
    shutdown.check("long-poll", "shutdown");
}

#[tokio::test]
async fn sse() {
    let inside = Inside::with(|options| options.limits.heartbeat_ms = 200).await;
    let cursor = inside.site().feeds().ticker().feed().head();
    let mut first = Transcript::open(&inside).await;
    first.get(&format!("/sse/stock-price?{TWO}"), "").await;
    first.until("\r\n\r\n").await;
    first.chunks(4).await;
    inside.publish(1);
    first.note("(a price)");
    first.chunks(1).await;
    first.check("sse", "first");

    let mut resume = Transcript::open(&inside).await;
    resume.get("/sse/stock-price", &format!("last-event-id: {}-{}\r\n", cursor.epoch, cursor.seq - 1)).await;
    resume.until("\r\n\r\n").await;
    resume.chunks(4).await;
    resume.check("sse", "resume");

    let mut gap = Transcript::open(&inside).await;
    gap.get(&format!("/sse/stock-price?{TWO}"), "last-event-id: k3x9a1-5\r\n").await;
    gap.until("\r\n\r\n").await;
    gap.chunks(5).await;
    gap.check("sse", "gap");

    let mut heartbeat = Transcript::open(&inside).await;
    heartbeat.get("/sse/chat", "").await;
    heartbeat.until("\r\n\r\n").await;
    heartbeat.chunks(3).await;
    heartbeat.note("(a silence: 15 s unless the limit is changed)");
    heartbeat.chunks(1).await;
    heartbeat.check("sse", "heartbeat");

    let mut shutdown = Transcript::open(&inside).await;
    shutdown.get("/sse/chat", "").await;
    shutdown.until("\r\n\r\n").await;
    shutdown.chunks(3).await;
    shutdown.note("(the server stops)");
    let (drained, ()) = tokio::join!(inside.drain(), shutdown.chunks(1));
    assert_eq!((drained.cut, shutdown.raw.rest().await), (0, vec![]));
    shutdown.check("sse", "shutdown");
}

#[tokio::test]
async fn ws() {
    let inside = Inside::with(|options| options.limits.heartbeat_ms = 200).await;
    let cursor = inside.site().feeds().ticker().feed().head();
    let mut first = Transcript::open(&inside).await;
    first.shake(&format!("/ws/stock-price?{TWO}")).await;
    first.frames(4).await;
    inside.publish(1);
    first.note("(a price)");
    first.frames(1).await;
    let op = br#"{"op":"subscribe","symbols":["ACME"]}"#;
    // Masked as a client must, with the mask 00 00 00 00, so that the text can be read.
    first.raw.send([&[0x81, 0x80 | op.len() as u8, 0, 0, 0, 0], &op[..]].concat()).await;
    first.text += &format!("=> 81 {:02x} 00 00 00 00 {}\n", 0x80 | op.len(), String::from_utf8_lossy(op));
    first.frames(3).await;
    first.check("ws", "first");

    let mut resume = Transcript::open(&inside).await;
    resume.shake(&format!("/ws/stock-price?after={}-{}", cursor.epoch, cursor.seq - 1)).await;
    resume.frames(4).await;
    resume.check("ws", "resume");

    let mut gap = Transcript::open(&inside).await;
    gap.shake(&format!("/ws/stock-price?{TWO}&after=k3x9a1-5")).await;
    gap.frames(5).await;
    gap.check("ws", "gap");

    let mut heartbeat = Transcript::open(&inside).await;
    heartbeat.shake("/ws/chat").await;
    heartbeat.frames(2).await;
    heartbeat.note("(a silence: 15 s unless the limit is changed)");
    heartbeat.frames(1).await;
    heartbeat.check("ws", "heartbeat");

    let mut shutdown = Transcript::open(&inside).await;
    shutdown.shake("/ws/chat").await;
    shutdown.frames(2).await;
    shutdown.note("(the server stops)");
    let drained = tokio::spawn(inside.drain());
    shutdown.frames(1).await;
    shutdown.raw.send([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9]).await;
    shutdown.text += "=> 88 82 00 00 00 00 close 1001\n";
    // The other conversations of this test do not answer the close frame: they are given a second for it.
    drop((first, resume, gap, heartbeat));
    assert_eq!(soon("the drain", drained).await.expect("no panic").cut, 0);
    assert_eq!(shutdown.raw.rest().await, b"");
    shutdown.check("ws", "shutdown");
}

//! Bytes and events: the event stream format of HTML 9.2.5 and 9.2.6, written and read.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::{BufMut as _, Bytes, BytesMut};
use feed::{Batch, Cursor, Epoch, Event, Gap};
use memchr::memchr2;
use serde::Deserialize;
use transport::{Error, Heard, Ring};

/// The event streams that were made of the newest events, beside the log.
#[derive(Debug)]
pub struct Encoded(pub Ring);

/// The longest event that a client takes, in bytes: a bound for a server that never ends one.
pub const EVENT_MAX: usize = 1 << 20;

// #region encode
/// What a batch is on the wire; empty for the end, which is the end of the stream. `name` is the topic's event name.
#[must_use]
pub fn encode(encoded: &Encoded, batch: &Batch, epoch: Epoch, name: Option<&str>) -> Bytes {
    let event = |event: &Event| encoded.0.get(event, |event| encode_event(event, epoch, name));
    match batch {
        Batch::Hello { head, conflated } => {
            let flag = if *conflated { ",\"conflated\":true" } else { "" };
            format!("event: hello\ndata: {{\"epoch\":\"{}\",\"head\":{}{flag}}}\n\n", head.epoch, head.seq)
                .into()
        }
        // The usual case shares the bytes with every other reader.
        Batch::Events(events) if events.len() == 1 => event(&events[0]),
        Batch::Events(events) => {
            let mut all = BytesMut::new();
            events.iter().for_each(|one| all.put(event(one)));
            all.into()
        }
        // Without an id: a client that reconnects now still has the cursor from before the gap.
        Batch::Gap(gap) => {
            format!("event: gap\ndata: {}\n\n", serde_json::to_string(gap).unwrap_or_default()).into()
        }
        Batch::Cursor(cursor) => encode_cursor(*cursor),
        Batch::End => Bytes::new(),
    }
}

/// An event that only moves the client's last event id. It has data, because Firefox forgets an id without.
#[must_use]
pub fn encode_cursor(cursor: Cursor) -> Bytes {
    format!("id: {cursor}\nevent: cursor\ndata: {{}}\n\n").into()
}

/// How long to wait before reconnecting. It belongs to the next event's block.
#[must_use]
pub fn encode_retry(ms: u64) -> Bytes {
    format!("retry: {ms}\n").into()
}
// #endregion

// #region event
/// An event's block: where it stands, its name if the topic gives one, its JSON, and an empty line.
fn encode_event(event: &Event, epoch: Epoch, name: Option<&str>) -> Bytes {
    let mut text = BytesMut::with_capacity(event.json().len() + 48);
    text.put(format!("id: {epoch}-{}\n", event.seq()).as_bytes());
    if let Some(name) = name {
        text.put(format!("event: {name}\n").as_bytes());
    }
    // JSON holds LF only between its tokens: each line becomes a field of its own, and the client joins them again.
    for line in event.json().split(|byte| *byte == b'\n') {
        text.put(&b"data: "[..]);
        text.put(line);
        text.put_u8(b'\n');
    }
    text.put_u8(b'\n');
    text.into()
}
// #endregion

// #region say
// None: nothing can be said on an answer. Whoever wants to makes a request of its own.
// #endregion

/// Reads an event stream, however it is cut into chunks (HTML 9.2.6). Text is decoded as UTF-8 with replacement.
#[derive(Debug, Default)]
pub struct Parser {
    line: Vec<u8>,
    data: Vec<u8>,
    name: Vec<u8>,
    /// The id of the event that is being read: it counts when that event is dispatched.
    next_id: Arc<str>,
    /// The last event id. Shared with the events, so that a long one is not copied for each.
    id: Arc<str>,
    /// A CR ended the last line: an LF that follows belongs to it.
    after_cr: bool,
    /// The first line is behind us, and with it any byte order mark.
    begun: bool,
    ready: VecDeque<Frame>,
}

/// What the format can tell a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A message event.
    Event {
        /// Its type; empty is `message`.
        name: String,
        /// Its lines, joined by LF.
        data: String,
        /// The last event id when it was dispatched.
        id: Arc<str>,
    },
    /// A new reconnection time, in milliseconds.
    Retry(u64),
}

impl Parser {
    /// Takes the next bytes of the stream.
    ///
    /// # Errors
    /// [`Error::Malformed`] when an event is longer than [`EVENT_MAX`].
    pub fn push(&mut self, mut chunk: &[u8]) -> Result<(), Error> {
        while !chunk.is_empty() {
            if std::mem::take(&mut self.after_cr) && chunk[0] == b'\n' {
                chunk = &chunk[1..];
                continue;
            }
            let end = memchr2(b'\n', b'\r', chunk);
            self.bound(end.unwrap_or(chunk.len()))?;
            let Some(end) = end else {
                self.line.extend_from_slice(chunk);
                break;
            };
            self.after_cr = chunk[end] == b'\r';
            if self.line.is_empty() {
                self.take(&chunk[..end]);
            } else {
                self.line.extend_from_slice(&chunk[..end]);
                let mut line = std::mem::take(&mut self.line);
                self.take(&line);
                line.clear();
                self.line = line;
            }
            chunk = &chunk[end + 1..];
        }
        Ok(())
    }

    /// Refuses `more` bytes that would make the event too long, before they are kept.
    fn bound(&self, more: usize) -> Result<(), Error> {
        let long = self.name.len() + self.data.len() + self.line.len() + more > EVENT_MAX;
        if long { Err(Error::Malformed(format!("an event of more than {EVENT_MAX} bytes"))) } else { Ok(()) }
    }

    /// The next thing that is complete. What the stream leaves unfinished is dropped.
    pub fn frame(&mut self) -> Option<Frame> {
        self.ready.pop_front()
    }

    /// The id of the last whole event, also of one without data: what a reconnecting client sends.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        &self.id
    }

    // #region parse
    /// Takes a line, which is a field; an empty one ends the event.
    fn take(&mut self, mut line: &[u8]) {
        if !std::mem::replace(&mut self.begun, true) {
            line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        }
        if line.is_empty() {
            return self.dispatch();
        }
        let (field, value) = match line.iter().position(|byte| *byte == b':') {
            Some(0) => return,
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &[][..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" => {
                self.data.extend_from_slice(value);
                self.data.push(b'\n');
            }
            b"event" => value.clone_into(&mut self.name),
            b"id" if !value.contains(&0) => self.next_id = String::from_utf8_lossy(value).into(),
            b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                self.ready.extend(text(value).parse().ok().map(Frame::Retry));
            }
            _ => {}
        }
    }

    /// Hands over the event, if it has data. Its id is kept even if not.
    fn dispatch(&mut self) {
        self.id = Arc::clone(&self.next_id);
        if let Some(data) = self.data.strip_suffix(b"\n") {
            let (name, data) = (text(&self.name), text(data));
            self.ready.push_back(Frame::Event { name, data, id: self.id.clone() });
        }
        self.data.clear();
        self.name.clear();
    }
    // #endregion
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

// #region decode
/// What a client hears in a frame.
///
/// # Errors
/// When it does not follow the contract.
pub fn decode(frame: Frame) -> Result<Heard, Error> {
    #[derive(Deserialize)]
    struct Hello {
        epoch: String,
    }
    match frame {
        Frame::Retry(ms) => Ok(Heard::Retry(std::time::Duration::from_millis(ms))),
        Frame::Event { name, data, id } => match name.as_str() {
            "hello" => {
                let hello: Hello = serde_json::from_str(&data).map_err(Error::malformed)?;
                Ok(Heard::Open { epoch: hello.epoch.parse().map_err(Error::malformed)? })
            }
            "gap" => serde_json::from_str::<Gap>(&data).map(Heard::Gap).map_err(Error::malformed),
            "cursor" => id.parse().map(Heard::Cursor).map_err(Error::malformed),
            _ => {
                let cursor: Cursor = id.parse().map_err(Error::malformed)?;
                Heard::event(cursor.epoch, data.into())
            }
        },
    }
}
// #endregion

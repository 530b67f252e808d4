//! The JSON body that polling and long polling share:
//! `{"epoch":"k3x9a1","cursor":"k3x9a1-1042","events":[…],"gap":null,"end":false}`.

use bytes::Bytes;
use feed::{Batch, Cursor, Epoch, Event, Gap, Reader, Reason};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::heard::{Error, Heard};

/// What one answer tells.
#[derive(Debug)]
pub struct Answer {
    cursor: Cursor,
    events: Vec<Event>,
    gap: Option<Gap>,
    end: bool,
    conflated: bool,
}

impl Answer {
    /// Everything that `reader` has now.
    #[must_use]
    pub fn ready(reader: &mut Reader) -> Self {
        let cursor = reader.cursor();
        let mut answer = Self { cursor, events: Vec::new(), gap: None, end: false, conflated: false };
        answer.gather(reader);
        answer
    }

    /// Waits until `reader` has news and adds all of it. Cancelling it loses nothing.
    pub async fn next(&mut self, reader: &mut Reader) {
        while !self.has_news() {
            let batch = reader.next().await;
            self.add(batch);
            self.gather(reader);
        }
    }

    /// Whether there is anything to tell.
    #[must_use]
    pub fn has_news(&self) -> bool {
        self.end || self.gap.is_some() || !self.events.is_empty()
    }

    /// Where the client stands after this answer.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// The events.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The event that is all of this answer, if it is just one and nothing else: what most long polls are told.
    #[must_use]
    pub fn only_event(&self) -> Option<&Event> {
        match self.events.as_slice() {
            [event] if self.is_plain() && self.cursor.seq == event.seq() => Some(event),
            _ => None,
        }
    }

    /// Whether it tells no gap and no end.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.gap.is_none() && !self.end && !self.conflated
    }

    /// The body.
    #[must_use]
    pub fn json(&self) -> Bytes {
        let length: usize = self.events.iter().map(|event| event.json().len() + 1).sum();
        let mut body = Vec::with_capacity(length + 160);
        let Cursor { epoch, .. } = self.cursor;
        body.extend_from_slice(
            format!("{{\"epoch\":\"{epoch}\",\"cursor\":\"{}\",\"events\":[", self.cursor).as_bytes(),
        );
        for (place, event) in self.events.iter().enumerate() {
            if place > 0 {
                body.push(b',');
            }
            body.extend_from_slice(event.json());
        }
        // A gap is three plain values: it always serialises.
        let gap = serde_json::to_string(&self.gap).unwrap_or_default();
        let conflated = if self.conflated { ",\"conflated\":true" } else { "" };
        body.extend_from_slice(format!("],\"gap\":{gap},\"end\":{}{conflated}}}", self.end).as_bytes());
        body.into()
    }

    fn gather(&mut self, reader: &mut Reader) {
        while !self.end {
            let Some(batch) = reader.ready() else { break };
            self.add(batch);
        }
        self.cursor = reader.cursor();
    }

    fn add(&mut self, batch: Batch) {
        match batch {
            // A second hello: the market was changed while this answer was waited for.
            Batch::Hello { head, .. } if head.epoch != self.cursor.epoch => {
                self.cursor = Cursor { seq: 0, ..head };
                self.events.clear();
                self.gap = Some(Gap { first: None, last: head.seq, reason: Reason::Epoch });
            }
            Batch::Hello { conflated, .. } => self.conflated = conflated,
            Batch::Events(events) => self.events.extend(events),
            Batch::Gap(gap) => self.gap = Some(gap),
            Batch::Cursor(cursor) => self.cursor = cursor,
            Batch::End => self.end = true,
        }
    }

    /// What a client hears in a body.
    ///
    /// # Errors
    /// [`Error::Malformed`] when it is no such body.
    pub fn hear(body: &[u8]) -> Result<Vec<Heard>, Error> {
        #[derive(Deserialize)]
        struct Body<'a> {
            epoch: String,
            cursor: String,
            #[serde(borrow)]
            events: Vec<&'a RawValue>,
            gap: Option<Gap>,
            end: bool,
        }
        let body: Body<'_> = serde_json::from_slice(body).map_err(Error::malformed)?;
        let epoch: Epoch = body.epoch.parse().map_err(Error::malformed)?;
        let cursor: Cursor = body.cursor.parse().map_err(Error::malformed)?;
        let mut heard = vec![Heard::Open { epoch }];
        heard.extend(body.gap.map(Heard::Gap));
        for event in body.events {
            heard.push(Heard::event(epoch, Bytes::copy_from_slice(event.get().as_bytes()))?);
        }
        heard.push(Heard::Cursor(cursor));
        if body.end {
            heard.push(Heard::End);
        }
        Ok(heard)
    }
}

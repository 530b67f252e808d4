//! Bytes and events: one JSON body an answer, the same as polling's, and 204 when there was nothing.

use bytes::Bytes;
use feed::Event;
use transport::{Answer, Error, Heard, Ring};

/// The bodies that were made of the newest events, beside the log.
#[derive(Debug)]
pub struct Encoded(pub Ring);

// #region encode
/// The body of an answer. All who waited for the same event are told the same, so that body is encoded once.
#[must_use]
pub fn encode(encoded: &Encoded, answer: &Answer) -> Bytes {
    match answer.only_event() {
        Some(event) => encoded.0.get(event, |_: &Event| answer.json()),
        None => answer.json(),
    }
}
// #endregion

// #region event
// None: a body holds the event's JSON, as the log encoded it.
// #endregion

// #region say
// None: the question is a URL, and that is all a client says.
// #endregion

// #region parse
// None: a body has its length, so it is read whole before it is decoded.
// #endregion

// #region decode
/// What a client hears in the body of an answer.
///
/// # Errors
/// When it is no such body.
pub fn decode(body: &[u8]) -> Result<Vec<Heard>, Error> {
    Answer::hear(body)
}
// #endregion

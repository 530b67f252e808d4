//! Bytes and events: one JSON body an answer, and the tag that says whether it is a new one (RFC 9110 8.8.3).

use bytes::Bytes;
use feed::{Cursor, Event};
use transport::{Answer, Error, Heard, Ring};

/// The bodies that were made of the newest events, beside the log.
#[derive(Debug)]
pub struct Encoded(pub Ring);

// #region encode
/// The body of an answer. A whole snapshot is the same for everyone who asks before the next event, so it is encoded
/// once.
#[must_use]
pub fn encode(encoded: &Encoded, answer: &Answer, whole_snapshot: bool) -> Bytes {
    match answer.events().last().filter(|_| whole_snapshot && answer.is_plain()) {
        Some(newest) if newest.seq() == answer.cursor().seq => {
            encoded.0.get(newest, |_: &Event| answer.json())
        }
        _ => answer.json(),
    }
}

/// The entity tag of an answer: where its reader stands after it.
#[must_use]
pub fn etag(cursor: Cursor) -> String {
    format!("\"{cursor}\"")
}

/// Whether one of the tags of `If-None-Match` is `etag`, compared weakly (RFC 9110 13.1.2).
#[must_use]
pub fn matches(if_none_match: &str, etag: &str) -> bool {
    if_none_match.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
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

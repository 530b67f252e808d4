//! Bytes and events: one text message an event, its JSON as it is; messages with a `type` are about the stream.

use axum::extract::ws::Utf8Bytes;
use bytes::Bytes;
use feed::{Batch, Cursor, Epoch, Gap, Reason};
use serde::Deserialize;
use serde_json::json;
use transport::{Error, Heard};

// #region encode
/// The messages that tell a batch; none for the end, which is a close frame.
#[must_use]
pub fn encode(batch: &Batch) -> Vec<Utf8Bytes> {
    match batch {
        Batch::Hello { head, conflated } => {
            let flag = if *conflated { ",\"conflated\":true" } else { "" };
            vec![
                format!("{{\"type\":\"hello\",\"epoch\":\"{}\",\"head\":{}{flag}}}", head.epoch, head.seq)
                    .into(),
            ]
        }
        Batch::Events(events) => {
            events.iter().filter_map(|event| event.json().clone().try_into().ok()).collect()
        }
        Batch::Gap(gap) => {
            let members = serde_json::to_string(gap).unwrap_or_default().replacen('{', "", 1);
            vec![format!("{{\"type\":\"gap\",{members}").into()]
        }
        Batch::Cursor(cursor) => vec![encode_cursor(*cursor)],
        Batch::End => Vec::new(),
    }
}

/// Where the reader stands.
#[must_use]
pub fn encode_cursor(cursor: Cursor) -> Utf8Bytes {
    format!("{{\"type\":\"cursor\",\"cursor\":\"{cursor}\"}}").into()
}

/// A message that could not be followed; nothing changed by it.
#[must_use]
pub fn encode_error(title: &str) -> Utf8Bytes {
    json!({"type": "error", "title": title}).to_string().into()
}
// #endregion

// #region event
// None: an event's message is its JSON, which the log encoded when it was published. Nothing is kept beside it.
// #endregion

// #region say
/// What a client may say.
#[derive(Debug, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase", deny_unknown_fields)]
pub enum Op {
    /// Replaces the filter; an empty list wants all.
    Subscribe {
        /// The symbols that are wanted.
        symbols: Vec<String>,
    },
    /// Says something on `chat`.
    Say {
        /// Who.
        user: String,
        /// What.
        text: String,
    },
}

/// Reads what a client said.
///
/// # Errors
/// The title of the answer, when it is none of the operations.
pub fn decode_op(text: &str) -> Result<Op, String> {
    let help =
        r#"send {"op":"subscribe","symbols":[...]} or, on chat, {"op":"say","user":"...","text":"..."}"#;
    serde_json::from_str(text).map_err(|error| format!("not understood: {error}; {help}"))
}
// #endregion

// #region parse
// None: frames, masks and fragments (RFC 6455 5) are tungstenite's.
// #endregion

// #region decode
/// What a client hears in a text message. `epoch` is the life of the last hello; only a hello changes it.
///
/// # Errors
/// When it does not follow the contract.
pub fn decode(text: Bytes, epoch: &mut Option<Epoch>) -> Result<Heard, Error> {
    #[derive(Deserialize)]
    struct Message<'a> {
        r#type: Option<&'a str>,
        epoch: Option<&'a str>,
        cursor: Option<&'a str>,
        first: Option<u64>,
        last: Option<u64>,
        reason: Option<Reason>,
        title: Option<String>,
    }
    let incomplete = || Error::Malformed("a message without what its type needs".to_owned());
    let message: Message<'_> = serde_json::from_slice(&text).map_err(Error::malformed)?;
    match message.r#type {
        None => {
            Heard::event(epoch.ok_or_else(|| Error::Malformed("an event before the hello".to_owned()))?, text)
        }
        Some("hello") => {
            let new = message.epoch.ok_or_else(incomplete)?.parse().map_err(Error::malformed)?;
            *epoch = Some(new);
            Ok(Heard::Open { epoch: new })
        }
        Some("cursor") => {
            message.cursor.ok_or_else(incomplete)?.parse().map(Heard::Cursor).map_err(Error::malformed)
        }
        Some("gap") => {
            let (last, reason) =
                (message.last.ok_or_else(incomplete)?, message.reason.ok_or_else(incomplete)?);
            Ok(Heard::Gap(Gap { first: message.first, last, reason }))
        }
        Some(kind) => {
            Err(Error::Malformed(message.title.unwrap_or_else(|| format!("a message of type {kind:?}"))))
        }
    }
}
// #endregion

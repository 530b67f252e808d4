//! What a client hears, whichever way carried it.

use std::io;
use std::time::Duration;

use axum::http::StatusCode;
use bytes::Bytes;
use feed::{Cursor, Epoch, Gap};
use serde::Deserialize;

/// One thing that a session brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A life was greeted.
    Open {
        /// Which.
        epoch: Epoch,
    },
    /// An event.
    Event {
        /// Where the client stands with it.
        cursor: Cursor,
        /// When its publication was due, in Unix microseconds.
        at: u64,
        /// Its JSON as it was sent.
        json: Bytes,
    },
    /// Something cannot be given; the newest event of each key follows.
    Gap(Gap),
    /// Everything up to here was looked at.
    Cursor(Cursor),
    /// The server asks to wait so long before reconnecting.
    Retry(Duration),
    /// An answer without news.
    Empty,
    /// The topic has ended; nothing will follow, here or on a new connection.
    End,
}

/// Why a session broke.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The connection could not be made or broke.
    #[error("the connection failed: {0}")]
    Io(#[from] io::Error),
    /// What came was no HTTP, or stopped in the middle.
    #[error("the HTTP exchange failed: {0}")]
    Http(#[from] hyper::Error),
    /// The server refused.
    #[error("the server refused with status {status}")]
    Refused {
        /// Its status.
        status: StatusCode,
        /// How long it asks to stay away.
        retry_after: Option<Duration>,
    },
    /// What came does not follow the contract.
    #[error("the server sent something malformed: {0}")]
    Malformed(String),
    /// The server said nothing for longer than a living one does.
    #[error("the server was silent for {} s", .0.as_secs_f64())]
    Silent(Duration),
}

impl Heard {
    /// An event of this life.
    ///
    /// # Errors
    /// [`Error::Malformed`] when `json` is no object with `seq` and `at`.
    pub fn event(epoch: Epoch, json: Bytes) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Head {
            seq: u64,
            at: u64,
        }
        let Head { seq, at } = serde_json::from_slice(&json).map_err(Error::malformed)?;
        Ok(Self::Event { cursor: Cursor { epoch, seq }, at, json })
    }
}

impl Error {
    /// An [`Error::Malformed`] with its cause.
    #[expect(clippy::needless_pass_by_value, reason = "it is the argument of map_err")]
    pub fn malformed(cause: impl ToString) -> Self {
        Self::Malformed(cause.to_string())
    }

    /// Whether asking again as before must fail again: the request itself is wrong.
    #[must_use]
    pub fn is_final(&self) -> bool {
        let again = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY, StatusCode::TOO_MANY_REQUESTS];
        matches!(self, Self::Refused { status, .. } if status.is_client_error() && !again.contains(status))
    }

    /// How long the server asked to stay away.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

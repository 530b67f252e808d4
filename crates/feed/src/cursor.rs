//! Where a reader stands: `EPOCH-SEQ`, for example `k3x9a1-1042`.
//!
//! The sequence number alone is not enough: after a restart the same number may mean another event. The epoch names
//! one life of the log, so a cursor of another life is recognised instead of silently continued. Lesson 04.

use std::fmt;
use std::str::FromStr;

/// Sequence numbers lie below this (2^53), so that JavaScript can hold every one of them exactly.
pub const SEQ_END: u64 = 1 << 53;

/// One life of a log: six characters of `[a-z0-9]`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Epoch([u8; 6]);

impl Epoch {
    /// The epoch that stands for `hash`: the same input, the same epoch, on every machine.
    #[must_use]
    pub fn of(mut hash: u64) -> Self {
        let mut text = [0; 6];
        for place in &mut text {
            *place = b"abcdefghijklmnopqrstuvwxyz0123456789"[(hash % 36) as usize];
            hash /= 36;
        }
        Self(text)
    }

    /// The six characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Epoch {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let bytes: [u8; 6] = text.as_bytes().try_into().map_err(|_| BadCursor)?;
        let good = bytes.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        good.then_some(Self(bytes)).ok_or(BadCursor)
    }
}

/// A position in a log: the last event that its owner has, or the head that was scanned for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// The life in which `seq` counts.
    pub epoch: Epoch,
    /// Everything up to and with this number is known; 0 is before the first event.
    pub seq: u64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.seq)
    }
}

impl FromStr for Cursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let (epoch, seq) = text.split_once('-').ok_or(BadCursor)?;
        Ok(Self { epoch: epoch.parse()?, seq: seq_of(seq)? })
    }
}

/// What a client says it has already, as it arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// `EPOCH-SEQ`, or a bare `SEQ` (`epoch` is `None`), which means the current epoch: for typing by hand only.
    Seq {
        /// The life it was given in.
        epoch: Option<Epoch>,
        /// The last number it has.
        seq: u64,
    },
    /// Something that is no cursor, where the wire gives no way to refuse it (`Last-Event-ID`).
    Malformed,
}

impl From<Cursor> for Since {
    fn from(cursor: Cursor) -> Self {
        Self::Seq { epoch: Some(cursor.epoch), seq: cursor.seq }
    }
}

impl FromStr for Since {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        match text.split_once('-') {
            Some(_) => text.parse().map(Cursor::into),
            None => Ok(Self::Seq { epoch: None, seq: seq_of(text)? }),
        }
    }
}

/// The text is not `[EPOCH-]SEQ` with an epoch of six `[a-z0-9]` and a number below 2^53.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor: it has the form EPOCH-SEQ, as in k3x9a1-1042")]
pub struct BadCursor;

/// Digits only: `u64::from_str` alone would also take a leading plus sign.
fn seq_of(text: &str) -> Result<u64, BadCursor> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let seq = if digits { text.parse().map_err(|_| BadCursor)? } else { return Err(BadCursor) };
    if seq < SEQ_END { Ok(seq) } else { Err(BadCursor) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let cursor = Cursor { epoch: Epoch::of(42), seq: 1042 };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        assert_eq!("1042".parse(), Ok(Since::Seq { epoch: None, seq: 1042 }));
    }

    #[test]
    fn refuses_everything_else() {
        for text in
            ["", "-", "-1", "+1", "k3x9a1-", "k3x9a1-+1", "K3X9A1-1", "k3x9a-1", "k3x9a1-1-2", "1 ", "９"]
        {
            assert_eq!(text.parse::<Since>(), Err(BadCursor), "{text:?}");
        }
        assert_eq!(format!("k3x9a1-{SEQ_END}").parse::<Cursor>(), Err(BadCursor));
        assert_eq!("99999999999999999999999".parse::<Since>(), Err(BadCursor));
    }
}

//! One event: what was published, encoded once, shared by every reader.

use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;

/// What an event replaces: the symbol of a price, by its place in the symbol list. Topics without keys use 0.
pub type Key = u32;

/// An event of a log. Cloning copies a pointer.
#[derive(Clone, Debug)]
pub struct Event(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    seq: u64,
    at: u64,
    key: Key,
    json: Bytes,
}

impl Event {
    /// Encodes the event: `{"seq":…,"at":…,` and the fields. This is the only encoding of its JSON.
    pub(crate) fn new(seq: u64, at: u64, key: Key, fields: &Fields) -> Self {
        let mut json = String::with_capacity(48 + fields.0.len());
        // Writing to a String cannot fail.
        write!(json, "{{\"seq\":{seq},\"at\":{at},{}}}", fields.0).unwrap_or_default();
        Self(Arc::new(Inner { seq, at, key, json: json.into() }))
    }

    /// Its number in this epoch.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.0.seq
    }

    /// The instant for which its publication was scheduled, in Unix microseconds.
    #[must_use]
    pub fn at(&self) -> u64 {
        self.0.at
    }

    /// Whether both are one and the same event.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// What it replaces.
    #[must_use]
    pub fn key(&self) -> Key {
        self.0.key
    }

    /// The event's JSON, UTF-8: the same bytes on all four ways.
    #[must_use]
    pub fn json(&self) -> &Bytes {
        &self.0.json
    }
}

/// The members of an event's JSON object beside `seq` and `at`, without the braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields(String);

impl Fields {
    /// Members that are already JSON, as in `"symbol":"ACME","value":123.40`: for figures whose form matters.
    #[must_use]
    pub fn raw(members: String) -> Self {
        Self(members)
    }

    /// The members of a value that serialises as an object. Each on a line of its own if `lines` is set: SSE then
    /// needs several `data:` lines for one event (HTML 9.2.6).
    ///
    /// # Errors
    /// When `object` is not an object, or its serialisation fails.
    pub fn of(object: &impl Serialize, lines: bool) -> Result<Self, serde_json::Error> {
        let text = if lines { serde_json::to_string_pretty(object)? } else { serde_json::to_string(object)? };
        let inside = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        inside.map(|text| Self(text.to_owned())).ok_or_else(|| serde::ser::Error::custom("not an object"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_follow_seq_and_at() {
        let fields = Fields::of(&serde_json::json!({"text": "a\nb"}), false).unwrap();
        assert_eq!(Event::new(7, 9, 0, &fields).json(), &r#"{"seq":7,"at":9,"text":"a\nb"}"#);
        assert!(Fields::of(&[1], false).is_err());
    }
}

//! What a page may say on its live connection: one object with one member.

use serde_json::Value;

use crate::phones::Key;
use crate::way::{names, place};

/// One message of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// `{"presenter":TOKEN}`
    Presenter(String),
    /// `{"join":null}` or `{"join":"sse"}`, with `"key"` if the phone has been here before.
    Join(Option<usize>, Option<Key>),
    /// `{"got":{"epoch":"k3x9a1","seq":1042}}`
    Got { epoch: String, seq: u64 },
    /// `{"bet":"sse"}`
    Bet(usize),
    /// `{"bye":true}`
    Bye,
}

impl Said {
    /// Reads a message.
    ///
    /// # Errors
    /// With what is wrong and what would be right, for the page.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|_| "this is no JSON".to_owned())?;
        let Value::Object(mut members) = value else { return Err("send an object".to_owned()) };
        let key = members.remove("key");
        let (Some((name, value)), 1) = (members.iter().next(), members.len()) else {
            return Err("send one of presenter, join, got, bet and bye".to_owned());
        };
        match (name.as_str(), value) {
            ("presenter", Value::String(token)) => Ok(Self::Presenter(token.clone())),
            ("join", Value::Null) => Ok(Self::Join(None, key.as_ref().and_then(read_key))),
            ("join", lane) => Ok(Self::Join(Some(read_lane(lane)?), key.as_ref().and_then(read_key))),
            ("got", got) => match (got["epoch"].as_str(), got["seq"].as_u64()) {
                (Some(epoch), Some(seq)) => Ok(Self::Got { epoch: epoch.to_owned(), seq }),
                _ => Err("got takes {\"epoch\":\"k3x9a1\",\"seq\":1042}".to_owned()),
            },
            ("bet", lane) => Ok(Self::Bet(read_lane(lane)?)),
            ("bye", Value::Bool(true)) => Ok(Self::Bye),
            _ => Err("send one of presenter, join, got, bet and bye".to_owned()),
        }
    }
}

/// A key that is none is as good as none: the phone is a new one.
fn read_key(key: &Value) -> Option<Key> {
    let text = key.as_str().filter(|text| text.len() == 16)?;
    Key::from_str_radix(text, 16).ok()
}

fn read_lane(lane: &Value) -> Result<usize, String> {
    let known = || format!("the lanes are {}", names().join(", "));
    lane.as_str().and_then(place).ok_or_else(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_is_read() {
        for (text, said) in [
            (r#"{"presenter":"abc"}"#, Said::Presenter("abc".to_owned())),
            (r#"{"join":null}"#, Said::Join(None, None)),
            (r#"{"join":"sse","key":"00000000000000ff"}"#, Said::Join(Some(3), Some(255))),
            (r#"{"join":null,"key":"no key"}"#, Said::Join(None, None)),
            (r#"{"got":{"epoch":"k3x9a1","seq":7}}"#, Said::Got { epoch: "k3x9a1".to_owned(), seq: 7 }),
            (r#"{"bet":"ws"}"#, Said::Bet(2)),
            (r#"{"bye":true}"#, Said::Bye),
        ] {
            assert_eq!(Said::read(text), Ok(said), "{text}");
        }
    }

    #[test]
    fn what_is_bad_is_told_what_is_good() {
        for (text, way_out) in [
            ("", "no JSON"),
            ("[]", "an object"),
            ("{}", "one of presenter"),
            (r#"{"bye":false}"#, "one of presenter"),
            (r#"{"bet":"sse","bye":true}"#, "one of presenter"),
            (r#"{"join":"tcp"}"#, "poll, long-poll, ws, sse"),
            (r#"{"bet":7}"#, "the lanes are"),
            (r#"{"got":7}"#, "epoch"),
            (r#"{"got":{"epoch":"k3x9a1","seq":-1}}"#, "seq"),
        ] {
            assert!(Said::read(text).unwrap_err().contains(way_out), "{text}");
        }
    }
}

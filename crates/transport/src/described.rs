//! One way of a foreign server: how it is asked, and where in its words an event stands.
//!
//! A foreign server needs no hello, no epoch and no cursor. Its first answer counts as the greeting, all it says
//! belongs to one life, and a client that comes back names the number of the last event, if the way has a place for it.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use bytes::Bytes;
use feed::{Cursor, Epoch};
use form_urlencoded::byte_serialize;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use serde_json::value::RawValue;

use crate::heard::{Error, Heard};

/// What may be replaced in a path.
const PLACES: [&str; 2] = ["after", "hold"];
/// Of what a server said, so much is repeated in an error.
const SHOWN_MAX: usize = 120;

/// One way of a foreign server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Described {
    /// Path and query. `{after}` becomes the number of the last event, `{hold}` the seconds that a long poll may be
    /// held. A parameter for which there is no value yet is left out.
    #[serde(deserialize_with = "template")]
    path: String,
    /// Where the events stand in a body or message: a list of them, oldest first, or a single one.
    #[serde(default)]
    events: Pointer,
    /// Where an event has its number, which rises by one.
    #[serde(default = "Pointer::seq")]
    seq: Pointer,
    /// Where an event has the instant for which it was scheduled, in Unix microseconds.
    #[serde(default = "Pointer::at")]
    at: Pointer,
    /// Where a body tells the number up to which it was looked; else it is that of its last event.
    cursor: Option<Pointer>,
    /// What has something here is about the stream (a greeting, a heartbeat) and no event.
    skip: Option<Pointer>,
    /// Whether `ETag` and `Last-Modified` of an answer are sent back with the next request (RFC 9110 13.1), by which
    /// the server knows what is new.
    #[serde(default)]
    validators: bool,
}

impl Described {
    /// The request target. `parameters` are the values of the placeholders.
    #[must_use]
    pub fn path_and_query(&self, parameters: &[(&str, &dyn Display)]) -> String {
        let fill = |part: &str| {
            let filled = parameters.iter().fold(part.to_owned(), |text, (name, value)| {
                let value: String = byte_serialize(value.to_string().as_bytes()).collect();
                text.replace(&format!("{{{name}}}"), &value)
            });
            (!filled.contains('{')).then_some(filled)
        };
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let query = query.split('&').filter(|part| !part.is_empty()).filter_map(fill).collect::<Vec<_>>();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
    }

    /// Whether a poll can say where it stands, so that it is told everything since.
    #[must_use]
    pub fn resumes(&self) -> bool {
        self.validators || self.path.contains("{after}")
    }

    /// Whether the validators of an answer are sent back with the next request.
    #[must_use]
    pub fn repeats_validators(&self) -> bool {
        self.validators
    }

    /// The greeting of a server that says none: it has answered.
    #[must_use]
    pub fn open(&self) -> Heard {
        Heard::Open { epoch: life() }
    }

    /// What a client hears in the body of an answer: that it was answered, the events, and where it stands now.
    ///
    /// # Errors
    /// [`Error::Malformed`] when it is not as described.
    pub fn answer(&self, body: &[u8]) -> Result<Vec<Heard>, Error> {
        let mut heard = self.message(body)?;
        let told = match &self.cursor {
            Some(pointer) => Some(pointer.number(json(body)?)?),
            None => heard.iter().rev().find_map(|heard| match heard {
                Heard::Event { cursor, .. } => Some(cursor.seq),
                _ => None,
            }),
        };
        heard.insert(0, self.open());
        heard.extend(told.map(|seq| Heard::Cursor(Cursor { epoch: life(), seq })));
        Ok(heard)
    }

    /// The events in a message, or in the data of an event of SSE.
    ///
    /// # Errors
    /// [`Error::Malformed`] when it is not as described.
    pub fn message(&self, text: &[u8]) -> Result<Vec<Heard>, Error> {
        let whole = json(text)?;
        if self.skip.as_ref().is_some_and(|skip| skip.find(whole).is_some()) {
            return Ok(Vec::new());
        }
        let place = self.events.find(whole).ok_or_else(|| self.events.nothing(whole))?;
        if place.get().starts_with('[') {
            let events: Vec<&RawValue> = serde_json::from_str(place.get()).map_err(Error::malformed)?;
            events.into_iter().map(|event| self.event(event)).collect()
        } else {
            Ok(vec![self.event(place)?])
        }
    }

    fn event(&self, event: &RawValue) -> Result<Heard, Error> {
        let cursor = Cursor { epoch: life(), seq: self.seq.number(event)? };
        let at = self.at.number(event)?;
        Ok(Heard::Event { cursor, at, json: Bytes::copy_from_slice(event.get().as_bytes()) })
    }
}

/// The one life of a server that names none.
fn life() -> Epoch {
    Epoch::of(0)
}

fn json(text: &[u8]) -> Result<&RawValue, Error> {
    serde_json::from_slice(text).map_err(Error::malformed)
}

/// A place in a JSON text (RFC 6901). The empty one is all of it.
#[derive(Clone, Debug, Default)]
struct Pointer(String);

impl Pointer {
    fn seq() -> Self {
        Self("/seq".to_owned())
    }

    fn at() -> Self {
        Self("/at".to_owned())
    }

    fn find<'a>(&self, whole: &'a RawValue) -> Option<&'a RawValue> {
        self.0.split('/').skip(1).try_fold(whole, |value, token| {
            if value.get().starts_with('[') {
                let items: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
                items.get(token.parse::<usize>().ok()?).copied()
            } else {
                let mut members: BTreeMap<String, &RawValue> = serde_json::from_str(value.get()).ok()?;
                members.remove(&token.replace("~1", "/").replace("~0", "~"))
            }
        })
    }

    fn number(&self, whole: &RawValue) -> Result<u64, Error> {
        let number = self.find(whole).and_then(|value| serde_json::from_str(value.get()).ok());
        number.ok_or_else(|| Error::Malformed(format!("no whole number at {self} of {}", shown(whole))))
    }

    fn nothing(&self, whole: &RawValue) -> Error {
        Error::Malformed(format!("nothing at {self} of {}", shown(whole)))
    }
}

fn shown(text: &RawValue) -> String {
    text.get().chars().take(SHOWN_MAX).collect()
}

impl Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl<'de> Deserialize<'de> for Pointer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() || text.starts_with('/') {
            return Ok(Self(text));
        }
        Err(D::Error::custom(
            "a JSON pointer begins with a slash, as in \"/seq\"; an empty one is the whole text",
        ))
    }
}

fn template<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if !text.starts_with('/') {
        return Err(D::Error::custom("a path begins with a slash, as in \"/long-poll?after={after}\""));
    }
    check_places(&text, &PLACES).map_err(D::Error::custom)?;
    let path = text.split('?').next().unwrap_or_default();
    if path.contains('{') {
        return Err(D::Error::custom(
            "a placeholder stands behind the question mark, as in \"?after={after}\"",
        ));
    }
    Ok(text)
}

/// Whether every `{name}` in `text` is one of `known`.
pub(crate) fn check_places(text: &str, known: &[&str]) -> Result<(), String> {
    for part in text.split('{').skip(1) {
        let name = part.split_once('}').map(|(name, _)| name);
        if !name.is_some_and(|name| known.contains(&name)) {
            let known = known.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join(", ");
            return Err(format!("unknown placeholder in {text:?}; there are {known}"));
        }
    }
    Ok(())
}

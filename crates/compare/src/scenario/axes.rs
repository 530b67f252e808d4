//! The keys that can be swept: each holds one value or a list of them.

use std::ops::{Range, RangeInclusive};

use serde::de::IntoDeserializer as _;
use serde::de::value::Error as Unknown;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::CLIENTS;
use super::bad::Wrong;
use super::quantity;
use super::sweep::defaults;
use crate::settings::{Encode, Front, Heads, Polls};

/// The values of one key, and where they stand in the text.
#[derive(Clone, Debug)]
pub(super) struct Axis<T> {
    pub(super) values: Vec<T>,
    pub(super) span: Range<usize>,
}

impl<T> From<T> for Axis<T> {
    fn from(value: T) -> Self {
        Self { values: vec![value], span: 0..0 }
    }
}

/// Every key that can be swept.
#[derive(Clone, Debug)]
pub(super) struct Axes {
    pub(super) servers: Axis<String>,
    pub(super) ways: Axis<String>,
    pub(super) clients: Axis<u32>,
    pub(super) rate: Axis<f64>,
    pub(super) symbols: Axis<u32>,
    pub(super) payload_bytes: Axis<u32>,
    pub(super) interval_ms: Axis<u64>,
    pub(super) hold_ms: Axis<u64>,
    pub(super) polls: Axis<Polls>,
    pub(super) keep_alive: Axis<bool>,
    pub(super) heads: Axis<Heads>,
    pub(super) ws_buffer_bytes: Axis<u32>,
    pub(super) encode: Axis<Encode>,
    pub(super) front: Axis<Front>,
    pub(super) late_ms: Axis<u64>,
}

/// The names of the keys, for whoever wrote another one.
pub(super) const KEYS: &str = "servers, ways, clients, rate, symbols, payload, interval, hold, polls, keep_alive, \
                               heads, ws_buffer, encode, front, late";

impl Default for Axes {
    fn default() -> Self {
        let plain = defaults();
        let ways = crate::WAYS.map(|way| way.card().name.to_owned()).into();
        Self {
            servers: plain.server.into(),
            ways: Axis { values: ways, span: 0..0 },
            clients: plain.clients.into(),
            rate: plain.rate.into(),
            symbols: plain.symbols.into(),
            payload_bytes: plain.payload_bytes.into(),
            interval_ms: plain.interval_ms.into(),
            hold_ms: plain.hold_ms.into(),
            polls: plain.polls.into(),
            keep_alive: plain.keep_alive.into(),
            heads: plain.heads.into(),
            ws_buffer_bytes: plain.ws_buffer_bytes.into(),
            encode: plain.encode.into(),
            front: plain.front.into(),
            late_ms: plain.late_ms.into(),
        }
    }
}

type Value<'a> = Spanned<DeValue<'a>>;

impl Axes {
    /// Sets one key. Returns whether it is one of these.
    pub(super) fn set(&mut self, key: &str, value: &Value<'_>) -> Result<bool, Wrong> {
        match key {
            "servers" => self.servers = list(value, server)?,
            "ways" => self.ways = list(value, way)?,
            "clients" => self.clients = list(value, |value| number(value, &CLIENTS))?,
            "rate" => self.rate = list(value, rate)?,
            "symbols" => self.symbols = list(value, |value| number(value, &(1..=100)))?,
            "payload" => self.payload_bytes = list(value, payload)?,
            "interval" => self.interval_ms = list(value, |value| time(value, &(10..=600_000)))?,
            "hold" => self.hold_ms = list(value, |value| time(value, &(100..=60_000)))?,
            "polls" => self.polls = list(value, |value| word(value, "newest or all"))?,
            "keep_alive" => self.keep_alive = list(value, boolean)?,
            "heads" => self.heads = list(value, |value| word(value, "minimal or browser"))?,
            "ws_buffer" => self.ws_buffer_bytes = list(value, ws_buffer)?,
            "encode" => self.encode = list(value, |value| word(value, "once or each"))?,
            "front" => {
                let fronts = "none, nginx, nginx-buffering, nginx-gzip or nginx-http2";
                self.front = list(value, |value| word(value, fronts))?;
            }
            "late" => self.late_ms = list(value, |value| time(value, &(0..=1_000)))?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Sets every key of a table, and refuses those that are none.
    pub(super) fn set_all(&mut self, table: &DeTable<'_>) -> Result<(), Wrong> {
        for (key, value) in table {
            if !self.set(key.get_ref(), value)? {
                let what = format!("there is no key {:?} for a cell", key.get_ref());
                return Err(Wrong::new(&key.span(), what, format!("a cell has {KEYS}")));
            }
        }
        Ok(())
    }
}

/// One value, or a list of them.
fn list<T>(value: &Value<'_>, one: impl Fn(&Value<'_>) -> Result<T, Wrong>) -> Result<Axis<T>, Wrong> {
    let values = match value.get_ref() {
        DeValue::Array(values) => values.iter().map(one).collect::<Result<Vec<_>, _>>()?,
        _ => vec![one(value)?],
    };
    if values.is_empty() {
        return Err(Wrong::new(
            &value.span(),
            "this list is empty",
            "name at least one value, or leave the key out",
        ));
    }
    Ok(Axis { values, span: value.span() })
}

/// The text of a value that must be one.
pub(super) fn text<'a>(value: &'a Value<'_>, example: &str) -> Result<&'a str, Wrong> {
    let wrong = || Wrong::new(&value.span(), "this must be text in quotes", format!("as in {example}"));
    value.get_ref().as_str().ok_or_else(wrong)
}

/// Whether a text has small letters, digits and hyphens only.
pub(super) fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty() && text.chars().all(fits)
}

fn server(value: &Value<'_>) -> Result<String, Wrong> {
    let name = text(value, "servers = [\"fourways\", \"node\"]")?;
    if !is_name(name) {
        let way_out = "a server's name has small letters, digits and hyphens, as in fourways";
        return Err(Wrong::new(&value.span(), format!("{name:?} is no name of a server"), way_out));
    }
    Ok(name.to_owned())
}

fn way(value: &Value<'_>) -> Result<String, Wrong> {
    let name = text(value, "ways = [\"ws\", \"sse\"]")?;
    if crate::way(name).is_none() {
        let way_out = format!("the ways are {}", crate::known_ways());
        return Err(Wrong::new(&value.span(), format!("there is no way {name:?}"), way_out));
    }
    Ok(name.to_owned())
}

/// A whole number within bounds.
pub(super) fn number(value: &Value<'_>, range: &RangeInclusive<u32>) -> Result<u32, Wrong> {
    let read = value.get_ref().as_integer().filter(|whole| whole.radix() == 10);
    let read = read.and_then(|whole| whole.as_str().parse().ok());
    read.filter(|number| range.contains(number)).ok_or_else(|| {
        let (least, most) = (range.start(), range.end());
        let way_out = format!("write a whole number from {least} to {most}, without quotes");
        Wrong::new(&value.span(), "this number is not possible here", way_out)
    })
}

fn rate(value: &Value<'_>) -> Result<f64, Wrong> {
    let read = match value.get_ref() {
        DeValue::Integer(whole) => whole.as_str().parse().ok(),
        DeValue::Float(float) => float.as_str().parse().ok(),
        _ => None,
    };
    read.filter(|rate| (0.1..=10_000.0).contains(rate)).ok_or_else(|| {
        let way_out = "write events a second, 0.1 to 10000, as in rate = 2";
        Wrong::new(&value.span(), "this is no rate", way_out)
    })
}

fn boolean(value: &Value<'_>) -> Result<bool, Wrong> {
    let wrong = || {
        Wrong::new(&value.span(), "this must be true or false", "without quotes, as in keep_alive = false")
    };
    value.get_ref().as_bool().ok_or_else(wrong)
}

/// A time in milliseconds within bounds.
pub(super) fn time(value: &Value<'_>, range: &RangeInclusive<u64>) -> Result<u64, Wrong> {
    let read = value.get_ref().as_str().and_then(quantity::ms);
    read.filter(|ms| range.contains(ms)).ok_or_else(|| {
        let (least, most) = (range.start(), range.end());
        let way_out = format!("write a number with ms, s or min, as in \"1s\"; from {least} ms to {most} ms");
        Wrong::new(&value.span(), "this is no time that is possible here", way_out)
    })
}

fn size(value: &Value<'_>, least: u32, most: u32) -> Result<u32, Wrong> {
    let read = value.get_ref().as_str().and_then(quantity::bytes);
    read.filter(|bytes| (least..=most).contains(bytes)).ok_or_else(|| {
        let way_out =
            format!("write a number with B, kB or KiB, as in \"4 KiB\"; from {least} B to {most} B");
        Wrong::new(&value.span(), "this is no size that is possible here", way_out)
    })
}

fn payload(value: &Value<'_>) -> Result<u32, Wrong> {
    size(value, 0, 60 * 1024)
}

fn ws_buffer(value: &Value<'_>) -> Result<u32, Wrong> {
    size(value, 128, 1024 * 1024)
}

/// One of the words that a type knows.
fn word<T: for<'a> serde::Deserialize<'a>>(value: &Value<'_>, words: &str) -> Result<T, Wrong> {
    let written = value.get_ref().as_str();
    let read = written.and_then(|text| {
        let word: serde::de::value::StrDeserializer<'_, Unknown> = text.into_deserializer();
        T::deserialize(word).ok()
    });
    read.ok_or_else(|| {
        let what = written
            .map_or_else(|| "this must be a word".to_owned(), |text| format!("there is no {text:?} here"));
        Wrong::new(&value.span(), what, format!("write {words}, in quotes"))
    })
}

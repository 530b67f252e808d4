//! Settings in words: which of them vary, in which order cells stand, and what a cell is called.

use std::cmp::Ordering;

use super::lang::Words;
use super::number;
use crate::{Encode, Front, Heads, Polls, Settings};

/// One key of the settings.
struct Key {
    name: &'static str,
    /// Whether it belongs to this way.
    applies: fn(&str) -> bool,
    /// Its value, as text that tells values apart.
    value: fn(&Settings) -> String,
    /// Its value, in words.
    words: fn(&Settings) -> Words,
}

/// The keys in the order of [`Settings`].
const KEYS: &[Key] = &[
    Key { name: "server", applies: any, value: |s| s.server.clone(), words: |s| server(&s.server) },
    Key { name: "way", applies: any, value: |s| s.way.clone(), words: |s| way(&s.way) },
    Key { name: "clients", applies: any, value: |s| s.clients.to_string(), words: |s| clients(s.clients) },
    Key { name: "rate", applies: any, value: |s| s.rate.to_string(), words: |s| rate(s.rate) },
    Key { name: "symbols", applies: any, value: |s| s.symbols.to_string(), words: |s| symbols(s.symbols) },
    Key {
        name: "payload_bytes",
        applies: any,
        value: |s| s.payload_bytes.to_string(),
        words: |s| payload(s.payload_bytes),
    },
    Key {
        name: "interval_ms",
        applies: is_poll,
        value: |s| s.interval_ms.to_string(),
        words: |s| interval(s.interval_ms),
    },
    Key {
        name: "hold_ms",
        applies: is_long_poll,
        value: |s| s.hold_ms.to_string(),
        words: |s| hold(s.hold_ms),
    },
    Key { name: "polls", applies: is_poll, value: |s| format!("{:?}", s.polls), words: |s| polls(s.polls) },
    Key {
        name: "keep_alive",
        applies: asks,
        value: |s| s.keep_alive.to_string(),
        words: |s| keep_alive(s.keep_alive),
    },
    Key { name: "heads", applies: any, value: |s| format!("{:?}", s.heads), words: |s| heads(s.heads) },
    Key {
        name: "ws_buffer_bytes",
        applies: is_ws,
        value: |s| s.ws_buffer_bytes.to_string(),
        words: |s| ws_buffer(s.ws_buffer_bytes),
    },
    Key { name: "encode", applies: any, value: |s| format!("{:?}", s.encode), words: |s| encode(s.encode) },
    Key { name: "front", applies: any, value: |s| s.front.to_string(), words: |s| front(s.front) },
    Key { name: "late_ms", applies: any, value: |s| s.late_ms.to_string(), words: |s| late(s.late_ms) },
];

/// What stands in the heading of a group; the others tell the rows of a group apart.
const OUTER: [&str; 5] = ["clients", "rate", "symbols", "payload_bytes", "late_ms"];

/// Keys in which settings differ. A key that belongs to some ways only varies if it does so among those.
#[must_use]
pub(super) fn varied(all: &[&Settings]) -> Vec<&'static str> {
    let differs = |key: &&Key| {
        let mut values =
            all.iter().filter(|settings| (key.applies)(&settings.way)).map(|settings| (key.value)(settings));
        let first = values.next();
        values.any(|value| Some(value) != first)
    };
    KEYS.iter().filter(differs).map(|key| key.name).collect()
}

/// The order of cells: by load, then server and way as they are taught, then what belongs to a way.
pub(super) fn order(a: &Settings, b: &Settings) -> Ordering {
    let place = |s: &Settings| {
        (
            (s.late_ms, s.payload_bytes, s.symbols, s.clients),
            (s.server != "fourways", s.server.clone()),
            (crate::place(&s.way), s.way.clone()),
            (s.front as u8, s.encode as u8, s.heads as u8, s.ws_buffer_bytes, !s.keep_alive),
            (s.polls as u8, s.interval_ms, s.hold_ms),
        )
    };
    a.rate.total_cmp(&b.rate).then_with(|| place(a).cmp(&place(b)))
}

/// All of a cell that varies, its way first.
#[must_use]
pub(super) fn full(settings: &Settings, varied: &[&str]) -> Words {
    let mut words = inner(settings, varied);
    words.extend(of(settings, |name| OUTER.contains(&name) && varied.contains(&name)));
    Words::listed(&words)
}

/// What tells the rows of a group apart.
pub(super) fn row(settings: &Settings, varied: &[&str]) -> Words {
    Words::listed(&inner(settings, varied))
}

/// What a group has in common, as far as groups differ in it; empty where there is but one group.
pub(super) fn group(settings: &Settings, varied: &[&str]) -> Words {
    let words: Vec<_> = of(settings, |name| OUTER.contains(&name) && varied.contains(&name)).collect();
    Words::listed(&words)
}

/// What all cells have in common, in words.
pub(super) fn common(settings: &Settings, varied: &[&str]) -> Words {
    // That nothing was delayed on purpose goes without saying.
    let said = |name: &str| OUTER.contains(&name) && (name != "late_ms" || settings.late_ms > 0);
    let words: Vec<_> = of(settings, |name| said(name) && !varied.contains(&name)).collect();
    Words::listed(&words)
}

fn inner(settings: &Settings, varied: &[&str]) -> Vec<Words> {
    // The interval is what polling is: it stands there even where there is only one.
    let named = |name: &str| name == "interval_ms" || varied.contains(&name);
    let mut words = vec![way(&settings.way)];
    words.extend(of(settings, |name| name != "way" && !OUTER.contains(&name) && named(name)));
    words
}

fn of(settings: &Settings, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = Words> {
    KEYS.iter()
        .filter(move |key| wanted(key.name) && (key.applies)(&settings.way))
        .map(|key| (key.words)(settings))
        .filter(|words| !words.en.is_empty())
}

fn any(_: &str) -> bool {
    true
}
fn is_poll(way: &str) -> bool {
    way == "poll"
}
fn is_long_poll(way: &str) -> bool {
    way == "long-poll"
}
fn is_ws(way: &str) -> bool {
    way == "ws"
}
/// Whether its clients send requests while they listen.
pub(super) fn asks(way: &str) -> bool {
    is_poll(way) || is_long_poll(way)
}

/// A way's name.
pub(super) fn way(name: &str) -> Words {
    crate::way(name)
        .map_or_else(|| Words::name(name), |way| Words::new(way.card().title, way.card().title_zh))
}

fn server(name: &str) -> Words {
    Words::new(format!("server {name}"), format!("服务器 {name}"))
}

fn clients(n: u32) -> Words {
    let count = number::plain(n.into(), "count");
    let s = if n == 1 { "" } else { "s" };
    Words::new(format!("{count} client{s}"), format!("{count} 个客户端"))
}

/// Updates a second.
pub(super) fn rate(rate: f64) -> Words {
    let count = if rate.fract() == 0.0 { number::plain(rate, "count") } else { rate.to_string() };
    let s = if (rate - 1.0).abs() < f64::EPSILON { "" } else { "s" };
    Words::new(format!("{count} update{s} a second"), format!("每秒 {count} 笔更新"))
}

fn symbols(n: u32) -> Words {
    let s = if n == 1 { "" } else { "s" };
    Words::new(format!("{n} symbol{s}"), format!("{n} 只股票"))
}

fn payload(bytes: u32) -> Words {
    if bytes == 0 {
        return Words::default();
    }
    let size = number::with_unit(bytes.into(), "B");
    Words::new(format!("events of {size}"), format!("事件 {size}"))
}

/// A length of time as it was set: no digits are added to it.
fn set_time(ms: u64) -> String {
    if ms >= 1000 {
        number::joined(&(ms as f64 / 1000.0).to_string(), "s")
    } else {
        number::joined(&ms.to_string(), "ms")
    }
}

fn interval(ms: u64) -> Words {
    Words::new(format!("every {}", set_time(ms)), format!("每 {}", set_time(ms)))
}

fn hold(ms: u64) -> Words {
    Words::new(format!("hold {}", set_time(ms)), format!("挂起 {}", set_time(ms)))
}

fn polls(polls: Polls) -> Words {
    match polls {
        Polls::Newest => Words::new("newest only", "只取最新"),
        Polls::All => Words::new("all events", "取全部事件"),
    }
}

fn keep_alive(on: bool) -> Words {
    if on {
        Words::new("connection reused", "复用连接")
    } else {
        Words::new("a connection per request", "每次请求新建连接")
    }
}

fn heads(heads: Heads) -> Words {
    match heads {
        Heads::Minimal => Words::new("minimal heads", "最小请求头"),
        Heads::Browser => Words::new("heads of a browser", "浏览器的请求头"),
    }
}

fn ws_buffer(bytes: u32) -> Words {
    let size = number::joined(&(f64::from(bytes) / 1024.0).to_string(), "KiB");
    Words::new(format!("buffers {size}"), format!("缓冲区 {size}"))
}

fn encode(encode: Encode) -> Words {
    match encode {
        Encode::Once => Words::new("encoded once", "只编码一次"),
        Encode::Each => Words::new("encoded for each client", "为每个客户端编码"),
    }
}

fn front(front: Front) -> Words {
    match front {
        Front::None => Words::new("direct", "直连"),
        Front::Nginx => Words::new("behind nginx", "经 nginx"),
        Front::NginxBuffering => Words::new("behind nginx that buffers", "经缓冲的 nginx"),
        Front::NginxGzip => Words::new("behind nginx that compresses", "经压缩的 nginx"),
        Front::NginxHttp2 => Words::new("behind nginx with HTTP/2", "经支持 HTTP/2 的 nginx"),
    }
}

fn late(ms: u64) -> Words {
    if ms == 0 {
        return Words::new("no delay", "无延迟");
    }
    Words::new(format!("delayed by {}", set_time(ms)), format!("故意延迟 {}", set_time(ms)))
}

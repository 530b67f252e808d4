//! The arithmetic of a plan. Every figure comes with its lowest and highest round, and every number carries both along.

use super::price::{ASKED, PUSHED, Price, figure, price};
use super::{Needs, Number, WayPlan, choose};
use crate::report::lang::{Words, sentence};
use crate::report::spread::Spread;
use crate::report::view::{Cell, Value, View};
use crate::report::{labels, number};

/// The plan for `way`.
pub(super) fn of(view: &View, needs: &Needs, way: &'static str) -> WayPlan {
    let title = title(way, needs);
    let Some(cell) = choose::cell(view, needs, way) else {
        return refused(way, title, None, not_measured(view, way));
    };
    let measured = Some(cell.label.clone());
    let Some(price) = price(cell, needs) else {
        return refused(
            way,
            title,
            measured,
            lacks("bytes and requests per update", "每笔更新的字节数和请求数", "quick"),
        );
    };
    let arrives = match arrives(cell, needs) {
        Ok(arrives) => arrives,
        Err(why) => return refused(way, title, measured, why),
    };
    let (users, cpu) = (needs.users as f64, &price.cpu_us);
    let cores = (*cpu * price.times_per_s).times(users / 1e6);
    let memory = memory(cell).map(|each| each.times(users));
    let heads = f64::from(needs.packet_bytes) * if labels::asks(way) { ASKED } else { PUSHED };
    let bandwidth = (price.bytes.and(heads) * price.times_per_s).times(users);
    let mut numbers = vec![
        servers(needs, cores, memory.as_ref().ok().copied()),
        Number {
            id: "cores",
            unit: "cores",
            title: Words::new("cores busy", "占用的核"),
            value: Value::Measured(cores),
            rests_on: Words::new(
                format!("users × {} × {}", price.words.en, figure(*cpu, "us", "CPU")),
                format!("用户数 × {} × {}", price.words.zh, figure(*cpu, "us", "CPU")),
            ),
        },
        memory_number(cell, memory),
        Number {
            id: "bandwidth",
            unit: "bytes/s",
            title: Words::new("bandwidth, both ways", "带宽（双向）"),
            value: Value::Measured(bandwidth),
            rests_on: Words::new(
                format!(
                    "users × {} × ({} + {heads} B of packet heads)",
                    price.words.en,
                    figure(price.bytes, "B", "bytes")
                ),
                format!(
                    "用户数 × {} ×（{} + 包头 {heads} B）",
                    price.words.zh,
                    figure(price.bytes, "B", "字节")
                ),
            ),
        },
        arrives,
    ];
    if labels::asks(way) {
        numbers.push(Number {
            id: "requests",
            unit: "requests/s",
            title: Words::new("requests a second", "每秒请求"),
            value: Value::Measured(price.times_per_s.times(users)),
            rests_on: Words::new(
                format!("users × {}", price.words.en),
                format!("用户数 × {}", price.words.zh),
            ),
        });
    }
    if way != "poll" {
        numbers.extend(break_even(view, needs, &price, heads));
    }
    WayPlan { way, title, measured, refused: None, numbers }
}

fn refused(way: &'static str, title: Words, measured: Option<Words>, why: Words) -> WayPlan {
    WayPlan { way, title, measured, refused: Some(why), numbers: Vec::new() }
}

fn title(way: &str, needs: &Needs) -> Words {
    let name = labels::way(way);
    if way != "poll" {
        return name;
    }
    let interval = number::time(needs.freshness_s);
    Words::new(format!("{} every {interval}", name.en), format!("{}，每 {interval}", name.zh))
}

fn not_measured(view: &View, way: &str) -> Words {
    let there = choose::direct(view, way).next();
    let name = labels::way(way);
    match there.and_then(|cell| cell.figures.get("cpu_per_update")) {
        Some(Value::Missing { missing }) => Words::new(
            format!(
                "the run has no CPU figure of {}: {}; `fourways compare quick` measures it again",
                name.en, missing.en
            ),
            sentence(&[
                "这次测量没有",
                &name.zh,
                "的 CPU 数字：",
                &missing.zh,
                "；可用 `fourways compare quick` 重测",
            ]),
        ),
        _ => {
            let scenario = if way == "poll" { "frontier" } else { "quick" };
            Words::new(
                format!(
                    "the run did not measure {} (without a proxy); `fourways compare {scenario}` does",
                    name.en
                ),
                format!("这次测量没有测（不经代理的）{}；可用 `fourways compare {scenario}` 测", name.zh),
            )
        }
    }
}

fn lacks(en: &str, zh: &str, scenario: &str) -> Words {
    Words::new(
        format!("the run lacks {en}; `fourways compare {scenario}` measures it"),
        format!("这次测量缺少{zh}；可用 `fourways compare {scenario}` 测"),
    )
}

/// When an update arrives at the latest; an error when that is too late.
fn arrives(cell: &Cell, needs: &Needs) -> Result<Number, Words> {
    let (id, unit, title) = ("arrives", "s", Words::new("an update arrives within", "更新最迟到达"));
    if cell.settings.way == "poll" {
        let value = Value::Measured(Spread::exactly(needs.freshness_s));
        let rests_on = Words::new(
            "the interval; not measured: what lies between two polls is seen as the newest value only",
            "轮询间隔，并非测量值；两次轮询之间只看到最新的一笔",
        );
        return Ok(Number { id, unit, title, value, rests_on });
    }
    let latency = cell
        .spread("latency_p99")
        .ok_or_else(|| lacks("the latency of this way", "这种方式的延迟", "quick"))?;
    if latency.high / 1000.0 > needs.freshness_s {
        let (measured, wanted) = (figure(latency, "ms", ""), number::time(needs.freshness_s));
        return Err(Words::new(
            format!("its measured latency p99 of {measured} is over the wanted {wanted}"),
            format!("实测延迟 p99 为 {measured}，超过要求的 {wanted}"),
        ));
    }
    let rests_on = Words::new("measured latency p99, without a network", "实测延迟 p99，不含网络");
    Ok(Number { id, unit, title, value: Value::Measured(latency.times(1e-3)), rests_on })
}

/// Memory of one connection, user and kernel, in bytes.
fn memory(cell: &Cell) -> Result<Spread, Words> {
    let both = cell.spread("memory_user").zip(cell.spread("memory_kernel"));
    let both = both.map(|(user, kernel)| (user + kernel).times(1024.0));
    let found = both.ok_or_else(|| lacks("memory per connection", "每连接的内存", "connections"))?;
    if found.low > 0.0 {
        return Ok(found);
    }
    Err(Words::new(
        "memory per connection was not above the noise of the machine; `fourways compare connections` measures more of them",
        "每连接的内存没有高过机器的噪声；`fourways compare connections` 用更多连接来测",
    ))
}

fn memory_number(cell: &Cell, memory: Result<Spread, Words>) -> Number {
    let (id, unit, title) = ("memory", "bytes", Words::new("memory of connections", "连接占用的内存"));
    let of = |id: &str| cell.spread(id).map_or_else(String::new, |spread| figure(spread, "KiB", ""));
    let (user, kernel) = (of("memory_user"), of("memory_kernel"));
    match memory {
        Ok(memory) => Number {
            id,
            unit,
            title,
            value: Value::Measured(memory),
            rests_on: Words::new(
                format!("users × (user memory {user} + kernel memory {kernel})"),
                format!("用户数 ×（用户内存 {user} + 内核内存 {kernel}）"),
            ),
        },
        Err(missing) => {
            Number { id, unit, title, value: Value::Missing { missing }, rests_on: Words::default() }
        }
    }
}

fn servers(needs: &Needs, cores: Spread, memory: Option<Spread>) -> Number {
    let (id, unit, title) = ("servers", "servers", Words::new("servers", "服务器"));
    let usable = f64::from(needs.cores) * needs.load_percent / 100.0;
    let room = number::memory(needs.memory_bytes as f64);
    let rests_on = Words::new(
        format!("the greater of cores ÷ {usable} usable and memory ÷ {room}, rounded up"),
        format!("核数 ÷ 可用的 {usable} 与内存 ÷ {room} 中较大者，向上取整"),
    );
    let Some(memory) = memory else {
        let missing = Words::new("it needs the memory, which is missing", "需要内存数字，而它缺失");
        return Number { id, unit, title, value: Value::Missing { missing }, rests_on };
    };
    let count =
        |cores: f64, memory: f64| (cores / usable).max(memory / needs.memory_bytes as f64).ceil().max(1.0);
    let value = Spread {
        median: count(cores.median, memory.median),
        low: count(cores.low, memory.low),
        high: count(cores.high, memory.high),
    };
    Number { id, unit, title, value: Value::Measured(value), rests_on }
}

/// The poll interval at which polling costs as much as this way, by CPU and by bytes.
fn break_even(view: &View, needs: &Needs, price: &Price, heads: f64) -> [Number; 2] {
    let poll =
        choose::cell(view, needs, "poll").and_then(|cell| Some((cell, super::price::price(cell, needs)?)));
    let number =
        |id, title: Words, of: fn(&Price) -> Spread, heads: (f64, f64), unit: &str, what: (&str, &str)| {
            let Some((cell, poll)) = &poll else {
                let missing = not_measured(view, "poll");
                return Number {
                    id,
                    unit: "s",
                    title,
                    value: Value::Missing { missing },
                    rests_on: Words::default(),
                };
            };
            let (own, asked) = (of(price), of(poll));
            let paid = own.and(heads.0) * price.times_per_s;
            let (asked_text, own_text) = (figure(asked, unit, what.0), figure(own, unit, what.0));
            let (asked_zh, own_zh) = (figure(asked, unit, what.1), figure(own, unit, what.1));
            Number {
                id,
                unit: "s",
                title,
                value: Value::Measured(asked.and(heads.1) / paid),
                rests_on: Words::new(
                    format!("a poll's {asked_text} ({}) ÷ ({} × {own_text})", cell.label.en, price.words.en),
                    format!("一次轮询的 {asked_zh}（{}）÷（{} × {own_zh}）", cell.label.zh, price.words.zh),
                ),
            }
        };
    let asked = f64::from(needs.packet_bytes) * ASKED;
    [
        number(
            "break_even_cpu",
            Words::new("polling costs less CPU beyond", "轮询间隔超过它才更省 CPU"),
            |price| price.cpu_us,
            (0.0, 0.0),
            "us",
            ("CPU", "CPU"),
        ),
        number(
            "break_even_bytes",
            Words::new("polling costs fewer bytes beyond", "轮询间隔超过它才更省字节"),
            |price| price.bytes,
            (heads, asked),
            "B",
            ("bytes", "字节"),
        ),
    ]
}

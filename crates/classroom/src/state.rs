//! The state of the class, as it is told: `GET /api/class`, and the first message of the live connection.

use feed::Market;
use serde_json::{Map, Value, json};
use wire::{Break, Broke, Cut, Weather};

use crate::lanes::Told;
use crate::way::{LANES, names};
use crate::{Class, addresses};

/// Everything, now.
pub(crate) fn state(class: &Class) -> Value {
    let (market, next) = class.lanes.markets();
    let phones = class.phones.told();
    let (scene, bets) = class.scene_and_bets();
    let counts = (!bets.hidden || !bets.open).then(|| by_way(phones.bets));
    json!({
        "lanes": class.lanes.told().map(lane).collect::<Vec<_>>(),
        "market": {
            "seed": market.seed(), "rate": market.rate(), "symbols": market.symbols(),
            "start_us": market.start_us(), "epoch": market.epoch().as_str(),
            "next": next.as_ref().map(announcement),
        },
        "leave_dead": class.lanes.leaves_dead(),
        "scene": scene,
        "bets": {
            "open": bets.open, "hidden": bets.hidden, "opened_us": phones.bets_opened_us,
            "placed": phones.bets.iter().sum::<usize>(), "counts": counts,
        },
        "phones": {"joined": phones.joined, "lanes": by_way(phones.lanes)},
        "addresses": addresses::joining(class.listen.port(), &class.reachable),
        "remote_control": class.presenter.remote_control,
    })
}

/// A market that is to begin, as `/api/info` tells it.
pub(crate) fn announcement(next: &Market) -> Value {
    json!({"epoch": next.epoch().as_str(), "at_us": next.start_us(), "rate": next.rate(), "symbols": next.symbols()})
}

fn lane(Told { way, port, standing, weather, last_break, extra }: Told) -> Value {
    let mut told = json!(standing);
    told["way"] = way.into();
    told["port"] = port.into();
    told["weather"] = weather_json(&weather);
    told["last_break"] = last_break.as_ref().map_or(Value::Null, break_json);
    told["extra"] = extra.count.into();
    told["jitter"] = (extra.count == 0 || extra.jitter).into();
    told
}

fn weather_json(weather: &Weather) -> Value {
    let Weather { delay_ms, jitter_ms, rate_bits, stall, lumps, slow_reader_bits, refuse, cut_every_ms } =
        weather;
    json!({
        "delay_ms": delay_ms, "jitter_ms": jitter_ms, "rate_bits": rate_bits, "stall": stall, "lumps": lumps,
        "slow_reader_bits": slow_reader_bits, "refuse": refuse, "cut_every_ms": cut_every_ms,
    })
}

/// `until_us` is null while it stands. A cut lasts `for_ms`, or comes behind `after_bytes`, or is over at once.
fn break_json(Break { how, at_us, until_us, connections }: &Break) -> Value {
    let (kind, for_ms, after_bytes) = match *how {
        Broke::Cut(Cut::Now) => ("cut", 0, None),
        Broke::Cut(Cut::For(time)) => ("cut", u64::try_from(time.as_millis()).unwrap_or(u64::MAX), None),
        Broke::Cut(Cut::AfterBytes(bytes)) => ("cut", 0, Some(bytes)),
        Broke::HalfOpen => ("half-open", 0, None),
    };
    json!({
        "kind": kind, "for_ms": for_ms, "after_bytes": after_bytes,
        "at_us": at_us, "until_us": until_us, "connections": connections,
    })
}

fn by_way(counts: [usize; LANES]) -> Map<String, Value> {
    names().into_iter().zip(counts).map(|(way, count)| (way.to_owned(), count.into())).collect()
}

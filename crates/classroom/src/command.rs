//! What the presenter can ask for, read strictly: each member has its range, and a bad one is told with it.

use std::time::Duration;

use serde_json::{Map, Value};
use transport::Problem;
use wire::{Cut, Weather};

use crate::extra::Extra;
use crate::range::{self, Range};
use crate::scene::{Bets, Scene};
use crate::way::{Ways, names};

/// One command: `{"do":"kill","lanes":["sse"]}`. Lanes that are not named are all four.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Command {
    /// Sets what the road is like, as a whole: what is absent is fair.
    Weather(Ways, Weather),
    /// Breaks the open connections, now or after so many bytes more; or now, and lets nobody in for a while.
    Cut(Ways, Cut),
    /// Ends a cut that still stands.
    Mend(Ways),
    /// Makes the open connections black holes.
    HalfOpen(Ways),
    Kill(Ways),
    Restart(Ways),
    Deploy(Ways),
    /// Whether a lane that has ended is left alone.
    LeaveDead(bool),
    /// Another market for everyone; what is absent stays.
    Market {
        rate: Option<f64>,
        symbols: Option<u32>,
    },
    /// So many further subscribers.
    Extra(Ways, Extra),
    /// Where in a demo the presenter is.
    Scene(Option<Scene>),
    /// Whether bets are taken.
    Bets(Bets),
}

/// What there is to do, for whoever asked for something else.
const KNOWN: &str =
    "weather, cut, mend, half-open, kill, restart, deploy, leave-dead, market, extra, scene and bets";

impl Command {
    /// Reads a command.
    ///
    /// # Errors
    /// 400 with what is wrong, where, and what would be right.
    pub(crate) fn read(body: Map<String, Value>) -> Result<Self, Problem> {
        let mut body = Members { of: "body", left: body };
        let what = body.take("do").and_then(|what| what.as_str().map(str::to_owned));
        let command = match what.as_deref().unwrap_or_default() {
            "weather" => Self::Weather(body.ways()?, body.weather()?),
            "cut" => Self::Cut(body.ways()?, body.cut()?),
            "mend" => Self::Mend(body.ways()?),
            "half-open" => Self::HalfOpen(body.ways()?),
            "kill" => Self::Kill(body.ways()?),
            "restart" => Self::Restart(body.ways()?),
            "deploy" => Self::Deploy(body.ways()?),
            "leave-dead" => Self::LeaveDead(body.needed("on", "member `on`")?),
            "market" => body.market()?,
            "extra" => Self::Extra(body.ways()?, body.extra()?),
            "scene" => Self::Scene(body.scene()?),
            "bets" => {
                let hidden = body.flag("hidden", "member `hidden`")?.unwrap_or_default();
                Self::Bets(Bets { open: body.needed("open", "member `open`")?, hidden })
            }
            _ => {
                return Err(Problem::bad(
                    "member `do`",
                    "there is no such command",
                    format!("there are {KNOWN}"),
                ));
            }
        };
        body.is_empty()?;
        Ok(command)
    }

    /// Rate and symbols alone, as `POST /api/market` takes them.
    ///
    /// # Errors
    /// As [`Command::read`].
    pub(crate) fn market(body: Map<String, Value>) -> Result<Self, Problem> {
        let mut body = Members { of: "body", left: body };
        let market = body.market()?;
        body.is_empty()?;
        Ok(market)
    }
}

/// The members of an object that were not read yet.
struct Members {
    of: &'static str,
    left: Map<String, Value>,
}

impl Members {
    /// A member; null is as good as none.
    fn take(&mut self, name: &str) -> Option<Value> {
        self.left.remove(name).filter(|value| !value.is_null())
    }

    /// Nothing may be left: a name that was written wrong would otherwise do nothing, silently.
    fn is_empty(&self) -> Result<(), Problem> {
        let Some(name) = self.left.keys().next() else { return Ok(()) };
        let name: String = name.chars().take(40).collect();
        let detail = format!("it does not know {name:?} here; leave it out, or look for a slip of the pen");
        Err(Problem::bad(self.of, "there is a member too many", detail))
    }

    fn flag(&mut self, name: &str, place: &'static str) -> Result<Option<bool>, Problem> {
        let Some(value) = self.take(name) else { return Ok(None) };
        value
            .as_bool()
            .map(Some)
            .ok_or_else(|| Problem::bad(place, "this is neither true nor false", "send one of them"))
    }

    fn needed(&mut self, name: &str, place: &'static str) -> Result<bool, Problem> {
        let missing = || Problem::bad(place, "this is missing", "send true or false");
        self.flag(name, place)?.ok_or_else(missing)
    }

    fn number(&mut self, range: &Range) -> Result<Option<u64>, Problem> {
        self.take(range.name).map(|value| range.read(&value)).transpose()
    }

    fn ways(&mut self) -> Result<Ways, Problem> {
        let Some(value) = self.take("lanes") else { return Ok(Ways::ALL) };
        let known = || {
            let detail = format!("send a list of {}, or leave it out for all four", names().join(", "));
            Problem::bad("member `lanes`", "there is no such lane", detail)
        };
        let listed = value.as_array().filter(|listed| !listed.is_empty()).ok_or_else(known)?;
        let add = |ways: Ways, name: &Value| ways.with(name.as_str()?);
        listed.iter().try_fold(Ways::NONE, add).ok_or_else(known)
    }

    fn weather(&mut self) -> Result<Weather, Problem> {
        let Some(weather) = self.take("weather") else { return Ok(Weather::default()) };
        let Value::Object(left) = weather else {
            let detail = "send an object, as in {\"delay_ms\":90}; {} is fair weather";
            return Err(Problem::bad("member `weather`", "this is no weather", detail));
        };
        let mut of = Self { of: "member `weather`", left };
        let ms = |ms: Option<u64>| u32::try_from(ms.unwrap_or_default()).unwrap_or(u32::MAX);
        let weather = Weather {
            delay_ms: ms(of.number(&range::DELAY_MS)?),
            jitter_ms: ms(of.number(&range::JITTER_MS)?),
            rate_bits: of.number(&range::RATE_BITS)?,
            stall: of.flag("stall", "member `weather.stall`")?.unwrap_or_default(),
            lumps: of.flag("lumps", "member `weather.lumps`")?.unwrap_or_default(),
            slow_reader_bits: of.number(&range::SLOW_READER_BITS)?,
            refuse: of.take("refuse").map(|status| refusal(&status)).transpose()?,
            cut_every_ms: of.number(&range::CUT_EVERY_MS)?.map(|every| ms(Some(every))),
        };
        of.is_empty()?;
        Ok(weather)
    }

    fn cut(&mut self) -> Result<Cut, Problem> {
        match (self.number(&range::AFTER_BYTES)?, self.number(&range::FOR_MS)?) {
            (Some(_), Some(_)) => {
                let detail = "send `after_bytes` or `for_ms`; without both it is cut once, now";
                Err(Problem::bad("body", "a cut is either after some bytes or for some time", detail))
            }
            (Some(bytes), None) => Ok(Cut::AfterBytes(bytes)),
            (None, Some(ms)) if ms > 0 => Ok(Cut::For(Duration::from_millis(ms))),
            (None, _) => Ok(Cut::Now),
        }
    }

    fn extra(&mut self) -> Result<Extra, Problem> {
        let count = self.number(&range::COUNT)?.ok_or_else(|| range::COUNT.missing())?;
        let jitter = self.flag("jitter", "member `jitter`")?.unwrap_or(true);
        Ok(Extra { count: u32::try_from(count).unwrap_or_default(), jitter })
    }

    fn market(&mut self) -> Result<Command, Problem> {
        let rate = self.take("rate").map(|rate| rate.as_f64().ok_or_else(range::bad_rate)).transpose()?;
        let symbols = self.take("symbols").map(|symbols| {
            symbols.as_u64().and_then(|symbols| u32::try_from(symbols).ok()).ok_or_else(range::bad_symbols)
        });
        let symbols = symbols.transpose()?;
        if rate.is_none() && symbols.is_none() {
            let title = "nothing is to be changed";
            return Err(Problem::bad("body", title, "send `rate` or `symbols` or both, as in {\"rate\":20}"));
        }
        Ok(Command::Market { rate, symbols })
    }

    fn scene(&mut self) -> Result<Option<Scene>, Problem> {
        // Also where there is no scene, and hence no step: what is wrong is never silently left out.
        let step = self.number(&range::STEP)?.unwrap_or_default();
        let Some(id) = self.take("id") else { return Ok(None) };
        let scene = id.as_str().and_then(|id| Scene::new(id, u32::try_from(step).unwrap_or_default()));
        scene.map(Some).ok_or_else(|| {
            let detail = "it is up to 40 small letters, digits and hyphens; null ends the demo";
            Problem::bad("member `id`", "this is no name of a scene", detail)
        })
    }
}

/// What a road may answer by itself.
fn refusal(status: &Value) -> Result<u16, Problem> {
    let known = status.as_u64().and_then(|status| u16::try_from(status).ok());
    known.filter(|status| range::REFUSALS.contains(status)).ok_or_else(|| {
        let detail = "it is 503 (come back later) or 204 (stop for good); null refuses nobody";
        Problem::bad("member `weather.refuse`", "no connection is refused by this status", detail)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: Value) -> Result<Command, Value> {
        let Value::Object(body) = body else { unreachable!("an object") };
        Command::read(body).map_err(|problem| serde_json::from_str(&problem.json()).unwrap())
    }

    #[test]
    fn each_command_is_read() {
        let sse = Ways::NONE.with("sse").unwrap();
        for (body, command) in [
            (json!({"do": "weather"}), Command::Weather(Ways::ALL, Weather::default())),
            (
                json!({"do": "weather", "lanes": ["sse"], "weather": {"delay_ms": 90, "refuse": 503, "stall": true}}),
                Command::Weather(
                    sse,
                    Weather { delay_ms: 90, refuse: Some(503), stall: true, ..Weather::default() },
                ),
            ),
            (
                json!({"do": "weather", "weather": {
                    "jitter_ms": 5000, "rate_bits": 1000, "slow_reader_bits": 8000, "lumps": true,
                    "cut_every_ms": 100, "refuse": null, "delay_ms": null,
                }}),
                Command::Weather(
                    Ways::ALL,
                    Weather {
                        jitter_ms: 5000,
                        rate_bits: Some(1000),
                        slow_reader_bits: Some(8000),
                        lumps: true,
                        cut_every_ms: Some(100),
                        ..Weather::default()
                    },
                ),
            ),
            (json!({"do": "cut"}), Command::Cut(Ways::ALL, Cut::Now)),
            (
                json!({"do": "cut", "lanes": ["sse"], "after_bytes": 100}),
                Command::Cut(sse, Cut::AfterBytes(100)),
            ),
            (json!({"do": "cut", "for_ms": 0}), Command::Cut(Ways::ALL, Cut::Now)),
            (
                json!({"do": "cut", "lanes": ["sse"], "for_ms": 3000, "after_bytes": null}),
                Command::Cut(sse, Cut::For(Duration::from_secs(3))),
            ),
            (json!({"do": "mend", "lanes": ["sse"]}), Command::Mend(sse)),
            (json!({"do": "half-open", "lanes": ["sse", "sse"]}), Command::HalfOpen(sse)),
            (json!({"do": "kill", "lanes": ["sse"]}), Command::Kill(sse)),
            (json!({"do": "restart", "lanes": null}), Command::Restart(Ways::ALL)),
            (json!({"do": "deploy", "lanes": ["sse"]}), Command::Deploy(sse)),
            (json!({"do": "leave-dead", "on": true}), Command::LeaveDead(true)),
            (json!({"do": "market", "rate": 20}), Command::Market { rate: Some(20.0), symbols: None }),
            (json!({"do": "market", "symbols": 3}), Command::Market { rate: None, symbols: Some(3) }),
            (
                json!({"do": "extra", "lanes": ["sse"], "count": 2000, "jitter": false}),
                Command::Extra(sse, Extra { count: 2000, jitter: false }),
            ),
            (json!({"do": "extra", "count": 0}), Command::Extra(Ways::ALL, Extra { count: 0, jitter: true })),
            (json!({"do": "scene", "id": "plug", "step": 3}), Command::Scene(Scene::new("plug", 3))),
            (json!({"do": "scene", "id": null}), Command::Scene(None)),
            (json!({"do": "bets", "open": true}), Command::Bets(Bets { open: true, hidden: false })),
            (
                json!({"do": "bets", "open": false, "hidden": true}),
                Command::Bets(Bets { open: false, hidden: true }),
            ),
        ] {
            assert_eq!(read(body.clone()), Ok(command), "{body}");
        }
    }

    #[test]
    fn what_is_bad_is_named_with_what_would_be_good() {
        for (body, place, way_out) in [
            (json!({}), "member `do`", "weather, cut"),
            (json!({"do": "explode"}), "member `do`", "half-open, kill"),
            (json!({"do": 7}), "member `do`", "bets"),
            (json!({"do": "kill", "lane": ["sse"]}), "body", "\"lane\""),
            (json!({"do": "kill", "lanes": ["tcp"]}), "member `lanes`", "poll, long-poll, ws, sse"),
            (json!({"do": "kill", "lanes": "sse"}), "member `lanes`", "a list"),
            (json!({"do": "kill", "lanes": []}), "member `lanes`", "leave it out"),
            (json!({"do": "kill", "lanes": [4]}), "member `lanes`", "all four"),
            (json!({"do": "weather", "weather": 7}), "member `weather`", "fair weather"),
            (json!({"do": "weather", "weather": {"delay": 7}}), "member `weather`", "\"delay\""),
            (
                json!({"do": "weather", "weather": {"delay_ms": 5001}}),
                "member `weather.delay_ms`",
                "0 to 5000",
            ),
            (json!({"do": "weather", "weather": {"delay_ms": -1}}), "member `weather.delay_ms`", "0 to 5000"),
            (json!({"do": "weather", "weather": {"delay_ms": 1.5}}), "member `weather.delay_ms`", "whole"),
            (
                json!({"do": "weather", "weather": {"jitter_ms": "9"}}),
                "member `weather.jitter_ms`",
                "0 to 5000",
            ),
            (
                json!({"do": "weather", "weather": {"rate_bits": 999}}),
                "member `weather.rate_bits`",
                "1000 to",
            ),
            (
                json!({"do": "weather", "weather": {"slow_reader_bits": 0}}),
                "member `weather.slow_reader_bits`",
                "1000 to",
            ),
            (
                json!({"do": "weather", "weather": {"cut_every_ms": 99}}),
                "member `weather.cut_every_ms`",
                "100 to",
            ),
            (json!({"do": "weather", "weather": {"refuse": 500}}), "member `weather.refuse`", "503"),
            (json!({"do": "weather", "weather": {"stall": 1}}), "member `weather.stall`", "one of them"),
            (json!({"do": "cut", "after_bytes": 0}), "member `after_bytes`", "1 to 1000000"),
            (json!({"do": "cut", "for_ms": 60_001}), "member `for_ms`", "0 to 60000"),
            (json!({"do": "cut", "for_ms": 1, "after_bytes": 1}), "body", "`after_bytes` or `for_ms`"),
            (json!({"do": "mend", "for_ms": 1}), "body", "\"for_ms\""),
            (json!({"do": "leave-dead"}), "member `on`", "true or false"),
            (json!({"do": "market"}), "body", "rate"),
            (json!({"do": "market", "rate": "fast"}), "member `rate`", "0.1 to 10000"),
            (json!({"do": "market", "symbols": 1.5}), "member `symbols`", "1 to 100"),
            (json!({"do": "market", "rate": 20, "at_us": 1}), "body", "\"at_us\""),
            (json!({"do": "extra"}), "member `count`", "0 to 2000"),
            (json!({"do": "extra", "count": 2001}), "member `count`", "0 to 2000"),
            (json!({"do": "scene", "id": "No Scene"}), "member `id`", "40 small letters"),
            (json!({"do": "scene", "id": "plug", "step": 100}), "member `step`", "0 to 99"),
            (json!({"do": "scene", "id": null, "step": "junk"}), "member `step`", "0 to 99"),
            (json!({"do": "bets"}), "member `open`", "true or false"),
        ] {
            let told = read(body.clone()).unwrap_err();
            assert_eq!((&told["status"], &told["where"]), (&400.into(), &place.into()), "{body}");
            assert!(told["detail"].as_str().unwrap().contains(way_out), "{body}: {told}");
        }
    }
}

//! C09: SSE carries text only. The same ticks as text and as bytes, over SSE and over WebSocket: whether they arrive as
//! they were, and what they weigh.

use std::convert::Infallible;
use std::future::IntoFuture as _;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{BufMut as _, Bytes, BytesMut};
use feed::{Batch, Epoch, Event, Market};
use futures_util::{StreamExt as _, stream};
use http_body_util::BodyExt as _;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sse::wire::{Encoded, Frame, Parser};
use tokio::net::TcpListener;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message as Said;
use transport::{Ring, Target, http};
use wire::Wire;

use super::Trouble;
use super::claim::Found;
use super::figure::{beside, figure, median_of};
use crate::claims::{Text, Threshold, Verdict};

pub(super) const CLAIM: &str = include_str!("../../../../../benches/claims/C09.toml");

/// A server that says nothing for so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// The numbers of the rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// Share of binary ticks that arrive over SSE as they were, in percent.
    intact: Threshold,
    /// Bytes of a tick, divided by those of the binary one over WebSocket.
    cost: Threshold,
    ticks: u64,
    rounds: u64,
}

/// How a tick is written, and over what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Form {
    JsonSse,
    JsonWs,
    Base64Sse,
    RawSse,
    BinaryWs,
}

const FORMS: [(Form, &str, &str, &str); 5] = [
    (Form::JsonSse, "/sse/json", "JSON over SSE", "SSE 传 JSON"),
    (Form::JsonWs, "/ws/json", "JSON over WebSocket", "WebSocket 传 JSON"),
    (Form::Base64Sse, "/sse/base64", "binary in base64 over SSE", "SSE 传 base64 编码的二进制"),
    (Form::RawSse, "/sse/raw", "raw binary over SSE", "SSE 直接传二进制"),
    (Form::BinaryWs, "/ws/binary", "binary over WebSocket", "WebSocket 传二进制"),
];

/// The ticks of one round, in both forms.
#[derive(Debug)]
struct Ticks {
    epoch: Epoch,
    ticks: Vec<(Event, Bytes)>,
}

/// What one form came to in one round.
#[derive(Debug, Serialize)]
struct Round {
    round: u64,
    form: Form,
    /// Bytes received, heads and frames included.
    bytes_down: u64,
    ticks: u64,
    /// Ticks that arrived as they were sent.
    intact: u64,
}

impl Ticks {
    fn of(seed: u64, count: u64) -> Result<Self, Trouble> {
        let market = Market::new(seed, 1000.0, 8, 1_732_320_000_000_000);
        let market = market.map_err(|error| Trouble::Case(error.to_string()))?;
        // Numbers and times as a market has them that has run for hours.
        let first = 10_000_000;
        let packed = |seq| {
            let event = market.event(seq);
            pack(&event).map(|bytes| (event, bytes))
        };
        let ticks = (first..first + count).map(packed).collect::<Result<_, _>>()?;
        Ok(Self { epoch: market.epoch(), ticks })
    }

    /// What goes into the `data` of an event.
    fn data(&self, form: &str) -> Vec<Bytes> {
        self.ticks
            .iter()
            .map(|(event, packed)| match form {
                "json" => event.json().clone(),
                "base64" => STANDARD.encode(packed).into(),
                _ => packed.clone(),
            })
            .collect()
    }
}

/// The compact form, 25 bytes: number and time (8 each), symbol (1), value and change in cents (4 each), big-endian.
fn pack(event: &Event) -> Result<Bytes, Trouble> {
    #[derive(Deserialize)]
    struct Price {
        value: f64,
        change: f64,
    }
    let Price { value, change } =
        serde_json::from_slice(event.json()).map_err(|error| Trouble::Case(error.to_string()))?;
    let mut bytes = BytesMut::with_capacity(25);
    bytes.put_u64(event.seq());
    bytes.put_u64(event.at());
    bytes.put_u8(event.key() as u8);
    bytes.put_i32((value * 100.0).round() as i32);
    bytes.put_i32((change * 100.0).round() as i32);
    Ok(bytes.into())
}

pub(super) async fn run(rule: &Rule, say: &mut dyn FnMut(&str)) -> Result<Found, Trouble> {
    let mut rounds = Vec::new();
    for round in 1..=rule.rounds {
        let ticks = Arc::new(Ticks::of(round, rule.ticks)?);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let authority = listener.local_addr()?.to_string();
        let router = Router::new().route("/sse/{form}", get(tell_sse)).route("/ws/{form}", get(tell_ws));
        let serving =
            tokio::spawn(axum::serve(listener, router.with_state(Arc::clone(&ticks))).into_future());
        for (form, path, ..) in FORMS {
            let wire = Wire::default();
            let heard = if path.starts_with("/sse") {
                hear_sse(&wire, &authority, path).await?
            } else {
                hear_ws(&wire, &authority, path).await?
            };
            let sent = ticks.data(path.rsplit('/').next().unwrap_or_default());
            let intact = heard.iter().zip(&sent).filter(|(heard, sent)| heard == sent).count() as u64;
            rounds.push(Round { round, form, bytes_down: wire.bytes_down(), ticks: rule.ticks, intact });
        }
        serving.abort();
        say(&format!("C09: round {round} of {}", rule.rounds));
    }
    Ok(judge(rule, &rounds))
}

async fn tell_sse(State(ticks): State<Arc<Ticks>>, Path(form): Path<String>) -> Response {
    let blocks: Vec<Result<Bytes, Infallible>> = if form == "json" {
        let encoded = Encoded(Ring::new(0));
        let block = |event: &Event| Batch::Events(vec![event.clone()]);
        let all = ticks.ticks.iter().map(|(event, _)| block(event));
        all.map(|batch| Ok(sse::wire::encode(&encoded, &batch, ticks.epoch, None))).collect()
    } else {
        let blocks = ticks.ticks.iter().zip(ticks.data(&form));
        blocks.map(|((event, _), data)| Ok(block(ticks.epoch, event.seq(), &data))).collect()
    };
    let kind = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-cache")];
    (kind, Body::from_stream(stream::iter(blocks))).into_response()
}

/// An event with this data, written as the way's own encoder writes one.
fn block(epoch: Epoch, seq: u64, data: &[u8]) -> Bytes {
    let mut block = BytesMut::from(format!("id: {epoch}-{seq}\ndata: ").as_bytes());
    block.put(data);
    block.put(&b"\n\n"[..]);
    block.into()
}

async fn tell_ws(
    State(ticks): State<Arc<Ticks>>,
    Path(form): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade.on_upgrade(async move |mut socket| {
        for data in ticks.data(&form) {
            let message = match std::str::from_utf8(&data) {
                Ok(text) if form == "json" => Message::text(text),
                _ => Message::Binary(data),
            };
            if socket.send(message).await.is_err() {
                return;
            }
        }
        // Fails when the client closed first, which is as good.
        drop(socket.send(Message::Close(None)).await);
    })
}

async fn hear_sse(wire: &Wire, authority: &str, path: &str) -> Result<Vec<Bytes>, Trouble> {
    let target = Arc::new(Target::new(authority, ""));
    let (_connection, response) = http::get(wire, &target, path, &[], PATIENCE).await?;
    let (mut body, mut parser, mut heard) = (response.into_body(), Parser::default(), Vec::new());
    while let Some(frame) = body.frame().await {
        parser.push(frame?.data_ref().map_or(&[], |bytes| bytes))?;
        while let Some(frame) = parser.frame() {
            if let Frame::Event { data, .. } = frame {
                heard.push(data.into());
            }
        }
    }
    Ok(heard)
}

async fn hear_ws(wire: &Wire, authority: &str, path: &str) -> Result<Vec<Bytes>, Trouble> {
    let io = wire.connect(authority).await?;
    let (mut socket, _) = client_async(format!("ws://{authority}{path}"), io).await?;
    let mut heard = Vec::new();
    while let Some(message) = socket.next().await {
        match message? {
            Said::Close(_) => {}
            message => heard.push(message.into_data()),
        }
    }
    Ok(heard)
}

fn judge(rule: &Rule, rounds: &[Round]) -> Found {
    let of = |form: Form| rounds.iter().filter(move |round| round.form == form);
    let per_tick = |form: Form| -> Vec<f64> {
        of(form).map(|round| round.bytes_down as f64 / round.ticks as f64).collect()
    };
    let share: Vec<_> =
        of(Form::RawSse).map(|round| 100.0 * round.intact as f64 / round.ticks as f64).collect();
    let what = Text::new(
        "raw binary ticks that arrive over SSE as they were",
        "经 SSE 直接传、到达时没有变样的二进制报价",
    );
    let mut evidence = vec![figure(what, "%", &share, |low, high| rule.intact.judge(low, high))];
    let binary = per_tick(Form::BinaryWs);
    let ratio = |form: Form| -> Vec<f64> {
        per_tick(form).iter().zip(&binary).map(|(bytes, binary)| bytes / binary).collect()
    };
    let what = Text::new(
        "bytes of a binary tick: base64 over SSE against plain over WebSocket",
        "一笔二进制报价的字节：SSE 上的 base64 是 WebSocket 上的几倍",
    );
    let base64 = ratio(Form::Base64Sse);
    evidence.push(figure(what, "×", &base64, |low, high| rule.cost.judge(low, high)));
    let verdict = Verdict::of(&evidence);
    for (form, _, en, zh) in FORMS {
        let what = Text::new(format!("bytes of a tick, {en}"), format!("一笔报价的字节，{zh}"));
        evidence.push(beside(what, "B", &per_tick(form)));
    }
    let text = |value: Option<f64>, decimals: usize| {
        value.map_or_else(|| "–".to_owned(), |value| format!("{value:.decimals$}"))
    };
    let bytes = |form| text(median_of(per_tick(form)), 0);
    let (intact, times) = (text(median_of(share), 0), text(median_of(base64), 1));
    let [json, json_ws, coded, _, plain] = FORMS.map(|(form, ..)| bytes(form));
    let finding = Text::new(
        format!(
            "Of binary ticks sent over SSE as they are, {intact} % arrive unchanged. In base64 all can be carried, at {coded} bytes a tick against {plain} over WebSocket ({times} times); the same tick as JSON is {json} bytes over SSE and {json_ws} over WebSocket."
        ),
        format!(
            "二进制报价直接用 SSE 发送，原样到达的占 {intact} %。改成 base64 就能传，每笔 {coded} 字节，WebSocket 直接传是 {plain} 字节（{times} 倍）；同一笔报价写成 JSON，SSE 是 {json} 字节，WebSocket 是 {json_ws} 字节。"
        ),
    );
    let knob = Text::new(
        "Base64, or a second request for what is binary.",
        "用 base64，或者另发一个请求去取二进制数据。",
    );
    Found { verdict, finding, knob, evidence, raw: json!({"compact_bytes": 25, "rounds": rounds}) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::experiments::claim::Claim;

    fn rule() -> Rule {
        Claim::read(CLAIM).unwrap().rule
    }

    #[tokio::test]
    async fn text_arrives_whole_and_bytes_only_over_websocket() {
        let rule = Rule { ticks: 100, rounds: 1, ..rule() };
        let found = run(&rule, &mut |_| {}).await.unwrap();
        assert_eq!(found.verdict, Verdict::Holds);
        for round in found.raw["rounds"].as_array().unwrap() {
            let whole = round["intact"] == round["ticks"];
            assert_eq!(whole, round["form"] != "raw-sse", "{round}");
        }
        let bytes =
            |form: &str| found.evidence.iter().find(|figure| figure.what.en.ends_with(form)).unwrap().value;
        // 25 bytes and a frame head of 2; the handshake and the close weigh on a hundred ticks.
        let binary = bytes("a tick, binary over WebSocket").unwrap();
        assert!((27.0..35.0).contains(&binary), "{binary}");
        assert!(bytes("a tick, JSON over SSE") > bytes("a tick, binary in base64 over SSE"));
    }

    #[test]
    fn bytes_that_survive_and_weigh_the_same_break_the_claim() {
        let round = |form, intact, bytes_down| Round { round: 1, form, bytes_down, ticks: 10, intact };
        let seen = |intact, coded| {
            let forms = FORMS.map(|(form, ..)| form);
            let rounds = forms.map(|form| match form {
                Form::RawSse => round(form, intact, 500),
                Form::Base64Sse => round(form, 10, coded),
                _ => round(form, 10, 270),
            });
            let found = judge(&rule(), &rounds);
            let judged = found.evidence.iter().filter(|figure| !figure.beside).count();
            assert_eq!((judged, found.evidence.len()), (2, 2 + FORMS.len()));
            found.verdict
        };
        assert_eq!(seen(0, 700), Verdict::Holds);
        assert_eq!(seen(10, 270), Verdict::Fails);
        assert_eq!(seen(10, 700), Verdict::Depends, "whole, and dear");
        assert_eq!(seen(0, 270), Verdict::Depends, "broken, and base64 is as cheap");
        assert_eq!(seen(0, 300), Verdict::Undecided, "1.1 times is neither");
        assert_eq!(judge(&rule(), &[]).verdict, Verdict::Undecided);
    }
}

//! C14: a chat needs WebSocket. The same chat by SSE and POST beside one by WebSocket, at several rates of talking.

use std::time::Duration;

use measure::Histogram;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};
use wire::Wire;

use super::claim::Found;
use super::first_tick::browser_head;
use super::gather::gather;
use super::server::Server;
use super::talker::{Ear, Mouth, join_by_sse, join_by_ws};
use super::{Env, Trouble, chat_rule};
use crate::claims::Threshold;

pub(super) const CLAIM: &str = include_str!("../../../../../benches/claims/C14.toml");

/// What was said last may take so long to be heard.
const PATIENCE: Duration = Duration::from_secs(10);

/// The numbers of the rule.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// Bytes a second more than by WebSocket, both ways.
    pub(super) more_bytes_per_s: Threshold,
    /// Milliseconds later than by WebSocket, of half the messages.
    pub(super) later_ms: Threshold,
    /// Messages a second.
    pub(super) rates: Vec<f64>,
    pub(super) seconds: f64,
    pub(super) rounds: u32,
}

/// How a client takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum By {
    SseMinimal,
    SseBrowser,
    WebSocket,
}

pub(super) const ALL: [(By, &str, &str); 3] = [
    (By::SseMinimal, "SSE and POST, minimal head", "SSE 加 POST，最小请求头"),
    (By::SseBrowser, "SSE and POST, a browser's head", "SSE 加 POST，浏览器的请求头"),
    (By::WebSocket, "WebSocket", "WebSocket"),
];

/// One round of one client at one rate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Talk {
    pub(super) by: By,
    pub(super) rate: f64,
    pub(super) round: u32,
    pub(super) messages: u64,
    /// From the instant at which a message was due to be said until it was heard.
    pub(super) latency_us: Histogram,
    pub(super) bytes_up: u64,
    pub(super) bytes_down: u64,
}

pub(super) async fn run(env: &Env, rule: &Rule, say: &mut dyn FnMut(&str)) -> Result<Found, Trouble> {
    let whole = rule.seconds * f64::from(rule.rounds);
    say(&format!("C14: {} chats side by side, {whole:.0} s", ALL.len() * rule.rates.len()));
    let mut cases = JoinSet::new();
    for rate in &rule.rates {
        for (by, ..) in ALL {
            // A server of its own: everyone in a chat hears everyone.
            let server = Server::start(&env.exe, &["--rate", "0.1"]).await?;
            cases.spawn(chat(server, by, *rate, rule.seconds, rule.rounds));
        }
    }
    let talks: Vec<Talk> = gather(cases, "C14", say).await?.into_iter().flatten().collect();
    Ok(chat_rule::judge(rule, &talks))
}

async fn chat(server: Server, by: By, rate: f64, seconds: f64, rounds: u32) -> Result<Vec<Talk>, Trouble> {
    let wire = Wire::default();
    let (mut mouth, mut ear) = match by {
        By::SseMinimal => join_by_sse(&wire, server.authority(), Vec::new()).await?,
        By::SseBrowser => join_by_sse(&wire, server.authority(), browser_head()?).await?,
        By::WebSocket => join_by_ws(&wire, server.authority(), browser_head()?).await?,
    };
    let messages = ((rate * seconds).round() as u32).max(1);
    let mut talks = Vec::new();
    for round in 1..=rounds {
        let (up, down) = (wire.bytes_up(), wire.bytes_down());
        let begin = Instant::now();
        let due = |number: u32| begin + Duration::from_secs_f64(f64::from(number) / rate);
        let text = |number: u32| format!("message {number} of round {round}");
        let (said, heard) =
            tokio::join!(speak(&mut mouth, messages, due, text), listen(&mut ear, messages, due, text));
        said?;
        // The last pause belongs to the round: a heartbeat in it is a cost of the connection.
        sleep_until(due(messages)).await;
        talks.push(Talk {
            by,
            rate,
            round,
            messages: messages.into(),
            latency_us: heard?,
            bytes_up: wire.bytes_up() - up,
            bytes_down: wire.bytes_down() - down,
        });
    }
    Ok(talks)
}

/// Says each message when it is due, whether the last one was slow or not.
async fn speak(
    mouth: &mut Mouth,
    messages: u32,
    due: impl Fn(u32) -> Instant,
    text: impl Fn(u32) -> String,
) -> Result<(), Trouble> {
    for number in 0..messages {
        sleep_until(due(number)).await;
        mouth.say(&text(number)).await?;
    }
    Ok(())
}

/// Hears each message, and notes how long after it was due.
async fn listen(
    ear: &mut Ear,
    messages: u32,
    due: impl Fn(u32) -> Instant,
    text: impl Fn(u32) -> String,
) -> Result<Histogram, Trouble> {
    #[derive(Deserialize)]
    struct Saying {
        text: String,
    }
    let mut latency = Histogram::default();
    for number in 0..messages {
        let wanted = text(number);
        let hear = async {
            loop {
                let json = ear.next().await?;
                // A greeting, a heartbeat or what is left of the last round is not what is waited for.
                if serde_json::from_slice(&json).is_ok_and(|Saying { text }| text == wanted) {
                    return Ok::<_, Trouble>(Instant::now());
                }
            }
        };
        let patience = due(number).saturating_duration_since(Instant::now()) + PATIENCE;
        let missing = || Trouble::Case(format!("{wanted:?} was not heard within {} s", PATIENCE.as_secs()));
        let heard = timeout(patience, hear).await.map_err(|_| missing())??;
        latency.record(heard.saturating_duration_since(due(number)).as_micros() as u64);
    }
    Ok(latency)
}

impl Talk {
    pub(super) fn bytes_per_message(&self) -> f64 {
        (self.bytes_up + self.bytes_down) as f64 / self.messages as f64
    }

    pub(super) fn median_ms(&self) -> Option<f64> {
        self.latency_us.at(0.5).map(|us| us as f64 / 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::experiments::claim::Claim;
    use crate::claims::experiments::tests::env;

    #[tokio::test]
    async fn everything_that_is_said_is_heard_by_either() {
        let rule = Rule { rates: vec![20.0], seconds: 0.5, rounds: 2, ..Claim::read(CLAIM).unwrap().rule };
        let found = run(&env(), &rule, &mut |_| {}).await.unwrap();
        let talks: Vec<Talk> = serde_json::from_value(found.raw["talks"].clone()).unwrap();
        assert_eq!(talks.len(), 6);
        let per_message = |by: By| talks.iter().find(|talk| talk.by == by).unwrap().bytes_per_message();
        assert!(talks.iter().all(|talk| talk.latency_us.count() == 10), "{}", found.raw);
        assert!(per_message(By::WebSocket) < per_message(By::SseMinimal));
        assert!(per_message(By::SseMinimal) < per_message(By::SseBrowser));
    }
}

//! C11 over HTTP/2: the same first price through nginx with TLS, in bytes; and what a request weighs once its head is
//! known to both sides (HPACK, RFC 7541). Round trips are not counted here: TLS and HTTP/2 greet both ways at once.

use futures_util::StreamExt as _;
use serde::Serialize;
use transport::{Heard, Target, Tls};
use wire::Wire;

use super::figure::{beside, median_of};
use super::first_tick::{HEADS, Head, Opening, PATIENCE, open, target};
use super::{Env, Trouble};
use crate::claims::{Evidence, Text, words};
use crate::{Front, front};

/// Further polls on the connection of the first.
const FURTHER: usize = 4;

/// What passed over HTTP/2, beside what a further request weighs over both.
#[derive(Debug, Default, Serialize)]
pub(super) struct Over {
    openings: Vec<Passed>,
    further: Vec<Further>,
}

/// What passed until the first price, once.
#[derive(Clone, Copy, Debug, Serialize)]
struct Passed {
    way: &'static str,
    head: Head,
    up: usize,
    down: usize,
}

/// A poll that was not the first of its connection, to the server.
#[derive(Clone, Copy, Debug, Serialize)]
struct Further {
    http: &'static str,
    head: Head,
    bytes: f64,
}

/// What HTTP/2 came to, or why there is nothing of it.
pub(super) async fn run(
    env: &Env,
    server: &str,
    rounds: u32,
    say: &mut dyn FnMut(&str),
) -> Result<Over, Text> {
    match measure(env, server, rounds, say).await {
        Ok(over) => Ok(over),
        Err(Trouble::Server(error)) => Err(words::lacking(&error)),
        Err(other) => Err(Text::new(other.to_string(), other.to_string())),
    }
}

async fn measure(env: &Env, server: &str, rounds: u32, say: &mut dyn FnMut(&str)) -> Result<Over, Trouble> {
    front::version(front::NGINX)?;
    let standing = front::stand(Front::NginxHttp2, server, 1, &env.exe).await?;
    let trusted = standing.certificate.as_ref().map(|trusted| Tls::trusting(&trusted.pem)).transpose();
    let tls = trusted.map_err(Trouble::Case)?;
    let mut over = Over::default();
    for round in 1..=rounds {
        for (head, ..) in HEADS {
            let http2 = || -> Result<Target, Trouble> {
                Ok(Target { tls: tls.clone(), ..target(&standing.authority, head)? })
            };
            for way in crate::WAYS {
                let Opening { way, head, up, down, .. } = open(way, head, http2()?).await?;
                over.openings.push(Passed { way, head, up, down });
            }
            over.further.push(Further { http: "1.1", head, bytes: further(target(server, head)?).await? });
            over.further.push(Further { http: "2", head, bytes: further(http2()?).await? });
        }
        if round % 10 == 0 {
            say(&format!("C11: over HTTP/2: round {round} of {rounds}"));
        }
    }
    standing.process.end().await;
    Ok(over)
}

/// What a poll sends that is not the first of its connection, in bytes.
async fn further(mut target: Target) -> Result<f64, Trouble> {
    target.interval = std::time::Duration::from_millis(5);
    let (wire, mut answers) = (Wire::default(), 0);
    let way: &dyn transport::Transport = &poll::Poll;
    let mut session = way.session(target.into(), None, wire.clone());
    let mut first = None;
    let polls = async {
        while let Some(heard) = session.next().await {
            // Each answer ends with one of these two.
            answers += usize::from(matches!(heard?, Heard::Cursor(_) | Heard::Empty));
            if answers > 0 {
                let (bytes, requests) = *first.get_or_insert((wire.bytes_up(), wire.requests()));
                if answers > FURTHER {
                    return Ok((wire.bytes_up() - bytes) as f64 / (wire.requests() - requests) as f64);
                }
            }
        }
        Err(Trouble::Case("the polls ended by themselves".to_owned()))
    };
    let late = || Trouble::Case(format!("no further poll within {} s", PATIENCE.as_secs()));
    tokio::time::timeout(PATIENCE, polls).await.map_err(|_| late())?
}

/// What stands beside the figures of HTTP/1.1. It judges nothing: TLS is in it, which a poll over HTTP/1.1 may need as well.
pub(super) fn evidence(over: &Result<Over, Text>) -> Vec<Evidence> {
    let over = match over {
        Ok(over) => over,
        Err(Text { en, zh }) => {
            let what = Text::new(
                format!("bytes both ways over HTTP/2: not measured: {en}"),
                format!("HTTP/2 上的双向字节：没有测量：{zh}"),
            );
            return vec![beside(what, "B", &[])];
        }
    };
    let mut evidence = Vec::new();
    for way in crate::WAYS {
        let card = way.card();
        for (head, en, zh) in HEADS {
            // A WebSocket begins with HTTP/1.1 there.
            let http = if card.name == "ws" { "TLS, HTTP/1.1" } else { "TLS, HTTP/2" };
            let what = Text::new(
                format!("bytes both ways until the first price, {}, {en} ({http})", card.title),
                format!("到第一笔报价的双向字节，{}，{zh}（{http}）", card.title_zh),
            );
            evidence.push(beside(what, "B", &over.bytes(card.name, head)));
        }
    }
    for (head, en, zh) in HEADS {
        for (http, shown) in [("1.1", "HTTP/1.1"), ("2", "TLS, HTTP/2")] {
            let what = Text::new(
                format!("bytes that a further poll sends, {en} ({shown})"),
                format!("后续每次轮询发送的字节，{zh}（{shown}）"),
            );
            evidence.push(beside(what, "B", &over.further(http, head)));
        }
    }
    evidence
}

/// The same in a sentence.
pub(super) fn sentence(over: &Result<Over, Text>) -> Text {
    let over = match over {
        Ok(over) => over,
        Err(Text { en, zh }) => {
            return Text::new(format!("HTTP/2 was not measured: {en}."), format!("HTTP/2 没有测量：{zh}。"));
        }
    };
    let text =
        |values: Vec<f64>| median_of(values).map_or_else(|| "–".to_owned(), |value| format!("{value:.0}"));
    let [sse, poll] = ["sse", "poll"].map(|way| text(over.bytes(way, Head::Browser)));
    let [old, new] = ["1.1", "2"].map(|http| text(over.further(http, Head::Browser)));
    Text::new(
        format!(
            "Over HTTP/2 with TLS, through nginx, it takes {sse} bytes by SSE and {poll} by a poll with a browser's head, the certificate included; each further poll sends {new} bytes instead of {old}, for both sides know its head by then."
        ),
        format!(
            "在带 TLS 的 HTTP/2 上（经 nginx），浏览器的请求头时 SSE 要 {sse} 字节，轮询 {poll} 字节，证书在内；之后每次轮询发送 {new} 字节，而不是 {old} 字节，因为双方已经知道它的请求头。"
        ),
    )
}

impl Over {
    fn bytes(&self, way: &str, head: Head) -> Vec<f64> {
        let those = self.openings.iter().filter(|one| one.way == way && one.head == head);
        those.map(|one| (one.up + one.down) as f64).collect()
    }

    fn further(&self, http: &str, head: Head) -> Vec<f64> {
        let those = self.further.iter().filter(|one| one.http == http && one.head == head);
        those.map(|one| one.bytes).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_stands_beside_with_its_reason() {
        let missing = Err(words::lacking(&crate::Error::NoHttp2));
        let evidence = evidence(&missing);
        assert!(evidence.len() == 1 && evidence[0].beside && evidence[0].value.is_none());
        assert!(evidence[0].what.en.contains("not measured: this fourways"), "{}", evidence[0].what.en);
        assert!(sentence(&missing).zh.starts_with("HTTP/2 没有测量："), "{}", sentence(&missing).zh);
    }

    #[cfg(feature = "http2")]
    #[tokio::test]
    async fn a_head_that_both_sides_know_is_a_few_bytes() {
        use super::super::server::Server;
        use super::super::tests::env;

        let server = Server::start(&env().exe, &["--rate", "10"]).await.unwrap();
        let over = run(&env(), server.authority(), 1, &mut |_| {}).await.unwrap();
        let of = |http| over.further(http, Head::Browser)[0];
        assert!(of("1.1") > 400.0 && of("2") < of("1.1") / 3.0, "{over:?}");
        let certified = over.openings.iter().map(|one| one.down);
        assert!(certified.min().unwrap() > 500, "the certificate is among the bytes: {over:?}");
    }
}

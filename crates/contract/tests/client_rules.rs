//! What our clients do with servers that misbehave: the rules of HTML 9.2.3 for SSE, and the reconnect loop on all
//! four ways. The servers here are a few bytes on a socket.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use contract::soon;
use feed::{Cursor, Epoch};
use fourways::ALL;
use futures_util::StreamExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use transport::{Backoff, Error, Heard, Target, Transport, follow};
use wire::Wire;

const STREAM: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";

/// A server that answers each connection with the next of these texts and closes. Returns the request heads it saw.
async fn serve(answers: Vec<String>) -> (SocketAddr, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let task = tokio::spawn(async move {
        let mut seen = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.expect("a client");
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                assert!(stream.read_buf(&mut head).await.expect("a request") > 0, "a whole head");
            }
            seen.push(String::from_utf8(head).expect("text"));
            stream.write_all(answer.as_bytes()).await.expect("a listening client");
        }
        seen
    });
    (address, task)
}

fn way(name: &str) -> &'static dyn Transport {
    ALL.iter().copied().find(|way| way.card().name == name).expect("a way")
}

fn target(address: SocketAddr) -> Arc<Target> {
    Arc::new(Target::new(address.to_string(), "stock-price"))
}

fn cursor(seq: u64) -> Cursor {
    Cursor { epoch: Epoch::of(1), seq }
}

async fn one(name: &str, answer: &str) -> Vec<Result<Heard, Error>> {
    let (address, _) = serve(vec![answer.to_owned()]).await;
    soon("the session to end", way(name).session(target(address), Some(cursor(1)), Wire::default()).collect())
        .await
}

fn no_content() -> String {
    "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_owned()
}

#[tokio::test]
async fn sse_takes_only_a_stream_for_a_stream() {
    let heard = one("sse", "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\nhi").await;
    assert!(
        matches!(heard.as_slice(), [Err(Error::Malformed(text))] if text.contains("text/html")),
        "{heard:?}"
    );
    let heard =
        one("sse", "HTTP/1.1 200 OK\r\ncontent-type: Text/Event-Stream; charset=utf-8\r\n\r\nretry: 7\n")
            .await;
    assert!(matches!(heard.as_slice(), [Ok(Heard::Retry(_))]), "{heard:?}");
    let heard = one("sse", &no_content()).await;
    assert!(matches!(heard.as_slice(), [Ok(Heard::End)]), "{heard:?}");
}

#[tokio::test]
async fn a_status_is_told_with_its_wait() {
    for way in ALL {
        let name = way.card().name;
        for (line, last) in
            [("404 Not Found", true), ("429 Too Many Requests", false), ("503 Service Unavailable", false)]
        {
            let answer = format!("HTTP/1.1 {line}\r\nretry-after: 9\r\ncontent-length: 0\r\n\r\n");
            match one(name, &answer).await.as_slice() {
                [Err(error @ Error::Refused { retry_after, .. })] => {
                    assert_eq!(
                        (*retry_after, error.is_final()),
                        (Some(Duration::from_secs(9)), last),
                        "{name}"
                    );
                }
                other => panic!("{name} at {line}: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn sse_follows_redirects_but_not_for_ever() {
    let (there, seen) = serve(vec![STREAM.to_owned() + "id: baaaaa-2\nevent: cursor\ndata: {}\n\n"]).await;
    let moved =
        |to: &str| format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
    let (here, _) = serve(vec![moved(&format!("http://{there}/elsewhere?x=1"))]).await;
    let session = way("sse").session(target(here), Some(cursor(1)), Wire::default());
    let heard: Vec<_> = soon("the stream", session.collect()).await;
    assert!(matches!(heard.as_slice(), [Ok(Heard::Cursor(_))]), "{heard:?}");
    let head = soon("the second server", seen).await.expect("no panic").remove(0);
    assert!(head.starts_with("GET /elsewhere?x=1 ") && head.contains("last-event-id: "), "{head}");

    let (here, seen) = serve(vec![moved("/again"); 6]).await;
    let heard: Vec<_> =
        soon("the end", way("sse").session(target(here), None, Wire::default()).collect()).await;
    assert!(
        matches!(heard.as_slice(), [Err(Error::Malformed(text))] if text.contains("redirects")),
        "{heard:?}"
    );
    assert_eq!(soon("six requests", seen).await.expect("no panic").len(), 6);
}

/// A stream that is cut, an error, another cut: each time the client comes back with the last cursor it has, and an
/// event that was not whole does not count.
#[tokio::test]
async fn the_loop_resumes_where_it_was() {
    let event = |seq| format!("id: baaaaa-{seq}\ndata: {{\"seq\":{seq},\"at\":1}}\n\n");
    let unfinished = "id: baaaaa-9\ndata: {\"seq\":9,";
    let refusal = "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n".to_owned();
    let first = format!("{STREAM}retry: 10\n\n{}{}{unfinished}", event(2), event(3));
    let (address, seen) = serve(vec![first, refusal, STREAM.to_owned() + &event(4), no_content()]).await;
    let following = follow(way("sse"), target(address), Some(cursor(1)), Wire::default(), Backoff::new(1));
    let heard: Vec<_> = soon("the end", following.collect()).await;
    let seqs: Vec<_> = heard
        .iter()
        .filter_map(|heard| if let Ok(Heard::Event { cursor, .. }) = heard { Some(cursor.seq) } else { None })
        .collect();
    assert_eq!(seqs, [2, 3, 4]);
    assert!(matches!(heard.last(), Some(Ok(Heard::End))), "{heard:?}");
    let heads = soon("four requests", seen).await.expect("no panic");
    for (head, seq) in heads.iter().zip([1, 3, 3, 4]) {
        assert!(head.contains(&format!("last-event-id: {}\r\n", cursor(seq))), "{head}");
    }
}

#[tokio::test]
async fn what_is_no_answer_is_an_error_on_every_way() {
    for way in ALL {
        let name = way.card().name;
        for answer in [
            "",
            "HTTP/1.1 2",
            "nonsense\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 9\r\n\r\n{\"epoch\"",
        ] {
            let heard = one(name, answer).await;
            assert!(
                matches!(heard.as_slice(), [Err(error)] if !error.is_final()),
                "{name} at {answer:?}: {heard:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_silent_server_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    for way in ALL {
        let mut target = Target::new(listener.local_addr().expect("an address").to_string(), "stock-price");
        (target.silence, target.hold) = (Duration::from_millis(50), Duration::from_millis(50));
        let heard: Vec<_> =
            soon("the client to give up", way.session(Arc::new(target), None, Wire::default()).collect())
                .await;
        assert!(matches!(heard.as_slice(), [Err(Error::Silent(_))]), "{}: {heard:?}", way.card().name);
    }
}

//! A TCP relay that cuts connections at a chosen byte, and can make a server that ignores what a client says it has.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use memchr::memmem;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How every event of the market begins.
const EVENT: &[u8] = b"{\"seq\":";
/// The end of a head (RFC 9112 2.1).
const HEAD_END: &[u8] = b"\r\n\r\n";
/// The longest head of a client that is read.
const HEAD_MAX: usize = 16 * 1024;
/// What is remembered of the bytes before a cut.
const SHOWN: usize = 32;

/// Where a connection is cut, counted in what comes down on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// After so many bytes.
    After(usize),
    /// Right behind the head of the first answer.
    BehindHead,
    /// So many bytes before (negative) or behind the beginning of the nth event's JSON.
    FromBegin(usize, i64),
    /// So many bytes before (negative) or behind the end of the nth event's JSON.
    FromEnd(usize, i64),
}

impl Cut {
    /// How many bytes pass; none while what came so far does not tell.
    fn place(self, seen: &[u8]) -> Option<usize> {
        let begin = |nth: usize| memmem::find_iter(seen, EVENT).nth(nth - 1);
        let moved = |place: usize, by: i64| place.saturating_add_signed(by as isize);
        match self {
            Self::After(bytes) => Some(bytes),
            Self::BehindHead => memmem::find(seen, HEAD_END).map(|place| place + HEAD_END.len()),
            Self::FromBegin(nth, by) => begin(nth).map(|place| moved(place, by)),
            Self::FromEnd(nth, by) => {
                let begin = begin(nth)?;
                // The market's JSON is flat: its first closing brace is its end.
                let end = begin + memchr::memchr(b'}', &seen[begin..])? + 1;
                Some(moved(end, by))
            }
        }
    }
}

/// A relay on loopback. Dropping it stops accepting; what is open goes on.
#[derive(Debug)]
pub(super) struct Relay {
    authority: String,
    made: Arc<Mutex<Vec<String>>>,
    accepting: JoinHandle<()>,
}

impl Relay {
    /// Relays to `upstream`. The first connection is cut at the first of `cuts`, the second at the second, and those
    /// behind them not at all. With `forgetful` the first request of every connection loses its cursor on the way, so
    /// that a client meets a server that ignores it.
    pub(super) async fn start(upstream: String, cuts: Vec<Cut>, forgetful: bool) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let authority = listener.local_addr()?.to_string();
        let made = Arc::<Mutex<Vec<String>>>::default();
        let notes = Arc::clone(&made);
        let accepting = tokio::spawn(async move {
            let mut cuts = cuts.into_iter();
            while let Ok((client, _)) = listener.accept().await {
                let (cut, upstream, notes) = (cuts.next(), upstream.clone(), Arc::clone(&notes));
                tokio::spawn(async move {
                    // A side that has gone ends the other, as a cable would.
                    if let Ok(Some(before)) = relay(client, upstream, cut, forgetful).await {
                        notes.lock().unwrap_or_else(PoisonError::into_inner).push(before);
                    }
                });
            }
        });
        Ok(Self { authority, made, accepting })
    }

    /// `host:port`.
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }

    /// The last bytes that passed before each cut that was made, escaped.
    pub(super) fn made(&self) -> Vec<String> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// One connection, until a side ends it or it is cut. Returns what passed last before a cut.
async fn relay(
    client: TcpStream,
    upstream: String,
    cut: Option<Cut>,
    forgetful: bool,
) -> io::Result<Option<String>> {
    let server = TcpStream::connect(upstream).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let ((mut said, heard), (answered, mut asked)) = (client.into_split(), server.into_split());
    let up = async {
        if forgetful {
            let head = first_head(&mut said).await?;
            asked.write_all(&forget(&head)).await?;
        }
        tokio::io::copy(&mut said, &mut asked).await
    };
    tokio::select! {
        ended = up => ended.map(|_| None),
        ended = down(answered, heard, cut) => ended,
    }
}

async fn down(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    cut: Option<Cut>,
) -> io::Result<Option<String>> {
    let Some(cut) = cut else {
        tokio::io::copy(&mut from, &mut to).await?;
        return Ok(None);
    };
    let (mut seen, mut passed) = (Vec::new(), 0);
    loop {
        if from.read_buf(&mut seen).await? == 0 {
            return Ok(None);
        }
        let place = cut.place(&seen);
        let end = place.unwrap_or(seen.len()).clamp(passed, seen.len());
        to.write_all(&seen[passed..end]).await?;
        passed = end;
        if place.is_some_and(|place| place <= end) {
            to.shutdown().await?;
            return Ok(Some(seen[end.saturating_sub(SHOWN)..end].escape_ascii().to_string()));
        }
    }
}

/// Everything up to the end of the first head.
async fn first_head(said: &mut OwnedReadHalf) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    while memmem::find(&head, HEAD_END).is_none() {
        if said.read_buf(&mut head).await? == 0 || head.len() > HEAD_MAX {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(head)
}

/// A request without its cursor: neither `after=` nor `Last-Event-ID`, nor the validator that holds one.
fn forget(request: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(request);
    let mut lines = text.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let words: Vec<_> = first.split(' ').map(without_after).collect();
    let kept = lines.filter(|line| {
        let name = line.split(':').next().unwrap_or_default();
        !["last-event-id", "if-none-match"].iter().any(|cursor| name.eq_ignore_ascii_case(cursor))
    });
    std::iter::once(words.join(" ").as_str()).chain(kept).collect::<Vec<_>>().join("\r\n").into_bytes()
}

fn without_after(target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else { return target.to_owned() };
    let kept: Vec<_> = query.split('&').filter(|part| !part.starts_with("after=")).collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &[u8] =
        b"HTTP/1.1 200 OK\r\n\r\nid: a-1\ndata: {\"seq\":1,\"at\":7}\n\nid: a-2\ndata: {\"seq\":2}\n\n";

    #[test]
    fn a_place_is_found_in_the_bytes() {
        let before = |cut: Cut| String::from_utf8_lossy(&STREAM[..cut.place(STREAM).unwrap()]).into_owned();
        assert_eq!(before(Cut::After(4)), "HTTP");
        assert!(before(Cut::BehindHead).ends_with("OK\r\n\r\n"));
        assert!(before(Cut::FromBegin(2, 0)).ends_with("id: a-2\ndata: "));
        assert!(before(Cut::FromBegin(2, -8)).ends_with("id: a-"));
        assert!(before(Cut::FromEnd(1, -1)).ends_with("{\"seq\":1,\"at\":7"));
        assert!(before(Cut::FromEnd(1, 2)).ends_with("\"at\":7}\n\n"));
        assert_eq!(Cut::FromBegin(3, 0).place(STREAM), None, "not there yet");
        assert_eq!(Cut::FromEnd(2, 0).place(&STREAM[..STREAM.len() - 3]), None);
    }

    #[test]
    fn a_cursor_is_forgotten_and_nothing_else() {
        let forgot = |text: &str| String::from_utf8(forget(text.as_bytes())).unwrap();
        assert_eq!(
            forgot("GET /sse/x HTTP/1.1\r\nhost: a\r\nLast-Event-ID: k-1\r\n\r\n"),
            "GET /sse/x HTTP/1.1\r\nhost: a\r\n\r\n"
        );
        assert_eq!(
            forgot("GET /long-poll/x?after=k-1&hold=5 HTTP/1.1\r\n\r\n"),
            "GET /long-poll/x?hold=5 HTTP/1.1\r\n\r\n"
        );
        assert_eq!(
            forgot("GET /poll/x?after=k-1 HTTP/1.1\r\nif-none-match: \"k-1\"\r\n\r\n"),
            "GET /poll/x HTTP/1.1\r\n\r\n"
        );
    }

    /// A server that says the same to everyone and closes.
    async fn speaker() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                client.write_all(STREAM).await.unwrap();
            }
        });
        authority
    }

    #[tokio::test]
    async fn each_connection_is_cut_at_its_byte_and_then_none() {
        let cuts = vec![Cut::After(0), Cut::FromEnd(1, 1)];
        let relay = Relay::start(speaker().await, cuts, false).await.unwrap();
        let mut heard = Vec::new();
        for _ in 0..3 {
            let mut all = Vec::new();
            TcpStream::connect(relay.authority()).await.unwrap().read_to_end(&mut all).await.unwrap();
            heard.push(all);
        }
        assert_eq!(heard[0], b"");
        assert!(heard[1].ends_with(b"\"at\":7}\n"));
        assert_eq!(heard[2], STREAM);
        assert_eq!(relay.made().len(), 2, "{:?}", relay.made());
    }
}

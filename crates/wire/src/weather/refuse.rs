//! The status that the proxy gives itself, instead of the server.
//!
//! A page of another origin can read a status only if the answer names its origin (CORS), so it does: a page that sees
//! 503 tells it from a server that is not there. For the same reason a preflight is let through, and is not remembered
//! (Fetch 3.3.3): the status is for the request behind it.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use bytes::Bytes;
use httparse::EMPTY_HEADER;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::accept::Place;
use super::parse::{HEAD_BYTES_MAX, HEADERS_MAX};
use super::relay::{linger, reset};
use super::telling::Telling;

/// For a whole head, as long as our servers wait.
const PATIENCE: Duration = Duration::from_secs(10);
/// What the client is told to wait, in seconds: more than nothing, and short enough to be watched.
const RETRY_AFTER_S: u64 = 2;

/// What of a head is answered to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked {
    /// From which origin it comes, if from one.
    origin: Option<Vec<u8>>,
    /// Whether it only asks what the request behind it may be.
    is_preflight: bool,
    /// Which headers that request will have.
    headers: Option<Vec<u8>>,
}

/// Answers the first request and closes. Who sends none, or none that can be read, is reset.
pub(super) async fn refuse(mut client: TcpStream, status: u16, place: Place, telling: &Mutex<Telling>) {
    let mut head = Vec::new();
    let asked = tokio::time::timeout(PATIENCE, request(&mut client, &mut head)).await;
    let counts = &place.shared().counts;
    counts.bytes_up.fetch_add(head.len() as u64, Relaxed);
    tell(telling, true, &head);
    let Ok(Some(asked)) = asked else { return reset(client) };
    let answer = answer(status, &asked);
    if client.write_all(&answer).await.is_err() {
        return;
    }
    counts.bytes_down.fetch_add(answer.len() as u64, Relaxed);
    tell(telling, false, &answer);
    drop(place);
    linger(client).await;
}

/// Reads a head; none if it cannot be read.
async fn request(client: &mut TcpStream, read: &mut Vec<u8>) -> Option<Asked> {
    loop {
        if client.read_buf(read).await.ok()? == 0 || read.len() > HEAD_BYTES_MAX {
            return None;
        }
        let mut headers = [EMPTY_HEADER; HEADERS_MAX];
        let mut request = httparse::Request::new(&mut headers);
        if request.parse(read).ok()?.is_complete() {
            return Some(Asked::of(&request));
        }
    }
}

impl Asked {
    fn of(request: &httparse::Request<'_, '_>) -> Self {
        let header = |name: &str| {
            let header = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
            header.map(|header| header.value.to_vec())
        };
        let method = header("access-control-request-method");
        Self {
            origin: header("origin"),
            is_preflight: request.method == Some("OPTIONS") && method.is_some(),
            headers: header("access-control-request-headers"),
        }
    }
}

fn answer(status: u16, asked: &Asked) -> Vec<u8> {
    let status = match status {
        _ if asked.is_preflight => 204,
        200..600 => status,
        _ => 503,
    };
    let reason = match status {
        204 => "No Content",
        503 => "Service Unavailable",
        _ => "",
    };
    let mut answer = format!("HTTP/1.1 {status} {reason}\r\n").into_bytes();
    let mut add = |name: &str, value: &[u8]| {
        answer.extend_from_slice(name.as_bytes());
        answer.extend_from_slice(b": ");
        answer.extend_from_slice(value);
        answer.extend_from_slice(b"\r\n");
    };
    // RFC 9110 8.6: 204 must not say a length.
    if !matches!(status, 204 | 304) {
        add("Content-Length", b"0");
    }
    if status == 503 {
        add("Retry-After", RETRY_AFTER_S.to_string().as_bytes());
    }
    if let Some(origin) = &asked.origin {
        add("Access-Control-Allow-Origin", origin);
        if asked.is_preflight {
            add("Access-Control-Allow-Methods", b"GET, POST");
            if let Some(headers) = &asked.headers {
                add("Access-Control-Allow-Headers", headers);
            }
            add("Access-Control-Max-Age", b"0");
        } else {
            add("Access-Control-Expose-Headers", b"Retry-After");
        }
    }
    answer.extend_from_slice(b"Vary: Origin\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n");
    answer
}

fn tell(telling: &Mutex<Telling>, up: bool, bytes: &[u8]) {
    let mut telling = telling.lock().unwrap_or_else(PoisonError::into_inner);
    telling.came(up, Bytes::copy_from_slice(bytes), Instant::now());
    telling.went(up, bytes.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(status: u16, origin: Option<&[u8]>) -> String {
        let asked = Asked { origin: origin.map(<[u8]>::to_vec), ..Asked::default() };
        String::from_utf8(answer(status, &asked)).unwrap()
    }

    #[test]
    fn an_answer_has_a_length_only_where_it_may() {
        assert!(text(503, None).contains("Content-Length: 0\r\nRetry-After: 2\r\n"));
        assert!(!text(204, None).contains("Length") && !text(204, None).contains("Retry"));
        assert!(text(99, None).starts_with("HTTP/1.1 503 "), "what is no final status");
    }

    #[test]
    fn the_origin_that_asks_may_read_it_and_no_other_is_named() {
        assert!(text(503, Some(b"http://a:1")).contains("\r\nAccess-Control-Allow-Origin: http://a:1\r\n"));
        assert!(!text(503, None).contains("Access-Control"));
        assert!(text(204, None).contains("\r\nVary: Origin\r\n"));
    }
}

//! The status that the proxy gives itself, instead of the server.
//!
//! A page of another origin can read a status only if the answer names its origin (CORS), so it does: a page that sees
//! 503 tells it from a server that is not there.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use bytes::Bytes;
use httparse::EMPTY_HEADER;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::accept::Place;
use super::parse::{HEAD_BYTES_MAX, HEADERS_MAX};
use super::relay::{linger, reset};
use super::telling::Telling;

/// For a whole head, as long as our servers wait.
const PATIENCE: Duration = Duration::from_secs(10);
/// What the client is told to wait, in seconds: more than nothing, and short enough to be watched.
const RETRY_AFTER_S: u64 = 2;

/// Answers the first request and closes. Who sends none, or none that can be read, is reset.
pub(super) async fn refuse(mut client: TcpStream, status: u16, place: Place, telling: &Mutex<Telling>) {
    let mut head = Vec::new();
    let origin = tokio::time::timeout(PATIENCE, request(&mut client, &mut head)).await;
    let counts = &place.shared().counts;
    counts.bytes_up.fetch_add(head.len() as u64, Relaxed);
    tell(telling, true, &head);
    let Ok(Some(origin)) = origin else { return reset(client) };
    let answer = answer(status, origin.as_deref());
    if client.write_all(&answer).await.is_err() {
        return;
    }
    counts.bytes_down.fetch_add(answer.len() as u64, Relaxed);
    tell(telling, false, &answer);
    drop(place);
    linger(client).await;
}

/// Reads a head and says from which origin it comes, if from one; none if it cannot be read.
async fn request(client: &mut TcpStream, read: &mut Vec<u8>) -> Option<Option<Vec<u8>>> {
    loop {
        if client.read_buf(read).await.ok()? == 0 || read.len() > HEAD_BYTES_MAX {
            return None;
        }
        let mut headers = [EMPTY_HEADER; HEADERS_MAX];
        let mut request = httparse::Request::new(&mut headers);
        if request.parse(read).ok()?.is_complete() {
            let origin = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case("origin"));
            return Some(origin.map(|header| header.value.to_vec()));
        }
    }
}

fn answer(status: u16, origin: Option<&[u8]>) -> Vec<u8> {
    let status = if (200..600).contains(&status) { status } else { 503 };
    let reason = match status {
        204 => "No Content",
        503 => "Service Unavailable",
        _ => "",
    };
    let mut answer = format!("HTTP/1.1 {status} {reason}\r\n").into_bytes();
    // RFC 9110 8.6: 204 must not say a length.
    if !matches!(status, 204 | 304) {
        answer.extend_from_slice(b"Content-Length: 0\r\n");
    }
    if status == 503 {
        answer.extend_from_slice(format!("Retry-After: {RETRY_AFTER_S}\r\n").as_bytes());
    }
    if let Some(origin) = origin {
        answer.extend_from_slice(b"Access-Control-Allow-Origin: ");
        answer.extend_from_slice(origin);
        answer.extend_from_slice(b"\r\nAccess-Control-Expose-Headers: Retry-After\r\n");
    }
    answer.extend_from_slice(b"Vary: Origin\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n");
    answer
}

fn tell(telling: &Mutex<Telling>, up: bool, bytes: &[u8]) {
    let mut telling = telling.lock().unwrap_or_else(PoisonError::into_inner);
    telling.came(up, Bytes::copy_from_slice(bytes));
    telling.went(up, bytes.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(status: u16, origin: Option<&[u8]>) -> String {
        String::from_utf8(answer(status, origin)).unwrap()
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

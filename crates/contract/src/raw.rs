//! Bytes on a socket, for what no well-behaved client would send.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::soon;

/// A plain connection.
#[derive(Debug)]
pub struct Raw {
    stream: TcpStream,
    read: Vec<u8>,
}

/// One whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its head, as it came, with the blank line.
    pub head: String,
    /// Its body, by its `content-length`; empty without one.
    pub body: String,
}

impl Raw {
    /// Connects.
    pub async fn connect(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.expect("a listening server"), read: Vec::new() }
    }

    /// Sends bytes as they are.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.expect("an open connection");
    }

    /// `GET path` with further header lines, each ending in CRLF.
    pub async fn get(&mut self, path: &str, headers: &str) {
        self.send(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n")).await;
    }

    /// Everything up to and with `end`. What follows it stays for the next call.
    pub async fn until(&mut self, end: &str) -> String {
        let what = format!("{end:?}");
        soon(&what, async {
            loop {
                if let Some(place) = self.read.windows(end.len()).position(|window| window == end.as_bytes())
                {
                    let rest = self.read.split_off(place + end.len());
                    let bytes = std::mem::replace(&mut self.read, rest);
                    return String::from_utf8(bytes).expect("text");
                }
                assert!(
                    self.more().await > 0,
                    "closed before {end:?}: {}",
                    String::from_utf8_lossy(&self.read)
                );
            }
        })
        .await
    }

    /// Exactly so many bytes.
    pub async fn bytes(&mut self, count: usize) -> Vec<u8> {
        soon("bytes", async {
            while self.read.len() < count {
                assert!(self.more().await > 0, "closed after {} of {count} bytes", self.read.len());
            }
        })
        .await;
        let rest = self.read.split_off(count);
        std::mem::replace(&mut self.read, rest)
    }

    /// The next whole answer.
    pub async fn answer(&mut self) -> Answer {
        let head = self.until("\r\n\r\n").await;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status line");
        let length = head
            .to_ascii_lowercase()
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.split('\r').next()?.parse().ok());
        let body = self.bytes(length.unwrap_or_default()).await;
        Answer { status, head, body: String::from_utf8(body).expect("text") }
    }

    /// Everything until the server closes. A reset counts as closing.
    pub async fn rest(&mut self) -> Vec<u8> {
        soon("the server to close", async { while self.more().await > 0 {} }).await;
        std::mem::take(&mut self.read)
    }

    /// The socket itself.
    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }

    async fn more(&mut self) -> usize {
        self.stream.read_buf(&mut self.read).await.unwrap_or(0)
    }
}

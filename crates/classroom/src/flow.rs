//! How much may come on a live connection, counted below WebSocket: pongs and empty fragments are no messages, and cost
//! as much as others.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::ws::{Message, WebSocket, close_code};
use futures_util::StreamExt as _;
use tokio::time::Instant;
use wire::Line;

use crate::live::Over;

/// Bytes of one connection in a second, and at once: what twenty of the largest messages have, and half as much again.
const BYTES_PER_S: u32 = 32 * 1024;

/// What comes on one connection.
#[derive(Debug)]
pub(crate) struct Flow {
    line: Option<Arc<Line>>,
    /// Read before now.
    known: u64,
    left: f64,
    since: Instant,
}

impl Flow {
    /// Of a connection that has just become a WebSocket.
    pub(crate) fn new(line: Option<Arc<Line>>) -> Self {
        let known = line.as_ref().map_or(0, |line| line.bytes_read());
        Self { line, known, left: BYTES_PER_S.into(), since: Instant::now() }
    }

    /// The next message. Cancel safe.
    ///
    /// # Errors
    /// With the code to close with, when too much came, whether it made a message or not.
    pub(crate) async fn listen(
        &mut self,
        socket: &mut WebSocket,
    ) -> Result<Option<Result<Message, axum::Error>>, Over> {
        poll_fn(|cx| self.poll(cx, socket)).await
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        socket: &mut WebSocket,
    ) -> Poll<Result<Option<Result<Message, axum::Error>>, Over>> {
        let heard = socket.poll_next_unpin(cx);
        let read = self.line.as_ref().map_or(0, |line| line.bytes_read());
        // A poll that reads much is interrupted by the runtime: so this is seen soon, whatever it makes of it.
        if self.allows(read, Instant::now()) {
            heard.map(Ok)
        } else {
            Poll::Ready(Err(Over::Close(close_code::POLICY)))
        }
    }

    /// Whether so many bytes in all may have been read by now.
    fn allows(&mut self, read: u64, now: Instant) -> bool {
        let most = f64::from(BYTES_PER_S);
        self.left = (self.left + now.duration_since(self.since).as_secs_f64() * most).min(most);
        self.since = now;
        self.left -= (read - self.known) as f64;
        self.known = read;
        self.left >= 0.0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn bytes_have_a_burst_and_a_rate() {
        let mut flow = Flow::new(None);
        let (start, most) = (flow.since, u64::from(BYTES_PER_S));
        assert!(flow.allows(most, start) && !flow.allows(most + 1, start));
        assert!(flow.allows(2 * most, start + Duration::from_secs(60)), "silence is not saved up");
        assert!(!flow.allows(2 * most + 2, start + Duration::from_secs(60)));
        assert!(flow.allows(2 * most + 2, start + Duration::from_secs(61)));
    }
}

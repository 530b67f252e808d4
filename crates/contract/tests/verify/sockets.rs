//! What the kernel counted on both ends of a connection: `TCP_INFO`, read by `ss` of iproute2.

use std::net::SocketAddr;
use std::process::Command;

use contract::until;

/// What went over one end of a connection, in bytes of payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bytes {
    pub(crate) up: u64,
    pub(crate) down: u64,
}

impl Bytes {
    pub(crate) fn since(self, before: Self) -> Self {
        Self { up: self.up - before.up, down: self.down - before.down }
    }
}

/// A connection at rest: nothing is under way, and both programs have read everything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connection {
    /// At the client's socket.
    pub(crate) client: Bytes,
    /// At the server's.
    pub(crate) server: Bytes,
    /// The client's port.
    pub(crate) port: u16,
}

/// One line of `ss`.
#[derive(Debug)]
struct End {
    local: SocketAddr,
    peer: SocketAddr,
    /// Bytes that the program has not read, or the other end has not acknowledged.
    queued: u64,
    /// `tcpi_bytes_acked` (RFC 4898 `ThruOctetsAcked`).
    acked: u64,
    /// `tcpi_bytes_received` (RFC 4898 `ThruOctetsReceived`).
    received: u64,
}

/// Waits until the only connection to `server` is at rest, and reads what the kernel counted since it began.
///
/// `bytes_acked` counts sequence numbers, and a SYN takes one. That of the end that connected is acknowledged after its
/// socket was made, so it is in the count, which is 1 more than its bytes. That of the end that accepted is not: its
/// socket is made when the handshake is over. The FIN takes one as well, but these connections are open.
pub(crate) async fn at_rest(server: SocketAddr) -> Connection {
    let mut found = None;
    until("one connection to be at rest", || {
        let ends = ends(server.port());
        let end = |ours: fn(&End) -> &SocketAddr| {
            let mut ends = ends.iter().filter(|end| ours(end).port() == server.port());
            ends.next().filter(|end| end.queued == 0).filter(|_| ends.next().is_none())
        };
        found = end(|end| &end.peer).zip(end(|end| &end.local)).map(|(client, server)| Connection {
            client: Bytes { up: client.acked - 1, down: client.received },
            server: Bytes { up: server.received, down: server.acked },
            port: client.local.port(),
        });
        found.is_some()
    })
    .await;
    found.expect("found by then")
}

/// Both ends of all open connections of `port`.
fn ends(port: u16) -> Vec<End> {
    let filter = format!("( sport = :{port} or dport = :{port} )");
    let output = Command::new("ss").args(["-tinHO", "state", "established", &filter]).output();
    let output = output.unwrap_or_else(|error| {
        panic!("ss cannot be started ({error}); it reads TCP_INFO; on Debian: apt-get install iproute2")
    });
    assert!(output.status.success(), "ss: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(end).collect()
}

/// `0 0 127.0.0.1:8080 127.1.0.1:49297 cubic ... bytes_acked:544 bytes_received:168 ...`; a count of 0 is left out.
fn end(line: &str) -> End {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [unread, unacknowledged, local, peer, info @ ..] = words.as_slice() else {
        panic!("ss says {line:?}");
    };
    let count = |name: &str| info.iter().find_map(|word| word.strip_prefix(name)).map_or(0, number);
    End {
        local: local.parse().expect("an address"),
        peer: peer.parse().expect("an address"),
        queued: number(unread) + number(unacknowledged),
        acked: count("bytes_acked:"),
        received: count("bytes_received:"),
    }
}

fn number(word: &str) -> u64 {
    word.parse().unwrap_or_else(|_| panic!("ss says {word:?} where a number must be"))
}

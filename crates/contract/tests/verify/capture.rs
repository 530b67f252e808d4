//! A packet capture on loopback: `tshark`, where it is installed and may capture.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use contract::soon;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::sockets::Bytes;

/// Between two attempts to be seen by a capture that is only beginning.
const PAUSE: Duration = Duration::from_millis(100);

/// A running capture of one port.
#[derive(Debug)]
pub(crate) struct Capture {
    server: SocketAddr,
    tshark: Child,
    packets: Lines<BufReader<ChildStdout>>,
    /// Payload by (from, to) port.
    bytes: HashMap<(u16, u16), u64>,
}

impl Capture {
    /// Begins, and returns when packets are seen. None, with a line that says why, where that is not possible.
    pub(crate) async fn start(server: SocketAddr) -> Option<Self> {
        let mut tshark = Command::new("tshark");
        tshark.args(["-i", "lo", "-f", &format!("tcp port {}", server.port()), "-l", "-n", "-T", "fields"]);
        tshark.args(["-e", "tcp.srcport", "-e", "tcp.dstport", "-e", "tcp.len"]).kill_on_drop(true);
        let mut tshark =
            match tshark.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn() {
                Ok(tshark) => tshark,
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    println!("tshark is not installed: no packet capture; on Debian: apt-get install tshark");
                    return None;
                }
                Err(error) => panic!("tshark cannot be started: {error}"),
            };
        let mut said = BufReader::new(tshark.stderr.take().expect("piped")).lines();
        let mut words = Vec::new();
        while let Some(line) = soon("tshark to begin", said.next_line()).await.expect("text") {
            if line.contains("Capturing on") {
                let packets = BufReader::new(tshark.stdout.take().expect("piped")).lines();
                // What it says further is of no use, but it must be able to say it.
                tokio::spawn(async move { while matches!(said.next_line().await, Ok(Some(_))) {} });
                let mut capture = Self { server, tshark, packets, bytes: HashMap::new() };
                capture.see(server).await;
                return Some(capture);
            }
            words.push(line);
        }
        println!("tshark is installed but may not capture: no packet capture; it says: {}", words.join(" "));
        None
    }

    /// Knocks until a packet of a knock is seen. Packets come in order, so all that were sent before it were seen.
    async fn see(&mut self, server: SocketAddr) {
        let mut knocks = Vec::new();
        soon("tshark to show a packet", async {
            loop {
                let knock = TcpStream::connect(server).await.expect("a listening server");
                knocks.push(knock.local_addr().expect("a connected socket").port());
                drop(knock);
                while let Ok(line) = timeout(PAUSE, self.packets.next_line()).await {
                    let line = line.expect("text").expect("tshark goes on");
                    if self.count(&line).is_some_and(|(from, _)| knocks.contains(&from)) {
                        return;
                    }
                }
            }
        })
        .await;
    }

    /// Counts one packet, and tells its ports.
    fn count(&mut self, line: &str) -> Option<(u16, u16)> {
        let mut fields = line.split('\t').map(str::parse::<u64>);
        let (from, to, bytes) = (fields.next()?.ok()?, fields.next()?.ok()?, fields.next()?.ok()?);
        let ports = (u16::try_from(from).ok()?, u16::try_from(to).ok()?);
        *self.bytes.entry(ports).or_default() += bytes;
        Some(ports)
    }

    /// Ends it; what it counted on the connection from port `client`.
    pub(crate) async fn end(mut self, client: u16) -> Bytes {
        self.see(self.server).await;
        // It removes its temporary file.
        let pid =
            self.tshark.id().and_then(|pid| Pid::from_raw(pid.cast_signed())).expect("a running tshark");
        kill_process(pid, Signal::INT).expect("a running tshark");
        soon("tshark to end", self.tshark.wait()).await.expect("a child");
        let server = self.server.port();
        let of = |ports| self.bytes.get(&ports).copied().unwrap_or_default();
        Bytes { up: of((client, server)), down: of((server, client)) }
    }
}

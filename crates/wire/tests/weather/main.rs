//! The fault proxy over real sockets. How long things take is only bounded from below here: what is late on a busy
//! machine is no mistake. Whether delay and rate are true is measured in `crates/contract/tests/verify/weather.rs`.
//!
//! | file | what |
//! |---|---|
//! | `fair` | nothing is changed |
//! | `roads` | delay, jitter, stall, lumps, narrow roads |
//! | `cuts` | cuts, black holes, a server that is not there |
//! | `breaks` | a cut that lasts, and the last break |
//! | `refusals` | a status of the proxy's own |
//! | `taps` | what is told |

mod breaks;
mod cuts;
mod fair;
mod refusals;
mod roads;
mod taps;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use wire::{Passed, Proxy, Tap, What};

/// Any free port of this machine.
const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// Longer than anything that is expected to happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// Hears all whose target has a word in it, by the system's clock.
#[derive(Debug, Default)]
struct Ear {
    word: &'static str,
    heard: Mutex<Vec<Passed>>,
}

impl Tap for Ear {
    fn now_us(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_micros() as u64
    }

    fn wants(&self, _connection: u64, _peer: IpAddr, target: &str) -> bool {
        target.contains(self.word)
    }

    fn passed(&self, passed: Passed) {
        self.heard.lock().expect("no panic").push(passed);
    }
}

impl Ear {
    fn heard(&self) -> Vec<Passed> {
        self.heard.lock().expect("no panic").clone()
    }

    fn whats(&self) -> Vec<What> {
        self.heard().into_iter().map(|passed| passed.what).collect()
    }

    fn has_ended(&self) -> bool {
        self.whats().iter().any(|what| matches!(what, What::Ended { .. }))
    }
}

/// A proxy whose client and server are in the hands of the test.
struct Between {
    proxy: Proxy,
    ear: Arc<Ear>,
    upstream: TcpListener,
}

impl Between {
    async fn open() -> Self {
        let upstream = TcpListener::bind(ANYWHERE).await.expect("a port");
        let ear = Arc::new(Ear::default());
        let address = upstream.local_addr().expect("an address");
        let proxy = Proxy::open(ANYWHERE, address, Arc::<Ear>::clone(&ear)).await.expect("a port");
        Self { proxy, ear, upstream }
    }

    /// Both ends of a new connection: the client's and the server's.
    async fn connect(&self) -> (TcpStream, TcpStream) {
        let client = TcpStream::connect(self.proxy.address()).await.expect("a listening proxy");
        let (server, _) =
            soon("the server to be reached", self.upstream.accept()).await.expect("a connection");
        client.set_nodelay(true).expect("a socket");
        server.set_nodelay(true).expect("a socket");
        (client, server)
    }
}

/// Says something at one end, and hears it at the other.
async fn passes(from: &mut TcpStream, to: &mut TcpStream, bytes: &[u8]) {
    from.write_all(bytes).await.expect("an open connection");
    assert_eq!(hear(to, bytes.len()).await, bytes);
}

/// The next so many bytes.
async fn hear(end: &mut TcpStream, bytes: usize) -> Vec<u8> {
    let mut heard = vec![0; bytes];
    soon("bytes", end.read_exact(&mut heard)).await.expect("an open connection");
    heard
}

/// All bytes up to the end, which is a reset or not.
async fn rest(end: &mut TcpStream) -> (Vec<u8>, bool) {
    let mut heard = Vec::new();
    let ended = soon("the end", end.read_to_end(&mut heard)).await;
    (heard, ended.is_err())
}

/// Whether nothing has come so far.
fn is_silent(end: &TcpStream) -> bool {
    matches!(end.try_read(&mut [0]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
}

/// Waits for something that is expected to happen.
async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("waited {} s for {what}", PATIENCE.as_secs()),
    }
}

/// Waits until something holds that nobody announces.
async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    soon(what, async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}

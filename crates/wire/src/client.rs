//! The client's end: connects, and counts as the server does.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Anything that bytes travel on.
pub trait Io: AsyncRead + AsyncWrite + Send + Unpin + 'static {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> Io for S {}

/// A connection that is being opened.
pub type Connecting = Pin<Box<dyn Future<Output = io::Result<Box<dyn Io>>> + Send>>;

/// How a client reaches `host:port`. A simulation brings its own.
pub trait Connect: Send + Sync + 'static {
    /// Opens a connection.
    fn connect(&self, authority: String) -> Connecting;
}

/// TCP without Nagle's delay.
#[derive(Clone, Copy, Debug, Default)]
pub struct TcpConnect;

impl Connect for TcpConnect {
    fn connect(&self, authority: String) -> Connecting {
        Box::pin(async move {
            let stream = TcpStream::connect(authority).await?;
            stream.set_nodelay(true)?;
            Ok(Box::new(stream) as Box<dyn Io>)
        })
    }
}

/// Opens a client's connections and counts their bytes. Cloning shares the counters.
#[derive(Clone)]
pub struct Wire {
    connector: Arc<dyn Connect>,
    counts: Arc<Counts>,
    patience: Duration,
}

#[derive(Debug, Default)]
struct Counts {
    requests: AtomicU64,
    connections: AtomicU64,
    up: AtomicU64,
    down: AtomicU64,
}

impl Default for Wire {
    fn default() -> Self {
        Self::new(TcpConnect)
    }
}

impl Wire {
    /// A wire that connects by `connector` and gives up an attempt after 5 s.
    pub fn new(connector: impl Connect) -> Self {
        Self { connector: Arc::new(connector), counts: Arc::default(), patience: Duration::from_secs(5) }
    }

    /// Opens a counted connection to `host:port`.
    ///
    /// # Errors
    /// As the connector's, and [`io::ErrorKind::TimedOut`].
    pub async fn connect(&self, authority: &str) -> io::Result<Box<dyn Io>> {
        let attempt = self.connector.connect(authority.to_owned());
        let inner = tokio::time::timeout(self.patience, attempt).await.map_err(io::Error::from)??;
        self.counts.connections.fetch_add(1, Relaxed);
        Ok(Box::new(Watched { inner, watch: Arc::clone(&self.counts) }))
    }

    /// Counts a request that is sent on one of its connections.
    pub fn ask(&self) {
        self.counts.requests.fetch_add(1, Relaxed);
    }

    /// Requests sent, handshakes of WebSocket included.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.counts.requests.load(Relaxed)
    }

    /// Connections opened.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.counts.connections.load(Relaxed)
    }

    /// Bytes sent, heads included.
    #[must_use]
    pub fn bytes_up(&self) -> u64 {
        self.counts.up.load(Relaxed)
    }

    /// Bytes received, heads included.
    #[must_use]
    pub fn bytes_down(&self) -> u64 {
        self.counts.down.load(Relaxed)
    }
}

/// Whoever is told what passes on a connection.
pub trait Watch: Send + Unpin + 'static {
    /// So many bytes went to the server.
    fn up(&self, bytes: usize);
    /// So many bytes came from it.
    fn down(&self, bytes: usize);
}

impl Watch for Arc<Counts> {
    fn up(&self, bytes: usize) {
        self.up.fetch_add(bytes as u64, Relaxed);
    }

    fn down(&self, bytes: usize) {
        self.down.fetch_add(bytes as u64, Relaxed);
    }
}

/// A connection that is watched.
pub struct Watched<W> {
    /// What the bytes travel on.
    pub inner: Box<dyn Io>,
    /// Who is told.
    pub watch: W,
}

impl<W: Watch> AsyncRead for Watched<W> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = Pin::new(&mut self.inner).poll_read(cx, buf);
        let bytes = buf.filled().len() - before;
        if bytes > 0 {
            self.watch.down(bytes);
        }
        result
    }
}

impl<W: Watch> AsyncWrite for Watched<W> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write(cx, buf);
        if let Poll::Ready(Ok(bytes)) = result {
            self.watch.up(bytes);
        }
        result
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

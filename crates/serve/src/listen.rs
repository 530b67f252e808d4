//! Where connections come from.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use wire::{Io, prepare_client};

/// Accepts connections. A simulation brings its own.
pub trait Listen: Send + 'static {
    /// One connection.
    type Io: Io;

    /// The next connection, with the peer's address and the one it connected to.
    fn accept(&mut self) -> impl Future<Output = io::Result<(Self::Io, SocketAddr, SocketAddr)>> + Send;
}

/// TCP.
#[derive(Debug)]
pub struct Tcp {
    listener: TcpListener,
    send_buffer_bytes: usize,
    full: Duration,
}

impl Tcp {
    /// Connections of `listener`, each set up by [`prepare_client`].
    #[must_use]
    pub fn new(listener: TcpListener, send_buffer_bytes: u64, full_ms: u64) -> Self {
        Self { listener, send_buffer_bytes: send_buffer_bytes as usize, full: Duration::from_millis(full_ms) }
    }
}

impl Listen for Tcp {
    type Io = TcpStream;

    async fn accept(&mut self) -> io::Result<(TcpStream, SocketAddr, SocketAddr)> {
        loop {
            let (stream, peer) = self.listener.accept().await?;
            // A client that is gone already is no reason to stop accepting others.
            match prepare_client(&stream, self.send_buffer_bytes, self.full)
                .and_then(|()| stream.local_addr())
            {
                Ok(local) => return Ok((stream, peer, local)),
                Err(error) => tracing::debug!(%error, "a connection was lost before it was served"),
            }
        }
    }
}

//! Where connections come from.

use std::future::Future;
use std::io;
use std::net::SocketAddr;

use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use wire::Io;

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
    full_ms: u64,
}

impl Tcp {
    /// Connections of `listener`. The kernel holds at most about `send_buffer_bytes` for a client that does not read:
    /// left alone it would take megabytes, an hour of prices, before the server noticed. A client that acknowledges
    /// nothing for `full_ms` is dropped by the kernel (Linux; elsewhere only by our own limit on a full socket).
    #[must_use]
    pub fn new(listener: TcpListener, send_buffer_bytes: u64, full_ms: u64) -> Self {
        Self { listener, send_buffer_bytes: send_buffer_bytes as usize, full_ms }
    }

    fn prepare(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let socket = SockRef::from(stream);
        socket.set_send_buffer_size(self.send_buffer_bytes)?;
        #[cfg(target_os = "linux")]
        socket.set_tcp_user_timeout(Some(std::time::Duration::from_millis(self.full_ms)))?;
        Ok(())
    }
}

impl Listen for Tcp {
    type Io = TcpStream;

    async fn accept(&mut self) -> io::Result<(TcpStream, SocketAddr, SocketAddr)> {
        loop {
            let (stream, peer) = self.listener.accept().await?;
            // A client that is gone already is no reason to stop accepting others.
            match self.prepare(&stream).and_then(|()| stream.local_addr()) {
                Ok(local) => return Ok((stream, peer, local)),
                Err(error) => tracing::debug!(%error, "a connection was lost before it was served"),
            }
        }
    }
}

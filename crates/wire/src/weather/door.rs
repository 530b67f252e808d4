//! The listener: open, shut, and open again at the same port.

use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// Connections that the kernel keeps until they are accepted. A class that comes back at once fits in.
const BACKLOG: u32 = 1024;

/// Where connections come in. While it is shut the kernel refuses them, and gives the port to nobody who asks for any: a
/// socket that is bound and does not listen keeps it.
#[derive(Debug)]
pub(super) struct Door {
    address: SocketAddr,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Open(TcpListener),
    /// With the socket that keeps the port, if it could be had.
    Shut(Option<TcpSocket>),
}

impl Door {
    pub(super) fn open(listen: SocketAddr) -> io::Result<Self> {
        let listener = bind(listen)?.listen(BACKLOG)?;
        Ok(Self { address: listener.local_addr()?, state: Mutex::new(State::Open(listener)) })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next connection; none once the door is shut.
    pub(super) fn poll_accept(
        &self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<(TcpStream, SocketAddr)>>> {
        match &*self.state() {
            State::Open(listener) => listener.poll_accept(cx).map(Some),
            State::Shut(_) => Poll::Ready(None),
        }
    }

    /// From here on whoever connects is refused, those included whom the kernel let in and nobody accepted.
    pub(super) fn shut(&self) {
        let mut state = self.state();
        if matches!(&*state, State::Shut(Some(_))) {
            return;
        }
        // In two steps: nobody can bind where a listener still is.
        *state = State::Shut(None);
        *state = State::Shut(bind(self.address).ok());
    }

    /// Opens it again and says whether it was shut.
    pub(super) fn reopen(&self) -> io::Result<bool> {
        let mut state = self.state();
        let kept = match &mut *state {
            State::Open(_) => return Ok(false),
            State::Shut(kept) => kept.take(),
        };
        let socket = kept.map_or_else(|| bind(self.address), Ok)?;
        *state = State::Open(socket.listen(BACKLOG)?);
        Ok(true)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Else the port of connections that were just cut could not be bound again. Windows means something else by it.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

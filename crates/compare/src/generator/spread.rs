//! Connects from many loopback addresses: one address has about 28,000 ports for one server, and the whole of
//! 127.0.0.0/8 is ours.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use tokio::net::{TcpSocket, lookup_host};
use wire::{Connect, Connecting, Io};

/// Connections from one source address: few enough for the kernel to find a free port at once.
const PER_SOURCE: u32 = 1_000;
/// Source addresses of one process. After them the first comes again.
const SOURCES: u32 = 1_000;
/// Processes with source addresses of their own: so many times [`SOURCES`] lie before 127.255.0.0.
const PROCESSES: u32 = 16_000;

/// Opens each connection from the next source. A server that is not on loopback is reached as usual.
///
/// A port stays taken for a minute after its connection has ended (TIME-WAIT). So each process has sources of its own:
/// ten thousand ports of the round before would be missing in this one.
#[derive(Debug)]
pub(super) struct Spread {
    process: u32,
    opened: AtomicU32,
}

impl Spread {
    /// From the sources of the process with this id.
    pub(super) fn new(process: u32) -> Self {
        Self { process, opened: AtomicU32::new(0) }
    }
}

impl Connect for Spread {
    fn connect(&self, authority: String) -> Connecting {
        let source = source(self.process, self.opened.fetch_add(1, Relaxed));
        Box::pin(async move {
            let found = lookup_host(&authority).await?.next();
            let address = found.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, authority))?;
            let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
            if address.ip().is_loopback() && address.is_ipv4() && cfg!(target_os = "linux") {
                socket.bind(SocketAddr::from((source, 0)))?;
            }
            let stream = socket.connect(address).await?;
            stream.set_nodelay(true)?;
            Ok(Box::new(stream) as Box<dyn Io>)
        })
    }
}

/// The source of a connection: one of a thousand behind 127.1.0.0, of the process with id 1 one of the thousand after
/// them, and so on.
fn source(process: u32, connection: u32) -> Ipv4Addr {
    let first = u32::from(Ipv4Addr::new(127, 1, 0, 0)) + process % PROCESSES * SOURCES;
    Ipv4Addr::from(first + connection / PER_SOURCE % SOURCES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_change_and_stay_on_loopback() {
        assert_eq!(source(0, 0), Ipv4Addr::new(127, 1, 0, 0));
        assert_eq!(source(0, PER_SOURCE - 1), source(0, 0));
        assert_eq!(source(0, PER_SOURCE), Ipv4Addr::new(127, 1, 0, 1));
        assert_eq!(source(PROCESSES - 1, u32::MAX).octets()[..2], [127, 245]);
    }

    #[test]
    fn no_process_takes_ports_of_the_one_before() {
        let all = PER_SOURCE * SOURCES;
        assert!(source(7, all - 1) < source(8, 0), "{} and {}", source(7, all - 1), source(8, 0));
        assert_eq!(source(7, all), source(7, 0), "after a million connections");
    }
}

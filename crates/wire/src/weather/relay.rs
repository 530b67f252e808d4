//! One connection, from its first to its last byte.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use socket2::SockRef;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, timeout};

use super::accept::Place;
use super::connection::Order;
use super::hole::swallow;
use super::refuse::refuse;
use super::road::{Broken, FULL_MAX, Road};
use super::telling::Telling;
use crate::socket::prepare_client;

/// A server that does not take a connection for so long is given up.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// For the last bytes of a cut connection to be taken.
const LINGER_MAX: Duration = Duration::from_secs(2);
/// What the kernel may keep for a client that does not read; as much as our servers let it keep.
const SEND_BYTES: usize = 64 * 1024;
/// What the kernel may keep of what a server says: little, so that the server soon feels what the weather does.
const RECEIVE_BYTES: usize = 16 * 1024;

/// How a connection ended.
enum Ended {
    Whole,
    Reset,
    Cut,
    AtItsEnd,
    Vanished,
}

/// Carries a connection as long as it lasts.
pub(super) async fn relay(client: TcpStream, place: Place) {
    let (shared, connection) = (Arc::clone(place.shared()), place.connection());
    let telling = Telling::new(Arc::clone(&shared.tap), connection.number(), connection.peer());
    let telling = Mutex::new(telling);
    let refusal = shared.weather.borrow().refuse;
    if let Some(status) = refusal {
        shared.counts.refused.fetch_add(1, Relaxed);
        let mut orders = place.connection().orders();
        tokio::select! {
            _ = orders.wait_for(|order| *order != Order::Carry) => {}
            () = refuse(client, status, place, &telling) => {}
        }
        return lock(&telling).ended(false);
    }
    let upstream = shared.upstream();
    match timeout(CONNECT_MAX, connect(upstream)).await {
        Ok(Ok(server)) => between(client, server, place, &telling).await,
        // Nobody is there, and nobody else says so.
        Ok(Err(_)) | Err(_) => {
            shared.counts.refused.fetch_add(1, Relaxed);
            reset(client);
        }
    }
}

async fn between(client: TcpStream, server: TcpStream, place: Place, telling: &Mutex<Telling>) {
    let mut orders = place.connection().orders();
    let ended = {
        let up = Road::new(&client, &server, true, &place, telling);
        let down = Road::new(&server, &client, false, &place, telling);
        let up = async {
            match up.carry().await {
                Err(Broken::Unheard) => Ok(()),
                ended => ended,
            }
        };
        tokio::select! {
            biased;
            order = orders.wait_for(|order| *order != Order::Carry) => match order.map(|order| *order) {
                Ok(Order::Vanish) => Ended::Vanished,
                _ => Ended::Cut,
            },
            ended = async { tokio::try_join!(up, down.carry()) } => match ended {
                Ok(_) => Ended::Whole,
                Err(Broken::Reset | Broken::Unheard) => Ended::Reset,
                Err(Broken::AtItsEnd) => Ended::AtItsEnd,
            },
        }
    };
    match ended {
        Ended::Whole => lock(telling).ended(false),
        Ended::Reset | Ended::Cut => {
            lock(telling).ended(matches!(ended, Ended::Cut));
            reset(client);
            reset(server);
        }
        Ended::AtItsEnd => {
            lock(telling).ended(true);
            drop(place);
            reset(server);
            linger(client).await;
        }
        Ended::Vanished => {
            [true, false].into_iter().for_each(|up| lock(telling).lost(up));
            let lost = |up| {
                let shared = place.shared();
                move |bytes: Bytes| {
                    if up {
                        shared.counts.bytes_up.fetch_add(bytes.len() as u64, Relaxed);
                    }
                    let mut telling = lock(telling);
                    telling.came(up, bytes, Instant::now());
                    telling.lost(up);
                }
            };
            tokio::select! {
                _ = orders.wait_for(|order| *order == Order::Break) => {}
                _ = async { tokio::join!(swallow(client, true, lost(true)), swallow(server, false, lost(false))) } => {}
            }
            lock(telling).ended(true);
        }
    }
}

async fn connect(upstream: SocketAddr) -> io::Result<TcpStream> {
    let socket = if upstream.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_recv_buffer_size(RECEIVE_BYTES as u32)?;
    let server = socket.connect(upstream).await?;
    server.set_nodelay(true)?;
    Ok(server)
}

/// Sets a client's socket up as our servers do.
///
/// # Errors
/// When it is gone already.
pub(super) fn prepare(client: &TcpStream) -> io::Result<()> {
    prepare_client(client, SEND_BYTES, FULL_MAX)
}

/// Breaks off: the other end sees a reset, and what it was not given yet is lost.
pub(super) fn reset(end: TcpStream) {
    // Without it the connection ends as any other does, which is all that can be had then.
    drop(end.set_zero_linger());
    drop(end);
}

/// Ends a connection whose last bytes count: closing it at once would reset it if the client had said something more.
pub(super) async fn linger(client: TcpStream) {
    if SockRef::from(&client).shutdown(std::net::Shutdown::Write).is_err() {
        return;
    }
    let said_all = async {
        let mut scratch = [0; 512];
        while client.readable().await.is_ok() {
            match client.try_read(&mut scratch) {
                Ok(0) => return,
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return,
                Ok(_) | Err(_) => {}
            }
        }
    };
    // Whoever has not ended by then is not waited for.
    drop(timeout(LINGER_MAX, said_all).await);
}

fn lock(telling: &Mutex<Telling>) -> std::sync::MutexGuard<'_, Telling> {
    telling.lock().unwrap_or_else(PoisonError::into_inner)
}

//! The accept loop: a place for each connection, a polite refusal when there is none, and an orderly stop.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tower::Service as _;
use transport::{Problem, Site};
use wire::{Io, Line, Name, Socket, Times};

use crate::door::{Local, Peer};
use crate::explain::{self, Explained};
use crate::listen::Listen;

/// Refusals that are written at a time; beyond them connections are closed without a word.
const REFUSALS_MAX: usize = 64;

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Connections that were still open when the time was over.
    pub cut: usize,
}

/// Serves `app` until `stop` resolves, then drains: no new connection, streams end, long polls answer, WebSockets
/// close. Returns when every connection is gone, or after `drain_ms`.
pub async fn serve<L: Listen>(
    mut listener: L,
    site: Site,
    app: Router,
    stop: impl Future<Output = ()>,
) -> Drained {
    let places = Arc::new(Places::new(&site));
    let refusals = Arc::new(AtomicUsize::new(0));
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((io, peer, local)) => match places.take(peer.ip()) {
                Ok(place) => {
                    let ends = (Local(local.ip()), Peer(peer.ip()));
                    drop(tokio::spawn(connection(io, ends, site.clone(), app.clone(), place)));
                }
                Err(problem) => drop(tokio::spawn(refuse(io, problem, Arc::clone(&refusals)))),
            },
            // Out of descriptors, say. Others may close theirs; accepting again at once would spin.
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    site.drain();
    let limit = Duration::from_millis(site.limits().drain_ms);
    let mut open = places.open.subscribe();
    let all_gone = open.wait_for(|open| *open == 0);
    let drained = timeout(limit, all_gone).await.is_ok();
    Drained { cut: if drained { 0 } else { *places.open.borrow() } }
}

/// One connection, from its first byte until it is closed or leaves HTTP.
async fn connection<S: Io>(io: S, ends: (Local, Peer), site: Site, app: Router, place: Place) {
    let limits = site.limits();
    let times = Times {
        head: Duration::from_millis(limits.head_ms),
        idle: Duration::from_millis(limits.idle_ms),
        full: Duration::from_millis(limits.full_ms),
    };
    let other = site.ledger().account(Name { way: "other", ..Name::default() });
    let line = Arc::new(Line::new(times, other, place));
    let socket = Socket::new(io, Arc::clone(&line));
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Arc::clone(&line));
        request.extensions_mut().insert(ends.0);
        request.extensions_mut().insert(ends.1);
        app.clone().call(request)
    });
    let served = http1::Builder::new()
        // Our own time limits stand in the socket: hyper's would also end an idle connection between two slow polls.
        .header_read_timeout(None)
        .max_header_size(limits.header_bytes as usize)
        // Also what hyper queues of an answer for a client that does not read; its least is 8 KiB.
        .max_buf_size(limits.header_bytes.max(8 * 1024) as usize)
        .serve_connection(TokioIo::new(Explained::new(socket)), service)
        .with_upgrades();
    let mut served = pin!(served);
    let mut drain = site.draining();
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        () = drain.begun() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Says why there is no place, and closes. The request is read first: closing over unread bytes would reset the
/// connection, and the client might never see the answer.
async fn refuse<S: Io>(mut io: S, problem: Problem, refusals: Arc<AtomicUsize>) {
    let polite = async {
        let mut head = [0; 4096];
        if io.read(&mut head).await? == 0 {
            return Ok(());
        }
        io.write_all(&explain::answer(&problem, "retry-after: 2\r\n")).await?;
        io.shutdown().await?;
        while io.read(&mut head).await? > 0 {}
        Ok::<_, io::Error>(())
    };
    if refusals.fetch_add(1, Relaxed) < REFUSALS_MAX
        && !matches!(timeout(Duration::from_secs(2), polite).await, Ok(Ok(())))
    {
        tracing::debug!("a refused client did not wait for its answer");
    }
    refusals.fetch_sub(1, Relaxed);
}

/// Room for connections, in all and for each address.
struct Places {
    open: watch::Sender<usize>,
    of_address: Mutex<HashMap<IpAddr, u64>>,
    max: u64,
    max_per_address: u64,
}

/// One place; given back by dropping it.
struct Place {
    places: Arc<Places>,
    address: IpAddr,
}

impl Places {
    fn new(site: &Site) -> Self {
        let (max, max_per_address) = (site.limits().connections, site.limits().connections_per_address);
        Self { open: watch::Sender::new(0), of_address: Mutex::default(), max, max_per_address }
    }

    fn take(self: &Arc<Self>, address: IpAddr) -> Result<Place, Problem> {
        let mut of_address = self.of_address.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = of_address.get(&address).copied().unwrap_or_default();
        if mine >= self.max_per_address && !address.to_canonical().is_loopback() {
            let detail = format!(
                "{mine} of yours are open (limit `connections_per_address`); close one or come back later"
            );
            return Err(Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too many connections from one address",
                detail,
            ));
        }
        if *self.open.borrow() as u64 >= self.max {
            let detail = format!("{} are open (limit `connections`); come back later", self.max);
            return Err(Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the server has no free connection",
                detail,
            ));
        }
        *of_address.entry(address).or_default() += 1;
        self.open.send_modify(|open| *open += 1);
        Ok(Place { places: Arc::clone(self), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut of_address = self.places.of_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mine) = of_address.get_mut(&self.address) {
            *mine -= 1;
            if *mine == 0 {
                of_address.remove(&self.address);
            }
        }
        self.places.open.send_modify(|open| *open -= 1);
    }
}

#[cfg(test)]
mod tests {
    use feed::{Clock, Feeds, Market};
    use transport::Limits;

    use super::*;

    #[test]
    fn places_are_bounded_in_all_and_for_each_address() {
        let limits = Limits { connections: 5, connections_per_address: 2, ..Limits::default() };
        let feeds = Feeds::new(Market::new(1, 1.0, 1, 0).unwrap(), 1, Clock::of(|| 0), 1);
        let places = Arc::new(Places::new(&Site::new(feeds, limits, 1)));
        let address = |text: &str| text.parse().unwrap();
        let take = |text| places.take(address(text)).map_err(|problem| problem.status().as_u16());
        let mine = [take("192.0.2.1").unwrap(), take("192.0.2.1").unwrap()];
        assert_eq!(take("192.0.2.1").err(), Some(429));
        let others = ["192.0.2.2", "127.0.0.1", "127.0.0.1"].map(|text| take(text).unwrap());
        assert_eq!(
            take("::ffff:127.0.0.1").err(),
            Some(503),
            "loopback has no limit of its own, but there is no room"
        );
        drop(mine);
        let _again = [take("192.0.2.1").unwrap(), take("::1").unwrap()];
        drop(others);
        assert_eq!(places.of_address.lock().unwrap().len(), 2, "an address without connections is forgotten");
    }
}

//! A client's one connection: requests one after the other, kept alive. HTTP/1.1, or HTTP/2 where the target has TLS.

use std::sync::Arc;
use std::time::Duration;

use axum::http::header::{self, HeaderMap, HeaderName, LOCATION, RETRY_AFTER};
use axum::http::{HeaderValue, Response, StatusCode, Uri};
use bytes::Bytes;
use http_body_util::{BodyExt, Collected, Empty, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use wire::Wire;

use crate::described::Described;
use crate::heard::Error;
use crate::sender::Sender;
use crate::target::{Speaks, Target};

/// Redirects that are followed one after the other.
const REDIRECTS_MAX: usize = 5;
/// The largest body that is read whole: a replay of 4,096 events has about half a megabyte.
const BODY_MAX: usize = 64 << 20;

/// A validator of an answer, and the header by which it is sent back (RFC 9110 13.1).
const VALIDATORS: [(HeaderName, HeaderName); 2] =
    [(header::ETAG, header::IF_NONE_MATCH), (header::LAST_MODIFIED, header::IF_MODIFIED_SINCE)];

/// An open connection to a target. If the target keeps none alive, each request after the first opens the next.
pub struct Connection {
    sender: Sender,
    used: bool,
    authority: String,
    target: Arc<Target>,
    wire: Wire,
    /// What a described server wants to be sent back with the next request.
    known: Vec<(HeaderName, HeaderValue)>,
}

impl Connection {
    /// Connects to a target.
    ///
    /// # Errors
    /// When that fails.
    pub async fn open(wire: &Wire, target: &Arc<Target>) -> Result<Self, Error> {
        Self::to(wire, target, target.authority.clone()).await
    }

    async fn to(wire: &Wire, target: &Arc<Target>, authority: String) -> Result<Self, Error> {
        let sender = connect(wire, target, &authority).await?;
        Ok(Self {
            sender,
            used: false,
            authority,
            target: Arc::clone(target),
            wire: wire.clone(),
            known: Vec::new(),
        })
    }

    /// One request; the head of its answer within `patience`.
    ///
    /// # Errors
    /// When the connection breaks or nothing comes in time.
    pub async fn get(
        &mut self,
        path: &str,
        headers: &[(HeaderName, String)],
        patience: Duration,
    ) -> Result<Response<Incoming>, Error> {
        let mut request = self.sender.request(&self.authority, path);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        for (name, value) in self.target.headers.iter().chain(&self.known) {
            request = request.header(name, value);
        }
        if !self.target.keep_alive {
            request = request.header(header::CONNECTION, "close");
            if std::mem::replace(&mut self.used, true) {
                self.sender = connect(&self.wire, &self.target, &self.authority).await?;
            }
        }
        let request = request.body(Empty::new()).map_err(Error::malformed)?;
        self.wire.ask();
        let exchange = self.sender.send(request);
        let response =
            tokio::time::timeout(patience, exchange).await.map_err(|_| Error::Silent(patience))??;
        if self.target.described.as_ref().is_some_and(Described::repeats_validators) {
            self.remember(response.headers());
        }
        Ok(response)
    }

    fn remember(&mut self, headers: &HeaderMap) {
        let known = VALIDATORS
            .into_iter()
            .filter_map(|(validator, condition)| Some((condition, headers.get(validator)?.clone())));
        let known: Vec<_> = known.collect();
        if !known.is_empty() {
            self.known = known;
        }
    }
}

async fn connect(wire: &Wire, target: &Target, authority: &str) -> Result<Sender, Error> {
    #[cfg(feature = "http2")]
    if target.tls.is_some() {
        return Ok(Sender::http2(target.connect(wire, authority, Speaks::Http2).await?).await?);
    }
    let io = TokioIo::new(target.connect(wire, authority, Speaks::Http1).await?);
    let (sender, connection) = http1::handshake(io).await?;
    // Ends by itself when the sender and the last body are gone; its error reaches whoever reads them.
    tokio::spawn(connection);
    Ok(Sender::Http1(sender))
}

/// A request on a new connection, redirects followed (HTML 9.2.3). Returns the connection that answered as well.
///
/// # Errors
/// As [`Connection::get`], and after too many redirects or one to another scheme.
pub async fn get(
    wire: &Wire,
    target: &Arc<Target>,
    path: &str,
    headers: &[(HeaderName, String)],
    patience: Duration,
) -> Result<(Connection, Response<Incoming>), Error> {
    let (mut authority, mut path) = (target.authority.clone(), path.to_owned());
    for _ in 0..=REDIRECTS_MAX {
        let mut connection = Connection::to(wire, target, authority.clone()).await?;
        let response = connection.get(&path, headers, patience).await?;
        if !response.status().is_redirection() || response.status() == StatusCode::NOT_MODIFIED {
            return Ok((connection, response));
        }
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let uri: Uri = location.unwrap_or_default().parse().map_err(Error::malformed)?;
        if uri.scheme_str().is_some_and(|scheme| scheme != target.scheme()) {
            return Err(Error::malformed(format!("a redirect to {uri}")));
        }
        authority = uri.authority().map_or(authority, |new| {
            if new.port().is_some() { new.to_string() } else { format!("{new}:{}", target.port()) }
        });
        path = uri.path_and_query().ok_or_else(|| Error::malformed("a redirect without a path"))?.to_string();
    }
    Err(Error::malformed("too many redirects"))
}

/// The rest of an answer, within `patience`.
///
/// # Errors
/// When the connection breaks, the body is larger than 64 MiB, or it does not come in time.
pub async fn body(response: Response<Incoming>, patience: Duration) -> Result<Bytes, Error> {
    let whole = Limited::new(response.into_body(), BODY_MAX).collect();
    let whole = tokio::time::timeout(patience, whole).await.map_err(|_| Error::Silent(patience))?;
    whole.map(Collected::to_bytes).map_err(|error| match error.downcast::<hyper::Error>() {
        Ok(error) => Error::Http(*error),
        Err(error) => Error::malformed(error),
    })
}

/// What an answer that is no success means.
#[must_use]
pub fn refused(status: StatusCode, headers: &HeaderMap) -> Error {
    let seconds = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    Error::Refused { status, retry_after: seconds.map(Duration::from_secs) }
}

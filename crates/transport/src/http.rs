//! A client's one HTTP/1.1 connection: requests one after the other, kept alive.

use std::time::Duration;

use axum::http::header::{self, HeaderMap, HeaderName, LOCATION, RETRY_AFTER};
use axum::http::{Request, Response, StatusCode, Uri};
use bytes::Bytes;
use http_body_util::{BodyExt, Collected, Empty, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use wire::Wire;

use crate::heard::Error;

/// Redirects that are followed one after the other.
const REDIRECTS_MAX: usize = 5;
/// The largest body that is read whole: a replay of 4,096 events has about half a megabyte.
const BODY_MAX: usize = 64 << 20;

/// An open connection.
#[derive(Debug)]
pub struct Connection {
    sender: SendRequest<Empty<Bytes>>,
    authority: String,
}

impl Connection {
    /// Connects to `host:port`.
    ///
    /// # Errors
    /// When that fails.
    pub async fn open(wire: &Wire, authority: &str) -> Result<Self, Error> {
        let io = TokioIo::new(wire.connect(authority).await?);
        let (sender, connection) = http1::handshake(io).await?;
        // Ends by itself when the sender and the last body are gone; its error reaches whoever reads them.
        tokio::spawn(connection);
        Ok(Self { sender, authority: authority.to_owned() })
    }

    /// One request; the head of its answer within `patience`.
    ///
    /// # Errors
    /// When the connection breaks or nothing comes in time.
    pub async fn get(
        &mut self,
        target: &str,
        headers: &[(HeaderName, String)],
        patience: Duration,
    ) -> Result<Response<Incoming>, Error> {
        let mut request = Request::get(target).header(header::HOST, &self.authority);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(Empty::new()).map_err(Error::malformed)?;
        let exchange = async {
            self.sender.ready().await?;
            self.sender.send_request(request).await
        };
        Ok(tokio::time::timeout(patience, exchange).await.map_err(|_| Error::Silent(patience))??)
    }
}

/// A request on a new connection, redirects followed (HTML 9.2.3). Returns the connection that answered as well.
///
/// # Errors
/// As [`Connection::get`], and after too many redirects or one that leaves plain HTTP.
pub async fn get(
    wire: &Wire,
    authority: &str,
    target: &str,
    headers: &[(HeaderName, String)],
    patience: Duration,
) -> Result<(Connection, Response<Incoming>), Error> {
    let (mut authority, mut target) = (authority.to_owned(), target.to_owned());
    for _ in 0..=REDIRECTS_MAX {
        let mut connection = Connection::open(wire, &authority).await?;
        let response = connection.get(&target, headers, patience).await?;
        if !response.status().is_redirection() || response.status() == StatusCode::NOT_MODIFIED {
            return Ok((connection, response));
        }
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let uri: Uri = location.unwrap_or_default().parse().map_err(Error::malformed)?;
        if uri.scheme_str().is_some_and(|scheme| scheme != "http") {
            return Err(Error::malformed(format!("a redirect to {uri}")));
        }
        authority = uri.authority().map_or(authority, |new| {
            if new.port().is_some() { new.to_string() } else { format!("{new}:80") }
        });
        target =
            uri.path_and_query().ok_or_else(|| Error::malformed("a redirect without a path"))?.to_string();
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

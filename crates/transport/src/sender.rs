//! The sending end of a client's connection, whichever HTTP is spoken on it.

use axum::http::request::Builder;
use axum::http::{Request, Response, header};
use bytes::Bytes;
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1;
#[cfg(feature = "http2")]
use hyper::client::conn::http2;

type Body = Empty<Bytes>;

/// Sends one request after the other.
pub(crate) enum Sender {
    Http1(http1::SendRequest<Body>),
    #[cfg(feature = "http2")]
    Http2(http2::SendRequest<Body>),
}

impl Sender {
    /// An HTTP/2 connection on `io`, for one subscriber, as a browser has one. It ends as one of HTTP/1.1 does: by itself,
    /// when the sender and the last body are gone.
    #[cfg(feature = "http2")]
    pub(crate) async fn http2(io: Box<dyn wire::Io>) -> hyper::Result<Self> {
        let io = hyper_util::rt::TokioIo::new(io);
        let (sender, connection) = http2::handshake(hyper_util::rt::TokioExecutor::new(), io).await?;
        tokio::spawn(connection);
        Ok(Self::Http2(sender))
    }

    /// The begin of a request. HTTP/2 has its host in the target (RFC 9113 8.3.1), HTTP/1.1 in a header.
    pub(crate) fn request(&self, authority: &str, path: &str) -> Builder {
        match self {
            Self::Http1(_) => Request::get(path).header(header::HOST, authority),
            #[cfg(feature = "http2")]
            Self::Http2(_) => Request::get(format!("https://{authority}{path}")),
        }
    }

    pub(crate) async fn send(&mut self, request: Request<Body>) -> hyper::Result<Response<Incoming>> {
        match self {
            Self::Http1(sender) => {
                sender.ready().await?;
                sender.send_request(request).await
            }
            #[cfg(feature = "http2")]
            Self::Http2(sender) => {
                sender.ready().await?;
                sender.send_request(request).await
            }
        }
    }
}

//! What every request must pass before a route sees it, and what every answer carries.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use feed::topics::TARGET_UNLOGGED;
use http_body::{Frame, SizeHint};
use transport::{Problem, Site};
use wire::{Line, Name};

use crate::hosts::Hosts;

/// The address of this machine that a connection came in at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Local(pub(crate) IpAddr);

/// The address that a connection came from; an extension of its requests.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

#[derive(Clone, Debug)]
pub(crate) struct Door {
    pub(crate) site: Site,
    pub(crate) hosts: Arc<Hosts>,
}

/// Lets a request in or refuses it.
pub(crate) async fn pass(State(door): State<Door>, request: Request, next: Next) -> Response {
    let line = request.extensions().get::<Arc<Line>>().cloned();
    if let Some(line) = &line {
        line.asked();
    }
    let seen = Seen::of(&request);
    let response = match door.check(&request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    // None of the four ways claimed it.
    if let Some(line) = line.as_ref().filter(|line| !line.is_served()) {
        line.serve(door.site.ledger().account(Name { way: "other", ..Name::default() }));
    }
    seen.log(response.status());
    let mut response = response.map(|body| Body::new(Answered { body, line }));
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

impl Door {
    fn check(&self, request: &Request) -> Result<(), Problem> {
        let url_max = self.site.limits().url_bytes as usize;
        if request.uri().path_and_query().map_or(0, |url| url.as_str().len()) > url_max {
            let detail = format!("keep it within {url_max} bytes (limit `url_bytes`)");
            return Err(Problem::new(StatusCode::URI_TOO_LONG, "the request target is too long", detail));
        }
        // The length is known before a byte is read, and cannot contradict a chunked body (RFC 9112 6.3).
        if request.headers().contains_key(header::TRANSFER_ENCODING) {
            let title = "the body has no declared length";
            return Err(Problem::new(
                StatusCode::LENGTH_REQUIRED,
                title,
                "send Content-Length instead of chunks",
            ));
        }
        let host = self.host(request)?;
        let method = request.method();
        let changes = !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
        // Asked by a browser before a page of another origin does something (Fetch, "CORS-preflight fetch").
        let preflight = *method == Method::OPTIONS
            && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
            && request.headers().contains_key(header::ORIGIN);
        if changes || preflight || request.headers().contains_key(header::UPGRADE) {
            self.origin(request.headers(), host)?;
        }
        Ok(())
    }

    /// The one host that the request is for (RFC 9112 3.2), if it is ours.
    fn host<'a>(&self, request: &'a Request) -> Result<&'a str, Problem> {
        let place = "header Host";
        let mut hosts = request.headers().get_all(header::HOST).iter();
        let host = hosts
            .next()
            .ok_or_else(|| Problem::bad(place, "Host is missing", "send the name of this server"))?;
        if hosts.next().is_some() {
            return Err(Problem::bad(place, "Host is given twice", "send it once"));
        }
        let foreign = || {
            Problem::bad(
                place,
                "Host names another server",
                "use localhost or the address you connected to; --allow-host NAME adds a name",
            )
        };
        let host = host.to_str().map_err(|_| foreign())?;
        let local = request.extensions().get::<Local>().map(|local| local.0);
        // An absolute target names the host again, and would win (RFC 9112 3.2.2).
        let names = [Some(host), request.uri().authority().map(Authority::as_str)];
        let ours = names.into_iter().flatten().all(|name| self.hosts.has_host(name, local));
        if ours { Ok(host) } else { Err(foreign()) }
    }

    /// Pages of other sites may neither post nor open a WebSocket, nor are they told that they may. Tools send no Origin and are let in.
    fn origin(&self, headers: &HeaderMap, host: &str) -> Result<(), Problem> {
        let foreign = || {
            Problem::new(
                StatusCode::FORBIDDEN,
                "a page of another site may not do this",
                "open it from this server's own page; --allow-origin URL adds an origin",
            )
        };
        let mut origins = headers.get_all(header::ORIGIN).iter();
        if let Some(origin) = origins.next() {
            let known = origin.to_str().is_ok_and(|origin| self.hosts.has_origin(origin, host));
            return if known && origins.next().is_none() { Ok(()) } else { Err(foreign()) };
        }
        match headers.get("sec-fetch-site").map(HeaderValue::as_bytes) {
            None | Some(b"same-origin" | b"none") => Ok(()),
            Some(_) => Err(foreign()),
        }
    }
}

/// What the log tells of a request: no address, no query, no header.
struct Seen {
    method: Method,
    path: String,
}

impl Seen {
    fn of(request: &Request) -> Self {
        Self { method: request.method().clone(), path: request.uri().path().chars().take(100).collect() }
    }

    fn log(&self, status: StatusCode) {
        let Self { method, path } = self;
        let status = status.as_u16();
        let stream = ["/poll/", "/long-poll/", "/api/", "/metrics", "/healthz"]
            .iter()
            .all(|start| !path.starts_with(start));
        if path.rsplit('/').next() == Some("logs") {
            tracing::info!(target: TARGET_UNLOGGED, "{method} {path} {status}");
        } else if status >= 400 {
            tracing::warn!("{method} {path} {status}");
        } else if stream || *method == Method::POST {
            tracing::info!("{method} {path} {status}");
        } else {
            // Polls come many times a second: they would be all there is in the log.
            tracing::debug!("{method} {path} {status}");
        }
    }
}

/// A body whose end starts the wait for the next request.
struct Answered {
    body: Body,
    line: Option<Arc<Line>>,
}

impl Drop for Answered {
    fn drop(&mut self) {
        if let Some(line) = &self.line {
            line.answered();
        }
    }
}

impl http_body::Body for Answered {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

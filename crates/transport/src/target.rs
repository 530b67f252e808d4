//! Whom a client asks for what.

use std::fmt::Display;
use std::io;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use feed::Cursor;
use form_urlencoded::byte_serialize;
use wire::{Io, Wire};

use crate::described::Described;
use crate::heard::{Error, Heard};
use crate::tls::Tls;

/// What a client speaks on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// HTTP/1.1, or a WebSocket that begins with it.
    Http1,
    /// HTTP/2.
    #[cfg(feature = "http2")]
    Http2,
}

/// A topic of a server, and how it is asked for.
#[derive(Clone, Debug)]
pub struct Target {
    /// `host:port`.
    pub authority: String,
    /// The path, in which `{way}` and `{topic}` are replaced.
    pub path: String,
    /// The topic.
    pub topic: String,
    /// Further parameters, encoded, as in `symbols=ACME&lane=left`.
    pub query: String,
    /// Headers that every request carries beside its own.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// TLS, where the server or what stands in front of it wants it: then the ways of HTTP speak HTTP/2, and WebSocket
    /// begins with HTTP/1.1, as a browser does with a server that knows no RFC 8441.
    pub tls: Option<Tls>,
    /// Whether a connection carries more than one request. Over HTTP/2 all do.
    pub keep_alive: bool,
    /// Between the starts of two polls.
    pub interval: Duration,
    /// Whether polls ask for the newest events only, as the tutorial's do, and not for all after the cursor.
    pub newest: bool,
    /// How long a long poll may be held.
    pub hold: Duration,
    /// A server that says nothing for so long (beyond a hold) is taken for dead.
    pub silence: Duration,
    /// How a server that is none of ours is asked and understood, by the one way for which this target was made. Path,
    /// topic and query are then not used.
    pub described: Option<Described>,
}

impl Target {
    /// `topic` of the fourways server at `authority`: polls each second, holds of 25 s, dead after 35 s of silence.
    pub fn new(authority: impl Into<String>, topic: impl Into<String>) -> Self {
        Self {
            authority: authority.into(),
            path: "/{way}/{topic}".to_owned(),
            topic: topic.into(),
            query: String::new(),
            headers: Vec::new(),
            tls: None,
            keep_alive: true,
            interval: Duration::from_secs(1),
            newest: false,
            hold: Duration::from_secs(25),
            silence: Duration::from_secs(35),
            described: None,
        }
    }

    /// Opens a connection to `authority`. Its bytes are counted at the socket: those of TLS are among them.
    ///
    /// # Errors
    /// When it cannot be made, or TLS is not agreed on: another certificate, or another protocol.
    pub async fn connect(&self, wire: &Wire, authority: &str, speaks: Speaks) -> io::Result<Box<dyn Io>> {
        let io = wire.connect(authority).await?;
        match &self.tls {
            None => Ok(io),
            Some(tls) => tokio::time::timeout(self.silence, tls.cover(io, authority, speaks)).await?,
        }
    }

    pub(crate) fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    /// The port that a URL does not write.
    pub(crate) fn port(&self) -> u16 {
        if self.tls.is_some() { 443 } else { 80 }
    }

    /// The request target for `way`, after a cursor if the client has one, with further parameters.
    #[must_use]
    pub fn path_and_query(
        &self,
        way: &str,
        after: Option<Cursor>,
        parameters: &[(&str, &dyn Display)],
    ) -> String {
        let after = after.map(|cursor| self.cursor(cursor));
        let after = after.as_ref().map(|cursor| ("after", cursor as &dyn Display));
        let given: Vec<_> = after.into_iter().chain(parameters.iter().copied()).collect();
        if let Some(described) = &self.described {
            return described.path_and_query(&given);
        }
        let path = self.path.replace("{way}", way).replace("{topic}", &self.topic);
        let given = given.into_iter().map(|(name, value)| {
            let value = value.to_string();
            format!("{name}={}", byte_serialize(value.as_bytes()).collect::<String>())
        });
        let own = Some(self.query.clone()).filter(|query| !query.is_empty());
        let query = given.chain(own).collect::<Vec<_>>().join("&");
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }

    /// How a cursor is said to the server: a foreign one has no epochs and is told the number.
    #[must_use]
    pub fn cursor(&self, cursor: Cursor) -> String {
        if self.described.is_some() { cursor.seq.to_string() } else { cursor.to_string() }
    }

    /// What a client hears in a body: as it is described, or by the contract, which `decode` knows.
    ///
    /// # Errors
    /// [`Error::Malformed`] when it follows neither.
    pub fn hear(
        &self,
        body: &[u8],
        decode: fn(&[u8]) -> Result<Vec<Heard>, Error>,
    ) -> Result<Vec<Heard>, Error> {
        self.described.as_ref().map_or_else(|| decode(body), |described| described.answer(body))
    }
}

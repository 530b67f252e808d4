//! Whom a client asks for what.

use std::fmt::Display;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use feed::Cursor;
use form_urlencoded::byte_serialize;

use crate::described::Described;
use crate::heard::{Error, Heard};

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
    /// Whether a connection carries more than one request.
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
            keep_alive: true,
            interval: Duration::from_secs(1),
            newest: false,
            hold: Duration::from_secs(25),
            silence: Duration::from_secs(35),
            described: None,
        }
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

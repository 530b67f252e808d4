//! Whom a client asks for what.

use std::fmt::Display;
use std::time::Duration;

use form_urlencoded::byte_serialize;

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
    /// Between the starts of two polls.
    pub interval: Duration,
    /// How long a long poll may be held.
    pub hold: Duration,
    /// A server that says nothing for so long (beyond a hold) is taken for dead.
    pub silence: Duration,
}

impl Target {
    /// `topic` of the fourways server at `authority`: polls each second, holds of 25 s, dead after 35 s of silence.
    pub fn new(authority: impl Into<String>, topic: impl Into<String>) -> Self {
        Self {
            authority: authority.into(),
            path: "/{way}/{topic}".to_owned(),
            topic: topic.into(),
            query: String::new(),
            interval: Duration::from_secs(1),
            hold: Duration::from_secs(25),
            silence: Duration::from_secs(35),
        }
    }

    /// The request target for `way`, with the parameters that are there.
    #[must_use]
    pub fn path_and_query(&self, way: &str, parameters: &[(&str, Option<&dyn Display>)]) -> String {
        let path = self.path.replace("{way}", way).replace("{topic}", &self.topic);
        let given = parameters.iter().filter_map(|(name, value)| {
            let value = value.as_ref()?.to_string();
            Some(format!("{name}={}", byte_serialize(value.as_bytes()).collect::<String>()))
        });
        let own = Some(self.query.clone()).filter(|query| !query.is_empty());
        let query = given.chain(own).collect::<Vec<_>>().join("&");
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }
}

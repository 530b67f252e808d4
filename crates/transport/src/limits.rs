//! Every bound of the server in one place. A queue without a line here does not exist.

/// The bounds of a server. Units stand at the end of the names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time.
    pub connections: u64,
    /// Connections of one address at a time; loopback is exempt.
    pub connections_per_address: u64,
    /// Long polls and streams that wait for news at a time.
    pub waiters: u64,
    /// Lanes that are counted one by one.
    pub lanes: u64,
    /// A request head, in bytes.
    pub header_bytes: u64,
    /// A request target, in bytes.
    pub url_bytes: u64,
    /// A request body, in bytes.
    pub body_bytes: u64,
    /// A WebSocket message, over all its fragments, in bytes.
    pub message_bytes: u64,
    /// What tungstenite buffers for each direction, in bytes: its own default of 131072 would be most of a
    /// connection's memory.
    pub ws_buffer_bytes: u64,
    /// Encoded events that a way keeps beside each log; 0: every reader encodes for itself.
    pub ring_events: u64,
    /// From the first byte to the end of a request head or body, in milliseconds.
    pub head_ms: u64,
    /// Between two requests of one connection, in milliseconds.
    pub idle_ms: u64,
    /// A socket that takes no byte, in milliseconds.
    pub full_ms: u64,
    /// From the signal to the end of the process, in milliseconds.
    pub drain_ms: u64,
    /// What the kernel may hold for a client that does not read, in bytes.
    pub send_buffer_bytes: u64,
    /// The default hold of a long poll, in milliseconds.
    pub hold_ms: u64,
    /// The longest hold of a long poll, in milliseconds.
    pub hold_ms_max: u64,
    /// The longest silence of a stream, in milliseconds.
    pub heartbeat_ms: u64,
    /// Between two WebSocket pings, in milliseconds.
    pub ping_ms: u64,
    /// From a ping to its pong, in milliseconds.
    pub pong_ms: u64,
}

/// A limit as the command line and `/api/info` show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Its name, unit last.
    pub name: &'static str,
    /// Its value.
    pub value: u64,
}

/// A limit that cannot be set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLimit {
    /// Not `NAME=VALUE` with a whole number above 0.
    #[error(
        "{0:?} is not NAME=VALUE with a whole number above 0 (`ring_events` may be 0), as in connections=1000"
    )]
    Form(String),
    /// No limit has this name.
    #[error("there is no limit {0:?}; there are {1}")]
    Name(String, String),
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            connections_per_address: 200,
            waiters: 10_000,
            lanes: 1_024,
            header_bytes: 16 * 1024,
            url_bytes: 8 * 1024,
            body_bytes: 64 * 1024,
            message_bytes: 64 * 1024,
            ws_buffer_bytes: 4 * 1024,
            ring_events: 1_000_000,
            head_ms: 10_000,
            idle_ms: 75_000,
            full_ms: 30_000,
            drain_ms: 5_000,
            send_buffer_bytes: 64 * 1024,
            hold_ms: 25_000,
            hold_ms_max: 60_000,
            heartbeat_ms: 15_000,
            ping_ms: 20_000,
            pong_ms: 10_000,
        }
    }
}

impl Limits {
    /// Every limit with its value.
    #[must_use]
    pub fn list(&self) -> Vec<Limit> {
        self.clone().places().map(|(name, value)| Limit { name, value: *value }).into()
    }

    /// Sets one limit from `NAME=VALUE`.
    ///
    /// # Errors
    /// When the form is wrong or no limit has this name.
    pub fn set(&mut self, text: &str) -> Result<(), BadLimit> {
        let form = || BadLimit::Form(text.to_owned());
        let (wanted, value) = text.split_once('=').ok_or_else(form)?;
        let value =
            value.parse().ok().filter(|value| *value > 0 || wanted == "ring_events").ok_or_else(form)?;
        let mut places = self.places();
        let names = places.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let place = places.iter_mut().find(|(name, _)| *name == wanted);
        *place.ok_or_else(|| BadLimit::Name(wanted.to_owned(), names))?.1 = value;
        Ok(())
    }

    fn places(&mut self) -> [(&'static str, &mut u64); 20] {
        [
            ("connections", &mut self.connections),
            ("connections_per_address", &mut self.connections_per_address),
            ("waiters", &mut self.waiters),
            ("lanes", &mut self.lanes),
            ("header_bytes", &mut self.header_bytes),
            ("url_bytes", &mut self.url_bytes),
            ("body_bytes", &mut self.body_bytes),
            ("message_bytes", &mut self.message_bytes),
            ("ws_buffer_bytes", &mut self.ws_buffer_bytes),
            ("ring_events", &mut self.ring_events),
            ("head_ms", &mut self.head_ms),
            ("idle_ms", &mut self.idle_ms),
            ("full_ms", &mut self.full_ms),
            ("drain_ms", &mut self.drain_ms),
            ("send_buffer_bytes", &mut self.send_buffer_bytes),
            ("hold_ms", &mut self.hold_ms),
            ("hold_ms_max", &mut self.hold_ms_max),
            ("heartbeat_ms", &mut self.heartbeat_ms),
            ("ping_ms", &mut self.ping_ms),
            ("pong_ms", &mut self.pong_ms),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_can_be_set_by_its_name() {
        let mut limits = Limits::default();
        for Limit { name, .. } in limits.list() {
            limits.set(&format!("{name}=7")).unwrap();
        }
        assert!(limits.list().iter().all(|limit| limit.value == 7));
        limits.set("ring_events=0").unwrap();
        assert!(matches!(limits.set("idle=7"), Err(BadLimit::Name(..))));
        for text in ["", "idle_ms", "idle_ms=", "idle_ms=-1", "idle_ms=0", "idle_ms=1.5"] {
            assert!(matches!(limits.set(text), Err(BadLimit::Form(_))), "{text}");
        }
    }
}

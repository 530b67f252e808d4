//! Which names this server answers to, and which pages may change something here.
//!
//! A page of another site can make a browser talk to a server on the reader's own machine. The Host allow-list stops
//! the one that has its name resolve to 127.0.0.1 (DNS rebinding); the Origin allow-list stops the one that opens a
//! WebSocket or posts across sites.

use std::net::IpAddr;

use axum::http::Uri;
use axum::http::uri::Authority;

/// The allow-lists. Empty lists still allow loopback names, the address that was connected to, and same-origin pages.
#[derive(Clone, Debug, Default)]
pub struct Hosts {
    hosts: Vec<String>,
    origins: Vec<String>,
}

/// Not a host name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a host name, as in board.local")]
pub struct BadHost(String);

/// Not an origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an origin, as in http://board.local:8080")]
pub struct BadOrigin(String);

impl Hosts {
    /// Also answers to `host`, on any port.
    ///
    /// # Errors
    /// When it is no host name.
    pub fn allow_host(&mut self, host: &str) -> Result<(), BadHost> {
        let authority: Authority = host.parse().map_err(|_| BadHost(host.to_owned()))?;
        if authority.host() != host || host.is_empty() {
            return Err(BadHost(host.to_owned()));
        }
        self.hosts.push(host.to_ascii_lowercase());
        Ok(())
    }

    /// Pages of `origin` may read, open WebSockets and post.
    ///
    /// # Errors
    /// When it is not `scheme://host[:port]`.
    pub fn allow_origin(&mut self, origin: &str) -> Result<(), BadOrigin> {
        let bad = || BadOrigin(origin.to_owned());
        let uri: Uri = origin.parse().map_err(|_| bad())?;
        let (scheme, authority) = uri.scheme_str().zip(uri.authority()).ok_or_else(bad)?;
        if !matches!(scheme, "http" | "https")
            || origin != format!("{scheme}://{authority}")
            || authority.as_str().contains('@')
        {
            return Err(bad());
        }
        self.origins.push(origin.to_owned());
        Ok(())
    }

    /// The origins that were allowed.
    #[must_use]
    pub fn origins(&self) -> &[String] {
        &self.origins
    }

    /// Whether a request for `host` (a `Host` header) that came in at the address `local` is meant for this server.
    pub(crate) fn has_host(&self, host: &str, local: Option<IpAddr>) -> bool {
        let Ok(authority) = host.parse::<Authority>() else { return false };
        let port = authority.as_str().strip_prefix(authority.host()).unwrap_or("@");
        let port = port.strip_prefix(':').map_or(port.is_empty(), |port| port.parse::<u16>().is_ok());
        if !port {
            return false;
        }
        let name = authority.host().to_ascii_lowercase();
        let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
        // Only the name `localhost` itself: `localhost.example.org` is somebody's.
        name == "localhost"
            || address.is_some_and(|address| {
                address.is_loopback() || Some(address) == local.map(|ip| ip.to_canonical())
            })
            || self.hosts.contains(&name)
    }

    /// Whether a page of `origin` may open a WebSocket or change something at `host`.
    pub(crate) fn has_origin(&self, origin: &str, host: &str) -> bool {
        let same = ["http://", "https://"].iter().any(|scheme| origin.strip_prefix(scheme) == Some(host));
        same || self.origins.iter().any(|known| known == origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_to_its_own_names_only() {
        let lan: IpAddr = "192.168.1.20".parse().unwrap();
        let mut hosts = Hosts::default();
        hosts.allow_host("board.local").unwrap();
        for host in [
            "localhost",
            "localhost:8080",
            "LOCALHOST",
            "127.0.0.1:80",
            "127.9.9.9",
            "[::1]:8080",
            "192.168.1.20:8080",
            "board.local:1",
        ] {
            assert!(hosts.has_host(host, Some(lan)), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "192.168.1.21",
            "127.0.0.1.evil.example",
            "a@localhost",
            "localhost:port",
            "localhost:",
            "board.local.",
            "0",
        ] {
            assert!(!hosts.has_host(host, Some(lan)), "{host}");
        }
        assert!(hosts.allow_host("board.local:80").is_err() && hosts.allow_host("").is_err());
    }

    #[test]
    fn look_alike_origins_are_foreign() {
        let mut hosts = Hosts::default();
        hosts.allow_origin("http://board.local:8080").unwrap();
        for origin in ["http://localhost:8080", "http://board.local:8080"] {
            assert!(hosts.has_origin(origin, "localhost:8080"), "{origin}");
        }
        for origin in [
            "null",
            "",
            "http://localhost",
            "http://localhost:8081",
            "http://localhost:8080.evil.example",
            "http://board.local",
            "file://",
        ] {
            assert!(!hosts.has_origin(origin, "localhost:8080"), "{origin}");
        }
        for origin in ["*", "null", "board.local", "http://board.local/", "ftp://board.local", "http://a@b"] {
            assert!(hosts.allow_origin(origin).is_err(), "{origin}");
        }
    }
}

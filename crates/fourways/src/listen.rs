//! Where to listen: as it is written on the command line, and what to do where it cannot be had.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};

/// The port where none is said.
const PORT: u16 = 8080;

/// Reads `127.0.0.1:8080`, `[::1]:8080`, and for this machine alone `8080`, `localhost` and `localhost:8080`.
///
/// # Errors
/// With what would be right. Other names are not looked up: they may lead elsewhere tomorrow.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    let here = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let named = match text.strip_prefix("localhost") {
        Some("") => Some(here(PORT)),
        Some(port) => port.strip_prefix(':').and_then(|port| port.parse().ok()).map(here),
        None => text.parse().ok().map(here),
    };
    let read = named.or_else(|| text.parse().ok());
    read.ok_or_else(|| "it is an address and a port, as in 127.0.0.1:8080 or 0.0.0.0:8080".to_owned())
}

/// Whoever wanted to listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// A server: one port.
    Server,
    /// A class: its own port, and those of its lanes behind it.
    Class,
}

/// Says what to do where an address cannot be had. What is wrong otherwise stays as it is.
pub(crate) fn way_out(error: anyhow::Error, wanted: SocketAddr, who: Who) -> anyhow::Error {
    let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    match kind {
        Some(ErrorKind::AddrInUse) => error.context(taken(wanted, who)),
        Some(ErrorKind::AddrNotAvailable) => error.context(
            "this machine does not have that address; --listen takes one it has, or 0.0.0.0 for all",
        ),
        Some(ErrorKind::PermissionDenied) => {
            error.context("ports below 1024 need permission; take another with --listen")
        }
        _ => error,
    }
}

/// The next address is of the same machine or network: whoever let others in still wants to.
fn taken(wanted: SocketAddr, who: Who) -> String {
    let (step, other) = match who {
        Who::Server => (1, "another program"),
        // Its lanes take the four ports behind its own.
        Who::Class => (10, "another program, perhaps another classroom"),
    };
    let port = wanted.port();
    let next = SocketAddr::new(wanted.ip(), port.checked_add(step).unwrap_or(PORT));
    format!("port {port} is in use by {other}; stop that one, or take another port with --listen {next}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_people_write_it() {
        for (text, read) in [
            ("127.0.0.1:8080", "127.0.0.1:8080"),
            ("0.0.0.0:18700", "0.0.0.0:18700"),
            ("[::]:8080", "[::]:8080"),
            ("8081", "127.0.0.1:8081"),
            ("0", "127.0.0.1:0"),
            ("localhost", "127.0.0.1:8080"),
            ("localhost:8081", "127.0.0.1:8081"),
        ] {
            assert_eq!(address(text).map(|read| read.to_string()).as_deref(), Ok(read), "{text}");
        }
        for text in
            ["", ":8080", "65536", "-1", "localhost:", "localhosts", "laptop.local:8080", "0.0.0.0", "::1"]
        {
            let told = address(text).unwrap_err();
            assert!(told.contains("as in 127.0.0.1:8080 or 0.0.0.0:8080"), "{text}: {told}");
        }
    }

    #[test]
    fn where_a_port_is_taken_the_next_one_is_in_the_same_network() {
        let told = |wanted: &str, who| taken(wanted.parse().unwrap(), who);
        let class = told("0.0.0.0:8080", Who::Class);
        assert!(class.contains("another classroom") && class.ends_with("--listen 0.0.0.0:8090"), "{class}");
        assert!(told("127.0.0.1:8080", Who::Server).ends_with("--listen 127.0.0.1:8081"));
        assert!(told("[::]:65530", Who::Class).ends_with("--listen [::]:8080"));
    }
}

//! The server of one round: a fresh process, so that nothing of an earlier round is in its memory.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::timeout;

use crate::child::Guarded;
use crate::{Encode, Error, Settings, foreign};

/// From its start to its first line.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerSpec {
    /// This program.
    Fourways,
    /// The server of a description (`server.toml`).
    Described(PathBuf),
}

/// A server that answers.
#[derive(Debug)]
pub struct Running {
    /// `host:port`.
    pub authority: String,
    /// Its process.
    pub process: Guarded,
    /// Its version, if it tells.
    pub version: Option<String>,
    /// Its description as TOML, for the generator; none for a fourways server.
    pub target: Option<String>,
}

/// Starts the server of `settings`. `program` is the `fourways` binary.
///
/// # Errors
/// When it does not come up; the error holds what it said.
pub async fn start(spec: &ServerSpec, settings: &Settings, program: &Path) -> Result<Running, Error> {
    match spec {
        ServerSpec::Fourways => own(settings, program).await,
        ServerSpec::Described(path) => foreign::start(path, settings, program).await,
    }
}

async fn own(settings: &Settings, program: &Path) -> Result<Running, Error> {
    let (authority, process) = listen(program, &arguments(settings)).await?;
    let version = Some(env!("CARGO_PKG_VERSION").to_owned());
    Ok(Running { authority, process, version, target: None })
}

/// Starts `program run all` with `arguments` on a free port, and returns where it listens.
///
/// # Errors
/// When it does not come up; the error holds what it said.
pub(crate) async fn listen<S: AsRef<str>>(
    program: &Path,
    arguments: &[S],
) -> Result<(String, Guarded), Error> {
    let mut all = vec!["run", "all", "--listen", "127.0.0.1:0", "--guarded"];
    all.extend(arguments.iter().map(AsRef::as_ref));
    let mut process = Guarded::own("the server", program, &all)?;
    let first = timeout(PATIENCE, async {
        while let Some(line) = process.line().await {
            if let Some(authority) = authority(&line) {
                return Some(authority);
            }
        }
        None
    });
    match first.await.ok().flatten() {
        Some(authority) => Ok((authority, process)),
        None => Err(process.failed().await),
    }
}

/// What `fourways run` is started with: only what differs from its defaults.
fn arguments(settings: &Settings) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut add = |name: &str, value: String| arguments.extend([name.to_owned(), value]);
    add("--rate", settings.rate.to_string());
    add("--symbols", settings.symbols.to_string());
    if settings.payload_bytes > 0 {
        add("--payload", settings.payload_bytes.to_string());
    }
    if settings.late_ms > 0 {
        add("--late", settings.late_ms.to_string());
    }
    if settings.ws_buffer_bytes != crate::scenario::WS_BUFFER_BYTES {
        add("--limit", format!("ws_buffer_bytes={}", settings.ws_buffer_bytes));
    }
    if settings.encode == Encode::Each {
        add("--limit", "ring_events=0".to_owned());
    }
    arguments
}

/// Where a server listens, from its first line: `... page http://127.0.0.1:8080/...`.
fn authority(line: &str) -> Option<String> {
    let rest = line.split("page http://").nth(1)?;
    Some(rest.split('/').next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::defaults;

    #[test]
    fn only_what_differs_is_passed() {
        let plain = Settings { rate: 0.5, ..defaults() };
        assert_eq!(arguments(&plain).join(" "), "--rate 0.5 --symbols 1");
        let odd = Settings {
            payload_bytes: 512,
            late_ms: 50,
            ws_buffer_bytes: 131_072,
            encode: Encode::Each,
            ..defaults()
        };
        assert!(
            arguments(&odd)
                .join(" ")
                .ends_with("--payload 512 --late 50 --limit ws_buffer_bytes=131072 --limit ring_events=0")
        );
    }

    #[test]
    fn the_address_stands_in_the_first_line() {
        let line = "fourways: 2 prices a second of 1 symbol at all four ways; page http://127.0.0.1:4711/en/#present=x (Ctrl-C stops)";
        assert_eq!(authority(line).as_deref(), Some("127.0.0.1:4711"));
        assert_eq!(authority("fourways: stopping"), None);
    }
}

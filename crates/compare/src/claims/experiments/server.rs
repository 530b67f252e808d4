//! A real server for an experiment: a process of its own on a free port, which ends with the experiment.

use std::path::Path;
use std::time::Duration;

use tokio::time::timeout;

use super::Trouble;
use crate::Guarded;

/// From its start to its first line.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running `fourways run all`. Dropping it ends it, and so does the end of this process.
#[derive(Debug)]
pub(super) struct Server {
    authority: String,
    _process: Guarded,
}

impl Server {
    /// Starts `exe run all` with `arguments`, and returns when it listens.
    pub(super) async fn start(exe: &Path, arguments: &[&str]) -> Result<Self, Trouble> {
        let all = [&["run", "all", "--listen", "127.0.0.1:0", "--guarded"], arguments].concat();
        let mut process = Guarded::own("the server", exe, &all)?;
        let first = timeout(PATIENCE, process.line()).await.ok().flatten();
        match first.as_deref().and_then(authority) {
            Some(authority) => Ok(Self { authority, _process: process }),
            None => Err(process.failed().await.into()),
        }
    }

    /// `host:port`.
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }
}

/// Where it listens, from its first line: `... page http://127.0.0.1:8080/...`.
fn authority(line: &str) -> Option<String> {
    Some(line.split("page http://").nth(1)?.split('/').next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::experiments::tests::env;

    #[test]
    fn the_address_stands_in_the_first_line() {
        let line = "fourways: 2 prices a second of 1 symbol at all four ways; page http://127.0.0.1:4711/en/ (Ctrl-C stops)";
        assert_eq!(authority(line).as_deref(), Some("127.0.0.1:4711"));
        assert_eq!(authority("fourways: cannot listen"), None);
    }

    #[tokio::test]
    async fn a_server_that_does_not_come_up_is_quoted() {
        let refused = Server::start(&env().exe, &["--rate", "0"]).await.unwrap_err().to_string();
        assert!(refused.starts_with("the server did not start: ") && refused.contains("rate"), "{refused}");
    }
}

//! A real server for an experiment: a process of its own on a free port, which ends with the experiment.

use std::path::Path;

use super::Trouble;
use crate::{Guarded, server};

/// A running `fourways run all`. Dropping it ends it, and so does the end of this process.
#[derive(Debug)]
pub(super) struct Server {
    authority: String,
    _process: Guarded,
}

impl Server {
    /// Starts `exe run all` with `arguments`, and returns when it listens.
    pub(super) async fn start(exe: &Path, arguments: &[&str]) -> Result<Self, Trouble> {
        let (authority, process) = server::listen(exe, arguments).await?;
        Ok(Self { authority, _process: process })
    }

    /// `host:port`.
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::experiments::tests::env;

    #[tokio::test]
    async fn a_server_that_does_not_come_up_is_quoted() {
        let refused = Server::start(&env().exe, &["--rate", "0"]).await.unwrap_err().to_string();
        assert!(refused.starts_with("the server did not start: ") && refused.contains("rate"), "{refused}");
    }
}

//! A server as a process of its own: what can be killed, and what has memory of its own.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;

/// The `fourways` binary of this build: `FOURWAYS_BIN`, or the one beside the tests.
///
/// # Errors
/// When there is none.
pub fn binary() -> anyhow::Result<PathBuf> {
    if let Some(path) = std::env::var_os("FOURWAYS_BIN") {
        return Ok(path.into());
    }
    let tests = std::env::current_exe()?;
    let path = tests.ancestors().nth(2).context("no target directory")?.join("fourways");
    anyhow::ensure!(path.exists(), "there is no {}; run `cargo build -p fourways` first", path.display());
    Ok(path)
}

/// A running server. Dropping it kills it.
#[derive(Debug)]
pub struct Process {
    child: Child,
    address: SocketAddr,
    token: String,
    // Held open: a closed pipe would make the server's next line fail.
    _stderr: BufReader<std::process::ChildStderr>,
}

impl Process {
    /// Starts `fourways run --listen LISTEN` with `arguments` and waits for its first line.
    ///
    /// # Errors
    /// When it does not come up; the error holds what it said.
    pub fn start(listen: &str, arguments: &[&str]) -> anyhow::Result<Self> {
        Self::of(&["run", "all", "--listen", listen], arguments)
    }

    /// Starts `fourways classroom --listen LISTEN` with `arguments` and waits for its first line: all lanes are up then.
    ///
    /// # Errors
    /// As [`Process::start`].
    pub fn classroom(listen: &str, arguments: &[&str]) -> anyhow::Result<Self> {
        Self::of(&["classroom", "--listen", listen], arguments)
    }

    fn of(command: &[&str], arguments: &[&str]) -> anyhow::Result<Self> {
        let mut process = Command::new(binary()?);
        process.args(command).args(arguments);
        Self::by(process)
    }

    /// Starts a server by a command that becomes it, and waits for its first line.
    ///
    /// # Errors
    /// As [`Process::start`].
    pub fn by(mut command: Command) -> anyhow::Result<Self> {
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let mut stderr = BufReader::new(child.stderr.take().context("stderr is piped")?);
        let mut line = String::new();
        stderr.read_line(&mut line)?;
        match page(&line) {
            Some((address, token)) => Ok(Self { child, address, token, _stderr: stderr }),
            None => {
                drop(child.kill());
                child.wait()?;
                anyhow::bail!("the server did not come up: {line}")
            }
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The presenter's token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills it without a word (SIGKILL) and waits until it is gone.
    ///
    /// # Errors
    /// When it was not running.
    pub fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Waits for its end, and returns its exit code. Blocks the thread.
    ///
    /// # Errors
    /// When it cannot be waited for, or was ended by a signal.
    pub fn wait(mut self) -> anyhow::Result<i32> {
        self.child.wait()?.code().context("ended by a signal")
    }
}

/// Address and token of `... page http://127.0.0.1:8080/...#presenter=TOKEN (...)`.
fn page(line: &str) -> Option<(SocketAddr, String)> {
    let page = line.split("page http://").nth(1)?.split(' ').next()?;
    let token = page.split_once("#presenter=")?.1.to_owned();
    // Who listens at every address is here by this name.
    let address = page.split('/').next()?.replace("localhost", "127.0.0.1");
    Some((address.parse().ok()?, token))
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail when it has ended already, which is as good.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

//! A child of the orchestrator: guarded, listened to, and ended when it is dropped.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc::{Receiver, channel};
use tokio::time::timeout;

use crate::Error;

/// Lines that are kept of what a child said last.
const LAST_LINES: usize = 8;
/// Lines that wait to be read. More are dropped: only the first ones are ever waited for.
const WAITING_LINES: usize = 64;
/// From the end of its standard input to its end. A guard gives its command 2 s of them.
const PATIENCE: Duration = Duration::from_secs(5);

/// A foreign program, run under `fourways guard`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Foreign<'a> {
    /// The program and its arguments. It must stay in the foreground.
    pub(crate) command: &'a [String],
    /// Where it runs; here, if none.
    pub(crate) directory: Option<&'a Path>,
    /// Added to its environment.
    pub(crate) environment: &'a [(String, String)],
    /// A directory of [`std::env::temp_dir`] that is removed after its end; its name begins with `fourways-`.
    pub(crate) remove: Option<&'a Path>,
}

/// A running child. Dropping it ends it: at once if it is ours, within 2 s if it is foreign.
#[derive(Debug)]
pub struct Guarded {
    who: String,
    child: Child,
    // Apart from `child`, whose `wait` would close it and thereby end the child.
    stdin: Option<ChildStdin>,
    stdout: Option<Lines<BufReader<ChildStdout>>>,
    pid: u32,
    stderr: Receiver<String>,
    last: Arc<Mutex<VecDeque<String>>>,
}

impl Guarded {
    /// Starts `program`, our own, with arguments by which it watches its standard input.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn own<A: AsRef<OsStr>>(who: &str, program: &Path, arguments: &[A]) -> Result<Self, Error> {
        let mut command = Command::new(program);
        command.args(arguments);
        Self::spawn(who, command)
    }

    /// Starts a foreign program under `program guard`, and returns when it runs.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) async fn foreign(who: &str, program: &Path, foreign: Foreign<'_>) -> Result<Self, Error> {
        let mut command = Command::new(program);
        command.arg("guard");
        if let Some(directory) = foreign.remove {
            command.arg("--remove").arg(directory);
        }
        command.arg("--").args(foreign.command);
        command.envs(foreign.environment.iter().map(|(name, value)| (name, value)));
        if let Some(directory) = foreign.directory {
            command.current_dir(directory);
        }
        let mut guarded = Self::spawn(who, command)?;
        let first = guarded.answer().await.ok().flatten();
        match first.and_then(|line| line.parse().ok()) {
            Some(pid) => guarded.pid = pid,
            None => return Err(guarded.failed().await),
        }
        Ok(guarded)
    }

    fn spawn(who: &str, mut command: Command) -> Result<Self, Error> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Ctrl-C on a terminal goes to the whole group: it is for the parent, which ends its children in order.
        #[cfg(unix)]
        command.process_group(0);
        let start = |error: &io::Error| Error::Start { who: who.to_owned(), why: error.to_string() };
        let mut child = command.spawn().map_err(|error| start(&error))?;
        let last = Arc::new(Mutex::new(VecDeque::new()));
        let stderr = child.stderr.take().map(|stderr| listen(stderr, Arc::clone(&last)));
        Ok(Self {
            who: who.to_owned(),
            pid: child.id().unwrap_or(0),
            stdin: child.stdin.take(),
            stdout: child.stdout.take().map(|stdout| BufReader::new(stdout).lines()),
            stderr: stderr.unwrap_or_else(|| channel(1).1),
            child,
            last,
        })
    }

    /// The process whose cost counts: the program itself, not its guard.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The next line of standard error; none at its end. Cancel safe.
    pub async fn line(&mut self) -> Option<String> {
        self.stderr.recv().await
    }

    /// The next line of standard output; none at its end. Cancel safe.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn answer(&mut self) -> io::Result<Option<String>> {
        match &mut self.stdout {
            Some(stdout) => stdout.next_line().await,
            None => Ok(None),
        }
    }

    /// Writes a line to its standard input.
    ///
    /// # Errors
    /// When it does not read any more.
    pub async fn tell(&mut self, line: &str) -> io::Result<()> {
        let closed = || io::Error::from(io::ErrorKind::BrokenPipe);
        let stdin = self.stdin.as_mut().ok_or_else(closed)?;
        stdin.write_all(line.as_bytes()).await?;
        stdin.write_all(b"\n").await?;
        stdin.flush().await
    }

    /// Ends it without a word (SIGKILL); [`Guarded::ended`] tells when it has gone.
    ///
    /// # Errors
    /// When it has gone already.
    pub fn kill(&mut self) -> io::Result<()> {
        self.child.start_kill()
    }

    /// Asks it to end in good order (SIGTERM); [`Guarded::ended`] tells when it has. Where there are no signals it ends
    /// at once.
    ///
    /// # Errors
    /// When it has gone already.
    pub fn ask_to_end(&mut self) -> io::Result<()> {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process};
            // Nobody else can have its number: it is not yet waited for.
            let pid = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
            let pid = pid.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
            Ok(kill_process(pid, Signal::TERM)?)
        }
        #[cfg(not(unix))]
        self.kill()
    }

    /// Resolves when it has ended by itself. Cancel safe.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// What it said last on standard error, one line after the other.
    #[must_use]
    pub fn last_words(&self) -> String {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.iter().cloned().collect::<Vec<_>>().join("\n")
    }

    /// Ends it and turns what it said last into an error.
    pub async fn failed(mut self) -> Error {
        let status = timeout(PATIENCE, self.stop()).await.ok().flatten();
        // To the end of the pipe, so that nothing that it said is missing.
        let rest = async { while self.stderr.recv().await.is_some() {} };
        drop(timeout(PATIENCE, rest).await);
        let said = self.last_words();
        let status = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        Error::Start { who: self.who.clone(), why: if said.is_empty() { status } else { said } }
    }

    /// Ends it, and waits until it has gone.
    pub async fn end(mut self) {
        if timeout(PATIENCE, self.stop()).await.is_err() {
            // Fails when it has gone meanwhile.
            drop(self.child.kill().await);
        }
    }

    async fn stop(&mut self) -> Option<ExitStatus> {
        drop(self.stdin.take());
        self.child.wait().await.ok()
    }
}

/// Reads a pipe to its end, so that its writer never has to wait.
fn listen(
    pipe: impl AsyncRead + Unpin + Send + 'static,
    last: Arc<Mutex<VecDeque<String>>>,
) -> Receiver<String> {
    let (sender, receiver) = channel(WAITING_LINES);
    tokio::spawn(async move {
        let mut lines = BufReader::new(pipe).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            if last.len() == LAST_LINES {
                last.pop_front();
            }
            last.push_back(line.clone());
            drop(last);
            // A full channel: see `WAITING_LINES`.
            drop(sender.try_send(line));
        }
    });
    receiver
}

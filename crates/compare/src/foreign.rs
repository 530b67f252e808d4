//! A server that is none of ours: its description is found and read, what it needs is built once, it is started on a
//! free port, and waited for until it serves.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use transport::{Command, Description, Target, Values, http};
use wire::Wire;

use crate::child::{Foreign, Guarded};
use crate::server::Running;
use crate::{Error, Settings, known_ways, way};

/// Between two looks whether it serves.
const EACH: Duration = Duration::from_millis(20);
/// A server that has begun to answer a look gets so long to end.
const LOOK: Duration = Duration::from_secs(2);
/// Ports that are tried: somebody else may take a free one before the server does.
const PORTS: usize = 3;
/// How long a version may take to be told.
const VERSION: Duration = Duration::from_secs(10);
/// How long a setup may take: it may install packages.
const SETUP: Duration = Duration::from_mins(10);

/// What stands for the placeholders of a command that serves nothing.
const UNSERVED: Values = Values { port: 0, rate: 1.0, symbols: 1, payload_bytes: 0 };

/// The descriptions that this process has set up already, and the version that each tells.
static READY: Mutex<BTreeMap<PathBuf, Option<String>>> = Mutex::const_new(BTreeMap::new());

/// A description, and where it came from.
#[derive(Clone, Debug)]
pub struct Found {
    /// What it says.
    pub description: Description,
    /// Its text, for the generator.
    pub toml: String,
    /// Its file.
    path: PathBuf,
    /// Its folder, in which its commands run.
    folder: PathBuf,
}

/// The description that is meant by `name`: a path to a file or its folder, or the name of one in `benches/servers` of
/// the checkout in which `here` lies.
///
/// # Errors
/// When there is none.
pub fn find(name: &str, here: &Path) -> Result<PathBuf, Error> {
    let path = here.join(name);
    let given = [path.join("server.toml"), path];
    let checkouts =
        here.ancestors().map(|folder| folder.join("benches/servers").join(name).join("server.toml"));
    let found = given.into_iter().chain(checkouts).find(|path| path.is_file());
    found.ok_or_else(|| Error::NoDescription { name: name.to_owned(), here: here.to_owned() })
}

/// Reads a description.
///
/// # Errors
/// When the file cannot be read, is no description, or names a way that there is not.
pub fn read(path: &Path) -> Result<Found, Error> {
    let failed = |why| Error::Path { path: path.to_owned(), why };
    let path = path.canonicalize().map_err(failed)?;
    let toml = std::fs::read_to_string(&path).map_err(failed)?;
    let wrong = |why: String| Error::Description { path: path.clone(), why };
    let description = Description::parse(&toml).map_err(|error| wrong(error.to_string()))?;
    if let Some(name) = description.ways.keys().find(|name| way(name).is_none()) {
        return Err(wrong(format!("[ways.{name}]: there is no such way; there are {}", known_ways())));
    }
    let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
    Ok(Found { description, toml, path, folder })
}

/// Builds and installs what the server needs, if this process has not done so before, and returns the version that it
/// tells. `say` is told each command.
///
/// # Errors
/// When a program is not installed, or a command fails: then with what it said last.
pub async fn prepare(
    found: &Found,
    program: &Path,
    mut say: impl FnMut(&str),
) -> Result<Option<String>, Error> {
    let mut ready = READY.lock().await;
    if let Some(version) = ready.get(&found.path) {
        return Ok(version.clone());
    }
    for command in &found.description.start.setup {
        let line = found.line(command, &UNSERVED)?;
        say(&format!("{}: {}", found.description.name, line.join(" ")));
        let who = format!("the setup of {} ({})", found.description.name, line.join(" "));
        let mut child = Guarded::foreign(&who, program, found.foreign(&line, &[])).await?;
        if !timeout(SETUP, child.ended()).await.is_ok_and(|ended| ended.is_ok_and(|status| status.success()))
        {
            return Err(found.advise(child.failed().await));
        }
    }
    let version = found.version(program).await;
    ready.insert(found.path.clone(), version.clone());
    Ok(version)
}

/// Starts the described server as `settings` say, and waits until it serves. `program` is the `fourways` binary.
///
/// # Errors
/// As [`read`] and [`prepare`], and when it ends or does not serve in time: then with what it said last.
pub async fn start(path: &Path, settings: &Settings, program: &Path) -> Result<Running, Error> {
    let found = read(path)?;
    let version = prepare(&found, program, |_| {}).await?;
    for _ in 1..PORTS {
        match found.serve(settings, program).await {
            Err(Error::Start { why, .. }) if why.to_lowercase().contains("in use") => {}
            other => return other.map(|running| Running { version, ..running }),
        }
    }
    found.serve(settings, program).await.map(|running| Running { version, ..running })
}

impl Found {
    async fn serve(&self, settings: &Settings, program: &Path) -> Result<Running, Error> {
        let start = &self.description.start;
        let Settings { rate, symbols, payload_bytes, .. } = *settings;
        let values = Values { port: free_port()?, rate, symbols, payload_bytes };
        let authority = format!("{}:{}", Ipv4Addr::LOCALHOST, values.port);
        let (line, env) = (self.line(&start.command, &values)?, start.env(&values));
        let env: Vec<_> = env.into_iter().collect();
        let child = Guarded::foreign(&self.description.name, program, self.foreign(&line, &env)).await;
        let mut process = child.map_err(|error| self.advise(error))?;
        let deadline = Instant::now() + start.ready_within();
        let ready = async {
            while !serves(&authority, &start.ready).await {
                sleep(EACH).await;
            }
        };
        let came = tokio::select! {
            came = timeout_at(deadline, ready) => came.is_ok(),
            _ = process.ended() => return Err(self.advise(process.failed().await)),
        };
        if !came {
            let said = process.last_words();
            process.end().await;
            let (path, within) = (&start.ready, start.ready_within_s);
            let why = format!(
                "http://{authority}{path} did not answer 200 within {within} s (ready_within_s) {said}"
            );
            return Err(Error::Start { who: self.description.name.clone(), why: why.trim_end().to_owned() });
        }
        Ok(Running { authority, process, version: None, target: Some(self.toml.clone()) })
    }

    /// The first line that the version command says.
    async fn version(&self, program: &Path) -> Option<String> {
        let line = self.line(self.description.start.version.as_ref()?, &UNSERVED).ok()?;
        let mut child = Guarded::foreign("version", program, self.foreign(&line, &[])).await.ok()?;
        let first = timeout(VERSION, child.line()).await.ok().flatten();
        child.end().await;
        first
    }

    /// A command with its placeholders replaced and its program found.
    fn line(&self, command: &Command, values: &Values) -> Result<Vec<String>, Error> {
        let mut line = command.line(values);
        let path = if line[0].contains('/') { Some(self.folder.join(&line[0])) } else { installed(&line[0]) };
        let path = path.filter(|path| path.is_file()).ok_or_else(|| Error::Missing {
            program: line[0].clone(),
            how: format!("{} needs {}", self.description.name, self.description.start.install),
        })?;
        line[0] = path.to_string_lossy().into_owned();
        Ok(line)
    }

    fn foreign<'a>(&'a self, command: &'a [String], environment: &'a [(String, String)]) -> Foreign<'a> {
        Foreign { command, directory: Some(&self.folder), environment, remove: None }
    }

    /// Adds what the server needs: most often something is not installed.
    fn advise(&self, error: Error) -> Error {
        match error {
            Error::Start { who, why } => {
                Error::Start { who, why: format!("{why}\nit needs {}", self.description.start.install) }
            }
            other => other,
        }
    }
}

/// Where a program is that is called by its name alone.
fn installed(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn free_port() -> Result<u16, Error> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    port.map(|address| address.port())
        .map_err(|error| Error::Nothing(format!("no free port at 127.0.0.1: {error}; end what holds them")))
}

/// Whether `path` is answered with 200.
async fn serves(authority: &str, path: &str) -> bool {
    let target = Arc::new(Target::new(authority, ""));
    let answer = http::get(&Wire::default(), &target, path, &[], LOOK).await;
    answer.is_ok_and(|(_, response)| response.status() == StatusCode::OK)
}

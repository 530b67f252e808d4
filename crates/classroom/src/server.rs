//! The process of a lane: `fourways run WAY --guarded` on a free port of loopback, and what its supervisor says to it.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use axum::http::{Request, Response, StatusCode, header};
use bytes::Bytes;
use compare::Guarded;
use feed::Market;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// From its start to its first line.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long it may take to answer its supervisor: a change is announced 1.5 s ahead, and needs 500 ms of them.
const ANSWER: Duration = Duration::from_millis(900);

/// What is read of what it tells of itself.
const INFO_BYTES: usize = 64 * 1024;

/// What every process of every lane is started with, beside its way and its market.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// The `fourways` binary.
    pub program: PathBuf,
    /// Hosts that are ours: the addresses of this machine, which the lane does not see behind its proxy.
    pub hosts: Vec<String>,
    /// Origins of the page, exact.
    pub origins: Vec<String>,
    /// Events that can be replayed.
    pub history: u32,
}

/// A lane's process that listens.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) process: Guarded,
    /// Where it listens, and the token by which its market is changed.
    pub(crate) door: Door,
}

/// How a lane's process is spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    token: String,
}

/// Starts a process and returns at once; [`listening`] waits for its first line.
pub(crate) fn spawn(recipe: &Recipe, way: &str, market: &Market) -> Result<Guarded, compare::Error> {
    Guarded::own(&format!("the lane {way}"), &recipe.program, &recipe.arguments(way, market))
}

/// Where a process listens, as soon as it says so. None if it ends before, or says nothing. Cancel safe.
pub(crate) async fn listening(process: &mut Guarded) -> Option<Door> {
    let first = async {
        while let Some(line) = process.line().await {
            if let Some(door) = Door::read(&line) {
                return Some(door);
            }
        }
        None
    };
    timeout(PATIENCE, first).await.ok().flatten()
}

impl Recipe {
    fn arguments(&self, way: &str, market: &Market) -> Vec<String> {
        let mut arguments = ["run", way, "--guarded", "--listen", "127.0.0.1:0"].map(str::to_owned).to_vec();
        let mut add = |name: &str, value: String| arguments.extend([name.to_owned(), value]);
        add("--rate", market.rate().to_string());
        add("--symbols", market.symbols().len().to_string());
        add("--seed", market.seed().to_string());
        add("--start", instant(market.start_us()));
        add("--history", self.history.to_string());
        self.hosts.iter().for_each(|host| add("--allow-host", host.clone()));
        self.origins.iter().for_each(|origin| add("--allow-origin", origin.clone()));
        arguments
    }
}

/// An instant as `--start` takes it, to the microsecond: another start is another epoch.
fn instant(at_us: u64) -> String {
    let time = i64::try_from(at_us).ok().and_then(|us| jiff::Timestamp::from_microsecond(us).ok());
    time.unwrap_or_default().to_string()
}

impl Door {
    /// From the first line of `fourways run`: `... page http://127.0.0.1:4711/lesson/sse#presenter=TOKEN (...)`.
    fn read(line: &str) -> Option<Self> {
        let page = line.split("page http://").nth(1)?.split(' ').next()?;
        let (address, rest) = page.split_once('/')?;
        let token = rest.split_once("#presenter=")?.1.to_owned();
        Some(Self { address: address.parse().ok()?, token })
    }

    /// Announces another market for the instant at which it starts.
    ///
    /// # Errors
    /// When it does not answer in time, or refuses.
    pub(crate) async fn announce(&self, market: &Market) -> Result<(), String> {
        let asked = timeout(ANSWER, self.post(market)).await;
        match asked.map_err(|_| "it did not answer in time".to_owned())?.map_err(|error| error.to_string())? {
            StatusCode::ACCEPTED => Ok(()),
            status => Err(format!("it answered {status}")),
        }
    }

    /// The epoch of the market that it tells; none when it does not say so in time.
    pub(crate) async fn epoch(&self) -> Option<String> {
        let asked = async {
            let request = Request::get("/api/info").header(header::HOST, self.address.to_string());
            let answer = self.send(request.body(Full::default()).map_err(io::Error::other)?).await?;
            Limited::new(answer.into_body(), INFO_BYTES).collect().await.map_err(io::Error::other)
        };
        let info = timeout(ANSWER, asked).await.ok()?.ok()?.to_bytes();
        let info: Value = serde_json::from_slice(&info).ok()?;
        Some(info["market"]["epoch"].as_str()?.to_owned())
    }

    async fn post(&self, market: &Market) -> io::Result<StatusCode> {
        let body = json!({
            "rate": market.rate(), "symbols": market.symbols().len(), "at_us": market.start_us(),
        });
        let request = Request::post("/api/market")
            .header(header::HOST, self.address.to_string())
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body.to_string())));
        let answer = self.send(request.map_err(io::Error::other)?).await?;
        Ok(answer.status())
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> io::Result<Response<Incoming>> {
        let stream = TcpStream::connect(self.address).await?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        // Ends by itself when the sender has gone; its error reaches whoever reads the answer.
        tokio::spawn(connection);
        sender.send_request(request).await.map_err(io::Error::other)
    }
}

/// How a process ended, in a word: `exit 0`, `SIGKILL`.
pub(crate) fn exit(status: ExitStatus) -> String {
    if let Some(code) = status.code() {
        return format!("exit {code}");
    }
    #[cfg(unix)]
    {
        /// Those that end a process in practice (signal(7)).
        const NAMES: [(i32, &str); 9] = [
            (1, "SIGHUP"),
            (2, "SIGINT"),
            (3, "SIGQUIT"),
            (4, "SIGILL"),
            (6, "SIGABRT"),
            (7, "SIGBUS"),
            (9, "SIGKILL"),
            (11, "SIGSEGV"),
            (15, "SIGTERM"),
        ];
        use std::os::unix::process::ExitStatusExt as _;
        let signal = status.signal().unwrap_or_default();
        let name = NAMES.iter().find(|(number, _)| *number == signal).map(|(_, name)| (*name).to_owned());
        name.unwrap_or_else(|| format!("signal {signal}"))
    }
    #[cfg(not(unix))]
    "ended".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_door_stands_in_the_first_line() {
        let line = "fourways: 2 prices a second of 1 symbol at http://127.0.0.1:4711/sse/stock-price and by the other \
                    three ways; page http://127.0.0.1:4711/lesson/sse#presenter=abc (Ctrl-C stops)";
        let door = Door::read(line).unwrap();
        assert_eq!((door.address.to_string().as_str(), door.token.as_str()), ("127.0.0.1:4711", "abc"));
        for other in
            ["fourways: stopping", "page http://127.0.0.1:4711/", "page http://nowhere/#presenter=abc"]
        {
            assert_eq!(Door::read(other), None, "{other}");
        }
    }

    #[tokio::test]
    async fn a_server_tells_its_epoch_or_nothing() {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let door = Door { address: listener.local_addr().unwrap(), token: String::new() };
        for (body, epoch) in [
            (r#"{"market":{"epoch":"k3x9a1"}}"#, Some("k3x9a1")),
            (r#"{"market":null}"#, None),
            ("no JSON", None),
            ("", None),
        ] {
            let answers = async {
                let (mut server, _) = listener.accept().await.unwrap();
                let mut asked = [0; 512];
                let read = server.read(&mut asked).await.unwrap();
                assert!(asked[..read].starts_with(b"GET /api/info HTTP/1.1\r\n"));
                let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                server.write_all(answer.as_bytes()).await.unwrap();
            };
            let (told, ()) = tokio::join!(door.epoch(), answers);
            assert_eq!(told.as_deref(), epoch, "{body:?}");
        }
    }

    #[test]
    fn the_start_is_exact() {
        let market = Market::new(7, 2.5, 3, 1_700_000_000_123_456).unwrap();
        let recipe = Recipe {
            program: "fourways".into(),
            hosts: vec!["192.168.1.20".to_owned()],
            origins: vec!["http://192.168.1.20:8080".to_owned(), "http://localhost:8080".to_owned()],
            history: 4096,
        };
        assert_eq!(
            recipe.arguments("sse", &market).join(" "),
            "run sse --guarded --listen 127.0.0.1:0 --rate 2.5 --symbols 3 --seed 7 \
             --start 2023-11-14T22:13:20.123456Z --history 4096 --allow-host 192.168.1.20 \
             --allow-origin http://192.168.1.20:8080 --allow-origin http://localhost:8080"
        );
    }

    #[cfg(unix)]
    #[test]
    fn an_end_has_its_word() {
        use std::os::unix::process::ExitStatusExt as _;
        // As wait(2) gives it: the signal in the low bits, the exit code above.
        let words = [0, 1 << 8, 9, 11, 64].map(|raw| exit(ExitStatus::from_raw(raw)));
        assert_eq!(words, ["exit 0", "exit 1", "SIGKILL", "SIGSEGV", "signal 64"]);
    }
}

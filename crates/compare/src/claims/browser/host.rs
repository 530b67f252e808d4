//! The server of an experiment: it serves one page, answers its streams by a script, and hears what the page reports.
//!
//! The page and its streams are one host, as a browser counts them. Reports go to a second port, which is another host:
//! when all connections to the first are taken, they still get through.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{any, get, post};
use futures_util::stream;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::launch::{Browser, Running};
use super::lost::Lost;
use crate::claims::Text;

/// Between two events of a stream, and between the last one and its end: each is sent before the next is made.
const BEAT: Duration = Duration::from_millis(100);
/// What has happened and was not looked at yet. A page reports some hundred things at most.
const WAITING: usize = 1024;

/// What is answered to a request for a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Some events, and then an end.
    Events { count: u32, ids: bool, retry_ms: Option<u64>, then: Then },
    /// No stream, but this status.
    Status(u16),
    /// 200, and text that is no event stream.
    WrongType,
}

/// How a stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// In the middle: the connection is closed without the end of the answer.
    Cut,
    /// As an answer should.
    End,
    /// Not at all: one event after the other until the browser goes.
    Hold,
}

/// The answer to the request number `nth` (from 0) of a case.
pub(super) type Script = Box<dyn Fn(&str, u32) -> Answer + Send + Sync>;

/// What happened.
#[derive(Clone, Debug)]
pub(super) enum Happened {
    /// A request for the stream of a case, number `nth` from 0.
    Asked { case: String, nth: u32, at: Instant, last_event_id: Option<String> },
    /// A stream was ended.
    Ended { case: String, at: Instant },
    /// The page reported.
    Told(Value),
}

struct Shared {
    page: &'static str,
    script: Script,
    asked: Mutex<HashMap<String, u32>>,
    happened: Sender<Happened>,
}

/// The server. Dropping it ends it.
#[derive(Debug)]
pub(super) struct Host {
    page: SocketAddr,
    reports: SocketAddr,
    happened: Receiver<Happened>,
    // Dropping it stops both servers.
    _serving: JoinSet<io::Result<()>>,
}

impl Host {
    /// Starts it.
    ///
    /// # Errors
    /// When it cannot listen.
    pub(super) async fn start(page: &'static str, script: Script) -> Result<Self, Lost> {
        let (sender, happened) = channel(WAITING);
        let shared = Arc::new(Shared { page, script, asked: Mutex::default(), happened: sender });
        let pages = Router::new()
            .route("/", get(serve_page))
            .route("/plain", get(|| async { "answered" }))
            .route("/stream/{case}", get(serve_stream))
            .route("/ws", any(|upgrade: WebSocketUpgrade| async { upgrade.on_upgrade(hold) }));
        let mut serving = JoinSet::new();
        let reports = listen(&mut serving, Router::new().route("/report", post(hear)), &shared).await;
        let page = listen(&mut serving, pages, &shared).await;
        let cannot = |error: io::Error| Lost::Host(error.to_string());
        Ok(Self {
            page: page.map_err(cannot)?,
            reports: reports.map_err(cannot)?,
            happened,
            _serving: serving,
        })
    }

    /// The page's address, with where it reports and what else it is told (`&KEY=VALUE`).
    pub(super) fn url(&self, more: &str) -> String {
        format!("http://{}/?report={}{more}", self.page, self.reports.port())
    }

    /// The same behind a front with TLS at `authority`. Reports go past it: browsers let a secure page talk to 127.0.0.1.
    pub(super) fn url_behind(&self, authority: &str, more: &str) -> String {
        format!("https://{authority}/?report={}{more}", self.reports.port())
    }

    /// Where the page is: `host:port`.
    pub(super) fn authority(&self) -> String {
        self.page.to_string()
    }

    /// What happens next; none when nothing does within `patience`. Cancel safe.
    pub(super) async fn next(&mut self, patience: Duration) -> Option<Happened> {
        tokio::time::timeout(patience, self.happened.recv()).await.ok().flatten()
    }

    /// What happens next.
    ///
    /// # Errors
    /// When nothing does within `patience`: the browser has ended, or is silent, and then `missing` says what about.
    pub(super) async fn expect(
        &mut self,
        patience: Duration,
        (browser, running): (Browser, &mut Running),
        missing: Text,
    ) -> Result<Happened, Lost> {
        match self.next(patience).await {
            Some(happened) => Ok(happened),
            None if running.ended() => Err(Lost::Ended(browser)),
            None => Err(Lost::Silent { who: browser, after_s: patience.as_secs_f64(), missing }),
        }
    }
}

async fn listen(
    serving: &mut JoinSet<io::Result<()>>,
    router: Router<Arc<Shared>>,
    shared: &Arc<Shared>,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let router = router.with_state(Arc::clone(shared));
    serving.spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

async fn serve_page(State(shared): State<Arc<Shared>>) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Html(shared.page)).into_response()
}

async fn hear(State(shared): State<Arc<Shared>>, body: String) -> StatusCode {
    match serde_json::from_str(&body) {
        Ok(told) => {
            shared.tell(Happened::Told(told)).await;
            StatusCode::NO_CONTENT
        }
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

/// Reads until the browser closes it.
async fn hold(mut socket: WebSocket) {
    while let Some(Ok(_)) = socket.recv().await {}
}

async fn serve_stream(
    State(shared): State<Arc<Shared>>,
    Path(case): Path<String>,
    head: HeaderMap,
) -> Response {
    let last_event_id =
        head.get("last-event-id").map(|id| String::from_utf8_lossy(id.as_bytes()).into_owned());
    let nth = shared.count(&case);
    shared.tell(Happened::Asked { case: case.clone(), nth, at: Instant::now(), last_event_id }).await;
    match (shared.script)(&case, nth) {
        Answer::Status(status) => {
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
        }
        Answer::WrongType => "this is no event stream".into_response(),
        Answer::Events { count, ids, retry_ms, then } => {
            let first =
                retry_ms.map_or_else(|| ": hello\n\n".to_owned(), |retry| format!("retry: {retry}\n\n"));
            let parts = stream::unfold(Some(0), move |made| {
                let (shared, case, first) = (Arc::clone(&shared), case.clone(), first.clone());
                async move {
                    let made = made?;
                    if made == 0 {
                        return Some((Ok(first), Some(1)));
                    }
                    sleep(BEAT).await;
                    if made <= count || then == Then::Hold {
                        let id = if ids { format!("id: {nth}-{made}\n") } else { String::new() };
                        return Some((Ok(format!("{id}data: {made}\n\n")), Some(made + 1)));
                    }
                    shared.tell(Happened::Ended { case, at: Instant::now() }).await;
                    (then == Then::Cut).then(|| (Err(io::Error::other("cut on purpose")), None))
                }
            });
            let mut response = Body::from_stream(parts).into_response();
            response
                .headers_mut()
                .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
    }
}

impl Shared {
    /// Which request of this case it is, from 0.
    fn count(&self, case: &str) -> u32 {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let next = asked.entry(case.to_owned()).or_default();
        *next += 1;
        *next - 1
    }

    async fn tell(&self, happened: Happened) {
        // Fails when the experiment is over, and then nobody wants to know.
        self.happened.send(happened).await.unwrap_or_default();
    }
}

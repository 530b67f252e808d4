//! The server half of WebSocket: the handshake, then a loop of `reader.next()` into messages, and the client may talk.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use ::wire::Line;
use axum::Router;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{FromRequestParts as _, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use feed::Batch;
use tokio::time::{Instant, Sleep, sleep_until, timeout};
use transport::{Ask, Limits, Problem, Site, Waiter};

use crate::wire::{self, Op};

/// What tungstenite buffers for each direction: its own default of 128 KiB would be most of a connection's memory.
const BUFFER: usize = 4 * 1024;

// #region routes
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/ws/echo", get(open_echo)).route("/ws/{topic}", get(open))
}
// #endregion

// #region open
async fn open(State(site): State<Site>, mut parts: Parts) -> Result<Response, Problem> {
    check(&parts)?;
    let ask = Ask::read(&site, "ws", &parts)?;
    let waiter = site.wait()?;
    let upgrade = upgrade(&site, &mut parts).await?;
    Ok(upgrade.on_upgrade(move |socket| deliver(socket, site, ask, waiter)))
}

async fn open_echo(State(site): State<Site>, mut parts: Parts) -> Result<Response, Problem> {
    check(&parts)?;
    let waiter = site.wait()?;
    let upgrade = upgrade(&site, &mut parts).await?;
    Ok(upgrade.on_upgrade(move |socket| echo(socket, site, waiter)))
}

/// What RFC 6455 4.2.1 asks of a handshake.
fn check(parts: &Parts) -> Result<(), Problem> {
    let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let upgrade_required = |title, detail| {
        Problem::new(StatusCode::UPGRADE_REQUIRED, title, detail)
            .header(header::UPGRADE, HeaderValue::from_static("websocket"))
            .header(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"))
    };
    if !header("upgrade").eq_ignore_ascii_case("websocket") {
        return Err(upgrade_required("this path speaks WebSocket", "open it with a WebSocket client"));
    }
    if header("sec-websocket-version") != "13" {
        return Err(upgrade_required("the WebSocket version is not 13", "send Sec-WebSocket-Version: 13"));
    }
    // 16 bytes in base64 are 22 letters and two equals signs (RFC 6455 4.1).
    let key = header("sec-websocket-key").strip_suffix("==").unwrap_or_default().as_bytes();
    if key.len() != 22 || !key.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte)) {
        return Err(Problem::bad("header Sec-WebSocket-Key", "the key is not 16 bytes in base64", "send a fresh random one"));
    }
    Ok(())
}

async fn upgrade(site: &Site, parts: &mut Parts) -> Result<WebSocketUpgrade, Problem> {
    let line = parts.extensions.get::<Arc<Line>>().cloned();
    let refuse = |error: String| Problem::new(StatusCode::BAD_REQUEST, error, "open it with a WebSocket client");
    let upgrade = WebSocketUpgrade::from_request_parts(parts, site).await.map_err(|error| refuse(error.body_text()))?;
    if let Some(line) = line {
        line.upgraded();
    }
    let message_max = site.limits().message_bytes as usize;
    let upgrade = upgrade.read_buffer_size(BUFFER).write_buffer_size(BUFFER);
    Ok(upgrade.max_message_size(message_max).max_frame_size(message_max))
}
// #endregion

// #region deliver
async fn deliver(mut socket: WebSocket, site: Site, ask: Ask, _waiter: Waiter) {
    let mut reader = ask.reader();
    let (mut drain, mut beat) = (site.draining(), Beat::new(site.limits(), true));
    let code = loop {
        let sent = tokio::select! {
            batch = reader.next() => {
                if let Batch::End = batch { break close_code::NORMAL }
                if let Batch::Events(events) = &batch { ask.account.told(events.len()) }
                beat.told();
                write(&mut socket, wire::encode(&batch).into_iter().map(Message::Text)).await
            }
            message = socket.recv() => match hear(message) {
                Said::Text(text) => match follow(&site, &mut reader, &text) {
                    Ok(()) => Ok(()),
                    Err(title) => write(&mut socket, [Message::Text(wire::encode_error(&title))]).await,
                },
                Said::Binary(_) => write(&mut socket, [Message::Text(wire::encode_error("binary messages mean nothing here"))]).await,
                Said::Pong => { beat.pong(); Ok(()) }
                Said::Nothing => Ok(()),
                Said::Wrong(code) => break code,
            },
            due = beat.due() => match due {
                Due::Ping => write(&mut socket, [Message::Ping(axum::body::Bytes::new())]).await,
                Due::Cursor => write(&mut socket, [Message::Text(wire::encode_cursor(reader.cursor()))]).await,
                Due::Dead => return,
            },
            () = drain.begun() => break close_code::AWAY,
        };
        if sent.is_err() {
            return;
        }
    };
    end(socket, code).await;
}

async fn echo(mut socket: WebSocket, site: Site, _waiter: Waiter) {
    let (mut drain, mut beat) = (site.draining(), Beat::new(site.limits(), false));
    let code = loop {
        let sent = tokio::select! {
            message = socket.recv() => match hear(message) {
                Said::Text(text) => write(&mut socket, [Message::Text(text)]).await,
                Said::Binary(bytes) => write(&mut socket, [Message::Binary(bytes)]).await,
                Said::Pong => { beat.pong(); Ok(()) }
                Said::Nothing => Ok(()),
                Said::Wrong(code) => break code,
            },
            due = beat.due() => match due {
                Due::Ping => write(&mut socket, [Message::Ping(axum::body::Bytes::new())]).await,
                Due::Cursor => Ok(()),
                Due::Dead => return,
            },
            () = drain.begun() => break close_code::AWAY,
        };
        if sent.is_err() {
            return;
        }
    };
    end(socket, code).await;
}

async fn write(socket: &mut WebSocket, messages: impl IntoIterator<Item = Message>) -> Result<(), axum::Error> {
    use futures_util::SinkExt as _;
    for message in messages {
        socket.feed(message).await?;
    }
    socket.flush().await
}

/// What came from the client.
enum Said {
    Text(axum::extract::ws::Utf8Bytes),
    Binary(axum::body::Bytes),
    Pong,
    Nothing,
    /// The conversation is over, with this close code.
    Wrong(u16),
}

fn hear(message: Option<Result<Message, axum::Error>>) -> Said {
    use tokio_tungstenite::tungstenite::Error;
    match message {
        Some(Ok(Message::Text(text))) => Said::Text(text),
        Some(Ok(Message::Binary(bytes))) => Said::Binary(bytes),
        Some(Ok(Message::Pong(_))) => Said::Pong,
        // tungstenite has queued the pong already, with the same payload.
        Some(Ok(Message::Ping(_))) => Said::Nothing,
        Some(Ok(Message::Close(_))) | None => Said::Wrong(close_code::NORMAL),
        Some(Err(error)) => Said::Wrong(match error.into_inner().downcast_ref::<Error>() {
            Some(Error::Utf8(_)) => close_code::INVALID,
            Some(Error::Capacity(_)) => close_code::SIZE,
            _ => close_code::PROTOCOL,
        }),
    }
}

/// Does what the client said, or says why not.
fn follow(site: &Site, reader: &mut feed::Reader, text: &str) -> Result<(), String> {
    match wire::decode_op(text)? {
        Op::Subscribe { symbols } => {
            let wanted = Ask::wanted(reader.feed(), &symbols).map_err(|problem| problem.title().to_owned())?;
            reader.want(wanted);
            Ok(())
        }
        Op::Say { user, text } if reader.feed().shape().name == "chat" => {
            site.feeds().chat().say(&user, &text, None).map(|_| ()).map_err(|error| error.to_string())
        }
        Op::Say { .. } => Err("only chat can be talked to".to_owned()),
    }
}
// #endregion

// #region heartbeat
// A cursor after a silence, a ping, and the pong that must follow (RFC 6455 5.5.2). The other ways need one line for
// this, or leave it to HTTP; here it is the application's own.

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    Ping,
    Cursor,
    /// The pong did not come in time.
    Dead,
}

#[derive(Debug)]
struct Beat {
    ping_every: Duration,
    pong_within: Duration,
    silence_max: Duration,
    ping_at: Instant,
    pong_by: Option<Instant>,
    cursor_at: Option<Instant>,
    timer: Pin<Box<Sleep>>,
}

impl Beat {
    /// A beat that starts now; with cursors after each silence if `cursors` is set.
    fn new(limits: &Limits, cursors: bool) -> Self {
        let now = Instant::now();
        let (ping_every, silence_max) = (Duration::from_millis(limits.ping_ms), limits.heartbeat());
        let cursor_at = cursors.then(|| now + silence_max);
        let ping_at = now + ping_every;
        let pong_within = Duration::from_millis(limits.pong_ms);
        let timer = Box::pin(sleep_until(now));
        Self { ping_every, pong_within, silence_max, ping_at, pong_by: None, cursor_at, timer }
    }

    /// A message was sent.
    fn told(&mut self) {
        self.cursor_at = self.cursor_at.map(|_| Instant::now() + self.silence_max);
    }

    /// A pong came.
    fn pong(&mut self) {
        self.pong_by = None;
    }

    /// Waits until something is due. Cancelling it loses nothing.
    async fn due(&mut self) -> Due {
        loop {
            let now = Instant::now();
            if self.pong_by.is_some_and(|by| by <= now) {
                return Due::Dead;
            }
            if self.ping_at <= now {
                self.ping_at = now + self.ping_every;
                self.pong_by = self.pong_by.or(Some(now + self.pong_within));
                return Due::Ping;
            }
            if self.cursor_at.is_some_and(|at| at <= now) {
                self.told();
                return Due::Cursor;
            }
            let next = [self.pong_by, self.cursor_at].into_iter().flatten().fold(self.ping_at, Instant::min);
            // Every message puts the cursor off. The timer is only moved when it fires or must fire earlier, so the
            // usual message costs no timer at all.
            if self.timer.is_elapsed() || next < self.timer.deadline() {
                self.timer.as_mut().reset(next);
            }
            self.timer.as_mut().await;
        }
    }
}
// #endregion

// #region drain
/// The closing handshake (RFC 6455 7.1.2): our close frame, then whatever the client still says, for a second.
async fn end(mut socket: WebSocket, code: u16) {
    let frame = CloseFrame { code, reason: axum::extract::ws::Utf8Bytes::default() };
    let goodbye = async {
        // Fails when the client closed first; then its own close frame is echoed by the reads below.
        if socket.send(Message::Close(Some(frame))).await.is_ok() || code == close_code::NORMAL {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    // A client that does not answer is dropped all the same.
    if timeout(Duration::from_secs(1), goodbye).await.is_err() {
        tracing::debug!("a client did not answer the close frame");
    }
}
// #endregion

//! The server half of WebSocket: the handshake, then a loop of `reader.next()` into messages, and the client may talk.

use std::sync::Arc;
use std::time::Duration;

use ::wire::Line;
use axum::Router;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{FromRequestParts as _, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;
use feed::{Batch, Reader};
use futures_util::SinkExt as _;
use futures_util::future::OptionFuture;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Error;
use transport::{Ask, Ping, Pings, Problem, Silence, Site, Waiter};

use crate::wire::{self, Op};

// #region routes
pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/ws/echo", get(open_echo)).route("/ws/{topic}", get(open))
}
// #endregion

// #region open
async fn open(State(site): State<Site>, mut parts: Parts) -> Result<Response, Problem> {
    let ask = Ask::read(&site, "ws", &parts)?;
    check(&parts)?;
    let waiter = site.wait()?;
    let upgrade = upgrade(&site, &mut parts).await?;
    Ok(upgrade.on_upgrade(move |socket| deliver(socket, site, Some(ask), waiter)))
}

async fn open_echo(State(site): State<Site>, mut parts: Parts) -> Result<Response, Problem> {
    check(&parts)?;
    let waiter = site.wait()?;
    let upgrade = upgrade(&site, &mut parts).await?;
    Ok(upgrade.on_upgrade(move |socket| deliver(socket, site, None, waiter)))
}

async fn upgrade(site: &Site, parts: &mut Parts) -> Result<WebSocketUpgrade, Problem> {
    let line = parts.extensions.get::<Arc<Line>>().cloned();
    let refuse =
        |error: String| Problem::new(StatusCode::BAD_REQUEST, error, "open it with a WebSocket client");
    let upgrade =
        WebSocketUpgrade::from_request_parts(parts, site).await.map_err(|error| refuse(error.body_text()))?;
    if let Some(line) = line {
        line.upgraded();
    }
    let message_max = site.limits().message_bytes as usize;
    let buffer = site.limits().ws_buffer_bytes as usize;
    // Without the last bound a client that sends pings and reads no pongs would fill the memory with them.
    let upgrade = upgrade.read_buffer_size(buffer).write_buffer_size(buffer);
    let upgrade = upgrade.max_write_buffer_size(message_max + 4 * buffer);
    Ok(upgrade.max_message_size(message_max).max_frame_size(message_max))
}
// #endregion

// #region handshake
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
        return Err(Problem::bad(
            "header Sec-WebSocket-Key",
            "the key is not 16 bytes in base64",
            "send a fresh random one",
        ));
    }
    Ok(())
}
// #endregion

// #region deliver
/// Tells the news and does what the client says, until either is done. Without an `ask` it is an echo.
async fn deliver(mut socket: WebSocket, site: Site, ask: Option<Ask>, _waiter: Waiter) {
    let mut reader = ask.as_ref().map(Ask::reader);
    let mut drain = site.draining();
    let (mut silence, mut pings) = (Silence::new(site.limits()), Pings::new(site.limits()));
    let code = loop {
        let messages = tokio::select! {
            Some(batch) = OptionFuture::from(reader.as_mut().map(Reader::next)) => {
                if let Batch::End = batch { break close_code::NORMAL }
                if let (Batch::Events(events), Some(ask)) = (&batch, &ask) { ask.account.told(events.len()) }
                silence.broken();
                wire::encode(&batch).into_iter().map(Message::Text).collect()
            }
            message = socket.recv() => match hear(message) {
                Ok(Message::Pong(_)) => { pings.answered(); continue }
                // tungstenite has queued the pong already, with the same payload.
                Ok(Message::Ping(_)) => continue,
                Ok(message) => Vec::from_iter(reply(&site, reader.as_mut(), message)),
                Err(code) => break code,
            },
            () = silence.over() => Vec::from_iter(heartbeat(reader.as_ref())),
            ping = pings.due() => match ping {
                Ping::Send => vec![Message::Ping(Bytes::new())],
                Ping::Unanswered => return,
            },
            () = drain.begun() => break close_code::AWAY,
        };
        if write(&mut socket, messages).await.is_err() {
            return;
        }
    };
    // In a box of its own: room that every idle connection would otherwise hold for its last second.
    Box::pin(end(socket, code)).await;
}
// #endregion

async fn write(socket: &mut WebSocket, messages: Vec<Message>) -> Result<(), axum::Error> {
    for message in messages {
        socket.feed(message).await?;
    }
    socket.flush().await
}

// #region hear
/// What came from the client, or the close code that ends the conversation (RFC 6455 7.4.1).
fn hear(message: Option<Result<Message, axum::Error>>) -> Result<Message, u16> {
    match message {
        Some(Ok(Message::Close(_))) | None => Err(close_code::NORMAL),
        Some(Ok(message)) => Ok(message),
        Some(Err(error)) => Err(match error.into_inner().downcast_ref() {
            Some(Error::Utf8(_)) => close_code::INVALID,
            Some(Error::Capacity(_)) => close_code::SIZE,
            _ => close_code::PROTOCOL,
        }),
    }
}

/// The answer to a message: its echo where nothing is read; otherwise none, or why it could not be followed.
fn reply(site: &Site, reader: Option<&mut Reader>, message: Message) -> Option<Message> {
    let Some(reader) = reader else { return Some(message) };
    let title = follow(site, reader, &message).err()?;
    Some(Message::Text(wire::encode_error(&title)))
}

/// Does what the client said, or says why not.
fn follow(site: &Site, reader: &mut Reader, message: &Message) -> Result<(), String> {
    let Message::Text(text) = message else { return Err("binary messages mean nothing here".to_owned()) };
    match wire::decode_op(text)? {
        Op::Subscribe { symbols } => {
            let wanted = Ask::wanted(reader.feed(), symbols.iter().map(String::as_str));
            reader.want(wanted.map_err(|problem| problem.title().to_owned())?);
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
/// After a silence: where the reader stands. A filtered reader thus resumes near the head, not at its last event.
fn heartbeat(reader: Option<&Reader>) -> Option<Message> {
    reader.map(|reader| Message::Text(wire::encode_cursor(reader.cursor())))
}
// #endregion

// #region drain
/// The closing handshake (RFC 6455 7.1.2): our close frame, then whatever the client still says, for a second.
async fn end(mut socket: WebSocket, code: u16) {
    let frame = CloseFrame { code, reason: Utf8Bytes::default() };
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

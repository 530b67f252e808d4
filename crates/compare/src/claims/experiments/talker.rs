//! The two ways into a chat: a POST beside an SSE stream, or a message on a WebSocket. Each is one client that says
//! something and waits to hear it.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Request, StatusCode, header};
use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{WebSocketStream, client_async};
use transport::{Heard, Session, Target};
use wire::{Io, Wire};

use super::Trouble;

/// A server that says nothing for so long has failed. Heartbeats come each 15 s.
const SILENCE: Duration = Duration::from_secs(35);

/// What speaks.
pub(super) enum Mouth {
    /// Requests on one kept connection.
    Post {
        sender: SendRequest<Full<Bytes>>,
        authority: String,
        head: Vec<(HeaderName, HeaderValue)>,
        wire: Wire,
    },
    /// Messages.
    Socket(SplitSink<WebSocketStream<Box<dyn Io>>, Message>),
}

/// What listens.
pub(super) enum Ear {
    /// An event stream.
    Stream(Session),
    /// Messages.
    Socket(SplitStream<WebSocketStream<Box<dyn Io>>>),
}

/// Joins the chat of `authority` by SSE and POST, with this head on both.
pub(super) async fn join_by_sse(
    wire: &Wire,
    authority: &str,
    head: Vec<(HeaderName, HeaderValue)>,
) -> Result<(Mouth, Ear), Trouble> {
    let mut target = Target::new(authority, "chat");
    target.headers.clone_from(&head);
    target.silence = SILENCE;
    let way = crate::way("sse").ok_or_else(|| Trouble::Case("there is no way sse".to_owned()))?;
    let mut ear = Ear::Stream(way.session(Arc::new(target), None, wire.clone()));
    // The greeting: from now on everything that is said is heard.
    ear.next().await?;
    let (sender, connection) = http1::handshake(TokioIo::new(wire.connect(authority).await?)).await?;
    // Ends by itself with the sender; its error reaches whoever sends.
    tokio::spawn(connection);
    Ok((Mouth::Post { sender, authority: authority.to_owned(), head, wire: wire.clone() }, ear))
}

/// Joins by WebSocket.
pub(super) async fn join_by_ws(
    wire: &Wire,
    authority: &str,
    head: Vec<(HeaderName, HeaderValue)>,
) -> Result<(Mouth, Ear), Trouble> {
    let mut request = format!("ws://{authority}/ws/chat").into_client_request()?;
    request.headers_mut().extend(head);
    wire.ask();
    let (socket, _) = client_async(request, wire.connect(authority).await?).await?;
    let (speaking, hearing) = socket.split();
    let mut ear = Ear::Socket(hearing);
    ear.next().await?;
    Ok((Mouth::Socket(speaking), ear))
}

impl Mouth {
    /// Says `text`; by POST it is said when the server has answered.
    pub(super) async fn say(&mut self, text: &str) -> Result<(), Trouble> {
        match self {
            Self::Post { sender, authority, head, wire } => {
                let mut request = Request::post("/api/send-message")
                    .header(header::HOST, authority.as_str())
                    .header(header::CONTENT_TYPE, "application/json");
                for (name, value) in head.iter() {
                    request = request.header(name, value);
                }
                let body = json!({"user": "Ann", "text": text}).to_string();
                wire.ask();
                sender.ready().await?;
                let response = sender.send_request(request.body(Full::new(body.into()))?).await?;
                let status = response.status();
                response.into_body().collect().await?;
                if status == StatusCode::CREATED {
                    Ok(())
                } else {
                    Err(Trouble::Case(format!("the chat answered a message with status {status}")))
                }
            }
            Self::Socket(socket) => {
                let message = json!({"op": "say", "user": "Ann", "text": text}).to_string();
                Ok(socket.send(Message::text(message)).await?)
            }
        }
    }
}

impl Ear {
    /// The JSON of the next thing that is told; empty for what is about the stream.
    pub(super) async fn next(&mut self) -> Result<Bytes, Trouble> {
        let ended = || Trouble::Case("the chat ended".to_owned());
        match self {
            Self::Stream(session) => match session.next().await.ok_or_else(ended)?? {
                Heard::Event { json, .. } => Ok(json),
                _ => Ok(Bytes::new()),
            },
            Self::Socket(socket) => Ok(socket.next().await.ok_or_else(ended)??.into_data()),
        }
    }
}

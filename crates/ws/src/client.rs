//! The client half of WebSocket: the handshake, then messages until a close frame.

use std::sync::Arc;

use ::wire::{Io, Wire};
use feed::Cursor;
use futures_util::{Stream, StreamExt as _};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use transport::{Error, Heard, Speaks, Target, http};

use crate::wire;

// #region session
pub(crate) fn session(
    target: Arc<Target>,
    from: Option<Cursor>,
    wire: Wire,
) -> impl Stream<Item = Result<Heard, Error>> + Send {
    async_stream::try_stream! {
        let mut socket = shake(&target, from, &wire).await?;
        if let Some(described) = &target.described {
            yield described.open();
        }
        let mut epoch = None;
        while let Some(message) = timeout(target.silence, socket.next()).await.map_err(|_| Error::Silent(target.silence))? {
            match message.map_err(failed)? {
                Message::Text(text) => match &target.described {
                    None => yield wire::decode(text.into(), &mut epoch)?,
                    Some(described) => for heard in described.message(text.as_bytes())? { yield heard; },
                },
                Message::Close(Some(frame)) if frame.code == CloseCode::Normal => yield Heard::End,
                // Pings are answered by the next read; any other close is an end that can be reconnected from.
                _ => {}
            }
        }
    }
}
// #endregion

// #region receive
async fn shake(
    target: &Target,
    from: Option<Cursor>,
    wire: &Wire,
) -> Result<WebSocketStream<Box<dyn Io>>, Error> {
    let path = target.path_and_query("ws", from, &[]);
    let mut request = format!("ws://{}{path}", target.authority).into_client_request().map_err(failed)?;
    request.headers_mut().extend(target.headers.iter().cloned());
    let io = target.connect(wire, &target.authority, Speaks::Http1).await?;
    let config = WebSocketConfig::default().read_buffer_size(4 * 1024).write_buffer_size(4 * 1024);
    wire.ask();
    let handshake = client_async_with_config(request, io, Some(config));
    let shaken = timeout(target.silence, handshake).await.map_err(|_| Error::Silent(target.silence))?;
    Ok(shaken.map_err(failed)?.0)
}

fn failed(error: tungstenite::Error) -> Error {
    match error {
        tungstenite::Error::Io(error) => Error::Io(error),
        tungstenite::Error::Http(response) => http::refused(response.status(), response.headers()),
        error => Error::malformed(error),
    }
}
// #endregion

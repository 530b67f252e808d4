//! The client half of SSE: ask once, read the answer for ever.

use std::sync::Arc;

use ::wire::Wire;
use axum::http::{HeaderName, StatusCode, header};
use feed::Cursor;
use futures_util::Stream;
use http_body_util::BodyExt as _;
use tokio::time::timeout;
use transport::{Error, Heard, Target, http};

use crate::wire;

// #region session
pub(crate) fn session(
    target: Arc<Target>,
    from: Option<Cursor>,
    wire: Wire,
) -> impl Stream<Item = Result<Heard, Error>> + Send {
    async_stream::try_stream! {
        let path = target.path_and_query("sse", None, &[]);
        let mut headers = vec![(header::ACCEPT, "text/event-stream".to_owned())];
        headers.extend(from.map(|cursor| (HeaderName::from_static("last-event-id"), target.cursor(cursor))));
        let (_connection, response) = http::get(&wire, &target, &path, &headers, target.silence).await?;
        if response.status() == StatusCode::NO_CONTENT {
            yield Heard::End;
            return;
        }
        check(response.status(), response.headers())?;
        if let Some(described) = &target.described {
            yield described.open();
        }
        let (mut body, mut parser) = (response.into_body(), wire::Parser::default());
        while let Some(frame) = timeout(target.silence, body.frame()).await.map_err(|_| Error::Silent(target.silence))? {
            parser.push(frame?.data_ref().map_or(&[], |bytes| bytes))?;
            while let Some(frame) = parser.frame() {
                match (&target.described, frame) {
                    (Some(described), wire::Frame::Event { data, .. }) =>
                        for heard in described.message(data.as_bytes())? { yield heard; },
                    (_, frame) => yield wire::decode(frame)?,
                }
            }
        }
    }
}
// #endregion

// #region receive
/// Only 200 with the right type is a stream (HTML 9.2.3).
fn check(status: StatusCode, headers: &header::HeaderMap) -> Result<(), Error> {
    if status != StatusCode::OK {
        return Err(http::refused(status, headers));
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_stream =
        kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/event-stream"));
    if is_stream {
        Ok(())
    } else {
        Err(Error::Malformed(format!("content-type {kind:?} is no event stream")))
    }
}
// #endregion

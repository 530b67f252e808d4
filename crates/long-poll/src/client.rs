//! The client half of long polling: ask, wait for the answer, ask again at once with the new cursor.

use std::sync::Arc;

use ::wire::Wire;
use axum::http::StatusCode;
use feed::Cursor;
use futures_util::Stream;
use transport::{Error, Heard, Target, http};

use crate::wire;

// #region session
pub(crate) fn session(
    target: Arc<Target>,
    mut from: Option<Cursor>,
    wire: Wire,
) -> impl Stream<Item = Result<Heard, Error>> + Send {
    async_stream::try_stream! {
        let mut connection = http::Connection::open(&wire, &target).await?;
        let mut greeted = None;
        loop {
            for heard in ask(&mut connection, &target, from).await? {
                match heard {
                    Heard::Open { epoch } if greeted.replace(epoch) == Some(epoch) => continue,
                    Heard::Cursor(cursor) => from = Some(cursor),
                    _ => {}
                }
                let over = heard == Heard::End;
                yield heard;
                if over {
                    return;
                }
            }
        }
    }
}
// #endregion

// #region receive
async fn ask(
    connection: &mut http::Connection,
    target: &Target,
    from: Option<Cursor>,
) -> Result<Vec<Heard>, Error> {
    let path = target.path_and_query("long-poll", from, &[("hold", &target.hold.as_secs_f64())]);
    let response = connection.get(&path, &[], target.hold + target.silence).await?;
    match response.status() {
        StatusCode::OK => target.hear(&http::body(response, target.silence).await?, wire::decode),
        StatusCode::NO_CONTENT => Ok(vec![Heard::Empty]),
        status => Err(http::refused(status, response.headers())),
    }
}
// #endregion

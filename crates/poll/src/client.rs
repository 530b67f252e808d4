//! The client half of polling: ask, take the answer, pause. Its lossless variant: it sends its cursor along.

use std::sync::Arc;

use ::wire::Wire;
use axum::http::{StatusCode, header};
use feed::Cursor;
use futures_util::Stream;
use tokio::time::{MissedTickBehavior, interval};
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
        let mut schedule = interval(target.interval);
        // A poll that was overtaken by the next one is left out; the others keep to the schedule.
        schedule.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            schedule.tick().await;
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
    let path = target.path_and_query("poll", from.filter(|_| !target.newest), &[]);
    let known = from.filter(|_| target.described.is_none());
    let known = known.map(|cursor| (header::IF_NONE_MATCH, wire::etag(cursor)));
    let response = connection.get(&path, known.as_slice(), target.silence).await?;
    match response.status() {
        StatusCode::OK => target.hear(&http::body(response, target.silence).await?, wire::decode),
        StatusCode::NOT_MODIFIED => Ok(vec![Heard::Empty]),
        status => Err(http::refused(status, response.headers())),
    }
}
// #endregion

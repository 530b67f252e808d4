//! The only reconnect loop: whichever way carries the feed, a client resumes by its cursor.

use std::sync::Arc;

use feed::Cursor;
use futures_util::{Stream, StreamExt as _};
use wire::Wire;

use crate::Transport;
use crate::backoff::Backoff;
use crate::heard::{Error, Heard};
use crate::target::Target;

/// Follows a topic across cuts, restarts and refusals until it ends.
///
/// An error is told and then tried again after a jittered wait, at least as long as the server asks for (`retry`,
/// `Retry-After`). The stream ends after [`Heard::End`], or after an error that would come again
/// ([`Error::is_final`]). Dropping it closes the connection.
pub fn follow(
    way: &'static dyn Transport,
    target: Arc<Target>,
    from: Option<Cursor>,
    wire: Wire,
    mut backoff: Backoff,
) -> impl Stream<Item = Result<Heard, Error>> + Send {
    async_stream::stream! {
        let mut cursor = from;
        loop {
            let mut session = way.session(Arc::clone(&target), cursor, wire.clone());
            let mut asked = None;
            while let Some(heard) = session.next().await {
                match &heard {
                    Ok(Heard::Event { cursor: at, .. } | Heard::Cursor(at)) => {
                        cursor = Some(*at);
                        backoff.reset();
                    }
                    Ok(Heard::Retry(first)) => backoff.start_with(*first),
                    Ok(_) => {}
                    Err(error) => asked = error.retry_after(),
                }
                let over = matches!(&heard, Ok(Heard::End)) || matches!(&heard, Err(error) if error.is_final());
                yield heard;
                if over {
                    return;
                }
            }
            drop(session);
            tokio::time::sleep(backoff.wait(asked)).await;
        }
    }
}

//! A black hole: both ends of a connection are there, and nothing is between them any more.
//!
//! What an end says is taken and lost. On a road that is really gone, its kernel would wait for an acknowledgement and
//! give up after a while, so its socket breaks here after that while as well. An end that says nothing never learns
//! of it.

use std::time::Duration;

use bytes::Bytes;
use std::io::ErrorKind;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};

/// Our servers tell the kernel to give up after so long (`TCP_USER_TIMEOUT`, their limit `full_ms`).
const SERVER_GIVES_UP: Duration = Duration::from_secs(30);
/// Linux gives up after so long by default (`tcp_retries2`), about.
const CLIENT_GIVES_UP: Duration = Duration::from_secs(15 * 60);
/// What is lost at once.
const READ_BYTES: usize = 4096;

/// Takes what an end says, until it ends or gives up. `lost` is told what it was.
pub(super) async fn swallow(end: TcpStream, is_client: bool, mut lost: impl FnMut(Bytes)) {
    let patience = if is_client { CLIENT_GIVES_UP } else { SERVER_GIVES_UP };
    let mut gives_up: Option<Instant> = None;
    loop {
        let up = async {
            match gives_up {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            ready = end.readable() => if ready.is_err() { return },
            () = up => break,
        }
        let mut scratch = [0; READ_BYTES];
        match end.try_read(&mut scratch) {
            Ok(0) => return,
            Ok(read) => {
                gives_up.get_or_insert_with(|| Instant::now() + patience);
                lost(Bytes::copy_from_slice(&scratch[..read]));
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
    super::relay::reset(end);
}

//! What the promises are tested with: a server inside the test, a server as a process, and bytes on a socket.
//!
//! The tests themselves stand in `tests/`; `tests/promises/main.rs` begins with the table of what each way promises.

mod inside;
mod process;
mod raw;

pub use inside::{Hand, Inside, START_US};
pub use process::{Process, binary};
pub use raw::{Answer, Raw};

use std::time::Duration;

/// Longer than anything that is expected to happen: a test that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for something that is expected to happen.
///
/// # Panics
/// When it does not happen within [`PATIENCE`].
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("waited {} s for {what}", PATIENCE.as_secs()),
    }
}

/// Waits until `holds` does, looking every few milliseconds. For states that nobody announces: a counter, a process.
///
/// # Panics
/// When it does not within [`PATIENCE`].
pub async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    soon(what, async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

//! That something has changed: raised by whoever changes it, and taken by the one who tells.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

/// Whether the state of the class is other than when it was last told. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub(crate) struct News(Arc<AtomicBool>);

impl News {
    /// Something is other now. Call it after the change.
    pub(crate) fn changed(&self) {
        self.0.store(true, SeqCst);
    }

    /// Whether anything has changed since the last time. Ask before the state is read.
    pub(crate) fn take(&self) -> bool {
        self.0.swap(false, SeqCst)
    }
}

//! In place of `tls`, where this was built without it: there is no such thing, and whoever wants one is told how to get it.

use std::io;

use wire::Io;

use crate::Speaks;

/// Cannot be made.
#[derive(Clone, Debug)]
pub enum Tls {}

impl Tls {
    /// Refuses.
    ///
    /// # Errors
    /// Always, with the way out.
    pub fn trusting(_certificate: &str) -> Result<Self, String> {
        Err("this was built without TLS and HTTP/2: build it with --features http2".to_owned())
    }

    #[expect(clippy::unused_async, reason = "it mirrors the real one")]
    pub(crate) async fn cover(
        &self,
        _io: Box<dyn Io>,
        _to: &str,
        _speaks: Speaks,
    ) -> io::Result<Box<dyn Io>> {
        match *self {}
    }
}

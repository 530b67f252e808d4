//! Where the presenter is in a demo, and the bets of the class. What the scenes are is the page's matter.

use serde::Serialize;

/// A demo and its step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Scene {
    id: String,
    step: u32,
}

impl Scene {
    /// None if the name is not 1 to 40 small letters, digits and hyphens.
    pub(crate) fn new(id: &str, step: u32) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let good = (1..=40).contains(&id.len()) && id.bytes().all(plain);
        good.then(|| Self { id: id.to_owned(), step })
    }
}

/// Whether bets are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bets {
    pub(crate) open: bool,
    /// Nobody sees the counts before they are closed.
    pub(crate) hidden: bool,
}

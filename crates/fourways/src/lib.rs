//! Fourways: one price feed, carried four ways.
//!
//! [`ALL`] is the registry of the ways: whatever is served goes through it and `transport::Transport`. `compare`, which
//! knows no server but as a process, has one of its own ([`compare::WAYS`]), and a test holds the two together.

mod page;
mod reports;
pub mod run;

pub use page::lesson_path;
pub use reports::RESULTS;
use transport::Transport;

/// The four ways, in the order in which they are taught.
pub static ALL: &[&dyn Transport] = &[&poll::Poll, &long_poll::LongPoll, &ws::WebSocket, &sse::Sse];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_served_can_be_measured() {
        let names = |ways: &[&dyn Transport]| ways.iter().map(|way| way.card().name).collect::<Vec<_>>();
        assert_eq!(names(ALL), names(&compare::WAYS));
    }
}

//! A lane that has another market than the class: it is looked for, whatever the reason may be, and starts again.

use std::sync::Arc;
use std::time::Duration;

use crate::Class;

/// From look to look.
const LOOK: Duration = Duration::from_secs(2);

/// A process that tells another market than the class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stray {
    pub(crate) way: &'static str,
    pub(crate) pid: u32,
}

/// Looks until the task is ended.
pub(crate) async fn watch(class: Arc<Class>) {
    let mut before = Vec::new();
    loop {
        tokio::time::sleep(LOOK).await;
        for stray in twice(&mut before, class.lanes.strays().await) {
            class.lanes.bring_back(stray);
        }
    }
}

/// Those that were found before as well: a lane begins another market some milliseconds later than the page does.
fn twice(before: &mut Vec<Stray>, now: Vec<Stray>) -> Vec<Stray> {
    let again = now.iter().copied().filter(|stray| before.contains(stray)).collect();
    *before = now;
    again
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_is_no_proof_and_another_process_is_another_lane() {
        let [ws, sse, sse_again] = [("ws", 7), ("sse", 8), ("sse", 9)].map(|(way, pid)| Stray { way, pid });
        let mut before = Vec::new();
        assert_eq!(twice(&mut before, vec![ws, sse]), []);
        assert_eq!(twice(&mut before, vec![sse]), [sse]);
        assert_eq!(twice(&mut before, vec![sse_again, ws]), []);
        assert_eq!(twice(&mut before, vec![]), []);
        assert_eq!(twice(&mut before, vec![ws]), [], "not twice in succession");
    }
}

//! One run at a time: two would measure each other.

use std::sync::Arc;

use feed::topics::{Jobs, JobsFull, Work};
use tokio::sync::watch;

/// Whose turn it is: the job of the run that is going on. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub(super) struct Turn(Arc<watch::Sender<Option<String>>>);

/// A turn that was taken. Dropping it gives it back.
#[derive(Debug)]
pub(super) struct Taken(Turn);

/// Why no run can begin.
#[derive(Debug)]
pub(super) enum Busy {
    /// The run of this job is going on.
    Going(String),
    /// There is no room for its job.
    Full(JobsFull),
}

impl Turn {
    /// Takes the turn for a job of so many steps, which begins.
    pub(super) fn take(&self, jobs: &Jobs, steps: u32) -> Result<(Taken, Work), Busy> {
        // Looked at and taken under one lock: of two who ask at once, one is told of the other.
        let mut taken = Err(Busy::Going(String::new()));
        self.0.send_if_modified(|going| {
            taken = match going {
                Some(job) => Err(Busy::Going(job.clone())),
                None => jobs.begin(steps).map_err(Busy::Full),
            };
            let Ok(work) = &taken else { return false };
            *going = Some(work.id().to_owned());
            true
        });
        taken.map(|work| (Taken(self.clone()), work))
    }

    /// Resolves when no run is going on.
    pub(super) async fn over(&self) {
        // Fails only when the sender has gone, and it is here.
        drop(self.0.subscribe().wait_for(Option::is_none).await);
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.0.0.send_replace(None);
    }
}

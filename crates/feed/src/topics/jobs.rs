//! `progress` (tutorial 3.3): jobs that report and **end**. Each job is a topic of its own, so an ended one can be
//! forgotten whole.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;

use crate::clock::Clock;
use crate::cursor::Epoch;
use crate::event::Fields;
use crate::feed::{Feed, Shape};
use crate::log::Keep;

/// The most jobs at a time, ended ones that are still kept included.
pub const MAX: usize = 16;
/// How long an ended job can still be asked for.
pub const KEPT: Duration = Duration::from_secs(300);

/// The jobs of one server. Cloning shares them.
#[derive(Clone, Debug)]
pub struct Jobs(Arc<All>);

#[derive(Debug)]
struct All {
    clock: Clock,
    dice: Mutex<fastrand::Rng>,
    jobs: Mutex<Vec<Job>>,
}

/// A job that was started.
#[derive(Clone, Debug)]
pub struct Job {
    /// What selects it: `?job=ID`, six characters of `[a-z0-9]`.
    pub id: String,
    /// Its topic.
    pub feed: Feed,
    ended_us: Option<u64>,
}

/// There are [`MAX`] jobs already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are {MAX} jobs already; the oldest that ended is forgotten after {} s", KEPT.as_secs())]
pub struct JobsFull;

#[derive(Serialize)]
struct Report<'a> {
    job: &'a str,
    done: u32,
    total: u32,
    percent: u32,
    state: &'a str,
}

impl Jobs {
    pub(super) fn new(clock: Clock, seed: u64) -> Self {
        let dice = Mutex::new(fastrand::Rng::with_seed(seed));
        Self(Arc::new(All { clock, dice, jobs: Mutex::default() }))
    }

    /// The topic of a job.
    #[must_use]
    pub fn feed(&self, id: &str) -> Option<Feed> {
        self.jobs().iter().find(|job| job.id == id).map(|job| job.feed.clone())
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.jobs().len()
    }

    /// Starts a job of `total` steps, each of `step`, on the current runtime. It reports every step and ends.
    ///
    /// # Errors
    /// When there are [`MAX`] jobs.
    pub fn start(&self, total: u32, step: Duration) -> Result<Job, JobsFull> {
        let job = self.open(total)?;
        let (jobs, running) = (self.clone(), job.clone());
        tokio::spawn(async move {
            jobs.report(&running, 0, total);
            for done in 1..=total {
                tokio::time::sleep(step).await;
                jobs.report(&running, done, total);
            }
            jobs.end(&running);
        });
        Ok(job)
    }

    fn open(&self, total: u32) -> Result<Job, JobsFull> {
        let mut jobs = self.jobs();
        if jobs.len() >= MAX {
            return Err(JobsFull);
        }
        let bits = self.0.dice.lock().unwrap_or_else(PoisonError::into_inner).u64(..);
        let shape =
            Shape { name: "progress", event_name: None, keep: Keep::PerKey, history: total as usize + 1 };
        let id = Epoch::of(bits.rotate_left(32)).to_string();
        let job = Job { id, feed: Feed::new(shape, Epoch::of(bits)), ended_us: None };
        jobs.push(job.clone());
        Ok(job)
    }

    fn report(&self, job: &Job, done: u32, total: u32) {
        let state = if done == total { "done" } else { "running" };
        let percent = done * 100 / total.max(1);
        if let Ok(fields) = Fields::of(&Report { job: &job.id, done, total, percent, state }, false) {
            job.feed.publish(self.0.clock.now_us(), 0, &fields);
        }
    }

    fn end(&self, ended: &Job) {
        ended.feed.end();
        let now = self.0.clock.now_us();
        if let Some(job) = self.jobs().iter_mut().find(|job| job.id == ended.id) {
            job.ended_us = Some(now);
        }
    }

    /// The jobs that are still kept: whoever looks forgets the old ones.
    fn jobs(&self) -> MutexGuard<'_, Vec<Job>> {
        let mut jobs = self.0.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.0.clock.now_us();
        jobs.retain(|job| job.ended_us.is_none_or(|ended| ended + KEPT.as_micros() as u64 > now));
        jobs
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    use super::*;

    #[test]
    fn sixteen_jobs_and_five_minutes() {
        let time = Arc::new(AtomicU64::new(0));
        let hand = Arc::clone(&time);
        let jobs = Jobs::new(Clock::of(move || hand.load(Relaxed)), 1);
        let first = jobs.open(3).unwrap();
        for _ in 1..MAX {
            jobs.open(3).unwrap();
        }
        assert_eq!(jobs.open(3).unwrap_err(), JobsFull);
        jobs.end(&first);
        time.store(KEPT.as_micros() as u64 - 1, Relaxed);
        assert!(jobs.feed(&first.id).is_some_and(|feed| feed.ended()), "an ended job can still be asked for");
        assert_eq!(jobs.open(3).unwrap_err(), JobsFull);
        time.store(KEPT.as_micros() as u64, Relaxed);
        assert!(jobs.feed(&first.id).is_none());
        jobs.open(3).unwrap();
    }

    #[test]
    fn a_job_tells_every_step() {
        let jobs = Jobs::new(Clock::of(|| 9), 1);
        let job = jobs.open(3).unwrap();
        (0..=3).for_each(|done| jobs.report(&job, done, 3));
        let mut reader =
            job.feed.reader(Some(crate::Since::Seq { epoch: None, seq: 3 }), crate::Wanted::ALL, false);
        reader.ready();
        let Some(crate::Batch::Events(events)) = reader.ready() else { panic!("the last report") };
        let told = format!(
            r#"{{"seq":4,"at":9,"job":"{}","done":3,"total":3,"percent":100,"state":"done"}}"#,
            job.id
        );
        assert_eq!(events[0].json(), told.as_bytes());
    }
}

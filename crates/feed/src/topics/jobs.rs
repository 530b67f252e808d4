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

/// What a report says of a job: the first until it ends, then one of the others.
const RUNNING: &str = "running";
const DONE: &str = "done";
const FAILED: &str = "failed";

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

/// A job whose owner reports its steps. Dropping it before its end makes it `failed`.
#[derive(Debug)]
pub struct Work {
    jobs: Jobs,
    job: Job,
    done: u32,
    total: u32,
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
        let mut work = self.begin(total)?;
        let job = work.job.clone();
        tokio::spawn(async move {
            for done in 1..=total {
                tokio::time::sleep(step).await;
                work.report(done);
            }
            work.done();
        });
        Ok(job)
    }

    /// Begins a job of `total` steps (at least 1) that its owner does and reports.
    ///
    /// # Errors
    /// When there are [`MAX`] jobs.
    pub fn begin(&self, total: u32) -> Result<Work, JobsFull> {
        let total = total.max(1);
        let job = self.open(total)?;
        self.report(&job, 0, total, RUNNING);
        Ok(Work { jobs: self.clone(), job, done: 0, total })
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

    fn report(&self, job: &Job, done: u32, total: u32, state: &str) {
        let percent = (u64::from(done) * 100 / u64::from(total)) as u32;
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

impl Work {
    /// What selects the job: `?job=ID`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.job.id
    }

    /// Tells that so many steps are done. What is not beyond the last report, or is the end ([`Work::done`] tells
    /// that), tells nothing new: a job has one report for each step.
    pub fn report(&mut self, done: u32) {
        if done > self.done && done < self.total {
            self.done = done;
            self.jobs.report(&self.job, done, self.total, RUNNING);
        }
    }

    /// Ends the job: all steps are done.
    pub fn done(mut self) {
        self.done = self.total;
        self.end(DONE);
    }

    /// Ends the job where it stands: the other steps will not be done.
    pub fn failed(self) {
        self.end(FAILED);
    }

    fn end(&self, state: &str) {
        self.jobs.report(&self.job, self.done, self.total, state);
        self.jobs.end(&self.job);
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if !self.job.feed.ended() {
            self.end(FAILED);
        }
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

    /// Everything that a job told, as `DONE of TOTAL, PERCENT %: STATE`.
    fn told(feed: &Feed) -> Vec<String> {
        let mut reader =
            feed.reader(Some(crate::Since::Seq { epoch: None, seq: 0 }), crate::Wanted::ALL, false);
        let mut told = Vec::new();
        while let Some(batch) = reader.ready() {
            let events = match batch {
                crate::Batch::Events(events) => events,
                // An ended topic says so for ever.
                crate::Batch::End => break,
                _ => continue,
            };
            told.extend(events.iter().map(|event| {
                let json: serde_json::Value = serde_json::from_slice(event.json()).unwrap();
                let state = json["state"].as_str().unwrap();
                format!("{} of {}, {} %: {state}", json["done"], json["total"], json["percent"])
            }));
        }
        told
    }

    #[test]
    fn a_job_tells_every_step() {
        let jobs = Jobs::new(Clock::of(|| 9), 1);
        let mut work = jobs.begin(3).unwrap();
        let job = work.job.clone();
        (1..=3).for_each(|done| work.report(done));
        assert!(!job.feed.ended());
        work.done();
        assert!(job.feed.ended());
        let steps = ["0 of 3, 0 %: running", "1 of 3, 33 %: running", "2 of 3, 66 %: running"];
        assert_eq!(told(&job.feed), [&steps[..], &["3 of 3, 100 %: done"]].concat());
        let mut reader =
            job.feed.reader(Some(crate::Since::Seq { epoch: None, seq: 3 }), crate::Wanted::ALL, false);
        reader.ready();
        let Some(crate::Batch::Events(events)) = reader.ready() else { panic!("the last report") };
        let last = format!(
            r#"{{"seq":4,"at":9,"job":"{}","done":3,"total":3,"percent":100,"state":"done"}}"#,
            job.id
        );
        assert_eq!(events[0].json(), last.as_bytes());
    }

    #[test]
    fn a_job_that_is_given_up_or_forgotten_has_failed() {
        let jobs = Jobs::new(Clock::of(|| 9), 1);
        for end in [Work::failed, |work| drop(work)] {
            let mut work = jobs.begin(4).unwrap();
            let feed = work.job.feed.clone();
            // Nothing is told twice, and no step is taken back.
            [2, 2, 1].into_iter().for_each(|done| work.report(done));
            end(work);
            assert_eq!(
                told(&feed),
                ["0 of 4, 0 %: running", "2 of 4, 50 %: running", "2 of 4, 50 %: failed"]
            );
            assert!(feed.ended());
        }
    }
}

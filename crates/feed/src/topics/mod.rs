//! The topics: the market and the tutorial's scenes, each with a real source.

mod chat;
mod jobs;
mod logs;
mod news;
mod notifications;
mod system;

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::cursor::Epoch;
use crate::event::Fields;
use crate::feed::{Feed, Shape};
use crate::log::Keep;
use crate::market::Market;
use crate::ticker::Ticker;

pub use chat::{BadSaying, Chat, SAYINGS_KEPT, TEXT_MAX, USER_MAX};
pub use jobs::{Job, Jobs, JobsFull, KEPT, MAX as JOBS_MAX, Work};
pub use logs::{LogLayer, TARGET_UNLOGGED};

/// All topics of one server. Cloning shares them.
#[derive(Clone, Debug)]
pub struct Feeds(Arc<All>);

#[derive(Debug)]
struct All {
    clock: Clock,
    ticker: Ticker,
    notifications: Feed,
    news: Feed,
    system: Feed,
    logs: Feed,
    chat: Chat,
    jobs: Jobs,
}

/// Why there is no such topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTopic {
    /// No topic has this name.
    #[error("there is no such topic")]
    Unknown,
    /// `progress` is told for one job at a time.
    #[error("progress needs ?job=ID")]
    JobMissing,
    /// No job has this id, or it ended more than five minutes ago.
    #[error("there is no such job")]
    JobUnknown,
}

impl Feeds {
    /// The names, as they stand in paths.
    pub const NAMES: [&str; 7] =
        ["stock-price", "notifications", "news", "system-stats", "logs", "progress", "chat"];

    /// All topics; `history` events of each can be replayed. `seed` gives the epochs of the topics that are no
    /// functions of time, and the names of jobs.
    #[must_use]
    pub fn new(market: Market, history: usize, clock: Clock, seed: u64) -> Self {
        let mut dice = fastrand::Rng::with_seed(seed);
        let mut feed = |name, event_name, keep| {
            Feed::new(Shape { name, event_name, keep, history }, Epoch::of(dice.u64(..)))
        };
        let notifications = feed("notifications", Some("notification"), Keep::Newest(20));
        let news = feed("news", None, Keep::Newest(20));
        let system = feed("system-stats", None, Keep::PerKey);
        let logs = feed("logs", None, Keep::Newest(200));
        let chat = Chat::new(feed("chat", None, Keep::Newest(SAYINGS_KEPT)), clock.clone());
        let jobs = Jobs::new(clock.clone(), dice.u64(..));
        let ticker = Ticker::new(market, history, clock.clone());
        Self(Arc::new(All { clock, ticker, notifications, news, system, logs, chat, jobs }))
    }

    /// The topic of this name; `progress` is one topic a job.
    ///
    /// # Errors
    /// When there is no such topic or job.
    pub fn find(&self, name: &str, job: Option<&str>) -> Result<Feed, NoTopic> {
        Ok(match name {
            "stock-price" => self.0.ticker.feed().clone(),
            "notifications" => self.0.notifications.clone(),
            "news" => self.0.news.clone(),
            "system-stats" => self.0.system.clone(),
            "logs" => self.0.logs.clone(),
            "chat" => self.0.chat.feed().clone(),
            "progress" => self.0.jobs.feed(job.ok_or(NoTopic::JobMissing)?).ok_or(NoTopic::JobUnknown)?,
            _ => return Err(NoTopic::Unknown),
        })
    }

    /// Every topic that exists now, jobs left aside.
    pub fn standing(&self) -> impl Iterator<Item = Feed> {
        Self::NAMES.into_iter().filter_map(|name| self.find(name, None).ok())
    }

    /// The market's ticker.
    #[must_use]
    pub fn ticker(&self) -> &Ticker {
        &self.0.ticker
    }

    /// Where people talk.
    #[must_use]
    pub fn chat(&self) -> &Chat {
        &self.0.chat
    }

    /// The jobs.
    #[must_use]
    pub fn jobs(&self) -> &Jobs {
        &self.0.jobs
    }

    /// A `tracing` layer that publishes the server's own log.
    #[must_use]
    pub fn log_layer(&self) -> LogLayer {
        LogLayer::new(self.0.logs.clone(), self.0.clock.clone())
    }

    /// The wall clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Publishes all topics until it is dropped.
    pub async fn run(&self) {
        let (market, clock) = (self.0.ticker.feed(), &self.0.clock);
        tokio::join!(
            self.0.ticker.run(),
            every(Duration::from_secs(10), &self.0.notifications, clock, |turn, at| notifications::next(
                market, turn, at
            )),
            every(Duration::from_secs(15), &self.0.news, clock, |_, at| news::next(market, at)),
            system::run(&self.0.system, clock),
        );
    }
}

/// Publishes what `next` makes, at once and then once in each `period`.
async fn every(
    period: Duration,
    feed: &Feed,
    clock: &Clock,
    mut next: impl FnMut(u64, u64) -> Option<Fields>,
) {
    let mut timer = tokio::time::interval(period);
    for turn in 0.. {
        timer.tick().await;
        let at = clock.now_us();
        if let Some(fields) = next(turn, at) {
            feed.publish(at, 0, &fields);
        }
    }
}

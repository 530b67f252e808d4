//! Further subscribers of a lane, from a generator process of their own.

use std::path::Path;

use compare::{Guarded, Job, Said, Settings, scenario};
use feed::Market;
use serde::Serialize;
use tokio::task::JoinHandle;

use crate::news::News;

/// Subscribers that come each second.
const RAMP_PER_S: u32 = 500;

/// How many there shall be, and how they come back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Extra {
    pub(crate) count: u32,
    /// Whether they wait for differently long times before they come back, as they should.
    pub(crate) jitter: bool,
}

/// The generator of one lane. Dropping it ends its process.
#[derive(Debug, Default)]
pub(crate) struct Crowd {
    extra: Extra,
    task: Option<JoinHandle<()>>,
}

impl Drop for Crowd {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

impl Crowd {
    /// Brings a crowd to the server at `authority`, and sends away the one before.
    ///
    /// # Errors
    /// When the generator cannot be started.
    pub(crate) async fn bring(
        extra: Extra,
        way: &str,
        authority: String,
        market: &Market,
        program: &Path,
        news: News,
    ) -> Result<Self, compare::Error> {
        if extra.count == 0 {
            return Ok(Self::default());
        }
        let mut generator = Guarded::own("the generator", program, &["generate"])?;
        let job = job(extra, way, authority, market);
        let text = serde_json::to_string(&job).unwrap_or_default();
        if generator.tell(&text).await.is_err() {
            return Err(generator.failed().await);
        }
        let way = way.to_owned();
        let task = tokio::spawn(async move {
            // It says little: how many have come, and why it cannot go on.
            while let Ok(Some(line)) = generator.answer().await {
                if let Ok(Said::Failed { why }) = serde_json::from_str(&line) {
                    tracing::error!("the extra subscribers of {way}: {why}");
                }
            }
            tracing::error!("the extra subscribers of {way} have gone: {}", generator.last_words());
            news.changed();
        });
        Ok(Self { extra, task: Some(task) })
    }

    /// What it is now: nobody, if the generator has ended by itself.
    pub(crate) fn extra(&self) -> Extra {
        let lives = self.task.as_ref().is_some_and(|task| !task.is_finished());
        if lives { self.extra } else { Extra::default() }
    }
}

fn job(extra: Extra, way: &str, authority: String, market: &Market) -> Job {
    let symbols = u32::try_from(market.symbols().len()).unwrap_or(1);
    let settings = Settings {
        way: way.to_owned(),
        clients: extra.count,
        rate: market.rate(),
        symbols,
        ..scenario::defaults()
    };
    Job {
        settings,
        authority,
        target: None,
        certificate: None,
        seed: 1,
        ramp_per_s: RAMP_PER_S,
        warm_up_ms: 0,
        duration_ms: 0,
        patience_ms: 20_000,
        stay: true,
        in_step: !extra.jitter,
    }
}

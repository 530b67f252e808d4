//! How far a run is: told to whoever shows it.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};

use crate::Settings;

/// What a round is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Stage {
    /// The server starts, and what stands in front of it.
    Starting,
    /// Subscribers come.
    Opening {
        /// So many have come.
        opened: u32,
    },
    /// All have come; the window begins soon.
    Warming,
    /// The window.
    Measuring,
    /// Stragglers are waited for, and everything is ended.
    Ending,
}

/// Where a run stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The round that is measured, of all, from 1.
    pub number: usize,
    /// Rounds of the run.
    pub of: usize,
    /// What the round is made with.
    pub settings: Settings,
    /// What it is busy with.
    pub stage: Stage,
    /// Until the end of the run, in seconds, judged by the rounds so far.
    pub left_s: f64,
}

/// Whoever shows how far a run is. Nothing it does may take long: it is called between measurements, and within them.
pub trait Progress: Send {
    /// The run has come to a step.
    fn step(&mut self, step: &Step);
    /// Something must be said: a round that could not be made, a run that was stopped.
    fn note(&mut self, text: &str);
    /// The run is over.
    fn over(&mut self);
}

/// A bar where standard error is a terminal, plain lines elsewhere.
#[must_use]
pub fn on_stderr() -> Box<dyn Progress> {
    if std::io::stderr().is_terminal() { Box::<Bar>::default() } else { Box::<Lines>::default() }
}

/// A line on standard error for each round: for files and pipes.
#[derive(Debug, Default)]
pub struct Lines {
    said: usize,
}

impl Progress for Lines {
    fn step(&mut self, step: &Step) {
        if self.said != step.number {
            self.said = step.number;
            self.note(&format!(
                "round {} of {}: {}; {} left",
                step.number,
                step.of,
                name(&step.settings),
                left(step.left_s)
            ));
        }
    }

    fn note(&mut self, text: &str) {
        // Nobody reads any more: nothing to be done about it.
        writeln!(std::io::stderr(), "{text}").unwrap_or_default();
    }

    fn over(&mut self) {}
}

/// A bar on a terminal.
#[derive(Debug)]
pub struct Bar(ProgressBar);

impl Default for Bar {
    fn default() -> Self {
        // The template is a constant that indicatif takes.
        let style = ProgressStyle::with_template("{bar:24} {pos}/{len}  {msg}");
        let bar = ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(500));
        Self(bar)
    }
}

impl Progress for Bar {
    fn step(&mut self, step: &Step) {
        self.0.set_length(step.of as u64);
        self.0.set_position(step.number as u64 - 1);
        let doing = match step.stage {
            Stage::Starting => "starting".to_owned(),
            Stage::Opening { opened } => format!("{opened} of {} have come", step.settings.clients),
            Stage::Warming => "warming up".to_owned(),
            Stage::Measuring => "measuring".to_owned(),
            Stage::Ending => "ending".to_owned(),
        };
        self.0.set_message(format!("{}: {doing}; {} left", name(&step.settings), left(step.left_s)));
    }

    fn note(&mut self, text: &str) {
        self.0.suspend(|| Lines::default().note(text));
    }

    fn over(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A cell in a few words: what it has in any case, and what is unusual.
#[must_use]
pub fn name(settings: &Settings) -> String {
    let plain = crate::scenario::defaults();
    let mut words = vec![settings.way.clone()];
    let mut add = |unusual: bool, text: String| {
        if unusual {
            words.push(text);
        }
    };
    add(settings.way == "poll", format!("every {} s", settings.interval_ms as f64 / 1000.0));
    add(settings.server != plain.server, format!("of {}", settings.server));
    add(true, format!("{} clients", settings.clients));
    add(true, format!("{}/s", settings.rate));
    add(settings.symbols != plain.symbols, format!("{} symbols", settings.symbols));
    add(settings.payload_bytes > 0, format!("{} B", settings.payload_bytes));
    add(settings.polls != plain.polls, "all events".to_owned());
    add(settings.hold_ms != plain.hold_ms, format!("held {} s", settings.hold_ms as f64 / 1000.0));
    add(!settings.keep_alive, "no keep-alive".to_owned());
    add(settings.heads != plain.heads, "a browser's heads".to_owned());
    let buffer = format!("buffers of {} KiB", f64::from(settings.ws_buffer_bytes) / 1024.0);
    add(settings.ws_buffer_bytes != plain.ws_buffer_bytes, buffer);
    add(settings.encode != plain.encode, "encoded for each".to_owned());
    add(settings.front != plain.front, format!("behind {}", settings.front));
    add(settings.late_ms > 0, format!("{} ms late", settings.late_ms));
    words.join(", ")
}

/// A time as people say it.
#[must_use]
pub fn left(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::defaults;

    #[test]
    fn a_name_tells_what_is_unusual() {
        assert_eq!(name(&defaults()), "sse, 200 clients, 2/s");
        let odd = Settings { way: "poll".to_owned(), interval_ms: 200, keep_alive: false, ..defaults() };
        assert_eq!(name(&odd), "poll, every 0.2 s, 200 clients, 2/s, no keep-alive");
    }

    #[test]
    fn times_are_said_as_people_say_them() {
        assert_eq!(
            (left(59.6), left(0.0), left(7_260.0)),
            ("1 min 0 s".into(), "0 s".into(), "2 h 1 min".into())
        );
    }
}

//! `fourways claims`: the tutorial's sentences, tried on this machine.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use ::compare::claims::{self, Concluded, Ledger};
use ::compare::progress::{self, left};
use ::compare::report::Lang as Told;
use ::compare::{Means, claims::differ};
use anyhow::Context as _;
use clap::ValueEnum;

use crate::signals::{INTERRUPTED, Signals};

/// What stands under `--help`.
pub(crate) const HELP: &str = "\
Examples:
  fourways claims
  fourways claims C02 C05 --lang zh
  fourways claims diff before.json after.json

All of them take about 21 minutes; --list says how long each takes. C06, C08 and C16 need Chromium and Firefox, C04
nginx, and C10 a fourways that can count lines. What C08 and C11 say of HTTP/2 needs nginx as well, and TLS:
cargo build --release -p fourways --features http2,compare/lines (`just claims` builds that one). What is missing makes its claim undecided, and the others are tried all the same.";

#[derive(Clone, Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Claims {
    #[command(subcommand)]
    act: Option<Act>,
    /// Claims by their ids [default: all].
    #[arg(value_name = "ID", value_parser = id)]
    ids: Vec<String>,
    /// List the claims and how long they take.
    #[arg(long)]
    list: bool,
    /// Language of the output.
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
    /// Where the ledger and the runs are kept.
    #[arg(long, value_name = "DIR", default_value = "fourways-results")]
    out: PathBuf,
    /// Write the ledger on standard output as JSON instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum Act {
    /// Which verdicts changed from one ledger to another; exits with 1 if a verdict that was decided became another.
    Diff {
        /// The first ledger.
        a: PathBuf,
        /// The second one.
        b: PathBuf,
        /// Language of the output.
        #[arg(long, value_enum, default_value_t)]
        lang: Lang,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Lang {
    /// English
    #[default]
    En,
    /// Chinese
    Zh,
}

impl From<Lang> for Told {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::En => Self::En,
            Lang::Zh => Self::Zh,
        }
    }
}

impl Claims {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        if let Some(Act::Diff { a, b, lang, json }) = &self.act {
            return diff(a, b, (*lang).into(), *json);
        }
        if self.list {
            return list(self.lang.into());
        }
        let mut ids = self.ids.clone();
        if ids.is_empty() {
            ids = claims::all().into_iter().map(str::to_owned).collect();
        }
        ids.sort_unstable();
        ids.dedup();
        let here = std::env::current_dir().context("the current directory")?;
        let program = std::env::current_exe().context("the path of this program")?;
        let means = Means { program, here, targets: [].into(), out: self.out.clone() };
        let stop = Signals::new()?.stop();
        let mut progress = progress::on_stderr();
        let concluded = claims::run(&ids, &means, progress.as_mut(), stop).await?;
        self.tell(&concluded)?;
        Ok(if concluded.stopped { INTERRUPTED.into() } else { ExitCode::SUCCESS })
    }

    fn tell(&self, Concluded { ledger, path, stopped }: &Concluded) -> anyhow::Result<()> {
        let lang = Told::from(self.lang);
        let page = path.with_extension(lang.pick("en.md", "zh.md"));
        std::fs::write(&page, claims::markdown(ledger, lang)).with_context(|| page.display().to_string())?;
        let mut out = std::io::stdout().lock();
        if self.json {
            writeln!(out, "{}", serde_json::to_string(ledger)?)?;
            return Ok(());
        }
        write!(out, "{}", claims::table(ledger, lang))?;
        if *stopped {
            let early = lang.pick(
                "Stopped before the end: the claims that are missing were not tried.",
                "提前停止：没有列出的说法没有测。",
            );
            writeln!(out, "{early}")?;
        }
        let (raw, page) = (path.display(), page.display());
        writeln!(out, "{}{raw}, {page}", lang.pick("Kept in: ", "保存在："))?;
        Ok(())
    }
}

fn id(text: &str) -> Result<String, String> {
    let id = text.to_uppercase();
    let known = claims::all();
    if known.contains(&id.as_str()) { Ok(id) } else { Err(format!("the claims are {}", known.join(", "))) }
}

fn list(lang: Told) -> anyhow::Result<ExitCode> {
    let mut listed = String::new();
    for head in claims::heads() {
        let time = claims::expected(&head.id).map_or_else(String::new, |time| takes(time, lang));
        listed += &format!("{}  §{}  {}{time}\n", head.id, head.section, head.claim.in_lang(lang));
    }
    crate::report::print(&listed)?;
    Ok(ExitCode::SUCCESS)
}

fn takes(time: Duration, lang: Told) -> String {
    if time < Duration::from_secs(1) {
        return lang.pick(" (under a second)", "（不到 1 s）").to_owned();
    }
    let time = left(time.as_secs_f64());
    match lang {
        Told::En => format!(" (about {time})"),
        Told::Zh => format!("（约 {time}）"),
    }
}

fn diff(a: &Path, b: &Path, lang: Told, json: bool) -> anyhow::Result<ExitCode> {
    let difference = claims::differ(&ledger(a)?, &ledger(b)?);
    let mut out = std::io::stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::to_string(&difference)?)?;
    } else {
        write!(out, "{}", difference.text(lang))?;
    }
    Ok(if difference.contradicts() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn ledger(path: &Path) -> anyhow::Result<Ledger> {
    let name = || format!("{}; name a claims-*.json that `fourways claims` wrote", path.display());
    let text = std::fs::read_to_string(path).with_context(name)?;
    Ok(differ::read(&path.display().to_string(), &text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_claim_has_its_time_and_the_help_says_the_whole() {
        let times = claims::all().into_iter().map(|id| claims::expected(id).ok_or(id));
        let times: Vec<Duration> = times.collect::<Result<_, _>>().unwrap();
        let minutes = (times.iter().sum::<Duration>().as_secs_f64() / 60.0).round();
        assert!(HELP.contains(&format!("about {minutes} minutes")), "all take {minutes} minutes: {HELP}");
        assert_eq!(claims::expected("C99"), None);
        assert_eq!(takes(times[0], Told::En), " (about 4 min 0 s)");
        assert_eq!(takes(Duration::ZERO, Told::Zh), "（不到 1 s）");
    }
}

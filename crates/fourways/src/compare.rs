//! `fourways compare`: scenarios, measured and told. And the two hidden commands that it starts itself as.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write as _;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ::compare::progress::{self, left};
use ::compare::report::{Lang as Told, View, table};
use ::compare::scenario::{CLIENTS, ROUNDS, WINDOW_MS, quantity};
use ::compare::{Means, Measured, Overrides, Scenario, foreign, guard, run};
use anyhow::Context as _;
use clap::builder::RangedU64ValueParser;

use crate::report::{self, Act, Lang};
use crate::signals::{INTERRUPTED, Signals};

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Compare {
    #[command(subcommand)]
    act: Option<Act>,
    /// Scenarios, by name or as paths of .toml files [default: quick].
    #[arg(value_name = "SCENARIO")]
    scenarios: Vec<String>,
    /// Measure `quick` (about two minutes); also the default.
    #[arg(long)]
    quick: bool,
    /// List the scenarios and how long they take.
    #[arg(long)]
    list: bool,
    /// Only these ways, of poll,long-poll,ws,sse.
    #[arg(long, value_name = "WAYS", value_delimiter = ',', value_parser = way)]
    ways: Vec<String>,
    /// Subscribers of each crowd, as 100,1000.
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = RangedU64ValueParser::<u32>::new().range(within(&CLIENTS)))]
    clients: Vec<u32>,
    /// A server beside the scenario's: its description, or the name of one in benches/servers.
    #[arg(long = "target", value_name = "SERVER.TOML")]
    targets: Vec<String>,
    /// Rounds of each combination of settings.
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<u32>::new().range(within(&ROUNDS)))]
    rounds: Option<u32>,
    /// The length of each window, as 5s.
    #[arg(long, value_name = "TIME", value_parser = window)]
    duration: Option<u64>,
    /// Seed of the shuffled order of rounds.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Where results are kept.
    #[arg(long, value_name = "DIR", default_value = fourways::RESULTS)]
    out: PathBuf,
    /// Language of the output.
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
    /// Write the results on standard output as JSON lines instead of tables.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Guard {
    /// A temporary directory to remove at the end.
    #[arg(long, value_name = "DIR")]
    remove: Option<PathBuf>,
    /// The command and its arguments.
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<OsString>,
}

impl Guard {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        Ok(guard::watch(&self.command, self.remove.as_deref())?.into())
    }
}

impl Compare {
    pub(crate) async fn run(mut self) -> anyhow::Result<ExitCode> {
        if let Some(act) = self.act.take() {
            return act.run().map(|()| ExitCode::SUCCESS);
        }
        if self.list {
            return list(self.lang.into());
        }
        let here = std::env::current_dir().context("the current directory")?;
        let (targets, servers) = described(&self.targets, &here)?;
        let overrides = Overrides {
            ways: self.ways.clone(),
            clients: self.clients.clone(),
            servers,
            rounds: self.rounds,
            duration_ms: self.duration,
            seed: self.seed,
        };
        // All are read before the first is measured: a mistake in the last must not cost the others' time.
        let scenarios =
            self.names().iter().map(|name| scenario(name, &overrides)).collect::<Result<Vec<_>, _>>()?;
        scenarios.iter().try_for_each(Scenario::possible)?;
        let program = std::env::current_exe().context("the path of this program")?;
        let means = Means { program, here, targets, out: self.out.clone() };
        for scenario in &scenarios {
            if self.measure(scenario, &means).await?.stopped {
                return Ok(INTERRUPTED.into());
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn names(&self) -> Vec<String> {
        let quick = "quick".to_owned();
        let mut names = self.scenarios.clone();
        if names.is_empty() || (self.quick && !names.contains(&quick)) {
            names.insert(0, quick);
        }
        names
    }

    async fn measure(&self, scenario: &Scenario, means: &Means) -> anyhow::Result<Measured> {
        let stop = Signals::new()?.stop();
        let mut progress = progress::on_stderr();
        let measured = run(scenario, means, progress.as_mut(), stop).await?;
        let Measured { run, path, .. } = &measured;
        let mut out = std::io::stdout().lock();
        if self.json {
            writeln!(out, "{}", serde_json::to_string(run)?)?;
        } else {
            let view = View::of(std::slice::from_ref(run))?;
            writeln!(out, "{}", table(&view, self.lang.into()))?;
            writeln!(out, "{}; everything raw: {}", left(run.took_s), path.display())?;
        }
        Ok(measured)
    }
}

fn way(name: &str) -> Result<String, String> {
    let known = ::compare::way(name).map(|way| way.card().name.to_owned());
    known.ok_or_else(|| format!("the ways are {}", ::compare::known_ways()))
}

fn within(range: &RangeInclusive<u32>) -> RangeInclusive<u64> {
    (*range.start()).into()..=(*range.end()).into()
}

fn window(text: &str) -> Result<u64, String> {
    let ms = quantity::ms(text).filter(|ms| WINDOW_MS.contains(ms));
    ms.ok_or_else(|| "write a time with ms, s or min, from 100ms to 60min, as in 5s".to_owned())
}

/// A path if it looks like one, else the name of an embedded scenario.
fn scenario(name: &str, overrides: &Overrides) -> anyhow::Result<Scenario> {
    let is_path = Path::new(name).extension().is_some_and(|end| end == "toml") || name.contains(['/', '\\']);
    if !is_path {
        return Ok(Scenario::named(name, overrides)?);
    }
    let text = std::fs::read_to_string(name).with_context(|| format!("the scenario {name}"))?;
    Ok(Scenario::read(name, &text, overrides)?)
}

/// The descriptions that were named, by the name that each gives itself.
fn described(targets: &[String], here: &Path) -> anyhow::Result<(BTreeMap<String, PathBuf>, Vec<String>)> {
    let (mut paths, mut names) = (BTreeMap::new(), Vec::new());
    for target in targets {
        let path = foreign::find(target, here)?;
        let name = foreign::read(&path)?.description.name;
        names.push(name.clone());
        paths.insert(name, path);
    }
    Ok((paths, names))
}

fn list(lang: Told) -> anyhow::Result<ExitCode> {
    let mut listed = String::new();
    for scenario in Scenario::all()? {
        let time = left(scenario.expected().as_secs_f64());
        let size = size(scenario.cells.len(), scenario.rounds, &time, lang);
        listed += &format!("{:18} {}\n{:18} {size}\n", scenario.name, scenario.title.in_lang(lang), "");
    }
    report::print(&listed)?;
    Ok(ExitCode::SUCCESS)
}

/// How much a scenario is, and how long it takes.
fn size(cells: usize, rounds: u32, time: &str, lang: Told) -> String {
    let s = if rounds == 1 { "" } else { "s" };
    match lang {
        Told::En if cells == 1 => format!("one combination of settings, {rounds} round{s}: about {time}"),
        Told::En => format!("{cells} combinations of settings, {rounds} round{s} of each: about {time}"),
        Told::Zh => format!("{cells} 种设置组合，各测 {rounds} 轮：约 {time}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_a_scenario_is_said_as_people_say_it() {
        let en = |cells, rounds| size(cells, rounds, "9 s", Told::En);
        assert_eq!(en(1, 1), "one combination of settings, 1 round: about 9 s");
        assert_eq!(en(1, 3), "one combination of settings, 3 rounds: about 9 s");
        assert_eq!(en(4, 1), "4 combinations of settings, 1 round of each: about 9 s");
        assert_eq!(en(4, 3), "4 combinations of settings, 3 rounds of each: about 9 s");
        assert_eq!(size(4, 3, "9 s", Told::Zh), "4 种设置组合，各测 3 轮：约 9 s");
    }
}

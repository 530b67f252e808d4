//! `fourways compare report | diff | plan | readme`: from result files to numbers and words. Files are read and
//! written here; what is made of them is made in `compare::report`.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use ::compare::Run;
use ::compare::report::plan::{self, Needs};
use ::compare::report::{self, View, diff, html, read, readme};
use anyhow::{Context as _, bail, ensure};
use clap::{Subcommand, ValueEnum};

/// What is done with runs that were measured before.
#[derive(Debug, Subcommand)]
pub(crate) enum Act {
    /// Make a report of one or more result files.
    #[command(
        after_help = "Example:\n  fourways compare report fourways-results/quick-*.json --format html --out reports"
    )]
    Report(Report),
    /// Set a run against another, and say where they really differ.
    #[command(after_help = "Example:\n  fourways compare diff before.json after.json")]
    Diff(Diff),
    /// Plan servers, memory and bandwidth from a measured run.
    #[command(after_help = "Example:\n  fourways compare plan --users 1000000 --rate 1 --freshness 2s")]
    Plan(Plan),
    /// Check the measured table of the READMEs against the committed run; --write renews it.
    Readme(Readme),
}

/// The language of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// English
    #[default]
    En,
    /// Chinese
    Zh,
}

/// The form of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a terminal
    #[default]
    Table,
    /// A complete report as Markdown
    Markdown,
    /// One file with charts, in both languages
    Html,
    /// The figures as JSON
    Json,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Report {
    /// Result files. Those of the same machine and version are put together.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Write a file into this directory instead of to the standard output.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Language of the output (an HTML report has both).
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
    /// In which form.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Diff {
    /// The run from before.
    a: PathBuf,
    /// The run from after, judged against A.
    b: PathBuf,
    /// Language of the output.
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
    /// As JSON, with every figure.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Plan {
    /// The run to plan from [default: the newest of a scenario in fourways-results].
    file: Option<PathBuf>,
    /// Users who watch at the same time.
    #[arg(long)]
    users: u64,
    /// Updates a second that concern each user.
    #[arg(long, default_value_t = 1.0)]
    rate: f64,
    /// No user hears of an update later than this: 2s, 500ms.
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = seconds)]
    freshness: f64,
    /// Cores of a server.
    #[arg(long, default_value_t = 8)]
    cores: u32,
    /// How much of its cores a server may use, in percent.
    #[arg(long, value_name = "PERCENT", default_value_t = 70.0)]
    load: f64,
    /// Memory of a server that connections may use, in GiB.
    #[arg(long, value_name = "GIB", default_value_t = 16)]
    server_memory: u32,
    /// Bytes of headers that each packet adds.
    #[arg(long, value_name = "BYTES", default_value_t = 66)]
    packet_bytes: u32,
    /// Language of the output.
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Readme {
    /// Write the table between its markers.
    #[arg(long)]
    write: bool,
    /// Where the repository lies.
    #[arg(long, value_name = "DIR", default_value = ".")]
    root: PathBuf,
}

impl From<Lang> for report::Lang {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::En => Self::En,
            Lang::Zh => Self::Zh,
        }
    }
}

impl Act {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Report(report) => report.run(),
            Self::Diff(diff) => diff.run(),
            Self::Plan(plan) => plan.run(),
            Self::Readme(readme) => readme.run(),
        }
    }
}

impl Report {
    fn run(self) -> anyhow::Result<()> {
        let view = view(&self.files)?;
        let lang = self.lang.into();
        let (text, ending) = match (self.format, self.lang) {
            (Format::Table, Lang::En) => (report::table(&view, lang), "en.txt"),
            (Format::Table, Lang::Zh) => (report::table(&view, lang), "zh.txt"),
            (Format::Markdown, Lang::En) => (report::markdown(&view, lang), "en.md"),
            (Format::Markdown, Lang::Zh) => (report::markdown(&view, lang), "zh.md"),
            (Format::Html, _) => (html::render(&view)?, "html"),
            // Not the name of the result itself, which may lie in the same directory.
            (Format::Json, _) => (serde_json::to_string_pretty(&view)? + "\n", "view.json"),
        };
        let Some(dir) = self.out else { return print(&text) };
        let name = self.files.first().and_then(|file| file.file_stem()).unwrap_or_default().to_string_lossy();
        let path = dir.join(format!("{name}.{ending}"));
        fs::create_dir_all(&dir).with_context(|| {
            format!("cannot make the directory {}; name another with --out", dir.display())
        })?;
        write(&path, &text)?;
        eprintln!("fourways: {}", path.display());
        Ok(())
    }
}

impl Diff {
    fn run(self) -> anyhow::Result<()> {
        let diff = diff::of(&load(&self.a)?, &load(&self.b)?)?;
        if self.json {
            return print(&(serde_json::to_string_pretty(&diff)? + "\n"));
        }
        print(&report::diff_text(&diff, self.lang.into()))
    }
}

impl Plan {
    fn run(self) -> anyhow::Result<()> {
        let file = match self.file {
            Some(file) => file,
            None => newest_result(Path::new(fourways::RESULTS))?,
        };
        let needs = Needs {
            users: self.users,
            rate: self.rate,
            freshness_s: self.freshness,
            cores: self.cores,
            load_percent: self.load,
            memory_bytes: u64::from(self.server_memory) << 30,
            packet_bytes: self.packet_bytes,
        };
        let plan = plan::of(&view(std::slice::from_ref(&file))?, &needs)
            .with_context(|| format!("cannot plan from {}", file.display()))?;
        if self.json {
            return print(&(serde_json::to_string_pretty(&plan)? + "\n"));
        }
        print(&plan::render(&plan, self.lang.into()))
    }
}

impl Readme {
    fn run(self) -> anyhow::Result<()> {
        let results = self.root.join("benches/results");
        let Some(name) = readme::newest(names(&results)?.into_iter()) else {
            bail!(
                "{} has no readme-*.json; copy the result that the README is to show there, as \
                 readme-20261123T140000Z.json, or name the repository with --root",
                results.display()
            );
        };
        let view = view(&[results.join(&name)])?;
        for (file, lang) in [("README.md", report::Lang::En), ("README.zh.md", report::Lang::Zh)] {
            let path = self.root.join(file);
            let old = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let new = readme::put(&old, &readme::section(&view, lang, &name))
                .with_context(|| path.display().to_string())?;
            if self.write && new != old {
                write(&path, &new)?;
                eprintln!("fourways: {} now has the table of {name}", path.display());
            }
            ensure!(
                self.write || new == old,
                "{} has another table than {name} gives; `fourways compare readme --write` writes it",
                path.display()
            );
        }
        Ok(())
    }
}

/// One view of all files.
fn view(files: &[PathBuf]) -> anyhow::Result<View> {
    let runs = files.iter().map(|file| load(file)).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(View::of(&runs)?)
}

fn load(file: &Path) -> anyhow::Result<Run> {
    let text = fs::read_to_string(file).with_context(|| {
        format!("cannot read {}; give a result file that `fourways compare` wrote", file.display())
    })?;
    Ok(read::run(&file.display().to_string(), &text)?)
}

/// The run of a scenario that was made last. What claims were judged by was made for that, and is no plan's ground.
fn newest_result(dir: &Path) -> anyhow::Result<PathBuf> {
    let newest = ::compare::newest(names(dir)?).with_context(|| {
        format!(
            "there is no run of a scenario in {}; measure one with `fourways compare quick`, or name a file",
            dir.display()
        )
    })?;
    Ok(dir.join(newest))
}

/// The names in a directory; none where there is no directory.
fn names(dir: &Path) -> anyhow::Result<Vec<String>> {
    if !dir.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(dir).with_context(|| format!("cannot list {}", dir.display()))?;
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    names.collect::<std::io::Result<_>>().with_context(|| format!("cannot list {}", dir.display()))
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// To the standard output; a reader that has gone (`| head`) is no error.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error).context("cannot print"),
        _ => Ok(()),
    }
}

/// `2s` or `500ms`, in seconds.
fn seconds(text: &str) -> Result<f64, String> {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 1e-3),
        None => (text.strip_suffix('s').unwrap_or_default(), 1.0),
    };
    let number: Option<f64> =
        number.trim().parse().ok().filter(|number| *number > 0.0 && f64::is_finite(*number));
    number.map(|number| number * unit).ok_or_else(|| "write a time above 0 as 2s or 500ms".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit() {
        assert_eq!((seconds("2s"), seconds("0.5s"), seconds("500ms")), (Ok(2.0), Ok(0.5), Ok(0.5)));
        for bad in ["2", "s", "-1s", "0ms", "infs", "2 minutes"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}

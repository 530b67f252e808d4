//! The command line. Only here are arguments, the environment and the limits of the process read.

mod args;
mod claims;
mod classroom;
mod compare;
mod listen;
mod report;
mod say;
mod signals;

use std::collections::BTreeMap;
use std::process::ExitCode;

use ::compare::Means;
use anyhow::Context as _;
use clap::{Parser as _, ValueEnum as _};
use fourways::run::{Options, Server};
use fourways::{ALL, RESULTS};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::args::{Args, Command, Run};
use crate::listen::{Who, way_out};
use crate::say::say;
use crate::signals::Signals;

fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Run(run) => work(serve(run)),
        Command::Compare(command) => work(command.run()),
        Command::Claims(command) => work(command.run()),
        Command::Classroom(class) => work(classroom::run(class)),
        Command::Generate => ::compare::generator::main().context("generate").map(|()| ExitCode::SUCCESS),
        Command::Guard(guard) => guard.run(),
    };
    outcome.unwrap_or_else(|error| {
        say(format_args!("fourways: {error:#}"));
        ExitCode::FAILURE
    })
}

fn work(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.context("cannot start the runtime")?.block_on(work)
}

async fn serve(run: Run) -> anyhow::Result<ExitCode> {
    if run.guarded {
        ::compare::guard::end_with_parent();
    }
    let (open, way) = (run.open, run.way);
    let options = run.options()?;
    let listen = options.listen;
    let server = Server::bind(options.clone()).await.map_err(|error| way_out(error, listen, Who::Server))?;
    let server = server.with_reports(means()?);
    log_to(&server);
    let url = format!("http://{}", server.address());
    let name = way.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let page = url.clone() + &fourways::lesson_path(&name) + &server.presenter().fragment();
    // Before the first line: whoever has read it may already wish the end.
    let signals = Signals::new()?;
    announce(&options, &name, &url, &page);
    if open && ::open::that(&page).is_err() {
        say(format_args!("fourways: no browser could be opened here; open {page} yourself"));
    }
    let drain_ms = server.site().limits().drain_ms;
    let running = server.run(async move {
        signals.stop().await;
        let drain_s = drain_ms as f64 / 1000.0;
        say(format_args!("fourways: stopping; connections have {drain_s} s to end (again to stop at once)"));
    });
    let drained = running.await;
    if drained.cut > 0 {
        say(format_args!("fourways: {} connections did not end in time and were cut", drained.cut));
    }
    Ok(ExitCode::SUCCESS)
}

/// What the page's runs are made with. They measure servers of this program alone, so no description is looked for.
pub(crate) fn means() -> anyhow::Result<Means> {
    let program = std::env::current_exe().context("the path of this program")?;
    Ok(Means { program, here: ".".into(), targets: BTreeMap::new(), out: RESULTS.into() })
}

/// The server's own log goes to the topic `logs`, and what is worth a look (`RUST_LOG`) to the terminal.
pub(crate) fn log_to(server: &Server) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("error"));
    let terminal = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_filter(filter);
    tracing_subscriber::registry().with(server.site().feeds().log_layer()).with(terminal).init();
}

/// One line: what is served where. The page's address makes whoever opens it the presenter.
fn announce(options: &Options, name: &str, url: &str, page: &str) {
    let path = ALL.iter().map(|way| way.card()).find(|card| card.name == name).map(|card| card.path);
    let also = path
        .map(|path| format!("{url}{} and by the other three ways; ", path.replace("{topic}", "stock-price")));
    let (rate, symbols) = (options.market.rate(), options.market.symbols().len());
    let names = if symbols == 1 { "symbol" } else { "symbols" };
    let also = also.unwrap_or_else(|| "all four ways; ".to_owned());
    say(format_args!(
        "fourways: {rate} prices a second of {symbols} {names} at {also}page {page} (Ctrl-C stops)"
    ));
    tracing::info!("serving {rate} prices a second of {symbols} {names}");
}

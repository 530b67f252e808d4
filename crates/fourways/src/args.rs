//! The arguments of the command line, checked.

use std::net::SocketAddr;

use anyhow::{Context as _, ensure};
use clap::{Parser, Subcommand, ValueEnum};
use feed::{Clock, Market, PAYLOAD_MAX};
use fourways::run::Options;
use serve::Hosts;
use transport::Limits;

use crate::listen::address;

/// One stock-price feed, carried four ways: Ajax polling, long polling, WebSocket and SSE.
#[derive(Debug, Parser)]
#[command(name = "fourways", version, propagate_version = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the feed all four ways, and point at one of them.
    #[command(after_help = "Example:\n  fourways run sse\n  curl -N localhost:8080/sse/stock-price")]
    Run(Run),
    /// Measure the ways side by side.
    #[command(
        after_help = "Examples:\n  fourways compare\n  fourways compare connections --ways ws,sse --clients 100,1000"
    )]
    Compare(crate::compare::Compare),
    /// Try the tutorial's claims on this machine, and say which hold.
    #[command(after_help = crate::claims::HELP)]
    Claims(crate::claims::Claims),
    /// Show a class the four ways side by side, break the network, and let phones join.
    #[command(after_help = crate::classroom::HELP)]
    Classroom(crate::classroom::Class),
    /// Bring subscribers as the job on standard input says; `compare` starts it.
    #[command(hide = true)]
    Generate,
    /// Run a command that ends when standard input does; `compare` starts foreign programs under it.
    #[command(hide = true)]
    Guard(crate::compare::Guard),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Way {
    /// I keep asking you
    Poll,
    /// I wait until you tell me
    LongPoll,
    /// We talk to each other
    Ws,
    /// You tell me
    Sse,
    /// All four side by side
    All,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Run {
    /// The way to point at. All four are always served, so that one can be compared with the others.
    #[arg(value_enum, default_value = "all")]
    pub(crate) way: Way,
    /// Where to listen; port 0 takes a free one. An address other than loopback lets others in.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", value_parser = address)]
    pub(crate) listen: SocketAddr,
    /// Events a second, all symbols together: 0.1 to 10000.
    #[arg(long, default_value_t = 10.0)]
    pub(crate) rate: f64,
    /// How many symbols: 1 to 100.
    #[arg(long, default_value_t = 8)]
    pub(crate) symbols: u32,
    /// What the prices are drawn from: the same seed, the same prices.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// When the numbering begins, as 2026-11-23T00:00:00Z [default: 00:00 UTC today].
    #[arg(long, value_name = "TIME")]
    pub(crate) start: Option<String>,
    /// How many of the newest events of each topic can be replayed: 1 to 1000000.
    #[arg(long, default_value_t = 4096, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) history: u32,
    /// Change a limit; /api/info lists them with their values.
    #[arg(long = "limit", value_name = "NAME=VALUE")]
    pub(crate) limits: Vec<String>,
    /// Let pages of this origin read, post and open WebSockets.
    #[arg(long = "allow-origin", value_name = "URL")]
    pub(crate) allow_origins: Vec<String>,
    /// Answer to this host name as well.
    #[arg(long = "allow-host", value_name = "HOST")]
    pub(crate) allow_hosts: Vec<String>,
    /// Open the page in the browser.
    #[arg(long)]
    pub(crate) open: bool,
    /// End at once when standard input does: `compare` starts its servers so.
    #[arg(long, hide = true)]
    pub(crate) guarded: bool,
    /// Fill each price's JSON up to so many bytes: `compare` varies the payload so.
    #[arg(long, hide = true, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=PAYLOAD_MAX as i64))]
    pub(crate) payload: u32,
    /// Publish each event so many milliseconds late: `compare` checks itself against a known delay.
    #[arg(long, hide = true, default_value_t = 0)]
    pub(crate) late: u64,
}

impl Run {
    pub(crate) fn options(self) -> anyhow::Result<Options> {
        let clock = match self.late * 1000 {
            0 => Clock::system(),
            late_us => Clock::of(move || Clock::system().now_us().saturating_sub(late_us)),
        };
        let start_us = match &self.start {
            None => clock.now_us() / 86_400_000_000 * 86_400_000_000,
            Some(text) => start(text).with_context(|| format!("--start {text}"))?,
        };
        ensure!(start_us <= clock.now_us(), "--start lies in the future: the market has no price yet");
        let market = Market::new(self.seed, self.rate, self.symbols, start_us)?.filled_to(self.payload);
        let mut limits = Limits::default();
        if let Some(room) = room() {
            (limits.connections, limits.waiters) = (room, room);
        }
        self.limits.iter().try_for_each(|limit| limits.set(limit)).context("--limit")?;
        let mut hosts = Hosts::default();
        self.allow_hosts.iter().try_for_each(|host| hosts.allow_host(host)).context("--allow-host")?;
        self.allow_origins
            .iter()
            .try_for_each(|origin| hosts.allow_origin(origin))
            .context("--allow-origin")?;
        let history = self.history as usize;
        let listen = self.listen;
        Ok(Options { listen, market, history, limits, hosts, clock, chance: fastrand::u64(..) })
    }
}

pub(crate) fn start(text: &str) -> anyhow::Result<u64> {
    let time: jiff::Timestamp = text.parse().context("is no time; write it as 2026-11-23T00:00:00Z")?;
    u64::try_from(time.as_microsecond()).context("lies before 1970")
}

/// How many connections this process has descriptors for, 256 left for files and the rest.
pub(crate) fn room() -> Option<u64> {
    #[cfg(unix)]
    {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        limit.map(|limit| limit.saturating_sub(256).max(64))
    }
    #[cfg(not(unix))]
    None
}

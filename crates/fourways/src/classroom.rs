//! `fourways classroom`: the page server of a class, and the words that its presenter reads on the terminal.

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;

use ::classroom::addresses::{Address, host, origins, reachable};
use ::classroom::{Classroom, Options as ClassOptions, Recipe};
use anyhow::Context as _;
use fourways::run::Server;

use crate::args::{Run, Way};
use crate::listen::{Who, address, way_out};
use crate::say::say;
use crate::signals::Signals;
use crate::{log_to, means};

/// What stands below the options.
pub(crate) const HELP: &str = "Examples:\n  fourways classroom\n  fourways classroom --listen 0.0.0.0:8080";

/// Open files that the page and the four roads may need: two for each connection of a class, and crowds to come.
const FILES: u64 = 20_000;
/// Connections of the page server at most: the roads leave 2,048 files to all else.
const PAGE_CONNECTIONS: u64 = 1_792;
/// Those of one address: a whole class may come through one router, and each phone keeps some.
const PAGE_CONNECTIONS_PER_ADDRESS: u64 = 600;
/// The page of the class, below its address.
const BOARD: &str = "/board";

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Class {
    /// Where to listen. 0.0.0.0:8080 lets the phones of a class in; the lanes take the four ports behind it.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", value_parser = address)]
    listen: SocketAddr,
    /// Let the presenter come from another machine, too. Whoever sees the address printed here can then control it.
    #[arg(long)]
    remote_control: bool,
    /// Events a second, all symbols together: 0.1 to 10000.
    #[arg(long, default_value_t = 2.0)]
    rate: f64,
    /// How many symbols: 1 to 100.
    #[arg(long, default_value_t = 1)]
    symbols: u32,
    /// What the prices are drawn from: the same seed, the same prices.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// When the numbering begins, as 2026-11-23T00:00:00Z [default: 00:00 UTC today].
    #[arg(long, value_name = "TIME")]
    start: Option<String>,
    /// How many of the newest events of each topic can be replayed: 1 to 1000000.
    #[arg(long, default_value_t = 4096, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    history: u32,
    /// Answer to this host name as well, on the page and on its lanes.
    #[arg(long = "allow-host", value_name = "HOST")]
    allow_hosts: Vec<String>,
    /// Open the board in the browser.
    #[arg(long)]
    open: bool,
}

impl Class {
    /// The page server is a server as any other.
    fn as_run(&self) -> Run {
        Run {
            way: Way::All,
            listen: self.listen,
            rate: self.rate,
            symbols: self.symbols,
            seed: self.seed,
            start: self.start.clone(),
            history: self.history,
            limits: Vec::new(),
            allow_origins: Vec::new(),
            allow_hosts: self.allow_hosts.clone(),
            open: self.open,
            guarded: false,
            payload: 0,
            late: 0,
        }
    }
}

/// The whole life of a class.
pub(crate) async fn run(class: Class) -> anyhow::Result<ExitCode> {
    // First: the limits of this process are read below. A lower one is enough for a class without crowds.
    compare::allow_files(FILES).unwrap_or_default();
    let mut options = class.as_run().options()?;
    let limits = &mut options.limits;
    limits.connections = limits.connections.min(PAGE_CONNECTIONS);
    limits.connections_per_address = PAGE_CONNECTIONS_PER_ADDRESS;
    let (market, wanted) = (options.market.clone(), options.listen);
    let server = Server::bind(options).await.map_err(|error| way_out(error, wanted, Who::Class))?;
    let server = if class.remote_control { server.with_remote_control() } else { server };
    let server = server.with_reports(means()?);
    log_to(&server);
    let listen = server.address();
    let reachable = reachable(listen.ip());
    let recipe = Recipe {
        program: std::env::current_exe().context("the path of this program")?,
        hosts: reachable.iter().map(|address| host(address.ip)).chain(class.allow_hosts.clone()).collect(),
        origins: origins(listen, &reachable, &class.allow_hosts),
        history: class.history,
    };
    let options = ClassOptions { listen, reachable: reachable.clone(), recipe, market };
    let classroom = Classroom::open(server.site().clone(), server.presenter().clone(), options).await?;
    let ports = classroom.ports();
    let server = server.with_classroom(classroom);
    let words = Words {
        fragment: server.presenter().fragment(),
        listen,
        ports,
        reachable,
        remote_control: class.remote_control,
    };
    let here = words.page(&near(listen.ip()));
    // Before the first line: whoever has read it may already wish the end.
    let signals = Signals::new()?;
    say(words.all());
    if class.open && ::open::that(&here).is_err() {
        say(format_args!("fourways: no browser could be opened here; open {here} yourself"));
    }
    let drained = server.run(async move {
        signals.stop().await;
        say("fourways: the class is over; its four lanes are ending (again to stop at once)");
    });
    let drained = drained.await;
    if drained.cut > 0 {
        say(format_args!("fourways: {} connections did not end in time and were cut", drained.cut));
    }
    Ok(ExitCode::SUCCESS)
}

/// The name by which this machine reaches itself: control is let in from here.
fn near(listen: IpAddr) -> String {
    if listen.is_unspecified() { "localhost".to_owned() } else { host(listen) }
}

/// What the terminal says when all is ready.
struct Words {
    fragment: String,
    listen: SocketAddr,
    ports: Vec<(&'static str, u16)>,
    reachable: Vec<Address>,
    remote_control: bool,
}

impl Words {
    /// The board for the presenter: whoever opens this address controls the class.
    fn page(&self, host: &str) -> String {
        format!("http://{host}:{}{BOARD}{}", self.listen.port(), self.fragment)
    }

    /// The presenter's address, the lanes, where phones join, and what to do next.
    fn all(&self) -> String {
        let lanes: Vec<_> = self.ports.iter().map(|(way, port)| format!("{way} {port}")).collect();
        let here = self.page(&near(self.listen.ip()));
        let mut lines = vec![
            format!("fourways: the class is open; page {here} (Ctrl-C stops)"),
            "  presenter  open that address and keep it to yourself: it controls everything".to_owned(),
        ];
        if self.remote_control {
            let there = self.reachable.iter().map(|address| self.page(&host(address.ip)));
            lines.extend(there.map(|page| format!("             from another machine: {page}")));
        }
        lines.push(format!("  lanes      at ports {}", lanes.join(", ")));
        let port = self.listen.port();
        let join = |address: &Address| {
            format!("  phones     http://{}:{port}/join ({})", host(address.ip), address.name)
        };
        lines.extend(self.reachable.iter().map(join));
        if self.reachable.is_empty() {
            lines.push(format!("  phones     {}", self.why_nobody()));
        }
        lines.join("\n")
    }

    fn why_nobody(&self) -> &'static str {
        if self.listen.ip().is_unspecified() {
            "none can join: this machine is in no network; connect it and start again"
        } else if self.listen.ip().is_loopback() {
            "none can join: only this machine is let in; for a class: fourways classroom --listen 0.0.0.0:8080"
        } else {
            "they join at /join of the address that was given with --listen"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(listen: &str, reachable: &[(&str, &str)], remote_control: bool) -> String {
        let address =
            |(name, ip): &(&str, &str)| Address { name: (*name).to_owned(), ip: ip.parse().unwrap() };
        let words = Words {
            fragment: "#presenter=abc".to_owned(),
            listen: listen.parse().unwrap(),
            ports: vec![("poll", 8081), ("long-poll", 8082), ("ws", 8083), ("sse", 8084)],
            reachable: reachable.iter().map(address).collect(),
            remote_control,
        };
        words.all()
    }

    #[test]
    fn the_terminal_says_who_opens_what() {
        assert_eq!(
            words("0.0.0.0:8080", &[("wlan0", "192.168.1.20")], false),
            "fourways: the class is open; page http://localhost:8080/board#presenter=abc (Ctrl-C stops)\n  \
             presenter  open that address and keep it to yourself: it controls everything\n  \
             lanes      at ports poll 8081, long-poll 8082, ws 8083, sse 8084\n  \
             phones     http://192.168.1.20:8080/join (wlan0)"
        );
        let remote = words("0.0.0.0:8080", &[("wlan0", "192.168.1.20")], true);
        assert!(remote.contains("another machine: http://192.168.1.20:8080/board#presenter=abc"), "{remote}");
    }

    #[test]
    fn where_nobody_can_join_it_says_why() {
        assert!(words("127.0.0.1:8080", &[], false).contains("--listen 0.0.0.0:8080"));
        assert!(words("0.0.0.0:8080", &[], false).contains("in no network"));
        assert!(words("[::1]:8080", &[], false).contains("page http://[::1]:8080/board"));
        assert!(words("[::]:8080", &[], false).contains("page http://localhost:8080/board"));
    }
}

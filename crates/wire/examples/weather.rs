//! The fault proxy in front of any server, told by lines on its standard input. It ends with them.
//!
//! `cargo run -p wire --example weather -- 127.0.0.1:8080`
//!
//! | line | what |
//! |---|---|
//! | `fair`, or settings as `delay_ms=50 lumps` | other weather; what is not named is fair |
//! | `cut`, `cut 1000` | all connections break now, or after so many bytes more |
//! | `cut-for 3000`, `mend` | they break now, and for so many milliseconds nobody comes in; it is whole again |
//! | `half-open` | all connections become black holes |
//! | `close`, `reopen` | nobody is there; the proxy listens again |
//! | `tally` | what has passed: open, accepted, refused, bytes up, bytes down |
//!
//! Each line is answered by one: `ok` with figures, or what is wrong with it.

use std::io::{self, BufRead as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use wire::{Cut, Passed, Proxy, Tap, Weather};

/// Nobody is told.
struct Deaf;

impl Tap for Deaf {
    fn now_us(&self) -> u64 {
        0
    }

    fn wants(&self, _connection: u64, _peer: IpAddr, _target: &str) -> bool {
        false
    }

    fn passed(&self, _passed: Passed) {}
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let upstream = std::env::args().nth(1).and_then(|address| address.parse().ok());
    let Some(upstream) = upstream else {
        return Err(io::Error::other("the first argument must be the server's address, as 127.0.0.1:8080"));
    };
    let proxy = Proxy::open(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), upstream, Arc::new(Deaf)).await?;
    say(&format!("weather at {}", proxy.address()))?;
    // It blocks this thread alone: the proxy runs on others.
    for line in io::stdin().lock().lines() {
        let answer = match told(&proxy, upstream, &line?).await {
            Ok(figures) => format!("ok {figures}"),
            Err(wrong) => wrong,
        };
        say(answer.trim_end())?;
    }
    Ok(())
}

fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// Does what a line says, and answers with figures if it has any.
async fn told(proxy: &Proxy, upstream: SocketAddr, line: &str) -> Result<String, String> {
    let words: Vec<_> = line.split_whitespace().collect();
    match words[..] {
        ["cut"] => Ok(proxy.cut(Cut::Now).to_string()),
        ["cut-for", ms] => {
            Ok(proxy.cut(Cut::For(Duration::from_millis(number("cut-for", ms)?))).to_string())
        }
        ["mend"] => Ok(proxy.mend().to_string()),
        ["cut", bytes] => Ok(proxy.cut(Cut::AfterBytes(number("cut", bytes)?)).to_string()),
        ["half-open"] => Ok(proxy.half_open().to_string()),
        ["close"] => {
            proxy.close();
            Ok(String::new())
        }
        ["reopen"] => proxy.reopen(upstream).await.map(|()| String::new()).map_err(|error| error.to_string()),
        ["tally"] => {
            let tally = proxy.tally();
            let counts = [tally.open as u64, tally.accepted, tally.refused, tally.bytes_up, tally.bytes_down];
            Ok(counts.map(|count| count.to_string()).join(" "))
        }
        ["fair"] => {
            proxy.set(Weather::default());
            Ok(String::new())
        }
        [] => Err("an empty line; `fair`, settings as `delay_ms=50`, `cut`, `half-open`, `close`, `reopen`, `tally`".to_owned()),
        _ => {
            let mut weather = Weather::default();
            words.iter().try_for_each(|word| set(&mut weather, word))?;
            proxy.set(weather);
            Ok(String::new())
        }
    }
}

/// One setting, as `delay_ms=50`, or `stall`.
fn set(weather: &mut Weather, word: &str) -> Result<(), String> {
    let (name, value) = word.split_once('=').unwrap_or((word, ""));
    match name {
        "delay_ms" => weather.delay_ms = number(name, value)?,
        "jitter_ms" => weather.jitter_ms = number(name, value)?,
        "rate_bits" => weather.rate_bits = Some(number(name, value)?),
        "stall" => weather.stall = true,
        "lumps" => weather.lumps = true,
        "slow_reader_bits" => weather.slow_reader_bits = Some(number(name, value)?),
        "refuse" => weather.refuse = Some(number(name, value)?),
        "cut_every_ms" => weather.cut_every_ms = Some(number(name, value)?),
        _ => return Err(format!("there is no {name}: the settings are the fields of `wire::Weather`")),
    }
    Ok(())
}

fn number<N: std::str::FromStr>(name: &str, value: &str) -> Result<N, String> {
    value.parse().map_err(|_| format!("{name}: {value:?} is no number that fits; write it as in {name}=50"))
}

//! From a measured run to a plan: servers, memory, bandwidth and the break-even poll interval of each way, and for each
//! number the measured figures that it rests on.
//!
//! | file | idea |
//! |---|---|
//! | `numbers` | the arithmetic, with the spread of every figure carried along |
//! | `price` | what an update or a request costs |
//! | `choose` | which cell of a run stands for a way |
//! | `text` | the plan for a terminal |

mod choose;
mod numbers;
mod price;
mod text;

use measure::Machine;
use serde::Serialize;

use super::lang::Words;
use super::number;
use super::view::{Value, View};

pub use text::render;

/// What is wanted, and what is assumed of the servers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Needs {
    /// Users who watch at the same time.
    pub users: u64,
    /// Updates a second that concern each user.
    pub rate: f64,
    /// No user hears of an update later than this, in seconds.
    pub freshness_s: f64,
    /// Cores of a server, as fast as those of the machine of the run.
    pub cores: u32,
    /// The share of its cores that a server may use, in percent.
    pub load_percent: f64,
    /// Memory of a server that connections may use, in bytes.
    pub memory_bytes: u64,
    /// What a packet weighs on the wire beside the bytes of its socket, in bytes.
    pub packet_bytes: u32,
}

/// A plan.
#[derive(Debug, Serialize)]
pub struct Plan {
    /// What was asked.
    pub needs: Needs,
    /// The scenario that it rests on.
    pub scenario: String,
    /// When that was measured.
    pub started: String,
    /// Where.
    pub machine: Machine,
    /// What no run has measured.
    pub assumed: Vec<Words>,
    /// One for each way.
    pub ways: Vec<WayPlan>,
}

/// The plan for one way.
#[derive(Debug, Serialize)]
pub struct WayPlan {
    /// `poll`, `long-poll`, `ws` or `sse`.
    pub way: &'static str,
    /// What it is called, with its interval if it has one.
    pub title: Words,
    /// The cell of the run that it rests on.
    pub measured: Option<Words>,
    /// Why there is no plan.
    pub refused: Option<Words>,
    /// The plan; empty when refused.
    pub numbers: Vec<Number>,
}

/// One number of a plan.
#[derive(Debug, Serialize)]
pub struct Number {
    /// `servers`, `cores`, `memory`, `bandwidth`, `requests`, `arrives`, `break_even_cpu`, `break_even_bytes`.
    pub id: &'static str,
    /// `servers`, `cores`, `bytes`, `bytes/s`, `requests/s` or `s`.
    pub unit: &'static str,
    /// What it is called.
    pub title: Words,
    /// From the medians, and from the lowest and highest rounds; or why it is missing.
    pub value: Value,
    /// The arithmetic, with the measured figures in it.
    pub rests_on: Words,
}

/// Needs that cannot be planned for.
#[derive(Debug, thiserror::Error)]
pub enum Unplannable {
    /// A number that means nothing.
    #[error("{name} {value} makes no plan; it must be {must}")]
    Needs {
        /// Its flag.
        name: &'static str,
        /// What was given.
        value: f64,
        /// What would do.
        must: &'static str,
    },
    /// The run has nothing for any way.
    #[error(
        "the run of {scenario} ({started}) has no way whose cost it measured, so nothing can be planned from it: {why}; \
         `fourways compare quick` measures all four"
    )]
    Nothing {
        /// The run's scenario.
        scenario: String,
        /// When it began.
        started: String,
        /// Why the first way was refused.
        why: String,
    },
}

impl Default for Needs {
    /// One user, one update a second, 2 s; servers of 8 cores at 70 % with 16 GiB.
    fn default() -> Self {
        Self {
            users: 1,
            rate: 1.0,
            freshness_s: 2.0,
            cores: 8,
            load_percent: 70.0,
            memory_bytes: 16 << 30,
            // Ethernet 14, IPv4 20, TCP with timestamps 32.
            packet_bytes: 66,
        }
    }
}

impl Needs {
    fn check(&self) -> Result<(), Unplannable> {
        let positive = [
            ("--users", self.users as f64),
            ("--rate", self.rate),
            ("--freshness", self.freshness_s),
            ("--cores", self.cores.into()),
            ("--server-memory", self.memory_bytes as f64),
        ];
        for (name, value) in positive {
            if !(value > 0.0 && value.is_finite()) {
                return Err(Unplannable::Needs { name, value, must: "above 0" });
            }
        }
        if !(self.load_percent > 0.0 && self.load_percent <= 100.0) {
            let value = self.load_percent;
            return Err(Unplannable::Needs { name: "--load", value, must: "above 0 and at most 100" });
        }
        Ok(())
    }
}

/// A plan from a view.
///
/// # Errors
/// When the needs mean nothing, or the run has no measured cost of any way.
pub fn of(view: &View, needs: &Needs) -> Result<Plan, Unplannable> {
    needs.check()?;
    let ways: Vec<WayPlan> =
        crate::WAYS.iter().map(|way| numbers::of(view, needs, way.card().name)).collect();
    if ways.iter().all(|way| way.refused.is_some()) {
        let why =
            ways.iter().find_map(|way| way.refused.as_ref()).map(|why| why.en.clone()).unwrap_or_default();
        return Err(Unplannable::Nothing {
            scenario: view.scenario.clone(),
            started: view.started.clone(),
            why,
        });
    }
    Ok(Plan {
        needs: needs.clone(),
        scenario: view.scenario.clone(),
        started: view.started.clone(),
        machine: view.machine.clone(),
        assumed: assumed(needs),
        ways,
    })
}

fn assumed(needs: &Needs) -> Vec<Words> {
    let memory = number::memory(needs.memory_bytes as f64);
    let (cores, load, packet) = (needs.cores, needs.load_percent, needs.packet_bytes);
    vec![
        Words::new(
            format!(
                "A server has {cores} cores as fast as those of the run, and may use {load} % of them (--cores, --load)."
            ),
            format!("每台服务器有 {cores} 个核，与测量时的一样快，最多用到 {load} %（--cores、--load）。"),
        ),
        Words::new(
            format!("A server has {memory} of memory for connections (--server-memory)."),
            format!("每台服务器有 {memory} 内存可供连接使用（--server-memory）。"),
        ),
        Words::new(
            "Cost per update, per request and per connection stays what it was in the run, however many there are.",
            "每笔更新、每次请求、每个连接的成本与测量时相同，不随数量变化。",
        ),
        Words::new(
            "Kernel memory was measured with both ends of each connection on one machine, so a server alone needs less.",
            "内核内存是连接两端在同一台机器上测的，单独的服务器用得更少。",
        ),
        Words::new(
            format!(
                "Each packet weighs {packet} B more on the wire than at the socket (--packet-bytes); an update that is \
                 pushed is 2 packets (itself, its acknowledgement), a request with its answer 3."
            ),
            format!(
                "每个数据包在线路上比套接字上多 {packet} B（--packet-bytes）；推送的一笔更新是 2 个包（更新和确认），\
                 一次请求和应答是 3 个包。"
            ),
        ),
        Words::new(
            "No TLS, no reserve for a server that fails, no load by reconnecting, no network delay.",
            "不含 TLS，不含服务器故障的余量，不含重连的负载，不含网络延迟。",
        ),
    ]
}

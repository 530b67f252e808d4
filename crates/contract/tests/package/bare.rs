//! The binary alone in an empty root: a whole class, with the page, and the end of all of it.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;

use contract::{Process, Raw, soon};
use fourways::ALL;
use futures_util::StreamExt as _;
use rustix::process::Signal;
use serde_json::Value;
use transport::{Backoff, Heard, Target, follow};
use wire::Wire;

use crate::Unpacked;
use crate::family::{Family, kill};
use crate::network::Machine;

/// Becomes the class in a root of which only `/proc` and `/dev` are the machine's, as on any Linux. What it mounts is
/// seen by nobody else, and goes with it.
const IN_ITS_ROOT: &str = r#"mkdir "$0/proc" "$0/dev" && mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" &&
    cd / && exec env -i "$(command -v chroot)" "$0" /fourways classroom --listen 127.0.0.1:8080"#;
/// A sentence of the lesson, and one of the page of phones.
const PAGES: [(&str, &str); 5] = [
    ("/en/05-sse", "EventSource"),
    ("/zh/05-sse", "EventSource"),
    ("/en/board", "<html"),
    ("/en/join", "<html"),
    ("/en/wire", "<html"),
];

pub(crate) async fn class(unpacked: &Unpacked, machine: &Machine) {
    let mut command = Command::new("unshare");
    // With /usr/sbin, where chroot is.
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
    command.args(["--mount", "sh", "-c", IN_ITS_ROOT]).arg(unpacked.path()).env("PATH", path);
    let class = machine.does(async { Process::by(command).expect("a class") }).await;
    let (page, pid) = (class.address(), class.pid());
    let root = std::fs::read_link(format!("/proc/{pid}/root")).expect("its root");
    assert_eq!(root, unpacked.path(), "it sees nothing else");
    assert_eq!(std::fs::read(format!("/proc/{pid}/environ")).expect("its environment"), b"");
    let lanes = Family::of(pid, &["run"]).await;
    assert_eq!(lanes.count(), 4);

    for (path, text) in PAGES {
        let body = machine.does(get(page, path)).await;
        assert!(body.contains(text), "{path}");
    }
    let scenarios = machine.does(get(page, "/api/reports")).await;
    assert!(scenarios.contains("readme-"), "the committed runs are in it: {scenarios}");
    let state: Value = serde_json::from_str(&machine.does(get(page, "/api/class")).await).expect("JSON");
    for way in ALL {
        let name = way.card().name;
        let lanes = state["lanes"].as_array().expect("lanes");
        let lane = lanes.iter().find(|lane| lane["way"] == name).expect("the lane");
        assert_eq!(lane["state"], "up", "{name}");
        let road = SocketAddr::new(page.ip(), lane["port"].as_u64().expect("a port") as u16);
        let target = Arc::new(Target::new(road.to_string(), "stock-price"));
        let first = async move {
            let mut heard = Box::pin(follow(*way, target, None, Wire::default(), Backoff::new(1)));
            soon(name, async { while !matches!(heard.next().await, Some(Ok(Heard::Event { .. }))) {} }).await;
        };
        machine.does(first).await;
    }

    kill(pid, Signal::TERM);
    lanes.is_gone().await;
    let ended = tokio::task::spawn_blocking(move || class.wait());
    assert_eq!(soon("its end", ended).await.expect("no panic").expect("an exit"), 0);
}

/// What a GET answers, which must be 200.
async fn get(to: SocketAddr, path: &'static str) -> String {
    let mut raw = Raw::connect(to).await;
    raw.get(path, "").await;
    let answer = raw.answer().await;
    assert_eq!(answer.status, 200, "{path}");
    answer.body
}

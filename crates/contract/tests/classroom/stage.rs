//! A class that goes on, and its presenter.

use std::net::SocketAddr;

use contract::{Answer, Process, Raw, soon};
use serde_json::Value;
use transport::Target;

/// The ways, in the order of the lanes.
pub(crate) const WAYS: [&str; 4] = ["poll", "long-poll", "ws", "sse"];
pub(crate) const JSON: &str = "content-type: application/json\r\n";

pub(crate) struct Stage {
    pub(crate) process: Process,
}

impl Stage {
    /// A class of 20 prices a second of 2 symbols.
    pub(crate) fn open() -> Self {
        Self::with(&[])
    }

    /// The same, with further arguments.
    pub(crate) fn with(further: &[&str]) -> Self {
        let arguments = [&["--rate", "20", "--symbols", "2"], further].concat();
        Self { process: Process::classroom("127.0.0.1:0", &arguments).expect("a class") }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.process.address()
    }

    pub(crate) fn bearer(&self) -> String {
        format!("authorization: Bearer {}\r\n{JSON}", self.process.token())
    }

    /// What everybody is told.
    pub(crate) async fn state(&self) -> Value {
        get(self.address(), "/api/class").await
    }

    /// The presenter's own command.
    pub(crate) async fn command(&self, body: &Value) -> Answer {
        let headers = self.bearer();
        ask(self.address(), "POST /api/class", &headers, &body.to_string()).await
    }

    /// A command that is done, and what was done.
    pub(crate) async fn done(&self, body: Value) -> Value {
        let answer = self.command(&body).await;
        assert_eq!(answer.status, 200, "{body}: {}", answer.body);
        serde_json::from_str(&answer.body).expect("JSON")
    }

    /// One lane, as soon as it `is` so.
    pub(crate) async fn lane(&self, way: &str, is: impl Fn(&Value) -> bool) -> Value {
        soon(&format!("the lane {way}"), async {
            loop {
                let lane = lane_of(&self.state().await, way);
                if is(&lane) {
                    return lane;
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        })
        .await
    }

    /// Where the lane of a way is reached.
    pub(crate) async fn road(&self, way: &str) -> SocketAddr {
        let port = lane_of(&self.state().await, way)["port"].as_u64().expect("a port");
        SocketAddr::from(([127, 0, 0, 1], u16::try_from(port).expect("a port")))
    }

    /// The prices of a lane as a client's target, polled every 50 ms.
    pub(crate) async fn target(&self, way: &str) -> Target {
        let mut target = Target::new(self.road(way).await.to_string(), "stock-price");
        target.interval = std::time::Duration::from_millis(50);
        target
    }
}

pub(crate) fn lane_of(state: &Value, way: &str) -> Value {
    let lanes = state["lanes"].as_array().expect("lanes");
    lanes.iter().find(|lane| lane["way"] == way).expect("the lane").clone()
}

pub(crate) fn is_up(lane: &Value) -> bool {
    lane["state"] == "up"
}

pub(crate) fn pid(lane: &Value) -> u32 {
    u32::try_from(lane["pid"].as_u64().expect("a process")).expect("a process id")
}

pub(crate) async fn get(address: SocketAddr, path: &str) -> Value {
    let answer = ask(address, &format!("GET {path}"), "", "").await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    serde_json::from_str(&answer.body).expect("JSON")
}

pub(crate) async fn ask(address: SocketAddr, line: &str, headers: &str, body: &str) -> Answer {
    let mut raw = Raw::connect(address).await;
    let length = body.len();
    raw.send(format!(
        "{line} HTTP/1.1\r\nhost: {address}\r\n{headers}content-length: {length}\r\n\r\n{body}"
    ))
    .await;
    raw.answer().await
}

//! The class of the room, and what is asked of it from any machine.

use std::net::{Ipv4Addr, SocketAddr};

use contract::{Answer, Process, Raw, soon};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::Lan;
use crate::network::Machine;

/// The ways, in the order of the lanes.
pub(crate) const WAYS: [&str; 4] = ["poll", "long-poll", "ws", "sse"];
/// Where the class is for the room, and where for the teacher alone.
pub(crate) const CLASS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(10, 77, 0, 1)), 8080);
pub(crate) const HERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
/// What a browser of the room calls the page.
pub(crate) const ORIGIN: &str = "http://10.77.0.1:8080";

/// A class of 20 prices a second of 2 symbols, at every address of the teacher's machine.
pub(crate) async fn open(lan: &Lan, more: &'static [&'static str]) -> Process {
    let arguments = [&["--rate", "20", "--symbols", "2"], more].concat();
    lan.teacher.does(async move { Process::classroom("0.0.0.0:8080", &arguments).expect("a class") }).await
}

/// One request with further header lines, and its answer.
pub(crate) async fn ask(to: SocketAddr, line: &str, headers: &str, body: &str) -> Answer {
    let mut raw = Raw::connect(to).await;
    let host = if headers.contains("host: ") { String::new() } else { format!("host: {to}\r\n") };
    let length = body.len();
    raw.send(format!("{line} HTTP/1.1\r\n{host}{headers}content-length: {length}\r\n\r\n{body}")).await;
    raw.answer().await
}

/// What a class or a lane tells at this path.
pub(crate) async fn get(to: SocketAddr, path: &str) -> Value {
    let answer = ask(to, &format!("GET {path}"), "", "").await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    serde_json::from_str(&answer.body).expect("JSON")
}

/// Where the room reaches the lane of a way.
pub(crate) fn road(state: &Value, way: &str) -> SocketAddr {
    let lanes = state["lanes"].as_array().expect("lanes");
    let lane = lanes.iter().find(|lane| lane["way"] == way).expect("the lane");
    SocketAddr::new(CLASS.ip(), u16::try_from(lane["port"].as_u64().expect("a port")).expect("a port"))
}

/// A live connection of the class.
pub(crate) struct Visitor(WebSocketStream<TcpStream>);

impl Visitor {
    /// Of a page of the class on this machine.
    pub(crate) async fn of(machine: &Machine) -> Self {
        machine.does(Self::at(CLASS, ORIGIN)).await.expect("101")
    }

    /// The status of the refusal, if it is refused.
    pub(crate) async fn at(address: SocketAddr, origin: &str) -> Result<Self, u16> {
        let stream = TcpStream::connect(address).await.expect("a listening server");
        let mut request = format!("ws://{address}/api/class/live").into_client_request().expect("a request");
        request.headers_mut().insert("origin", origin.parse().expect("an origin"));
        match soon("the handshake", client_async(request, stream)).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) async fn say(&mut self, said: Value) {
        self.0.send(Message::text(said.to_string())).await.expect("an open connection");
    }

    /// The next message of this type that `is` so.
    pub(crate) async fn hear(&mut self, kind: &str, is: impl Fn(&Value) -> bool) -> Value {
        soon(kind, async {
            loop {
                let message = self.0.next().await.expect("an open connection").expect("a message");
                let Message::Text(text) = message else { continue };
                let told: Value = serde_json::from_str(&text).expect("JSON");
                if told["type"] == kind && is(&told) {
                    return told;
                }
            }
        })
        .await
    }

    /// Joins, and returns what it is told of itself.
    pub(crate) async fn join(&mut self) -> Value {
        self.say(json!({"join": null})).await;
        self.hear("you", |_| true).await
    }
}

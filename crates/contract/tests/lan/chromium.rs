//! Chromium on a machine of the room, spoken to by its DevTools protocol, without a driver. Its guard ends it and removes
//! its profile, also when the test is killed.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use contract::{binary, soon};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::network::Machine;

const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// As `clients/node/browser.mjs` starts it. No sandbox: it wants user namespaces of its own, and root has none.
const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
];

pub(crate) struct Chromium {
    guard: Child,
    devtools: WebSocketStream<TcpStream>,
    asked: u64,
}

impl Chromium {
    pub(crate) async fn start(machine: &Machine) -> Self {
        machine.does(Self::start_here()).await
    }

    async fn start_here() -> Self {
        let own = std::env::var("CHROMIUM").ok();
        let name = own.or_else(|| NAMES.into_iter().find(|name| is_there(name)).map(str::to_owned));
        let name = name
            .unwrap_or_else(|| panic!("there is none of {NAMES:?}; run clients/setup.sh, or set CHROMIUM"));
        let profile = std::env::temp_dir().join(format!("fourways-lan-{}", std::process::id()));
        std::fs::create_dir(&profile).expect("a new directory");
        let mut guard = Command::new(binary().expect("a built binary"));
        guard.args(["guard", "--remove"]).arg(&profile).args(["--", &name]).args(FLAGS);
        guard.arg(format!("--user-data-dir={}", profile.display()));
        let guard = guard.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        let mut guard = guard.expect("a guarded browser");
        let mut said = BufReader::new(guard.stderr.take().expect("a pipe")).lines().map_while(Result::ok);
        let url = said.find_map(|line| line.strip_prefix("DevTools listening on ").map(str::to_owned));
        let url = url.expect("where its DevTools listen");
        // It goes on talking, and must not wait for a reader.
        std::thread::spawn(move || said.for_each(drop));
        let authority = url.split('/').nth(2).expect("an authority");
        let stream = TcpStream::connect(authority).await.expect("DevTools");
        let (devtools, _) = client_async(&url, stream).await.expect("101");
        Self { guard, devtools, asked: 0 }
    }

    /// Opens an address in a window of its own.
    pub(crate) async fn open(&mut self, url: &str) -> Tab {
        let created = self.ask(None, "Target.createTarget", json!({"url": url, "newWindow": true})).await;
        let attach = json!({"targetId": created["targetId"], "flatten": true});
        Tab(self.ask(None, "Target.attachToTarget", attach).await["sessionId"].clone())
    }

    /// Waits until an expression is true in a tab.
    pub(crate) async fn until(&mut self, tab: &Tab, expression: &str) {
        soon(expression, async {
            let wanted = json!({"expression": format!("Boolean({expression})")});
            while self.ask(Some(tab), "Runtime.evaluate", wanted.clone()).await["result"]["value"] != true {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        })
        .await;
    }

    /// Clicks on what a selector finds, as soon as it is there.
    pub(crate) async fn click(&mut self, tab: &Tab, selector: &str) {
        self.until(tab, &format!("document.querySelector('{selector}')")).await;
        let click = format!("document.querySelector('{selector}').click()");
        self.ask(Some(tab), "Runtime.evaluate", json!({"expression": click})).await;
    }

    async fn ask(&mut self, tab: Option<&Tab>, method: &str, params: Value) -> Value {
        self.asked += 1;
        let mut question = json!({"id": self.asked, "method": method, "params": params});
        if let Some(Tab(session)) = tab {
            question["sessionId"] = session.clone();
        }
        self.devtools.send(Message::text(question.to_string())).await.expect("an open connection");
        soon(method, async {
            loop {
                let message = self.devtools.next().await.expect("an open connection").expect("a message");
                let Message::Text(text) = message else { continue };
                let told: Value = serde_json::from_str(&text).expect("JSON");
                if told["id"] == self.asked {
                    assert_eq!(told["error"], Value::Null, "{method}");
                    return told["result"].clone();
                }
            }
        })
        .await
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // The end of its input is the guard's sign; it may have gone already.
        drop(self.guard.stdin.take());
        drop(self.guard.wait());
    }
}

/// One tab.
pub(crate) struct Tab(Value);

fn is_there(name: &str) -> bool {
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).any(|path| path.join(name).exists())
}

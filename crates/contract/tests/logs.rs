//! The topic `logs`: one line is one line, and names nobody. ARCHITECTURE.md "Security" 8 and 11. Alone in its file,
//! because a process has one log.

use contract::{Answer, Inside, Raw};
use serde_json::Value;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

async fn get(server: &Inside, path: &str) -> Answer {
    let mut raw = Raw::connect(server.address()).await;
    raw.get(path, "").await;
    raw.answer().await
}

#[tokio::test]
async fn a_log_line_is_one_line_and_names_nobody() {
    let server = Inside::start().await;
    tracing_subscriber::registry().with(server.site().feeds().log_layer()).init();
    for path in ["/a%0aforged%1b[31m", "/b\u{85}c\u{9b}31m", "/c?token=secret"] {
        assert_eq!(get(&server, path).await.status, 404);
    }
    get(&server, "/poll/logs").await;
    tracing::warn!(name = "a\nb\u{1b}[31m", other = ?"c\r\u{0}", "message\nforged\u{7f}\u{9b}");
    let told: Value = serde_json::from_str(&get(&server, "/poll/logs").await.body).unwrap();
    let messages: Vec<_> =
        told["events"].as_array().unwrap().iter().map(|event| event["message"].as_str().unwrap()).collect();
    assert_eq!(messages.len(), 4, "{messages:?}");
    assert!(messages[0].contains("%0aforged%1b") && messages[0].ends_with("404"), "{messages:?}");
    for message in messages {
        assert!(!message.chars().any(char::is_control), "{message:?}");
        assert!(!message.contains("secret") && !message.contains("127.0.0.1"), "{message:?}");
    }
}

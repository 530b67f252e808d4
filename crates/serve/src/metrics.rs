//! The counters in the Prometheus text format, version 0.0.4. Lanes are named by clients, so they are summed here.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use transport::Site;
use wire::Tally;

/// Name, help, type and value of each counter.
type Column = (&'static str, &'static str, &'static str, fn(&Tally) -> i64);

const COLUMNS: [Column; 6] = [
    ("fourways_requests_total", "Requests, WebSocket handshakes included.", "counter", |tally| {
        tally.requests as i64
    }),
    ("fourways_connections_total", "Connections that carried a request.", "counter", |tally| {
        tally.connections as i64
    }),
    ("fourways_connections_open", "Connections open now.", "gauge", |tally| tally.open),
    ("fourways_received_bytes_total", "Bytes from clients, heads included.", "counter", |tally| {
        tally.bytes_up as i64
    }),
    ("fourways_sent_bytes_total", "Bytes to clients, heads included.", "counter", |tally| {
        tally.bytes_down as i64
    }),
    ("fourways_events_total", "Events handed to clients.", "counter", |tally| tally.events as i64),
];

pub(crate) async fn text(State(site): State<Site>) -> Response {
    let mut rows: BTreeMap<(&str, &str), Vec<i64>> = BTreeMap::new();
    for (name, tally) in site.ledger().tallies() {
        let sums = rows.entry((name.way, name.topic)).or_insert_with(|| vec![0; COLUMNS.len()]);
        for (sum, (_, _, _, value)) in sums.iter_mut().zip(&COLUMNS) {
            *sum += value(&tally);
        }
    }
    let mut text = String::new();
    // Writing to a String cannot fail.
    let mut line = |arguments: std::fmt::Arguments<'_>| text.write_fmt(arguments).unwrap_or_default();
    for (place, (name, help, kind, _)) in COLUMNS.iter().enumerate() {
        line(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
        for ((way, topic), sums) in &rows {
            line(format_args!("{name}{{way=\"{way}\",topic=\"{topic}\"}} {}\n", sums[place]));
        }
    }
    line(format_args!(
        "# HELP fourways_waiters Requests and streams that wait for news.\n# TYPE fourways_waiters gauge\n"
    ));
    line(format_args!("fourways_waiters {}\n", site.waiters()));
    line(format_args!(
        "# HELP fourways_topic_head Newest sequence number of a topic.\n# TYPE fourways_topic_head gauge\n"
    ));
    for feed in site.feeds().standing() {
        line(format_args!("fourways_topic_head{{topic=\"{}\"}} {}\n", feed.shape().name, feed.head().seq));
    }
    let headers = [
        (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, text).into_response()
}

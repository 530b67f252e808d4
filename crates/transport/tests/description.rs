//! Descriptions of foreign servers: what is wrong is shown with its line and a caret, and what such a server says is
//! heard as it is described.

use std::time::Duration;

use feed::{Cursor, Epoch};
use transport::{Description, Error, Heard, Target, Values};

const HEAD: &str = r#"
name = "mine"
title = { en = "Mine", zh = "我的" }
[start]
command = ["server", "--port={port}"]
install = "my server"
ready = "/"
"#;

fn parse(ways: &str) -> Description {
    Description::parse(&format!("{HEAD}{ways}")).expect("a description")
}

fn target(way: &str) -> Target {
    parse(&format!("[ways.any]\n{way}")).target("any", "here:1").expect("this way")
}

fn cursor(seq: u64) -> Cursor {
    Cursor { epoch: Epoch::of(0), seq }
}

/// What a client hears in a body: numbers of events, and where it stands then.
fn hear(way: &str, body: &str) -> Result<(Vec<u64>, Option<u64>), Error> {
    let target = target(&format!("path = \"/\"\n{way}"));
    let heard = target.hear(body.as_bytes(), |_| panic!("it is described"))?;
    assert!(matches!(heard[0], Heard::Open { .. }), "{heard:?}");
    let events = heard.iter().filter_map(|heard| match heard {
        Heard::Event { cursor, at, .. } => {
            assert_eq!(*at, cursor.seq * 10, "the instant of {cursor}");
            Some(cursor.seq)
        }
        _ => None,
    });
    let stands = heard.iter().find_map(|heard| match heard {
        Heard::Cursor(cursor) => Some(cursor.seq),
        _ => None,
    });
    Ok((events.collect(), stands))
}

/// What the carets of an error stand under.
fn marked(error: &str) -> &str {
    let lines: Vec<_> = error.lines().collect();
    let carets =
        lines.iter().position(|line| line.contains('^')).unwrap_or_else(|| panic!("no caret: {error}"));
    let (from, to) = (lines[carets].find('^').expect("one"), lines[carets].rfind('^').expect("one"));
    &lines[carets - 1][from..=to]
}

#[test]
fn what_is_wrong_is_shown_where_it_is() {
    for (ways, place, reason) in [
        ("[ways.sse]\npath = \"/sse\"\nspeed = 1", "speed", "unknown field `speed`"),
        ("[ways.sse]\npath = \"sse\"", "\"sse\"", "begins with a slash"),
        ("[ways.sse]\npath = \"/?from={since}\"", "\"/?from={since}\"", "there are {after}, {hold}"),
        ("[ways.sse]\npath = \"/{after}\"", "\"/{after}\"", "behind the question mark"),
        ("[ways.sse]\npath = \"/\"\nseq = \"seq\"", "\"seq\"", "JSON pointer"),
        ("[ways.sse]", "[ways.sse]", "missing field `path`"),
    ] {
        let error = Description::parse(&format!("{HEAD}{ways}")).unwrap_err().to_string();
        assert!(marked(&error) == place && error.contains(reason), "{ways}:\n{error}");
    }
}

#[test]
fn what_is_wrong_with_a_start_is_shown_too() {
    let ways = "[ways]\n";
    for (right, wrong, reason) in [
        ("name = \"mine\"", "name = \"My server\"", "a-z, 0-9 and hyphens"),
        ("name = \"mine\"", "name = \"fourways\"", "not \"fourways\""),
        (", zh = \"我的\"", "", "missing field `zh`"),
        ("[\"server\", \"--port={port}\"]", "[]", "needs a program"),
        ("{port}", "{prot}", "there are {port}, {rate}, {symbols}, {payload}"),
        ("install", "instal", "unknown field `instal`"),
    ] {
        let text = format!("{HEAD}{ways}").replace(right, wrong);
        let error = Description::parse(&text).unwrap_err().to_string();
        assert!(error.contains(reason) && error.contains('^'), "{wrong}:\n{error}");
    }
}

#[test]
fn the_shipped_descriptions_offer_all_four_ways() {
    let servers = concat!(env!("CARGO_MANIFEST_DIR"), "/../../benches/servers");
    for name in ["node", "python", "go", "nchan"] {
        let text = std::fs::read_to_string(format!("{servers}/{name}/server.toml")).unwrap();
        let description = Description::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(description.name, name);
        let ways: Vec<_> = description.ways.keys().map(String::as_str).collect();
        assert_eq!(ways, ["long-poll", "poll", "sse", "ws"], "{name}");
    }
}

#[test]
fn placeholders_are_filled() {
    let description = parse("[ways.any]\npath = \"/\"");
    let values = Values { port: 8080, rate: 0.5, symbols: 8, payload_bytes: 0 };
    assert_eq!(description.start.command.line(&values), ["server", "--port=8080"]);
    assert_eq!(description.start.ready_within(), Duration::from_secs(10));

    let hold = [("hold", &2.5 as &dyn std::fmt::Display)];
    let mut target = target("path = \"/next?since={after}&x=1&hold={hold}\"");
    assert_eq!(target.path_and_query("any", None, &hold), "/next?x=1&hold=2.5", "nothing is known yet");
    assert_eq!(target.path_and_query("any", Some(cursor(7)), &hold), "/next?since=7&x=1&hold=2.5");
    assert_eq!(target.cursor(cursor(7)), "7");
    assert!(target.described.take().unwrap().resumes());
    assert_eq!(target.path_and_query("any", Some(cursor(7)), &[]), "/any/?after=aaaaaa-7", "one of ours");
}

#[test]
fn events_stand_where_it_is_said() {
    let list = r#"[{"seq":1,"at":10},{"seq":2,"at":20}]"#;
    assert_eq!(hear("", list).unwrap(), (vec![1, 2], Some(2)), "a list");
    assert_eq!(hear("", r#"{"seq":3,"at":30}"#).unwrap(), (vec![3], Some(3)), "a single one");
    assert_eq!(hear("", "[]").unwrap(), (vec![], None), "nothing");
    let body = r#"{"head":9,"a/b":[[],{"n":4,"time":{"due":40}}]}"#;
    let way = "events = \"/a~1b/1\"\nseq = \"/n\"\nat = \"/time/due\"";
    assert_eq!(hear(way, body).unwrap(), (vec![4], Some(4)), "names and places");
    assert_eq!(
        hear(&format!("{way}\ncursor = \"/head\""), body).unwrap(),
        (vec![4], Some(9)),
        "it was looked on"
    );
}

#[test]
fn an_event_is_kept_as_it_was_sent() {
    let target = target("path = \"/\"");
    let heard = target.described.unwrap().message(br#"[ {"at" : 5,"x":1.50, "seq":1} ]"#).unwrap();
    let json = r#"{"at" : 5,"x":1.50, "seq":1}"#.into();
    assert_eq!(heard, [Heard::Event { cursor: cursor(1), at: 5, json }]);
}

#[test]
fn what_is_about_the_stream_is_no_event() {
    let described = target("path = \"/\"\nskip = \"/type\"").described.unwrap();
    assert_eq!(described.message(br#"{"type":"hello"}"#).unwrap(), []);
    assert_eq!(described.message(br#"{"seq":1,"at":1}"#).unwrap().len(), 1);
}

#[test]
fn what_does_not_fit_is_told_with_its_place() {
    for (way, body, reason) in [
        ("", "nonsense", "expected"),
        ("", r#"{"number":1,"at":1}"#, r#"no whole number at "/seq" of {"number":1"#),
        ("", r#"{"seq":1,"at":"now"}"#, r#"no whole number at "/at""#),
        ("", r#"[{"seq":-1,"at":1}]"#, r#"no whole number at "/seq""#),
        ("events = \"/events\"", r#"{"prices":[]}"#, r#"nothing at "/events" of {"prices""#),
        ("cursor = \"/head\"", r#"[]"#, r#"no whole number at "/head""#),
    ] {
        let error = hear(way, body).unwrap_err().to_string();
        assert!(error.contains(reason), "{body}: {error}");
    }
}

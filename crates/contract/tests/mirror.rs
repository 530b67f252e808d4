//! The diff is the lesson: the four ways have the same files, and in them the same regions and items in the same
//! order. Where a region does not apply, it stands there with the reason. And the rules of who may know whom.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const WAYS: [&str; 4] = ["poll", "long-poll", "ws", "sse"];
const FILES: [&str; 4] = ["client.rs", "lib.rs", "server.rs", "wire.rs"];
/// Items that every way has, in this order, by file. What only some have may stand between them.
const ITEMS: [(&str, &[&str]); 4] = [
    (
        "lib.rs",
        &["mod client", "mod server", "mod wire", "impl Transport", "fn card", "fn routes", "fn session"],
    ),
    ("wire.rs", &["fn encode", "fn decode"]),
    ("server.rs", &["fn routes", "async fn open", "fn deliver"]),
    ("client.rs", &["fn session"]),
];
/// The browser clients of the four ways, with the regions that each has.
const BROWSER: [&str; 4] = ["session", "receive", "heartbeat", "again"];
/// What a lesson can show of one region, in lines that are not empty: `web/lessons.ts` refuses a longer one.
const REGION_LINES_MAX: usize = 40;
/// Code lines of a way: the count that learners are shown as its complexity.
const LINES_MAX: usize = 325;

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crates folder").to_owned()
}

fn source(way: &str, file: &str) -> String {
    let path = crates().join(way).join("src").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn browser_client(way: &str) -> String {
    let path = crates().join(format!("../web/src/transports/{way}.ts"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of the regions of a file with their contents, in order.
fn regions(text: &str) -> Vec<(String, String)> {
    let (mut found, mut open) = (Vec::new(), None::<(String, String)>);
    for line in text.lines() {
        if let Some(name) = line.trim().strip_prefix("// #region ") {
            assert!(open.replace((name.to_owned(), String::new())).is_none(), "region {name} inside another");
        } else if line.trim() == "// #endregion" {
            found.push(open.take().expect("an open region"));
        } else if let Some((_, content)) = &mut open {
            content.push_str(line);
            content.push('\n');
        }
    }
    assert!(open.is_none(), "a region without an end");
    found
}

#[test]
fn same_files() {
    for way in WAYS {
        let mut files: Vec<_> = fs::read_dir(crates().join(way).join("src"))
            .expect("a source folder")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
            .collect();
        files.sort();
        assert_eq!(files, FILES, "{way}");
    }
}

#[test]
fn same_regions() {
    for file in FILES {
        let names = |way| regions(&source(way, file)).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        for way in WAYS {
            assert_eq!(names(way), names("poll"), "{way}/{file}");
        }
        assert!(!names("poll").is_empty(), "{file}");
    }
}

#[test]
fn the_browser_clients_mirror_each_other() {
    for way in WAYS {
        let text = browser_client(way);
        let names: Vec<_> = regions(&text).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, BROWSER, "{way}.ts");
        let mut rest = text.as_str();
        for item in [": Client = ", "function receive", "function again"] {
            let place =
                rest.find(item).unwrap_or_else(|| panic!("{way}.ts: {item} is missing or out of order"));
            rest = &rest[place + item.len()..];
        }
        assert!(
            regions(&text).iter().all(|(_, content)| content.trim().len() > 20),
            "{way}.ts has an empty region"
        );
    }
}

/// A region holds code, or says in a comment why it does not.
#[test]
fn no_empty_region() {
    for (way, file) in WAYS.into_iter().flat_map(|way| FILES.map(|file| (way, file))) {
        for (name, content) in regions(&source(way, file)) {
            assert!(content.trim().len() > 20, "{way}/{file}: region {name} is empty");
        }
    }
}

/// Every region can be shown whole: none is longer than what can be read at once.
#[test]
fn no_region_too_long_to_be_shown() {
    for way in WAYS {
        let mut files: Vec<_> =
            FILES.map(|file| (format!("{way}/{file}"), source(way, file))).into_iter().collect();
        files.push((format!("{way}.ts"), browser_client(way)));
        for (file, text) in files {
            for (name, content) in regions(&text) {
                let lines = content.lines().filter(|line| !line.trim().is_empty()).count();
                assert!(
                    lines <= REGION_LINES_MAX,
                    "{file}: region {name} has {lines} lines, at most {REGION_LINES_MAX} can be shown; make it two"
                );
            }
        }
    }
}

#[test]
fn same_items_in_the_same_order() {
    for (way, (file, items)) in WAYS.into_iter().flat_map(|way| ITEMS.map(|row| (way, row))) {
        let text = source(way, file);
        let mut rest = text.as_str();
        for item in items {
            let place =
                rest.find(item).unwrap_or_else(|| panic!("{way}/{file}: {item} is missing or out of order"));
            rest = &rest[place + item.len()..];
        }
    }
}

#[test]
fn a_way_is_small() {
    for way in WAYS {
        let code = |file| {
            let text = source(way, file);
            text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count()
        };
        let lines: usize = FILES.into_iter().map(code).sum();
        assert!(lines <= LINES_MAX, "{way} has {lines} code lines");
    }
}

/// The dependencies of a crate, tests aside.
fn dependencies(name: &str) -> Vec<String> {
    let text = fs::read_to_string(crates().join(name).join("Cargo.toml")).expect("a manifest");
    let section =
        text.split("[dependencies]").nth(1).unwrap_or_default().split("\n[").next().unwrap_or_default();
    section
        .lines()
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn who_may_know_whom() {
    for way in WAYS {
        let known = dependencies(way);
        assert!(
            known.iter().all(|name| !WAYS.contains(&name.as_str()) && name != "serve"),
            "{way} knows {known:?}"
        );
    }
    let network =
        ["axum", "http", "hyper", "hyper-util", "socket2", "tokio-tungstenite", "transport", "wire"];
    assert!(
        dependencies("feed").iter().all(|name| !network.contains(&name.as_str())),
        "feed knows a network"
    );
}

/// `wire.rs` turns bytes into events and back: it waits for nothing and reads no clock.
#[test]
fn wire_is_pure() {
    for way in WAYS {
        let text = source(way, "wire.rs");
        for word in ["tokio::", "std::net", "std::io", "Instant", "SystemTime", "async ", "fastrand"] {
            assert!(!text.contains(word), "{way}/wire.rs has {word}");
        }
    }
}

/// Only the command reads arguments, the environment and the limits of the process.
#[test]
fn only_the_command_reads_its_surroundings() {
    let mut found = BTreeMap::new();
    let mut folders: Vec<_> =
        ["feed", "wire", "transport", "poll", "long-poll", "ws", "sse", "serve", "classroom"]
            .map(|name| crates().join(name).join("src"))
            .into();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a source folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).expect("text");
            if ["std::env", "env::var", "SystemTime::now", "std::fs"].iter().any(|word| text.contains(word)) {
                found.insert(path.file_name().expect("a name").to_owned(), path);
            }
        }
    }
    // The clock is made in one place, and handed in everywhere else.
    assert_eq!(found.into_keys().collect::<Vec<_>>(), ["clock.rs"]);
}

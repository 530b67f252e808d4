//! The built page as it is served: language, codings, caching, policy. `just test` builds it first; without it the
//! server says how to.

use std::fs;
use std::path::PathBuf;

use contract::{Answer, Inside, Raw};

fn dist() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/dist"))
}

/// The page must be there, or nothing below would be tested.
fn built() {
    assert!(dist().join("en/index.html").exists(), "the page is not built: run `just page` first");
}

async fn get(server: &Inside, path: &str, headers: &str) -> (Answer, Vec<u8>) {
    let mut raw = Raw::connect(server.address()).await;
    raw.get(path, &format!("connection: close\r\n{headers}")).await;
    let head = raw.until("\r\n\r\n").await;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let body = raw.rest().await;
    (Answer { status, head: head.to_ascii_lowercase(), body: String::new() }, body)
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let lines = answer.head.split("\r\n").filter_map(|line| line.split_once(": "));
    lines.into_iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
}

#[tokio::test]
async fn without_a_built_page_it_says_how() {
    let server = Inside::start().await;
    let (answer, body) = get(&server, "/", "").await;
    if dist().join("en/index.html").exists() {
        assert_eq!((answer.status, header(&answer, "location")), (302, "/en/"));
    } else {
        assert_eq!(answer.status, 200);
        assert!(String::from_utf8_lossy(&body).contains("just page"));
    }
    let (answer, _) = get(&server, "/nothing/here", "").await;
    assert_eq!((answer.status, header(&answer, "content-type")), (404, "application/problem+json"));
    let (answer, _) = get(&server, "/../Cargo.toml", "").await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn a_page_that_is_not_there_is_not_there_twice() {
    let server = Inside::start().await;
    built();
    let (first, _) = get(&server, "/en/nothing", "accept: text/html\r\n").await;
    let known = header(&first, "etag");
    assert_eq!((first.status, known.is_empty()), (404, false));
    let again = format!("accept: text/html\r\nif-none-match: {known}\r\n");
    assert_eq!(get(&server, "/en/nothing", &again).await.0.status, 404);
}

#[tokio::test]
async fn a_visitor_gets_their_language() {
    let server = Inside::start().await;
    built();
    for (languages, lang) in
        [("", "en"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("de, en-GB", "en"), ("fr", "en"), ("fr,zh", "zh")]
    {
        let paths = [("/", ""), ("/board", "board"), ("/reports", "reports"), ("/lesson/ws", "08-websocket")];
        for (path, page) in paths {
            let (answer, _) = get(&server, path, &format!("accept-language: {languages}\r\n")).await;
            let wanted = format!("/{lang}/{page}");
            assert_eq!((answer.status, header(&answer, "location")), (302, &*wanted), "{languages}");
            assert_eq!(header(&answer, "vary"), "accept-language");
        }
    }
}

#[tokio::test]
async fn the_smallest_coding_that_is_taken_is_sent() {
    let server = Inside::start().await;
    built();
    for (accepts, coding, end) in [
        ("gzip, br", "br", ".br"),
        ("gzip", "gzip", ".gz"),
        ("br;q=0, gzip;q=0.1", "gzip", ".gz"),
        ("", "", ""),
        ("deflate", "", ""),
    ] {
        let (answer, body) = get(&server, "/en/", &format!("accept-encoding: {accepts}\r\n")).await;
        assert_eq!((answer.status, header(&answer, "content-encoding")), (200, coding), "{accepts}");
        assert_eq!(body, fs::read(dist().join(format!("en/index.html{end}"))).expect("a twin"));
        assert_eq!(header(&answer, "vary"), "accept-encoding");
        assert!(header(&answer, "content-security-policy").contains("default-src 'self'"));
        let again = format!("accept-encoding: {accepts}\r\nif-none-match: {}\r\n", header(&answer, "etag"));
        let (answer, body) = get(&server, "/en/", &again).await;
        assert_eq!((answer.status, body.len()), (304, 0));
    }
}

/// Every file is found, with a type; what has a hash in its name may be kept for ever; no page has a script inline.
#[tokio::test]
async fn every_file_is_served_as_it_is() {
    built();
    let server = Inside::start().await;
    let mut folders = vec![dist()];
    while let Some(folder) = folders.pop().filter(|folder| folder.exists()) {
        for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            let name = path.strip_prefix(dist()).expect("inside").to_str().expect("a name").to_owned();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if name.ends_with(".br") || name.ends_with(".gz") || name.starts_with('.') {
                continue;
            }
            let (answer, body) = get(&server, &format!("/{name}"), "").await;
            assert_eq!(answer.status, 200, "{name}");
            assert_eq!(body, fs::read(&path).expect("a file"), "{name}");
            assert_ne!(header(&answer, "content-type"), "application/octet-stream", "{name}");
            assert_eq!(
                header(&answer, "cache-control").contains("immutable"),
                name.starts_with("assets/"),
                "{name}"
            );
            if name.ends_with(".html") {
                let text = String::from_utf8(body).expect("text");
                assert!(
                    !text.contains("<script>") && !text.contains("<style"),
                    "{name} has something inline"
                );
                for script in text.split("<script").skip(1) {
                    assert!(script.split('>').next().is_some_and(|tag| tag.contains("src=")), "{name}");
                }
            }
        }
    }
}

//! The built page (`web/`), inside the binary: one file runs anywhere, offline.

use std::borrow::Cow;
use std::sync::Arc;

use axum::http::header::{self, HeaderValue};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use transport::Problem;

/// Empty when the page was not built: `just page` does that, and needs Node.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/dist"]
#[allow_missing = true]
struct Dist;

/// Everything comes from here and no script stands inline. The one style with a hash is the theme's: it stops all
/// transitions for the moment in which light becomes dark.
const POLICY: &str = "default-src 'self'; script-src 'self'; \
                      style-src 'self' 'sha256-skqujXORqzxt1aE0NNXxujEanPTX6raoqSscTV/Ww/Y='; \
                      style-src-attr 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
                      frame-ancestors 'none'; form-action 'none'; object-src 'none'";

/// The ports of a class's lanes, which its page may talk to as well; an extension of the requests.
#[derive(Clone, Debug)]
pub(crate) struct Lanes(pub(crate) Arc<[u16]>);

/// The lesson of a way, without its language.
const LESSONS: [(&str, &str); 4] =
    [("poll", "02-polling"), ("long-poll", "03-long-polling"), ("ws", "08-websocket"), ("sse", "05-sse")];

/// What the page has at this path, if anything.
pub(crate) fn find(parts: &Parts) -> Option<Response> {
    let found = read(parts)?;
    let reads = matches!(parts.method, Method::GET | Method::HEAD);
    if !reads && found.status() == StatusCode::NOT_FOUND {
        return None;
    }
    Some(if reads { found } else { not_read().into_response() })
}

fn not_read() -> Problem {
    let title = "this path does not take this method";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, title, "the Allow header tells which it takes")
        .header(header::ALLOW, HeaderValue::from_static("GET,HEAD"))
}

fn read(parts: &Parts) -> Option<Response> {
    let path = parts.uri.path().strip_prefix('/')?;
    if path.is_empty() && Dist::get("en/index.html").is_none() {
        return Some(not_built());
    }
    // The languages are siblings: which one a visitor gets first is the browser's word.
    if matches!(path, "" | "board" | "budget" | "join" | "reports" | "wire") {
        return Some(in_language(&parts.headers, path));
    }
    if let Some(way) = path.strip_prefix("lesson/") {
        let (_, lesson) = LESSONS.iter().find(|(name, _)| *name == way)?;
        return Some(in_language(&parts.headers, lesson));
    }
    let names =
        [path.to_owned(), format!("{path}.html"), format!("{}/index.html", path.trim_end_matches('/'))];
    if let Some(name) = names.iter().find(|name| Dist::get(name).is_some()) {
        return Some(file(name, parts, StatusCode::OK));
    }
    let reads_html = header_of(&parts.headers, header::ACCEPT).contains("text/html");
    reads_html.then(|| file("404.html", parts, StatusCode::NOT_FOUND))
}

/// Where `fourways run WAY` points the browser.
#[must_use]
pub fn lesson_path(way: &str) -> String {
    if LESSONS.iter().any(|(name, _)| *name == way) { format!("/lesson/{way}") } else { "/".to_owned() }
}

fn in_language(headers: &HeaderMap, page: &str) -> Response {
    // The first language of the list that is one of ours; browsers send them by preference.
    let wanted = header_of(headers, header::ACCEPT_LANGUAGE).to_ascii_lowercase();
    let lang = wanted
        .split(',')
        .map(str::trim)
        .find_map(|tag| ["en", "zh"].into_iter().find(|lang| tag.starts_with(lang)));
    let headers = [
        (header::LOCATION, format!("/{}/{page}", lang.unwrap_or("en"))),
        (header::VARY, "accept-language".to_owned()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
    ];
    (StatusCode::FOUND, headers).into_response()
}

fn file(name: &str, parts: &Parts, status: StatusCode) -> Response {
    let headers = &parts.headers;
    let accepts = header_of(headers, header::ACCEPT_ENCODING);
    let twin = [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .filter(|(coding, _)| takes(accepts, coding))
        .find_map(|(coding, end)| Some((coding, Dist::get(&format!("{name}{end}"))?)));
    let Some((coding, found)) = twin.or_else(|| Some(("identity", Dist::get(name)?))) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let is_page = name.ends_with(".html");
    // Chromium keeps the policy that it knows when it is told 304: another policy is another page.
    let lanes = parts.extensions.get::<Lanes>().filter(|_| is_page);
    let etag = etag(&found, coding, lanes);
    // Names under assets/ hold a hash of what is in them: they never change.
    let kept = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    // What the client knows counts only where the answer would be a success (RFC 9110 13.2.1).
    let known = header_of(headers, header::IF_NONE_MATCH);
    let mut response = if status.is_success() && poll::wire::matches(known, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        (status, found.data).into_response()
    };
    let mut set = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, kind(name));
    set(header::CACHE_CONTROL, kept);
    set(header::ETAG, &etag);
    set(header::VARY, "accept-encoding");
    if coding != "identity" {
        set(header::CONTENT_ENCODING, coding);
    }
    if is_page {
        set(header::CONTENT_SECURITY_POLICY, &policy(parts));
        set(header::REFERRER_POLICY, "no-referrer");
    }
    response
}

/// The policy; the page of a class may also talk to its lanes, at the host by which it was asked for.
fn policy(parts: &Parts) -> Cow<'static, str> {
    let lanes = parts.extensions.get::<Lanes>();
    // The door has let it in: it is a name of ours, and nothing but a host and a port.
    let host = header_of(&parts.headers, header::HOST).parse::<Authority>().ok();
    let Some((lanes, host)) = lanes.zip(host) else { return POLICY.into() };
    let mut sources = "connect-src 'self'".to_owned();
    // Sources know names and IPv4 addresses (CSP 3, "host-source"): what has brackets would be left out by the browser.
    let host = if host.host().starts_with('[') { "*" } else { host.host() };
    for port in lanes.0.iter() {
        let lane = format!("{host}:{port}");
        sources.push_str(&format!(" http://{lane} ws://{lane}"));
    }
    POLICY.replace("connect-src 'self'", &sources).into()
}

/// Whether `Accept-Encoding` takes a coding (RFC 9110 12.5.3): named, or covered by `*`, and not with `q=0`.
fn takes(accepts: &str, coding: &str) -> bool {
    let weight = |name: &str| {
        accepts.split(',').find_map(|item| {
            let mut parts = item.split(';').map(str::trim);
            parts.next().filter(|known| known.eq_ignore_ascii_case(name))?;
            let q = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            Some(q.map_or(1.0, |q| q.parse().unwrap_or(0.0)))
        })
    };
    weight(coding).or_else(|| weight("*")).is_some_and(|q: f32| q > 0.0)
}

fn etag(found: &EmbeddedFile, coding: &str, lanes: Option<&Lanes>) -> String {
    let hash: String =
        found.metadata.sha256_hash().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let ports: String =
        lanes.iter().flat_map(|lanes| lanes.0.iter()).map(|port| format!("-{port}")).collect();
    format!("\"{hash}-{coding}{ports}\"")
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

fn header_of(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn not_built() -> Response {
    let text = "The feed is served, but the page is not built: it needs Node 20 and `just page`.\n\
                行情已经在发送，但页面还没有构建：需要 Node 20，并运行 `just page`。\n\n\
                curl -N localhost:8080/sse/stock-price\n";
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_may_talk_to_its_lanes_and_nobody_else() {
        let policy = |host: &str, lanes: Option<Lanes>| {
            let (mut parts, ()) =
                axum::http::Request::get("/").header("host", host).body(()).unwrap().into_parts();
            lanes.map(|lanes| parts.extensions.insert(lanes));
            policy(&parts).into_owned()
        };
        let lanes = || Some(Lanes([8081, 8082].into()));
        assert_eq!(policy("localhost:8080", None), POLICY);
        for (host, name) in
            [("192.168.1.20:8080", "192.168.1.20"), ("localhost", "localhost"), ("[::1]:80", "*")]
        {
            let sources = format!(
                "; connect-src 'self' http://{name}:8081 ws://{name}:8081 http://{name}:8082 ws://{name}:8082; base-uri"
            );
            assert!(policy(host, lanes()).contains(&sources), "{}", policy(host, lanes()));
        }
    }

    #[test]
    fn codings_are_taken_as_they_are_weighed() {
        for (accepts, br) in [
            ("br", true),
            ("gzip, br;q=0.1", true),
            ("*", true),
            ("BR", true),
            ("", false),
            ("br;q=0", false),
            ("*;q=0", false),
            ("gzip", false),
            ("br;q=0, *", false),
            ("brotli", false),
        ] {
            assert_eq!(takes(accepts, "br"), br, "{accepts:?}");
        }
    }
}

//! The page at the root: plain files inside the binary, under a policy that lets nothing in from elsewhere.

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use transport::Site;

/// Everything comes from here, nothing inline, no frame around it.
const POLICY: &str =
    "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'; object-src 'none'";

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/", get(|| async { file("text/html; charset=utf-8", include_str!("../page/index.html")) }))
        .route(
            "/page.css",
            get(|| async { file("text/css; charset=utf-8", include_str!("../page/page.css")) }),
        )
        .route(
            "/page.js",
            get(|| async { file("text/javascript; charset=utf-8", include_str!("../page/page.js")) }),
        )
        .route(
            "/lanes.js",
            get(|| async { file("text/javascript; charset=utf-8", include_str!("../page/lanes.js")) }),
        )
        .route(
            "/words.js",
            get(|| async { file("text/javascript; charset=utf-8", include_str!("../page/words.js")) }),
        )
        .route("/favicon.ico", get(|| async { file("image/svg+xml", include_str!("../page/icon.svg")) }))
}

fn file(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, text).into_response()
}

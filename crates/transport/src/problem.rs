//! A refusal that a person can act on: what is wrong, where, and the way out. `application/problem+json`, RFC 9457.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A refused request.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    body: Body,
    headers: Vec<(HeaderName, HeaderValue)>,
}

#[derive(Clone, Debug, Serialize)]
struct Body {
    r#type: &'static str,
    title: String,
    status: u16,
    #[serde(skip_serializing_if = "str::is_empty")]
    r#where: &'static str,
    detail: String,
}

impl Problem {
    /// `title` says what is wrong, `detail` the way out. Neither may hold a path of this machine or a backtrace.
    pub fn new(status: StatusCode, title: impl Into<String>, detail: impl Into<String>) -> Self {
        let body = Body {
            r#type: "about:blank",
            title: title.into(),
            status: status.as_u16(),
            r#where: "",
            detail: detail.into(),
        };
        Self { status, body, headers: Vec::new() }
    }

    /// A request that is malformed at `place`, for example ``query parameter `after` ``.
    pub fn bad(place: &'static str, title: impl Into<String>, detail: impl Into<String>) -> Self {
        let mut problem = Self::new(StatusCode::BAD_REQUEST, title, detail);
        problem.body.r#where = place;
        problem
    }

    /// When to come back, in seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u16) -> Self {
        self.header(header::RETRY_AFTER, seconds.into())
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Its status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What is wrong.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.body.title
    }

    /// The body.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string(&self.body).unwrap_or_default()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.json()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(self.headers);
        response
    }
}

//! A request for a topic, read strictly: a parameter that is there must be right, one that is unknown is ignored.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use feed::topics::NoTopic;
use feed::{Cursor, Epoch, Feed, Feeds, Market, Reader, Since, Wanted};
use wire::{Account, Line, Name};

use crate::problem::Problem;
use crate::site::Site;

/// The longest `lane`, in bytes.
const LANE_MAX: usize = 64;

/// What a client asks of a topic.
#[derive(Debug)]
pub struct Ask {
    /// The topic.
    pub feed: Feed,
    /// What the client has already; none asks for the snapshot.
    pub since: Option<Since>,
    /// Which keys it wants.
    pub wanted: Wanted,
    /// Whether only the newest per key is wanted when it is behind.
    pub conflate: bool,
    /// How long a long poll may be held.
    pub hold: Duration,
    /// Where its bytes and events are counted.
    pub account: Arc<Account>,
}

impl Ask {
    /// Reads a request of `way` for the topic that its path ends with.
    ///
    /// # Errors
    /// 404 for an unknown topic or job, 400 for every parameter that is malformed or given twice.
    pub fn read(site: &Site, way: &'static str, parts: &Parts) -> Result<Self, Problem> {
        let query = Query::of(parts);
        let since = match query.one("after", "query parameter `after`")? {
            Some(text) => Some(text.parse().map_err(|error: feed::BadCursor| {
                Problem::bad(
                    "query parameter `after`",
                    error.to_string(),
                    "send the cursor of the last answer, or leave it out to start with the newest events",
                )
            })?),
            None => None,
        };
        Self::read_since(site, way, parts, &query, since)
    }

    /// Reads a request whose `Last-Event-ID`, if it has one that is not empty, alone says where to resume. It never
    /// fails for a bad one: EventSource would give up for good at an error status, so the reader gets a gap instead.
    ///
    /// # Errors
    /// As [`Ask::read`]; `after` is not even parsed beside a `Last-Event-ID`.
    pub fn read_resuming(site: &Site, way: &'static str, parts: &Parts) -> Result<Self, Problem> {
        match last_event_id(&parts.headers) {
            Some(since) => Self::read_since(site, way, parts, &Query::of(parts), Some(since)),
            None => Self::read(site, way, parts),
        }
    }

    fn read_since(
        site: &Site,
        way: &'static str,
        parts: &Parts,
        query: &Query<'_>,
        since: Option<Since>,
    ) -> Result<Self, Problem> {
        let lane = read_lane(query)?;
        let feed = find(site, parts, query)?;
        let wanted = match query.one("symbols", "query parameter `symbols`")? {
            Some(list) => Self::wanted(&feed, list.split(','))?,
            None => Wanted::ALL,
        };
        let conflate = match query.one("conflate", "query parameter `conflate`")? {
            None | Some("0") => false,
            Some("1") => true,
            Some(_) => {
                return Err(Problem::bad(
                    "query parameter `conflate`",
                    "conflate is not 0 or 1",
                    "leave it out, or send conflate=1",
                ));
            }
        };
        let hold = read_hold(site, query)?;
        let name = Name { way, topic: feed.shape().name, lane };
        let account = site.ledger().account(name);
        if let Some(line) = parts.extensions.get::<Arc<Line>>() {
            line.serve(Arc::clone(&account));
        }
        Ok(Self { feed, since, wanted, conflate, hold, account })
    }

    /// A reader as it was asked for.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.feed.reader(self.since, self.wanted, self.conflate)
    }

    /// The keys of these symbols of `feed`; no names want all.
    ///
    /// # Errors
    /// 400 for a name that is none of its symbols.
    pub fn wanted<'a>(feed: &Feed, names: impl IntoIterator<Item = &'a str>) -> Result<Wanted, Problem> {
        let market = feed.market();
        let unknown = || {
            let known = market.as_ref().map_or_else(Vec::new, Market::symbols).join(", ");
            let known = if known.is_empty() {
                "this topic has none".to_owned()
            } else {
                format!("there are {known}")
            };
            Problem::bad("query parameter `symbols`", "symbols names an unknown symbol", known)
        };
        let key = |name| market.as_ref().and_then(|market| market.key(name)).ok_or_else(unknown);
        let keys = names.into_iter().map(key).collect::<Result<Vec<_>, _>>()?;
        Ok(if keys.is_empty() { Wanted::ALL } else { Wanted::only(keys) })
    }

    /// Whether the client has all of a topic that has ended: the one reason to tell it to stop for good.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.since.is_some_and(|since| self.feed.ends_at(since))
    }
}

fn find(site: &Site, parts: &Parts, query: &Query<'_>) -> Result<Feed, Problem> {
    let topic = match parts.uri.path() {
        // The tutorial's first sample subscribes to this.
        "/events" => "stock-price",
        path => path.rsplit('/').next().unwrap_or_default(),
    };
    let job = query.one("job", "query parameter `job`")?;
    if job.is_some_and(|job| job.parse::<Epoch>().is_err()) {
        let detail = "it has six characters of a-z and 0-9, as the answer to POST /api/jobs told it";
        return Err(Problem::bad("query parameter `job`", "job is not an ID", detail));
    }
    site.feeds().find(topic, job).map_err(|error| match error {
        NoTopic::Unknown => Problem::new(
            StatusCode::NOT_FOUND,
            error.to_string(),
            format!("the topics are {}", Feeds::NAMES.join(", ")),
        ),
        NoTopic::JobMissing => Problem::bad(
            "query parameter `job`",
            error.to_string(),
            "start one by POST /api/jobs; its answer holds the ID",
        ),
        NoTopic::JobUnknown => Problem::new(
            StatusCode::NOT_FOUND,
            error.to_string(),
            "start one by POST /api/jobs; a job is forgotten five minutes after its end",
        ),
    })
}

fn read_lane(query: &Query<'_>) -> Result<String, Problem> {
    let Some(lane) = query.one("lane", "query parameter `lane`")? else { return Ok(String::new()) };
    let good = (1..=LANE_MAX).contains(&lane.len())
        && lane.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let problem = || {
        Problem::bad(
            "query parameter `lane`",
            "lane is not a name",
            "it has 1 to 64 characters of A-Z a-z 0-9 - _ .",
        )
    };
    good.then(|| lane.to_owned()).ok_or_else(problem)
}

fn read_hold(site: &Site, query: &Query<'_>) -> Result<Duration, Problem> {
    let limits = site.limits();
    let Some(text) = query.one("hold", "query parameter `hold`")? else {
        return Ok(Duration::from_millis(limits.hold_ms));
    };
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let hold =
        text.parse().ok().filter(|_| plain).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let max = Duration::from_millis(limits.hold_ms_max);
    hold.filter(|hold| *hold <= max).ok_or_else(|| {
        let detail = format!("it is a number of seconds from 0 to {}, decimals allowed", max.as_secs_f64());
        Problem::bad("query parameter `hold`", "hold is out of range", detail)
    })
}

/// What EventSource sends when it reconnects. A bare number is no cursor here: it is for typing `after` by hand.
fn last_event_id(headers: &HeaderMap) -> Option<Since> {
    let mut values = headers.get_all("last-event-id").iter().filter(|value| !value.is_empty());
    let first = values.next()?;
    let cursor = first.to_str().ok().and_then(|text| text.parse::<Cursor>().ok());
    Some(cursor.filter(|_| values.next().is_none()).map_or(Since::Malformed, Since::from))
}

/// The query of a request.
#[derive(Debug)]
pub struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Query<'a> {
    /// Its parameters, decoded.
    #[must_use]
    pub fn of(parts: &'a Parts) -> Self {
        Self(form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).collect())
    }

    /// The value of a parameter that may stand there once.
    ///
    /// # Errors
    /// 400 when it is given twice or empty.
    pub fn one(&self, name: &str, place: &'static str) -> Result<Option<&str>, Problem> {
        let mut values = self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_ref());
        let first = values.next();
        if values.next().is_some() {
            return Err(Problem::bad(place, format!("{name} is given twice"), "send it once"));
        }
        if first == Some("") {
            return Err(Problem::bad(place, format!("{name} is empty"), "give it a value or leave it out"));
        }
        Ok(first)
    }
}

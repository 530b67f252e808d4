//! The live connection of a page: what happens, downwards; and upwards what a phone says of itself.
//!
//! Whoever says too much, too fast or nothing that means anything, or does not read, is told or dropped, and costs
//! nobody else anything.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts as _;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use bytes::Bytes;
use serde_json::json;
use serve::Peer;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until, timeout};
use transport::{Ping, Pings, Problem, Site};
use wire::Line;

use crate::flow::Flow;
use crate::phones::{Joining, Key, Phones};
use crate::said::Said;
use crate::seats::Seat;
use crate::teller::{Told, state_text};
use crate::{Class, random};

/// The largest message of a page, in bytes.
const MESSAGE_MAX: usize = 1024;
/// Messages of one connection in a second.
const MESSAGES_PER_S: u32 = 20;
/// What the server holds for one connection: more than its largest message.
const WRITE_MAX: usize = 256 * 1024;
const BUFFER: usize = 4 * 1024;
/// A connection that takes nothing for so long is dropped.
const FULL: Duration = Duration::from_secs(5);
/// How long one of the presenter's places waits for the token.
const PROOF: Duration = Duration::from_secs(5);
/// How far behind the newest event a phone may say to be. Farther is a slip, or nonsense.
const SEQ_BEHIND_MAX: u64 = 1_000;
/// How far ahead of this process a lane may be: what is not due by then has not happened.
const AHEAD_US: u64 = 100_000;

/// Opens a live connection.
pub(crate) async fn open(site: Site, class: Arc<Class>, mut parts: Parts) -> Result<Response, Problem> {
    let line = parts.extensions.get::<Arc<Line>>().cloned();
    let peer = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
    let may_present = class.presenter.may_be_at(&parts.extensions);
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &site).await;
    let upgrade = upgrade.map_err(|error| {
        let detail = "open it with a WebSocket client; GET /api/class tells the state once";
        Problem::new(StatusCode::BAD_REQUEST, error.body_text(), detail)
    })?;
    let seat = class.seats.take(peer, may_present)?;
    if let Some(line) = &line {
        line.upgraded();
    }
    let upgrade = upgrade.read_buffer_size(BUFFER).write_buffer_size(BUFFER).max_write_buffer_size(WRITE_MAX);
    let upgrade = upgrade.max_message_size(MESSAGE_MAX).max_frame_size(MESSAGE_MAX);
    let (pace, flow) = (Pace::new(), Flow::new(line));
    let visitor = Visitor { site, class, seat, may_present, presents: false, phone: None, pace, flow };
    Ok(upgrade.on_upgrade(move |socket| visitor.stay(socket)))
}

/// Whoever sits at a live connection.
struct Visitor {
    site: Site,
    class: Arc<Class>,
    seat: Seat,
    may_present: bool,
    presents: bool,
    /// The phone that has joined here.
    phone: Option<Key>,
    pace: Pace,
    flow: Flow,
}

impl Drop for Visitor {
    fn drop(&mut self) {
        if let Some(key) = self.phone {
            self.with_phones(|phones| phones.leave(key));
        }
    }
}

impl Visitor {
    /// Does something with the phones, and says so only if others could see it.
    fn with_phones<T>(&self, what: impl FnOnce(&Phones) -> T) -> T {
        let phones = &self.class.phones;
        let (before, done) = (phones.told(), what(phones));
        if phones.told() != before {
            self.class.news.changed();
        }
        done
    }

    async fn stay(mut self, mut socket: WebSocket) {
        if let Some(code) = self.talk(&mut socket).await {
            end(socket, code).await;
        }
    }

    /// Until somebody ends it; returns the code to say goodbye with, if there is somebody to say it to.
    async fn talk(&mut self, socket: &mut WebSocket) -> Option<u16> {
        // First the ear, then the state: nothing that happens in between is missed.
        let mut told = self.class.teller.listen();
        let (mut drain, mut pings) = (self.site.draining(), Pings::new(self.site.limits()));
        let proof = Instant::now() + PROOF;
        write(socket, Message::Text(state_text(&self.class))).await?;
        loop {
            let message = tokio::select! {
                told = told.recv() => match told {
                    Ok(Told::Boards(text)) if self.phone.is_none() => Message::Text(text),
                    Ok(Told::Phones(text)) if self.phone.is_some() => Message::Text(text),
                    Ok(Told::Boards(_) | Told::Phones(_)) => continue,
                    // It has not read for seconds.
                    Err(RecvError::Lagged(_)) => return Some(close_code::POLICY),
                    Err(RecvError::Closed) => return Some(close_code::AWAY),
                },
                heard = self.flow.listen(socket) => match heard.and_then(|heard| self.hear(heard)) {
                    Ok(Some(text)) => Message::Text(text),
                    Ok(None) => continue,
                    Err(Over::Pong) => { pings.answered(); continue }
                    Err(Over::Close(code)) => return Some(code),
                },
                ping = pings.due() => match ping {
                    Ping::Send => Message::Ping(Bytes::new()),
                    Ping::Unanswered => return None,
                },
                () = drain.begun() => return Some(close_code::AWAY),
                () = sleep_until(proof), if self.seat.is_reserved() && !self.presents => {
                    return Some(close_code::AGAIN);
                }
            };
            write(socket, message).await?;
        }
    }

    /// Does what the page says, and returns the answer.
    fn hear(&mut self, heard: Option<Result<Message, axum::Error>>) -> Result<Option<Utf8Bytes>, Over> {
        let message = match heard {
            None | Some(Ok(Message::Close(_))) => return Err(Over::Close(close_code::NORMAL)),
            // Too large, or no WebSocket.
            Some(Err(_)) => return Err(Over::Close(close_code::POLICY)),
            Some(Ok(Message::Pong(_))) => return Err(Over::Pong),
            Some(Ok(message)) => message,
        };
        if !self.pace.allows(Instant::now()) {
            return Err(Over::Close(close_code::POLICY));
        }
        let answer = match &message {
            Message::Text(text) => Said::read(text).and_then(|said| self.follow(said)),
            // tungstenite has queued the pong already.
            Message::Ping(_) => Ok(None),
            _ => Err("binary messages mean nothing here".to_owned()),
        };
        Ok(answer.unwrap_or_else(|title| Some(json!({"type": "error", "title": title}).to_string().into())))
    }

    fn follow(&mut self, said: Said) -> Result<Option<Utf8Bytes>, String> {
        const JOIN_FIRST: &str = "join first: {\"join\":null}";
        let class = Arc::clone(&self.class);
        let phone = self.phone.ok_or_else(|| JOIN_FIRST.to_owned());
        match said {
            Said::Presenter(token) if self.may_present && class.presenter.has_token(&token) => {
                self.presents = true;
                self.seat.is_the_presenters();
            }
            Said::Presenter(_) => return Err("this is not the presenter, or not from here".to_owned()),
            Said::Join(lane, key) => {
                let fresh = random().map_err(|error| error.to_string())?;
                let (before, address) = (self.phone, self.seat.address());
                let joining = Joining { lane, key, before, fresh, address };
                let joined = self.with_phones(|phones| phones.join(joining));
                let (key, you) = joined.ok_or("there is no room for one more phone")?;
                self.phone = Some(key);
                let mut told = json!(you);
                told["type"] = "you".into();
                return Ok(Some(told.to_string().into()));
            }
            Said::Got { epoch, seq } => {
                let head = self.site.feeds().ticker().feed().head();
                let due = class.lanes.markets().0.head_at(self.site.clock().now_us() + AHEAD_US);
                let newest = due.max(head.seq);
                if epoch == head.epoch.as_str()
                    && (head.seq.saturating_sub(SEQ_BEHIND_MAX)..=newest).contains(&seq)
                {
                    class.phones.got(phone?, seq);
                }
            }
            Said::Bet(lane) => {
                let phone = phone?;
                if !class.scene_and_bets().1.open {
                    return Err("no bets are taken now".to_owned());
                }
                if !self.with_phones(|phones| phones.bet(phone, lane)) {
                    return Err(JOIN_FIRST.to_owned());
                }
            }
            Said::Bye => {
                let phone = phone?;
                self.with_phones(|phones| phones.bye(phone));
                self.phone = None;
            }
        }
        Ok(None)
    }
}

/// What is no message of a page.
pub(crate) enum Over {
    Pong,
    Close(u16),
}

/// How fast a connection may speak: so many messages at once, and so many more each second.
struct Pace {
    left: f64,
    since: Instant,
}

impl Pace {
    fn new() -> Self {
        Self { left: MESSAGES_PER_S.into(), since: Instant::now() }
    }

    fn allows(&mut self, now: Instant) -> bool {
        let most = f64::from(MESSAGES_PER_S);
        self.left = (self.left + now.duration_since(self.since).as_secs_f64() * most).min(most);
        self.since = now;
        self.left -= 1.0;
        self.left >= 0.0
    }
}

/// None when the connection takes nothing any more.
async fn write(socket: &mut WebSocket, message: Message) -> Option<()> {
    timeout(FULL, socket.send(message)).await.ok()?.ok()
}

/// The closing handshake (RFC 6455 7.1.2): our close frame, then whatever the page still says, for a second.
async fn end(mut socket: WebSocket, code: u16) {
    let frame = CloseFrame { code, reason: Utf8Bytes::default() };
    let goodbye = async {
        if socket.send(Message::Close(Some(frame))).await.is_ok() || code == close_code::NORMAL {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    if timeout(Duration::from_secs(1), goodbye).await.is_err() {
        tracing::debug!("a page did not answer the close frame");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_pace_has_a_burst_and_a_rate() {
        let mut pace = Pace::new();
        let burst = (0..100).filter(|_| pace.allows(Instant::now())).count();
        assert_eq!(burst, MESSAGES_PER_S as usize);
        tokio::time::advance(Duration::from_secs(60)).await;
        let later = (0..100).filter(|_| pace.allows(Instant::now())).count();
        assert_eq!(later, MESSAGES_PER_S as usize, "silence is not saved up");
    }
}

//! Who may change what everybody sees: the one who can read the terminal of the server.
//!
//! The token stands behind the `#` of the address that the server prints. A browser sends no fragment to anyone; the page
//! takes it out of the address and sends it as `Authorization: Bearer` (RFC 6750 2.1). It is in no query and in no log.

use std::fmt;
use std::hint::black_box;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use transport::Problem;

use crate::door::{Local, Peer};

/// The presenter of one process. Cloning shares the token.
#[derive(Clone)]
pub struct Presenter {
    token: Arc<str>,
    /// Whether the presenter may come from another machine. Otherwise only loopback is let in.
    pub remote_control: bool,
}

/// This machine has no random numbers to give.
#[derive(Debug, thiserror::Error)]
#[error("the presenter's token cannot be drawn: {0}")]
pub struct NoToken(#[from] getrandom::Error);

impl Presenter {
    /// A presenter with a token of 128 random bits of the operating system, on loopback only.
    ///
    /// # Errors
    /// When the operating system gives none.
    pub fn draw() -> Result<Self, NoToken> {
        let mut bits = [0; 16];
        getrandom::fill(&mut bits)?;
        Ok(Self { token: format!("{:032x}", u128::from_be_bytes(bits)).into(), remote_control: false })
    }

    /// The token, 32 hexadecimal digits. It is for the terminal alone.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// What follows the path of the page's address: `#presenter=TOKEN`.
    #[must_use]
    pub fn fragment(&self) -> String {
        format!("#presenter={}", self.token)
    }

    /// Lets a request of the presenter in. Ask before its body is read: nobody else's is worth it.
    ///
    /// # Errors
    /// 403 from another machine, or where no connection is known; 401 without the token.
    pub fn admit(&self, request: &Request) -> Result<(), Problem> {
        if !self.may_be_at(request.extensions()) {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "the presenter sits at the server itself",
                "open the address that the server printed, on the machine where it runs",
            ));
        }
        if self.knows(request.headers()) {
            return Ok(());
        }
        let title = "this needs the presenter's token";
        let detail = "open the address that the server printed, with all that follows its #; a program sends \
                      Authorization: Bearer TOKEN";
        Err(Problem::new(StatusCode::UNAUTHORIZED, title, detail)
            .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")))
    }

    /// Whether the presenter may be where a request with these extensions comes from: at this machine, or anywhere by
    /// [`Presenter::remote_control`].
    #[must_use]
    pub fn may_be_at(&self, extensions: &Extensions) -> bool {
        let peer = extensions.get::<Peer>().map(|peer| peer.0);
        let local = extensions.get::<Local>().map(|local| local.0);
        self.remote_control || peer.is_some_and(|peer| is_near(peer, local))
    }

    /// Whether this is the token.
    #[must_use]
    pub fn has_token(&self, given: &str) -> bool {
        is_same(given.as_bytes(), self.token.as_bytes())
    }

    /// Whether the headers hold the token, once. The name of the scheme is in any case (RFC 9110 11.1).
    fn knows(&self, headers: &HeaderMap) -> bool {
        let mut given = headers.get_all(header::AUTHORIZATION).iter();
        let (Some(value), None) = (given.next(), given.next()) else { return false };
        let Some((scheme, token)) = value.to_str().ok().and_then(|text| text.split_once(' ')) else {
            return false;
        };
        scheme.eq_ignore_ascii_case("bearer") && self.has_token(token.trim())
    }
}

impl fmt::Debug for Presenter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whoever logs it, logs no token.
        f.debug_struct("Presenter").field("remote_control", &self.remote_control).finish_non_exhaustive()
    }
}

/// Whether a connection that came in at the address `local` comes from this machine: by loopback, or from that address
/// to itself. A dual-stack socket shows 127.0.0.1 as `::ffff:127.0.0.1`.
fn is_near(peer: IpAddr, local: Option<IpAddr>) -> bool {
    let peer = peer.to_canonical();
    peer.is_loopback() || Some(peer) == local.map(|local| local.to_canonical())
}

/// Compares all bytes whatever the first ones are: how long it takes says nothing of how many are right.
fn is_same(given: &[u8], token: &[u8]) -> bool {
    let differing = given.iter().zip(token).fold(0, |sum, (a, b)| black_box(sum | (a ^ b)));
    given.len() == token.len() && differing == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knows(presenter: &Presenter, values: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, value.parse().unwrap());
        }
        presenter.knows(&headers)
    }

    #[test]
    fn only_the_whole_token_is_known() {
        let presenter = Presenter::draw().unwrap();
        let (good, token) = (format!("Bearer {}", presenter.token()), presenter.token());
        assert!(knows(&presenter, &[&good]) && knows(&presenter, &[&good.replace("Bearer", "bearer")]));
        let other = Presenter::draw().unwrap();
        for values in [
            &[][..],
            &[""],
            &["Bearer"],
            &["Bearer "],
            &[token],
            &[&good[..good.len() - 1]],
            &[&format!("{good}0")],
            &[&good.to_ascii_uppercase().replace("BEARER", "Basic")],
            &[&format!("Bearer {}", other.token())],
            &[&good, &good],
        ] {
            assert!(!knows(&presenter, values), "{values:?}");
        }
    }

    #[test]
    fn a_token_is_new_each_time_and_never_printed() {
        let (one, two) = (Presenter::draw().unwrap(), Presenter::draw().unwrap());
        assert_ne!(one.token(), two.token());
        assert!(one.token().len() == 32 && one.token().bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert!(!format!("{one:?}").contains(one.token()));
    }

    #[test]
    fn near_is_this_machine_however_it_is_written() {
        let lan: IpAddr = "192.168.1.20".parse().unwrap();
        for near in
            ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "192.168.1.20", "::ffff:192.168.1.20"]
        {
            assert!(is_near(near.parse().unwrap(), Some(lan)), "{near}");
        }
        for far in ["192.168.1.21", "0.0.0.0", "::", "::ffff:192.168.1.21", "fe80::1"] {
            assert!(!is_near(far.parse().unwrap(), Some(lan)), "{far}");
        }
        assert!(!is_near(lan, None), "whose address it is, is not known");
    }
}

//! A page that was asked for before the one in front of it has ended.

use crate::auth::{AccessToken, ConfidentialClient};
use crate::http::{Flight, Request, Url};

/// The request for a page, and the token that it went out with.
#[derive(Debug)]
pub(crate) struct Ahead {
    pub(super) url: Url,
    pub(super) token: AccessToken,
    pub(super) flight: Flight,
}

impl Ahead {
    /// Asks for a page, if that needs nothing but a thread.
    pub(super) fn ask(
        client: &ConfidentialClient,
        url: Url,
        headers: &[(String, String)],
    ) -> Option<Self> {
        if client.throttled_for(url.origin()).is_some() {
            return None;
        }
        let token = client.token_at_hand()?;
        let request = Request {
            headers,
            bearer: Some(token.secret()),
            ..Request::get(&url)
        };
        let flight = client.http().send_ahead(&request)?;
        Some(Self { url, token, flight })
    }
}

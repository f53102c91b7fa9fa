//! A page that was asked for before the one in front of it has ended.

use crate::auth::{AccessToken, ConfidentialClient};
use crate::http::{PendingResponse, Request, Url};

/// The request for a page, and the token that it went out with.
#[derive(Debug)]
pub(crate) struct Prefetch {
    pub(crate) url: Url,
    pub(crate) token: AccessToken,
    pub(crate) flight: PendingResponse,
}

impl Prefetch {
    /// Asks for a page, if that needs nothing but a thread.
    pub(crate) fn ask(
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

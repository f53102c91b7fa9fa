//! One call: whatever is sent goes through here, with its retries.

#[cfg(feature = "cli")]
use std::time::Duration;
use std::time::{Instant, SystemTime};

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::auth::{AccessToken, ConfidentialClient, RefreshReason};
use crate::error::Error;
use crate::graph::odata::error::{RequestContext, refusal};
use crate::graph::prefetch::Prefetch;
use crate::http::{
    Attempts, Failed, Failure, Origin, PendingResponse, Repeats, Request, Response, TransportError,
};

/// The bound on the body of an error.
pub(crate) const MAX_REFUSAL: usize = 1 << 20;

/// A call to Graph, or to where Graph has led: its attempts share one budget of time, and none is
/// made while the host is known to be throttled.
///
/// Who reads a body reports by [`failed`](Self::failed) that it broke off and sends the request
/// again: that is another attempt of the same call.
#[derive(Clone, Debug)]
pub(crate) struct Call<'c> {
    client: &'c ConfidentialClient,
    attempts: Attempts,
    /// Whether a refused token was replaced: once is enough.
    is_fresh: bool,
}

impl<'c> Call<'c> {
    pub(crate) fn new(client: &'c ConfidentialClient) -> Self {
        Self {
            client,
            attempts: client.http().attempts(),
            is_fresh: false,
        }
    }

    /// A call that waits for nothing: what cannot be sent now is not sent.
    #[cfg(feature = "cli")]
    pub(crate) fn without_retry(client: &'c ConfidentialClient) -> Self {
        Self {
            attempts: Attempts::new(Duration::ZERO),
            ..Self::new(client)
        }
    }

    /// Begins anew, because there was progress.
    pub(crate) fn renew(&mut self) {
        *self = Self::new(self.client);
    }

    /// How many attempts have failed since there was progress.
    pub(crate) fn failures(&self) -> u32 {
        self.attempts.failed()
    }

    /// Sends a request with the bearer until there is a response that is not worth a retry, or
    /// the budget is used up: then the last response is returned. A 401 gets one fresh token.
    pub(crate) fn send(&mut self, request: &Request<'_>) -> Result<GraphResponse, Error> {
        self.send_after(None, request)
    }

    /// [`send`](Self::send), with what was asked for ahead as the first attempt.
    pub(crate) fn send_after(
        &mut self,
        ahead: Option<Prefetch>,
        request: &Request<'_>,
    ) -> Result<GraphResponse, Error> {
        let (mut token, mut flight) = match ahead {
            Some(ahead) => (Some(ahead.token), Some(ahead.flight)),
            None => (None, None),
        };
        loop {
            if flight.is_none() {
                self.pass_gate(request.url.origin())?;
            }
            let Some(used) = token.take().or_else(|| self.client.token_at_hand()) else {
                // That may take long: the gate is read again.
                token = Some(self.client.acquire_token()?);
                continue;
            };
            let authorized = Request {
                bearer: Some(used.secret()),
                ..request.clone()
            };
            let outcome = self.attempt(flight.take(), &authorized);
            let Some(mut response) = self.next(request, outcome)? else {
                continue;
            };
            if response.status == 401 && !self.is_fresh && request.content.can_be_sent() {
                self.is_fresh = true;
                let claims = response.headers("www-authenticate").find_map(claims);
                response.body.drain();
                token = Some(self.replace(&used, claims.as_deref())?);
                continue;
            }
            return Ok(GraphResponse {
                response,
                token: used,
                consent: self.client.consent_url(),
                clear: self.client.clear_command().to_owned(),
                path: request.url.path_and_query().to_owned(),
                method: request.method.to_owned(),
                is_unsure: request.repeats == Repeats::Unapplied,
            });
        }
    }

    /// [`send`](Self::send) without the bearer, to where Graph has led.
    pub(crate) fn send_bare(&mut self, request: &Request<'_>) -> Result<Response, Error> {
        loop {
            let outcome = self.send_once(request);
            if let Some(response) = self.next(request, outcome)? {
                return Ok(response);
            }
        }
    }

    /// One attempt without the bearer; what comes next is up to the caller.
    pub(crate) fn send_once(&mut self, request: &Request<'_>) -> Result<Response, TransportError> {
        self.pass_gate(request.url.origin())
            .map_err(TransportError::before_sending)?;
        self.attempt(None, request)
    }

    /// Sends a request until a success, which is JSON, has come whole; `max` bounds its body.
    pub(crate) fn read(
        &mut self,
        request: &Request<'_>,
        max: usize,
    ) -> Result<(Response, Vec<u8>), Error> {
        loop {
            let mut response = self.send(request)?.accepted()?;
            match response.body.read_all_json(max) {
                Ok(body) => return Ok((response, body)),
                Err(fault) => self.failed(request.url.origin(), fault.into())?,
            }
        }
    }

    /// Counts an attempt whose response was no use after all, and waits until there may be
    /// another; else the error is returned.
    pub(crate) fn failed(&mut self, origin: &Origin, failed: Failed) -> Result<(), Error> {
        let http = self.client.http();
        http.wait_after(origin, &mut self.attempts, failed)
    }

    /// Waits as long as the host is known to be throttled. The records are read again after each
    /// wait: meanwhile another thread or process may have been throttled for longer.
    fn pass_gate(&mut self, origin: &Origin) -> Result<(), Error> {
        while let Some(wait) = self.client.throttled_for(origin) {
            self.failed(origin, Failed::throttled(origin.host(), wait))?;
        }
        Ok(())
    }

    fn attempt(
        &mut self,
        flight: Option<PendingResponse>,
        request: &Request<'_>,
    ) -> Result<Response, TransportError> {
        self.attempts.begin(Instant::now());
        let http = self.client.http();
        let arrived = flight.and_then(|flight| http.arrived(flight, request));
        let response = arrived.unwrap_or_else(|| http.exchange(request))?;
        if response.failure().is_some()
            && let Some(wait) = response.retry_after()
        {
            self.client.record_throttle(request.url.origin(), wait);
        }
        Ok(response)
    }

    /// The response of an attempt if it is the last; `None` when the wait for another is over.
    fn next(
        &mut self,
        request: &Request<'_>,
        outcome: Result<Response, TransportError>,
    ) -> Result<Option<Response>, Error> {
        let failure = match &outcome {
            Ok(response) => response.failure(),
            Err(fault) if fault.is_passing => Some(Failure::Broken),
            Err(_) => None,
        };
        let failure = failure.filter(|_| may_retry(request, &outcome));
        let (http, origin) = (self.client.http(), request.url.origin());
        let Some(failure) = failure else {
            return outcome.map(Some).map_err(|fault| fault.error);
        };
        match (http.next_wait(origin, &mut self.attempts, failure), outcome) {
            (Ok(wait), Ok(response)) => {
                http.discard(response);
                http.sleep(&failure.reason(origin, ""), wait);
                Ok(None)
            }
            (Ok(wait), Err(fault)) => {
                http.sleep(&fault.error.to_string(), wait);
                Ok(None)
            }
            (Err(gave_up), Ok(mut response)) => {
                response.gave_up = Some(gave_up);
                Ok(Some(response))
            }
            (Err(gave_up), Err(fault)) => Err(gave_up.explain(fault.error)),
        }
    }

    /// Another token than the one that Graph refused.
    fn replace(&self, refused: &AccessToken, claims: Option<&str>) -> Result<AccessToken, Error> {
        self.client.http().listener().note(|| {
            let left = refused.expires_on().duration_since(SystemTime::now());
            let left = left.unwrap_or_default().as_secs();
            format!("graph refused a token with {left} s to live: asking for another")
        });
        self.client.acquire(match claims {
            Some(claims) => RefreshReason::Claims(claims),
            None => RefreshReason::Refused(refused),
        })
    }
}

/// Whether a request may be sent again after `outcome`.
fn may_retry(request: &Request<'_>, outcome: &Result<Response, TransportError>) -> bool {
    let is_unapplied = match outcome {
        Ok(response) if response.status == 503 => response.retry_after().is_some(),
        Ok(response) => response.status == 429,
        Err(fault) => fault.is_unsent,
    };
    request.content.can_be_sent() && (request.repeats == Repeats::Freely || is_unapplied)
}

/// What Graph answered, and what was asked for with what in hand.
#[derive(Debug)]
pub(crate) struct GraphResponse {
    pub(crate) response: Response,
    token: AccessToken,
    consent: String,
    clear: String,
    path: String,
    method: String,
    is_unsure: bool,
}

impl GraphResponse {
    /// The response if it is a 2xx.
    pub(crate) fn accepted(mut self) -> Result<Response, Error> {
        if matches!(self.response.status, 200..300) {
            return Ok(self.response);
        }
        let body = self.response.body.read_all(MAX_REFUSAL).ok();
        Err(self.refusal(body.as_deref()))
    }

    /// The error that a response with this body amounts to; `None` is one that cannot be read.
    pub(crate) fn refusal(&self, body: Option<&[u8]>) -> Error {
        let asked = RequestContext {
            method: &self.method,
            is_unsure: self.is_unsure,
            path: &self.path,
            token: &self.token,
            consent: &self.consent,
            clear: &self.clear,
        };
        refusal(&self.response, body, &asked)
    }
}

/// The claims that a challenge asks for
/// (learn.microsoft.com/entra/identity-platform/claims-challenge), as JSON.
fn claims(challenge: &str) -> Option<String> {
    const BASE64: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let (_, rest) = challenge.split_once("claims=")?;
    let value = rest.trim_start_matches('"').split(['"', ',', ' ']).next()?;
    let is_url_safe = value.contains(['-', '_']);
    let alphabet = if is_url_safe {
        &alphabet::URL_SAFE
    } else {
        &alphabet::STANDARD
    };
    let bytes = GeneralPurpose::new(alphabet, BASE64).decode(value).ok()?;
    let claims = String::from_utf8(bytes).ok()?;
    claims.starts_with('{').then_some(claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_decoded_with_and_without_padding() {
        let challenge = r#"Bearer realm="", error="insufficient_claims", claims="eyJhIjp7fX0=""#;
        assert_eq!(claims(challenge).as_deref(), Some(r#"{"a":{}}"#));
        assert_eq!(
            claims("Bearer claims=\"eyJhIjp7fX0\"").as_deref(),
            Some(r#"{"a":{}}"#)
        );
        assert_eq!(claims("Bearer claims=\"%%\""), None);
        assert_eq!(claims("Bearer realm=\"\""), None);
    }
}

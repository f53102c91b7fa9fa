//! The bearer goes with a request, and a refused one is replaced once.

use std::time::SystemTime;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::auth::{AccessToken, ConfidentialClient, Renewal};
use crate::error::Error;
use crate::graph::ahead::Ahead;
use crate::graph::refusal::{Asked, refusal};
use crate::http::{self, Answer, Attempts, Flight, Repeats};

/// The bound on the body of an error.
pub(crate) const MAX_REFUSAL: usize = 1 << 20;

/// One request with the bearer; a 401 gets one fresh token. Whatever else is answered is
/// returned.
pub(crate) fn authorized(
    client: &ConfidentialClient,
    request: &http::Request<'_>,
    attempts: &mut Attempts,
) -> Result<Reply, Error> {
    client.obey_not_before_at(request.url.origin(), attempts)?;
    let token = client.acquire_token()?;
    answered(client, request, token, None, attempts)
}

/// The same with what was asked for ahead as the first try.
pub(crate) fn authorized_after(
    client: &ConfidentialClient,
    request: &http::Request<'_>,
    ahead: Ahead,
    attempts: &mut Attempts,
) -> Result<Reply, Error> {
    answered(client, request, ahead.token, Some(ahead.flight), attempts)
}

fn answered(
    client: &ConfidentialClient,
    request: &http::Request<'_>,
    mut token: AccessToken,
    mut flight: Option<Flight>,
    attempts: &mut Attempts,
) -> Result<Reply, Error> {
    let origin = request.url.origin();
    let mut is_fresh = false;
    loop {
        let authorized = http::Request {
            bearer: Some(token.secret()),
            ..request.clone()
        };
        let http = client.http();
        let leave_word = &mut |wait| client.leave_word_at(origin, wait);
        let mut answer = match flight.take() {
            Some(flight) => http.send_after(flight, &authorized, attempts, leave_word)?,
            None => http.send_heard(&authorized, attempts, leave_word)?,
        };
        if answer.status != 401 || is_fresh || !request.content.can_be_sent() {
            return Ok(Reply {
                answer,
                token,
                consent: client.consent_url(),
                path: request.url.path_and_query().to_owned(),
                method: request.method.to_owned(),
                is_unsure: request.repeats == Repeats::Unapplied,
            });
        }
        is_fresh = true;
        let claims = answer.headers("www-authenticate").find_map(claims);
        answer.body.drain();
        client.http().listener().note(|| {
            let left = token.expires_on().duration_since(SystemTime::now());
            let left = left.unwrap_or_default().as_secs();
            format!("graph refused a token with {left} s to live: asking for another")
        });
        token = client.acquire(match &claims {
            Some(claims) => Renewal::Claims(claims),
            None => Renewal::Refused(&token),
        })?;
    }
}

/// What Graph answered, and what was asked for with what in hand.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) answer: Answer,
    token: AccessToken,
    consent: String,
    path: String,
    method: String,
    is_unsure: bool,
}

impl Reply {
    /// The answer if it is a 2xx.
    pub(crate) fn accepted(mut self) -> Result<Answer, Error> {
        if matches!(self.answer.status, 200..300) {
            return Ok(self.answer);
        }
        let body = self.answer.body.read_all(MAX_REFUSAL).ok();
        Err(self.refusal(body.as_deref()))
    }

    /// The error that an answer with this body amounts to; `None` is one that cannot be read.
    pub(crate) fn refusal(&self, body: Option<&[u8]>) -> Error {
        let asked = Asked {
            method: &self.method,
            is_unsure: self.is_unsure,
            path: &self.path,
            token: &self.token,
            consent: &self.consent,
        };
        refusal(&self.answer, body, &asked)
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

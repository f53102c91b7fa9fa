//! What a source answers, and what a refusal means.

use std::time::{Duration, SystemTime};

use serde_json::Value;
use zeroize::Zeroizing;

use crate::auth::credential::managed_identity::Selector;
use crate::auth::token::AccessToken;
use crate::error::{Error, Report, printable};
use crate::redact::Redactor;
use crate::secret::Secret;

/// A response, read whole.
#[derive(Debug)]
pub(crate) struct EndpointResponse {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    /// The values of `WWW-Authenticate`.
    pub(crate) challenges: Vec<String>,
    pub(crate) client_request_id: String,
    /// It may hold a token.
    pub(crate) body: Zeroizing<Vec<u8>>,
    pub(crate) redactor: Redactor,
}

/// A lifetime from which on a token is replaced at half of it, where the source names no moment:
/// the platform may need long to issue another.
const LONG_LIFETIME: Duration = Duration::from_secs(7200);

/// The token of a response that grants one.
pub(crate) fn token(
    reply: &EndpointResponse,
    resource: &str,
    now: SystemTime,
) -> Result<AccessToken, Error> {
    if !is_json(&reply.body) {
        // No token looks like that, so that it may be quoted.
        let stray = reply.stray();
        return Err(Error::protocol(format!("HTTP 200 with {stray}")).hint(STRANGER));
    }
    let mut token = AccessToken::read(&reply.body, resource, now)?;
    let lives = token.expires_on.duration_since(now).unwrap_or_default();
    if token.refresh_on.is_none() && lives >= LONG_LIFETIME {
        token.refresh_on = Some(now + lives / 2);
    }
    Ok(token)
}

const STRANGER: &str = "something else responds at this address";
/// What to do where IMDS is not there.
pub(crate) const NOT_AZURE: &str =
    "is this an Azure machine? elsewhere give a secret, a certificate or a federated token";

/// A response that brings no token as an error, sorted by who must act.
pub(crate) fn refusal(reply: &EndpointResponse, selector: &Selector) -> Error {
    let status = reply.status;
    let said = Said::read(&reply.body, &reply.redactor);
    let is_refusal = said.is_some();
    let (code, text) = match said {
        Some(said) => (said.code, said.text),
        None => (None, reply.stray()),
    };
    let message = if is_refusal {
        text.clone()
    } else {
        format!("HTTP {status} with {text}")
    };
    let mut report = Report::new(message);
    report.status = Some(status);
    report.code = code.as_deref().map(printable);
    report.retry_after = reply.retry_after;
    report.client_request_id = Some(reply.client_request_id.clone());
    match status {
        // Docker Desktop answers in the name of an address that it cannot reach.
        403 if text.contains("unreachable") => Error::Unavailable(report).hint(NOT_AZURE),
        404 | 408 | 410 | 429 | 500.. => Error::Unavailable(report),
        400..500 if is_refusal => {
            let remedy = remedy(report.code.as_deref(), &text, selector);
            report.hint = remedy.map(str::to_owned);
            Error::Token(report)
        }
        _ => Error::Protocol(report).hint(STRANGER),
    }
}

fn remedy(code: Option<&str>, text: &str, selector: &Selector) -> Option<&'static str> {
    let text = text.to_ascii_lowercase();
    if text.contains("identity") && text.contains("found") {
        Some(match selector {
            Selector::System => {
                "assign a system-assigned identity to this machine, or name a user-assigned one by its client id"
            }
            _ => "assign this identity to the machine, and check that the id is of the kind given",
        })
    } else if code == Some("invalid_resource") || text.contains("aadsts500011") {
        Some("the resource in `scope` is misspelt, or not installed in this tenant")
    } else {
        None
    }
}

/// What a refusal says, in the shape of any platform: `error` and `error_description` (IMDS,
/// Arc), `error` with `code` and `message` (Azure ML, Cloud Shell), `message` alone (App Service).
#[derive(Debug)]
struct Said {
    code: Option<String>,
    text: String,
}

impl Said {
    fn read(body: &[u8], redactor: &Redactor) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let error = &body["error"];
        let is_nested = error.is_object();
        let code = if is_nested { &error["code"] } else { error };
        let texts = [
            &body["error_description"],
            &error["message"],
            &body["message"],
            &body["Message"],
        ];
        let code = code.as_str().filter(|code| !code.is_empty());
        let text = texts.into_iter().find_map(Value::as_str);
        let parts: Vec<_> = code.into_iter().chain(text).collect();
        if let Some(token) = body["access_token"].as_str() {
            redactor.add(&Secret::new(token));
        }
        (!parts.is_empty()).then(|| Self {
            code: code.map(|code| redactor.redact_code(code)),
            text: redactor.redact(&parts.join(": ")),
        })
    }
}

fn is_json(body: &[u8]) -> bool {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    first.is_some_and(|byte| *byte != b'<')
}

impl EndpointResponse {
    /// A body that is none of a source's, for a message.
    fn stray(&self) -> String {
        if self.body.is_empty() {
            return "an empty body".to_owned();
        }
        format!("another body: {}", self.redactor.excerpt(&self.body))
    }
}

#[cfg(test)]
mod tests;

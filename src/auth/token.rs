//! The access token and the response it comes in.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::error::{Error, Report, printable};
use crate::http::Response;
use crate::redact::Redactor;
use crate::secret::Secret;
use crate::time;

/// An access token ([RFC 6749 §5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1)).
#[derive(Clone, Debug)]
pub struct AccessToken {
    pub(crate) secret: Secret,
    pub(crate) expires_on: SystemTime,
    pub(crate) extended_expires_on: SystemTime,
    pub(crate) refresh_on: Option<SystemTime>,
    /// The scopes that it was granted for, joined by spaces.
    pub(crate) target: String,
    /// Whether the service said how long it lives; else it is not kept.
    pub(crate) is_lifetime_known: bool,
}

/// A token that has no more than this to live is replaced: it must last for the request and for
/// clocks that differ.
const SLACK: Duration = Duration::from_secs(300);

impl AccessToken {
    /// The token itself, for an `Authorization: Bearer` header.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The moment at which it expires.
    pub fn expires_on(&self) -> SystemTime {
        self.expires_on
    }

    /// Whether it has more than 300 s to live.
    pub fn is_fresh_at(&self, now: SystemTime) -> bool {
        self.expires_on
            .duration_since(now)
            .is_ok_and(|left| left > SLACK)
    }

    /// Whether the service asked for it to be replaced by now, though it is still good.
    pub fn is_aging_at(&self, now: SystemTime) -> bool {
        self.refresh_on.is_some_and(|refresh_on| refresh_on <= now)
    }

    /// The application permissions in the token, if it lets itself be read: its form is a matter
    /// between Entra and Graph. Nothing is verified, so it is for people's eyes only.
    pub(crate) fn roles(&self) -> Option<Vec<String>> {
        #[derive(Deserialize)]
        struct Claims {
            #[serde(default)]
            roles: Vec<String>,
        }
        const BASE64: GeneralPurposeConfig =
            GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let mut parts = self.secret.expose().split('.');
        let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
        let payload = GeneralPurpose::new(&URL_SAFE, BASE64).decode(payload);
        let claims: Claims = serde_json::from_slice(&payload.ok()?).ok()?;
        Some(claims.roles)
    }

    /// Reads the response to a token request that was granted.
    pub(crate) fn from_answer(body: &[u8], scope: &str, now: SystemTime) -> Result<Self, Error> {
        Self::read(body, scope, now).map_err(|error| error.at("token endpoint"))
    }

    /// The same, whoever the response comes from.
    pub(crate) fn read(body: &[u8], scope: &str, now: SystemTime) -> Result<Self, Error> {
        let fail = |cause: &str| Error::protocol(cause);
        let granted: Granted<'_> = serde_json::from_slice(body).map_err(|_| {
            // Never the body itself here: it may hold a token.
            fail("the response is not the JSON of a token")
        })?;
        let token = granted.access_token.map(Secret::new);
        let token = token.filter(|token| !token.expose().is_empty());
        let token = token.ok_or_else(|| fail("the response holds no access_token"))?;
        if !is_sendable(token.expose()) {
            return Err(fail("the token holds what no header can"));
        }
        let is_bearer = |kind: &String| kind.eq_ignore_ascii_case("bearer");
        if !granted.token_type.as_ref().is_none_or(is_bearer) {
            return Err(fail("the token is not of the type Bearer"));
        }
        let lifetime = match (seconds(granted.expires_in), seconds(granted.expires_on)) {
            (Some(span), _) => Some(span),
            (None, Some(moment)) => {
                let moment = SystemTime::UNIX_EPOCH.checked_add(moment);
                moment.map(|moment| moment.duration_since(now).unwrap_or_default())
            }
            (None, None) => None,
        };
        let span = lifetime.unwrap_or(UNKNOWN_LIFETIME).min(LONGEST_LIFETIME);
        let extended = seconds(granted.ext_expires_in)
            .unwrap_or(span)
            .min(LONGEST_LIFETIME);
        let refresh_in = seconds(granted.refresh_in).filter(|refresh| *refresh < span);
        Ok(Self {
            secret: token,
            expires_on: now + span,
            extended_expires_on: now + extended,
            refresh_on: refresh_in.map(|refresh| now + refresh),
            target: sorted(granted.scope.as_deref().unwrap_or(scope)),
            is_lifetime_known: lifetime.is_some(),
        })
    }
}

/// Whether a token can stand in a header ([RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)).
pub(crate) fn is_sendable(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Enough for the request at hand.
const UNKNOWN_LIFETIME: Duration = Duration::from_secs(600);
/// No service gives more; what claims to is a slip or an overflow in the making.
pub(crate) const LONGEST_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);

#[derive(Deserialize)]
struct Granted<'b> {
    access_token: Option<String>,
    token_type: Option<String>,
    #[serde(borrow)]
    expires_in: Option<&'b RawValue>,
    expires_on: Option<&'b RawValue>,
    ext_expires_in: Option<&'b RawValue>,
    refresh_in: Option<&'b RawValue>,
    scope: Option<String>,
}

/// Seconds as a number or as a string of one: older services send strings.
fn seconds(value: Option<&RawValue>) -> Option<Duration> {
    let text = value?.get().trim_matches('"');
    time::seconds(text).map(|span| Duration::from_secs(span.as_secs()))
}

/// Scopes in MSAL's order.
pub(crate) fn sorted(scopes: &str) -> String {
    let mut scopes: Vec<_> = scopes.split_whitespace().collect();
    scopes.sort_unstable();
    scopes.join(" ")
}

/// A response that refuses a token ([RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)),
/// with what Entra adds.
#[derive(Debug)]
pub(crate) struct TokenErrorResponse {
    pub(crate) error: String,
    error_description: String,
    pub(crate) error_codes: Vec<u64>,
    correlation_id: Option<String>,
    trace_id: Option<String>,
    suberror: Option<String>,
}

impl TokenErrorResponse {
    /// Reads a refusal, its texts redacted; `None` is a body that is none.
    pub(crate) fn read(body: &[u8], redactor: &Redactor) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let text = |name| body.get(name).and_then(Value::as_str);
        if let Some(token) = text("access_token") {
            redactor.add(&Secret::new(token));
        }
        // Not before it is read: JSON has many ways to write the same text.
        let error = text("error").filter(|error| !error.is_empty())?;
        let text = |name| text(name).map(|text| redactor.redact(text));
        let codes = body.get("error_codes").and_then(Value::as_array);
        Some(Self {
            error: redactor.redact_code(error),
            error_description: text("error_description").unwrap_or_default(),
            error_codes: codes
                .into_iter()
                .flatten()
                .filter_map(Value::as_u64)
                .collect(),
            correlation_id: text("correlation_id"),
            trace_id: text("trace_id"),
            suberror: text("suberror"),
        })
    }

    /// Whether Entra says that it is its own fault and will pass.
    pub(crate) fn is_passing(&self) -> bool {
        const PASSING: [u64; 5] = [90006, 90012, 90024, 90033, 90055];
        matches!(
            self.error.as_str(),
            "temporarily_unavailable" | "server_error"
        ) || self.error_codes.iter().any(|code| PASSING.contains(code))
    }

    /// The refusal as a report; nothing that the service said is lost.
    pub(crate) fn report(self, status: u16, client_request_id: &str) -> Box<Report> {
        let mut message = format!("token endpoint: {}", self.error);
        if let Some(suberror) = self.suberror.filter(|suberror| !suberror.is_empty()) {
            message.push_str(&format!(" ({suberror})"));
        }
        if !self.error_description.is_empty() {
            message.push_str(": ");
            message.push_str(&self.error_description);
        }
        let correlation_id = self
            .correlation_id
            .unwrap_or_else(|| client_request_id.to_owned());
        if !message.contains(&correlation_id) {
            message.push_str(&format!(" (correlation id {correlation_id})"));
        }
        let mut report = Report::new(message);
        report.status = Some(status);
        report.code = Some(printable(&self.error));
        report.request_id = self.trace_id.as_deref().map(printable);
        report.client_request_id = Some(printable(&correlation_id));
        report
    }
}

/// A body that is not what a token endpoint says, as a report.
pub(crate) fn stray_report(response: &Response, body: &[u8]) -> Box<Report> {
    let (status, client_request_id) = (response.status, &response.client_request_id);
    let what = if body.is_empty() {
        "an empty body".to_owned()
    } else {
        let is_json = serde_json::from_slice::<IgnoredAny>(body).is_ok();
        let kind = if is_json {
            "no error of Entra's"
        } else {
            "no JSON"
        };
        format!("{kind}: {}", response.redactor.excerpt(body))
    };
    let mut report = Report::new(format!(
        "token endpoint: HTTP {status} with {what} (correlation id {client_request_id})"
    ));
    report.status = Some(status);
    report.client_request_id = Some(client_request_id.clone());
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<AccessToken, Error> {
        AccessToken::from_answer(body.as_bytes(), "b/.default", SystemTime::UNIX_EPOCH)
    }

    fn life(body: &str) -> u64 {
        let token = read(body).unwrap();
        token
            .expires_on
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_secs()
    }

    #[test]
    fn lifetimes_are_read_from_numbers_and_strings() {
        assert_eq!(life(r#"{"access_token":"t","expires_in":3599}"#), 3599);
        assert_eq!(life(r#"{"access_token":"t","expires_in":"3599"}"#), 3599);
        assert_eq!(life(r#"{"access_token":"t","expires_in":"3599.0"}"#), 3599);
        assert_eq!(life(r#"{"access_token":"t","expires_on":"86399"}"#), 86399);
        assert_eq!(life(r#"{"access_token":"t","expires_in":1e300}"#), 600);
        let unknown = read(r#"{"access_token":"t"}"#).unwrap();
        assert!(!unknown.is_lifetime_known);
    }

    #[test]
    fn a_token_with_300_seconds_to_live_is_stale_and_one_with_301_is_fresh() {
        let at = |left| read(&format!(r#"{{"access_token":"t","expires_in":{left}}}"#)).unwrap();
        assert!(!at(299).is_fresh_at(SystemTime::UNIX_EPOCH));
        assert!(!at(300).is_fresh_at(SystemTime::UNIX_EPOCH));
        assert!(at(301).is_fresh_at(SystemTime::UNIX_EPOCH));
    }

    #[test]
    fn an_answer_without_a_usable_token_is_refused_and_not_quoted() {
        for body in [
            "",
            "[]",
            "<html>canary",
            r#"{"access_token":""}"#,
            r#"{"access_token":"canary","token_type":"pop"}"#,
            r#"{"access_token":"canary","token_type":7}"#,
            r#"{"access_token":"canary""#,
        ] {
            let error = read(body).unwrap_err();
            assert!(matches!(error, Error::Protocol(_)));
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
    }

    #[test]
    fn the_roles_of_a_token_are_read_where_it_has_any() {
        let roles = |token: &str| {
            let token = read(&format!(r#"{{"access_token":"{token}"}}"#));
            token.unwrap().roles()
        };
        // {"roles":["User.Read.All","Mail.Send"]}
        let payload = "eyJyb2xlcyI6WyJVc2VyLlJlYWQuQWxsIiwiTWFpbC5TZW5kIl19";
        assert_eq!(
            roles(&format!("e30.{payload}.x")),
            Some(vec!["User.Read.All".to_owned(), "Mail.Send".to_owned()])
        );
        assert_eq!(roles("e30.e30.x"), Some(Vec::new()));
        assert_eq!(roles("e30.e30=.x"), Some(Vec::new()));
        for opaque in ["x", "e30.e30", "e30.%.x", "e30.e3.x", "e30.Nw.x"] {
            assert_eq!(roles(opaque), None, "{opaque}");
        }
    }

    #[test]
    fn the_granted_scopes_are_kept_in_order() {
        let token = read(r#"{"access_token":"t","scope":"b a","expires_in":1}"#).unwrap();
        assert_eq!(token.target, "a b");
        assert_eq!(
            read(r#"{"access_token":"t"}"#).unwrap().target,
            "b/.default"
        );
    }
}

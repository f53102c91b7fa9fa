//! What Graph says when it says no.

use serde_json::Value;

use crate::auth::AccessToken;
use crate::error::{Error, Report, Resync, printable, without_mark};
use crate::graph::odata::forbidden::{Forbidden, forbidden};
use crate::graph::odata::resync::is_resync;
use crate::http::Response;
use crate::redact::Redactor;

/// What was asked for, and with what in hand.
#[derive(Debug)]
pub(crate) struct RequestContext<'a> {
    pub(crate) method: &'a str,
    /// Whether it matters that it may have been changed all the same.
    pub(crate) is_unsure: bool,
    /// Path and query.
    pub(crate) path: &'a str,
    /// The token that came with it.
    pub(crate) token: &'a AccessToken,
    /// Where an administrator consents.
    pub(crate) consent: &'a str,
    /// The command that clears the token cache.
    pub(crate) clear: &'a str,
}

/// The error that a response without the thing asked for amounts to; the status says who must act.
/// `body` is `None` where it could not be read.
pub(crate) fn refusal(
    response: &Response,
    body: Option<&[u8]>,
    asked: &RequestContext<'_>,
) -> Error {
    let status = response.status;
    let is_whole = body.is_some();
    let body = body.unwrap_or_default();
    let refusal = ODataError::read(body, &response.redactor);
    let request_id = response
        .header("request-id")
        .map(|id| response.redactor.redact(id))
        .or(refusal.request_id);
    let mut message = match (refusal.codes.first(), body.is_empty()) {
        (Some(code), _) => format!("graph: {code}: {}", refusal.message),
        (None, true) if !is_whole => "graph: an error whose text cannot be read".to_owned(),
        (None, true) => "graph: an error without a text".to_owned(),
        (None, false) if !refusal.message.is_empty() => format!("graph: {}", refusal.message),
        (None, false) => {
            let excerpt = response.redactor.excerpt(without_mark(body));
            format!("graph: no Graph error: {excerpt}")
        }
    };
    message = format!("{} (HTTP {status}", message.trim_end_matches([' ', ':']));
    if let Some(id) = &request_id {
        message.push_str(&format!(", request-id {id}"));
    }
    let own = &response.client_request_id;
    message.push_str(&format!(", client-request-id {own})"));
    let mut report = Report::new(message);
    report.status = Some(status);
    let hint = hint(status, &refusal.codes, &refusal.message, asked);
    report.hint = hint.map(|hint| printable(&hint));
    report.code = refusal.codes.first().map(|code| printable(code));
    report.request_id = request_id.as_deref().map(printable);
    report.client_request_id = Some(response.client_request_id.clone());
    report.retry_after = response.retry_after();
    report.resync = is_resync(status, &refusal.codes).then(|| Resync {
        location: response.header("location").map(str::to_owned),
    });
    let error = match status {
        401 => Error::Token(report),
        300..=399 => Error::Protocol(report),
        429 => Error::Unavailable(report),
        501 | 505 | 507 => Error::Graph(report),
        408 | 500.. if asked.is_unsure => Error::Unavailable(report).unsure(),
        408 | 500.. => Error::Unavailable(report),
        _ => Error::Graph(report),
    };
    response.explain(error)
}

/// Whether Graph says that the place in a listing is unknown to it: it was made by a server that
/// a repeated request never reached (learn.microsoft.com/graph/paging).
pub(crate) fn is_lost_place(error: &Error) -> bool {
    let report = error.report();
    report.status == Some(400)
        && report.code.as_deref().is_some_and(|code| {
            let code = code.to_ascii_lowercase();
            code.contains("pagetokennotfound") || code.contains("expiredpagetoken")
        })
}

/// An error body in any of the forms that Graph has for it; the codes from outside in.
#[derive(Debug, Default)]
pub(crate) struct ODataError {
    codes: Vec<String>,
    message: String,
    request_id: Option<String>,
}

impl ODataError {
    /// Reads an error body; its texts are redacted.
    pub(crate) fn read(body: &[u8], redactor: &Redactor) -> Self {
        // Not before it is read: JSON has many ways to write the same text.
        let Self {
            codes,
            message,
            request_id,
        } = Self::parse(body);
        Self {
            codes: codes
                .iter()
                .map(|code| redactor.redact_code(code))
                .collect(),
            message: redactor.redact(&message),
            request_id: request_id.map(|id| redactor.redact(&id)),
        }
    }

    fn parse(body: &[u8]) -> Self {
        let Ok(body) = serde_json::from_slice::<Value>(without_mark(body)) else {
            return Self::default();
        };
        let mut refusal = Self::default();
        let mut details = Vec::new();
        let mut level = body.get("error");
        if let Some(Value::String(code)) = level {
            // The shape of RFC 6749, which gateways in front of Graph use.
            refusal.codes.push(code.clone());
            refusal.message = text(&body, &["error_description", "message"]).unwrap_or_default();
        }
        while let Some(Value::Object(_)) = level {
            let error = level.unwrap_or(&Value::Null);
            if let Some(code) = text(error, &["code"]).filter(|code| !code.is_empty()) {
                refusal.codes.push(code);
            }
            if refusal.message.is_empty() {
                refusal.message = text(error, &["message"]).unwrap_or_default();
            }
            if refusal.request_id.is_none() {
                refusal.request_id = text(error, &["request-id", "requestId"]);
            }
            details.extend(error["details"].as_array().into_iter().flatten());
            level = error.get("innerError").or_else(|| error.get("innererror"));
        }
        refusal.append(&details);
        // "The place is unknown" stands on an inner level, below a code that says less.
        let place = refusal
            .codes
            .iter()
            .position(|code| code.contains("PageToken"));
        if let Some(place) = place {
            refusal.codes.swap(0, place);
        }
        refusal
    }

    /// Adds what `details` say, as in `target: message`
    /// (OData JSON format 4.01, section 19): most often which value is wrong, and why.
    fn append(&mut self, details: &[&Value]) {
        const MOST: usize = 10;
        let mut parts = vec![std::mem::take(&mut self.message)];
        for detail in details.iter().take(MOST) {
            let target = text(detail, &["target"]).map(|target| target + ": ");
            let says = text(detail, &["message", "code"]).unwrap_or_default();
            parts.push(target.unwrap_or_default() + &says);
        }
        if details.len() > MOST {
            parts.push(format!("and {} more", details.len() - MOST));
        }
        parts.retain(|part| !part.is_empty());
        self.message = parts.join("; ");
    }

    /// The outermost code.
    pub(crate) fn code(self) -> Option<String> {
        self.codes.into_iter().next()
    }

    /// The error in a line.
    pub(crate) fn line(&self) -> String {
        let code = self.codes.first().map(String::as_str).unwrap_or("no code");
        format!("{code}: {}", self.message)
    }
}

fn text(value: &Value, names: &[&str]) -> Option<String> {
    names
        .iter()
        .find_map(|name| value.get(name)?.as_str())
        .map(str::to_owned)
}

fn hint(
    status: u16,
    codes: &[String],
    message: &str,
    asked: &RequestContext<'_>,
) -> Option<String> {
    let is = |code: &str| codes.iter().any(|known| known.eq_ignore_ascii_case(code));
    if status == 401 && message.to_ascii_lowercase().contains("audience") {
        Some("`scope` is for another service than `endpoint`: both must name the same Graph".into())
    } else if is("Authorization_IdentityNotFound") {
        Some("the token is of another tenant: check `authority`".into())
    } else if status == 403 {
        Some(forbidden(&Forbidden {
            is: &is,
            method: asked.method,
            path: asked.path,
            roles: asked.token.roles().as_deref(),
            consent: asked.consent,
            clear: asked.clear,
        }))
    } else if matches!(status, 301..=303 | 307 | 308) && !matches!(asked.method, "GET" | "HEAD") {
        let method = asked.method;
        Some(format!(
            "a {method} is not sent to another address; mgd request -i shows the Location"
        ))
    } else if matches!(status, 301..=303 | 307 | 308) {
        Some("the content is at another address; this follows it: mgd download PATH -O -".into())
    } else if message.contains("/me request") {
        Some("an application has no /me: name the user, as in users/NAME@DOMAIN".into())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_read_in_all_their_forms() {
        let read = |body: &str| {
            let refusal = ODataError::read(body.as_bytes(), &Redactor::new());
            (
                refusal.codes.join(" "),
                refusal.message,
                refusal.request_id.unwrap_or_default(),
            )
        };
        let expect = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(
            read(r#"{"error":{"code":"A","message":"m","innerError":{"request-id":"r"}}}"#),
            expect("A", "m", "r")
        );
        assert_eq!(
            read(
                r#"{"error":{"message":"m","code":"","innererror":{"code":"B","innererror":{"code":"C","requestId":"r"}}}}"#
            ),
            expect("B C", "m", "r")
        );
        assert_eq!(
            read(
                r#"{"error":{"code":"BadRequest","innerError":{"code":"DirectoryPageTokenNotFoundException"}}}"#
            ),
            expect("DirectoryPageTokenNotFoundException BadRequest", "", "")
        );
        assert_eq!(
            read(r#"{"error":"invalid_token","error_description":"d"}"#),
            expect("invalid_token", "d", "")
        );
        assert_eq!(
            read("\u{feff}{\"error\":{\"code\":\"A\",\"message\":\"m\"}}"),
            expect("A", "m", "")
        );
        let details = r#"{"error":{"code":"A","message":"m","details":[{"target":"t","code":"B","message":"n"},{"code":"C"},{},7]}}"#;
        assert_eq!(read(details), expect("A", "m; t: n; C", ""));
        for body in [
            "",
            "<html>",
            "[]",
            "{}",
            r#"{"error":null}"#,
            r#"{"error":7}"#,
        ] {
            assert_eq!(read(body), expect("", "", ""));
        }
    }
}

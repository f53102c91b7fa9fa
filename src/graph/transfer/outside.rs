//! What a host says no with that Graph has led to, by a URL that is a secret.

use crate::error::{Error, Report, printable};
use crate::graph::refusal::Refusal;
use crate::http::{Answer, Origin};

/// The bound on the body of an error.
const MAX_ERROR: usize = 64 * 1024;

/// The error that an answer without the thing asked for amounts to. Of its body only the code is
/// told: it may repeat the URL in any form.
pub(crate) fn outside_error(mut answer: Answer, origin: &Origin, what: &str) -> Error {
    let status = answer.status;
    let body = answer.body.read_all(MAX_ERROR).unwrap_or_default();
    let is_plain = |code: &String| {
        code.len() <= 64
            && code
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    let code = Refusal::read(&body, &answer.redactor)
        .code()
        .filter(is_plain);
    let text = match &code {
        Some(code) => format!("{code} (HTTP {status})"),
        None => format!("HTTP {status}"),
    };
    let mut report = Report::new(format!("{}: no {what}: {text}", origin.name()));
    report.status = Some(status);
    report.code = code.as_deref().map(printable);
    report.client_request_id = Some(answer.client_request_id.clone());
    report.retry_after = answer.retry_after();
    let error = match status {
        408 | 429 => Error::Unavailable(report),
        400..500 | 501 | 505 | 507 => Error::Graph(report),
        500.. => Error::Unavailable(report),
        _ => Error::Protocol(report),
    };
    answer.explain(error)
}

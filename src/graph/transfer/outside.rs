//! What a host says no with that Graph has led to, by a URL that is a secret.

use crate::error::{Error, Report, printable};
use crate::graph::odata::error::ODataError;
use crate::http::{Origin, Response};

/// The bound on the body of an error.
const MAX_ERROR: usize = 64 * 1024;

/// The error that a response without the thing asked for amounts to. Of its body only the code is
/// told: it may repeat the URL in any form.
pub(crate) fn outside_error(mut response: Response, origin: &Origin, what: &str) -> Error {
    let status = response.status;
    let body = response.body.read_all(MAX_ERROR).unwrap_or_default();
    let is_plain = |code: &String| {
        code.len() <= 64
            && code
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    let code = ODataError::read(&body, &response.redactor)
        .code()
        .filter(is_plain);
    let text = match &code {
        Some(code) => format!("{code} (HTTP {status})"),
        None => format!("HTTP {status}"),
    };
    let mut report = Report::new(format!("{}: no {what}: {text}", origin.name()));
    report.status = Some(status);
    report.code = code.as_deref().map(printable);
    report.client_request_id = Some(response.client_request_id.clone());
    report.retry_after = response.retry_after();
    let error = match status {
        408 | 429 => Error::Unavailable(report),
        400..500 | 501 | 505 | 507 => Error::Graph(report),
        500.. => Error::Unavailable(report),
        _ => Error::Protocol(report),
    };
    response.explain(error)
}

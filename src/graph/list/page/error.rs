//! Why a page is not read to its end.

use crate::error::Error;
use crate::graph::list::cursor::Differs;
use crate::graph::list::splitter::JsonError;
use crate::graph::odata::error::ODataError;
use crate::http::TransportError;
use crate::redact::Redactor;

/// What helps with a response that is no page.
pub(crate) const RAW: &str = "-o raw writes it as it came";

/// Why a page ended before its end.
#[derive(Debug)]
pub(crate) enum PageError {
    /// The connection broke; the page can be asked for again.
    Broken(Error),
    /// It was requested again, and does not have the items that were handed out.
    Differs,
    /// QueryUrl again would not help.
    Wrong(Error),
}

impl From<TransportError> for PageError {
    fn from(fault: TransportError) -> Self {
        if fault.is_passing {
            Self::Broken(fault.error)
        } else {
            Self::Wrong(fault.error)
        }
    }
}

impl From<Differs> for PageError {
    fn from(_: Differs) -> Self {
        Self::Differs
    }
}

/// A page that cannot be continued where it broke off.
pub(crate) fn differs() -> Error {
    Error::unavailable("graph: a page was requested again and its items differ")
}

pub(crate) fn inside_success(error: &[u8], redactor: &Redactor) -> PageError {
    let body = [b"{\"error\":", error, b"}"].concat();
    wrong(&format!(
        "an error inside a success: {}",
        ODataError::read(&body, redactor).line()
    ))
}

pub(crate) fn wrong(what: &str) -> PageError {
    PageError::Wrong(Error::protocol(format!("graph: {what}")))
}

pub(crate) fn wrong_json(flaw: JsonError, bytes: u64, is_json: bool) -> PageError {
    let JsonError { what, at } = flaw;
    let message = format!("graph: the response is not valid: {what} at byte {at} of {bytes} read");
    let error = Error::protocol(message);
    PageError::Wrong(if is_json { error } else { error.hint(RAW) })
}

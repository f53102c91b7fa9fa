//! Why a page is not read to its end.

use crate::error::Error;
use crate::graph::cursor::Differs;
use crate::graph::refusal::Refusal;
use crate::graph::splitter::Flaw;
use crate::http::Fault;
use crate::redact::Redactor;

/// What helps with a response that is no page.
pub(super) const RAW: &str = "-o raw writes it as it came";

/// Why a page ended before its end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The connection broke; the page can be asked for again.
    Broken(Error),
    /// It was requested again, and does not have the items that were handed out.
    Differs,
    /// Asking again would not help.
    Wrong(Error),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        if fault.is_passing {
            Self::Broken(fault.error)
        } else {
            Self::Wrong(fault.error)
        }
    }
}

impl From<Differs> for Stop {
    fn from(_: Differs) -> Self {
        Self::Differs
    }
}

/// A page that cannot be continued where it broke off.
pub(crate) fn differs() -> Error {
    Error::unavailable("graph: a page was requested again and its items differ")
}

pub(super) fn inside_success(error: &[u8], redactor: &Redactor) -> Stop {
    let body = [b"{\"error\":", error, b"}"].concat();
    wrong(&format!(
        "an error inside a success: {}",
        Refusal::read(&body, redactor).line()
    ))
}

pub(super) fn wrong(what: &str) -> Stop {
    Stop::Wrong(Error::protocol(format!("graph: {what}")))
}

pub(super) fn wrong_json(flaw: Flaw, bytes: u64, is_json: bool) -> Stop {
    let Flaw { what, at } = flaw;
    let message = format!("graph: the answer is not right: {what} at byte {at} of {bytes} read");
    let error = Error::protocol(message);
    Stop::Wrong(if is_json { error } else { error.hint(RAW) })
}

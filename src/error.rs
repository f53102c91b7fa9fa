//! One error, sorted by who must act.

use std::fmt;
use std::time::Duration;

/// Why a call failed; the variant says who must act.
///
/// `Display` is the whole story in one line, cause included, so
/// [`source`](std::error::Error::source) is empty.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// Graph said no. Whoever grants permissions must act, or the caller.
    Graph(Box<Report>),
    /// This machine failed: output, state file, disk. Its owner must act.
    Local(Box<Report>),
    /// Parameters, a credential or an argument is wrong. The caller must act.
    Parameters(Box<Report>),
    /// A response arrived whole and cannot be right. The service must act, or a box in between.
    Protocol(Box<Report>),
    /// The token was refused. Whoever registered the application must act.
    Token(Box<Report>),
    /// No usable answer came in the time given. Nobody must act; try again later.
    Unavailable(Box<Report>),
}

/// What is known about a failure.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// The failure in one line, from broad to narrow, free of control characters.
    pub message: String,
    /// What to do about it, where that is known.
    pub hint: Option<String>,
    /// Graph's `error.code`, or the `error` of [RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2).
    pub code: Option<String>,
    /// The HTTP status of the last response.
    pub status: Option<u16>,
    /// Graph's `request-id`, or Entra's trace id.
    pub request_id: Option<String>,
    /// The `client-request-id` that was sent; Entra calls it correlation id.
    pub client_request_id: Option<String>,
    /// How long the service asked to wait.
    pub retry_after: Option<Duration>,
    /// Where a listing that broke off can be taken up again.
    pub resume: Option<Resume>,
    /// Whether others could read or change a file.
    pub(crate) is_exposure: bool,
    /// Whether a change may have been made all the same.
    pub(crate) is_unsure: bool,
    /// That a listing of changes must begin anew.
    pub(crate) resync: Option<Resync>,
}

/// Graph no longer knows a place in a listing of changes.
#[derive(Debug)]
pub(crate) struct Resync {
    /// Where to begin anew, if it says.
    pub(crate) location: Option<String>,
}

/// Where to go on with a listing that broke off.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Resume {
    /// The link of the page that was being read.
    pub link: String,
    /// How many items of that page were handed out.
    pub skip: u64,
    /// A hash of those items, by which they are recognised; unknown where they were counted
    /// elsewhere and not yet read.
    pub hash: Option<u64>,
    /// Options that the program needs too in order to go on.
    pub(crate) options: &'static str,
}

impl Resume {
    /// Behind the first `skip` items of the page at `link`. With their hash it is made sure that
    /// the page still begins with them.
    pub fn new(link: impl Into<String>, skip: u64, hash: Option<u64>) -> Self {
        Self {
            link: link.into(),
            skip,
            hash,
            options: "",
        }
    }
}

impl Report {
    /// A report that has only its line.
    pub(crate) fn new(message: impl AsRef<str>) -> Box<Self> {
        Box::new(Self {
            message: printable(message.as_ref()),
            ..Self::default()
        })
    }
}

impl Error {
    pub(crate) fn local(message: impl AsRef<str>) -> Self {
        Self::Local(Report::new(message))
    }

    /// An error of the caller: an argument, the parameters, a credential.
    pub fn parameters(message: impl AsRef<str>) -> Self {
        Self::Parameters(Report::new(message))
    }

    pub(crate) fn protocol(message: impl AsRef<str>) -> Self {
        Self::Protocol(Report::new(message))
    }

    pub(crate) fn unavailable(message: impl AsRef<str>) -> Self {
        Self::Unavailable(Report::new(message))
    }

    /// The same error with a remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl AsRef<str>) -> Self {
        self.report_mut().hint = Some(printable(hint.as_ref()));
        self
    }

    /// The same error with the place where its cause stands.
    pub(crate) fn at(mut self, place: &str) -> Self {
        let report = self.report_mut();
        report.message = format!("{}: {}", printable(place), report.message);
        self
    }

    /// The same error, known to be that others could read or change a file.
    pub(crate) fn exposed(mut self) -> Self {
        self.report_mut().is_exposure = true;
        self
    }

    /// The same error of a request that may have been carried out all the same.
    pub(crate) fn unsure(mut self) -> Self {
        let report = self.report_mut();
        report.is_unsure = true;
        let hint = "it may have been applied: look before you send it again";
        report.hint = Some(match report.hint.take() {
            Some(known) => format!("{hint}; {known}"),
            None => hint.to_owned(),
        });
        self
    }

    pub(crate) fn status(mut self, status: u16) -> Self {
        self.report_mut().status = Some(status);
        self
    }

    pub(crate) fn retry_after(mut self, wait: Option<Duration>) -> Self {
        self.report_mut().retry_after = wait;
        self
    }

    /// What is known about the failure.
    pub fn report(&self) -> &Report {
        match self {
            Self::Graph(report)
            | Self::Local(report)
            | Self::Parameters(report)
            | Self::Protocol(report)
            | Self::Token(report)
            | Self::Unavailable(report) => report,
        }
    }

    pub(crate) fn report_mut(&mut self) -> &mut Report {
        match self {
            Self::Graph(report)
            | Self::Local(report)
            | Self::Parameters(report)
            | Self::Protocol(report)
            | Self::Token(report)
            | Self::Unavailable(report) => report,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report().message)
    }
}

impl std::error::Error for Error {}

/// Text of a stranger in one line: line ends become spaces, characters that steer a terminal or
/// turn the reading direction are escaped.
pub(crate) fn printable(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for (index, part) in text.split(['\r', '\n']).map(str::trim_end).enumerate() {
        if index > 0 && !part.is_empty() {
            line.push(' ');
        }
        for c in part.chars() {
            if is_steering(c) {
                line.extend(c.escape_unicode());
            } else {
                line.push(c);
            }
        }
    }
    line
}

/// A text without the byte order mark that it may begin with.
pub(crate) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text)
}

/// A text as one word of a shell.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Whether a character steers a terminal or turns the reading direction.
pub(crate) fn is_steering(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_stranger_cannot_steer_the_terminal() {
        let text = "AADSTS1: no.\r\nTrace ID: 7\r\n\u{1b}[31mred\u{202e}\u{9b}";
        assert_eq!(
            printable(text),
            "AADSTS1: no. Trace ID: 7 \\u{1b}[31mred\\u{202e}\\u{9b}"
        );
    }

    #[test]
    fn an_error_is_small() {
        assert!(size_of::<Error>() <= 16);
    }
}

//! Scripted answers: what is said, and how badly it is delivered.

use std::time::Duration;

use super::faults;

/// An answer to one request.
///
/// In header values and bodies the tenant replaces `{origin}`, `{request-id}`,
/// `{client-request-id}`, `{timestamp}` and `{request-body}`. The encoded body that `cut_after`,
/// `reset_after`, `stall_after` and `drip` count in is the one compressed and chunked.
#[derive(Clone, Debug)]
pub struct Reply {
    pub(super) kind: Kind,
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Vec<u8>>,
    pub(super) manner: Box<Manner>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Answer,
    Pass,
    HangUp,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Framing {
    #[default]
    Length,
    Chunked,
    Close,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Manner {
    pub(super) framing: Framing,
    pub(super) gzip: bool,
    pub(super) delay: Duration,
    pub(super) drip: Option<(usize, Duration)>,
    pub(super) stall: Option<(usize, Duration)>,
    pub(super) cut: Option<(usize, Cut)>,
    pub(super) then_close: bool,
    pub(super) is_silent: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    Fin,
    Reset,
}

impl Reply {
    fn new(kind: Kind, status: u16) -> Self {
        Self {
            kind,
            status,
            headers: Vec::new(),
            body: None,
            manner: Box::default(),
        }
    }

    /// An answer of this status with no header field and no body of its own.
    pub fn bare(status: u16) -> Self {
        Self::new(Kind::Answer, status)
    }

    /// 200 with a JSON body.
    pub fn json(body: impl Into<String>) -> Self {
        let reply = Self::bare(200).header("Content-Type", "application/json");
        reply.body(body.into())
    }

    /// 200 with a plain text.
    pub fn text(body: impl Into<String>) -> Self {
        let reply = Self::bare(200).header("Content-Type", "text/plain");
        reply.body(body.into())
    }

    /// A web page, as a proxy or a gateway answers.
    pub fn html(status: u16) -> Self {
        let title = format!("{status} {}", faults::reason(status));
        let page = format!(
            "<html>\r\n<head><title>{title}</title></head>\r\n\
             <body><h1>{title}</h1></body>\r\n</html>\r\n"
        );
        Self::bare(status)
            .header("Content-Type", "text/html")
            .body(page)
    }

    /// An answer of this status as Graph gives it, with an error body from 400 on.
    pub fn status(status: u16) -> Self {
        if status < 400 {
            return faults::graph_headers(Self::bare(status));
        }
        let (code, message) = faults::usual(status);
        Self::graph_error(status, code, message)
    }

    /// A Graph error with this code and message.
    pub fn graph_error(status: u16, code: &str, message: &str) -> Self {
        faults::graph(status, code, message)
    }

    /// A token endpoint error with this `error` and AADSTS number.
    pub fn entra_error(status: u16, error: &str, number: u32, text: &str) -> Self {
        faults::entra(status, error, number, text)
    }

    /// The tenant's own answer, delivered as this reply says and with its header fields added.
    pub fn pass() -> Self {
        Self::new(Kind::Pass, 0)
    }

    /// The connection is closed without an answer.
    pub fn hang_up() -> Self {
        Self::new(Kind::HangUp, 0)
    }

    /// The connection is closed in the place of the answer, after all that it stands for was done.
    pub fn unanswered(mut self) -> Self {
        self.manner.is_silent = true;
        self
    }

    /// Sets the body.
    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = Some(bytes.into());
        self
    }

    /// Adds a header field, in place of the tenant's own where that is `Date` or framing.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds `Retry-After`; a plain number on 429 or 5xx is enforced.
    pub fn retry_after(self, value: &str) -> Self {
        self.header("Retry-After", value)
    }

    /// Sends the body in chunks.
    pub fn chunked(mut self) -> Self {
        self.manner.framing = Framing::Chunked;
        self
    }

    /// Sends the body without a length and ends it by closing the connection.
    pub fn close_delimited(mut self) -> Self {
        self.manner.framing = Framing::Close;
        self
    }

    /// Compresses the body.
    pub fn gzip(mut self) -> Self {
        self.manner.gzip = true;
        self
    }

    /// Ends the connection with FIN, no `close_notify`, after this much of the encoded body.
    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.manner.cut = Some((bytes, Cut::Fin));
        self
    }

    /// Ends the connection with RST after this much of the encoded body.
    pub fn reset_after(mut self, bytes: usize) -> Self {
        self.manner.cut = Some((bytes, Cut::Reset));
        self
    }

    /// Pauses once after this much of the encoded body.
    pub fn stall_after(mut self, bytes: usize, for_: Duration) -> Self {
        self.manner.stall = Some((bytes, for_));
        self
    }

    /// Waits before the status line.
    pub fn delay(mut self, wait: Duration) -> Self {
        self.manner.delay = wait;
        self
    }

    /// Sends the body in steps with a wait between them.
    pub fn drip(mut self, bytes_per_step: usize, step: Duration) -> Self {
        self.manner.drip = Some((bytes_per_step.max(1), step));
        self
    }

    /// Closes the connection after the answer without having announced it.
    pub fn then_close(mut self) -> Self {
        self.manner.then_close = true;
        self
    }

    /// This reply's delivery and additions put on the tenant's own answer.
    pub(super) fn over(self, own: Self) -> Self {
        let mut headers = own.headers;
        headers.extend(self.headers);
        Self {
            headers,
            body: self.body.or(own.body),
            manner: self.manner,
            ..own
        }
    }
}

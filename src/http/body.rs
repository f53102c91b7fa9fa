//! The body of a response: framed, gunzipped, and never slower than a line that is alive.

use std::fmt;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use ureq::http::response::Parts;
use zeroize::Zeroizing;

use crate::error::without_mark;
use crate::http::framing::{Framing, coding, framing};
use crate::http::gunzip::Gunzip;
use crate::http::pace::{BODY_IDLE_TIMEOUT, Pace, reading};
use crate::http::transport_error::{Timeouts, TransportError};
use crate::redact::Redactor;
use crate::secret::SecretBuffer;

/// A body that is read as it arrives.
pub(crate) struct Body {
    host: String,
    source: Source,
    /// Whether the end of the connection is all that ends it: then a gzip stream may have ended
    /// between two of its members.
    is_unframed: bool,
}

enum Source {
    Nothing,
    Plain(Box<Wire>),
    Gzip(Box<Gunzip<Wire>>),
    /// For this reason.
    Unreadable(String),
}

const NO_LENGTH: &str = "the response has no length, so that a cut could not be seen";
/// How long a connection is worth waiting for that could be used again.
const SHORT: Duration = Duration::from_secs(1);

impl Body {
    /// The body of a response. One whose end could not be told from a cut, or that is encoded in a
    /// way that was not asked for, cannot be read; of an error the status counts all the same, so
    /// that its text is read to whatever end it has, within [`BODY_IDLE_TIMEOUT`].
    pub(crate) fn new(
        host: &str,
        head: &Parts,
        body: ureq::Body,
        has_body: bool,
        redactor: &Redactor,
    ) -> Self {
        let status = head.status.as_u16();
        let is_success = status < 300;
        let framing = match framing(head.version, &head.headers) {
            Err(_) if !is_success => Ok(Framing::Close),
            framing => framing,
        };
        let wire = Wire {
            reader: body.into_reader(),
            pace: Pace::default(),
            budget: (status >= 400).then_some(BODY_IDLE_TIMEOUT),
            is_empty: true,
            is_closed: false,
        };
        let source = match (framing, coding(&head.headers).as_str()) {
            _ if matches!(status, 204 | 304) || !has_body => Source::Nothing,
            (Err(cause), _) => Source::Unreadable(cause.to_owned()),
            (_, "gzip" | "x-gzip") => Source::Gzip(Box::new(Gunzip::new(wire))),
            (Ok(Framing::Close), "") if is_success => Source::Unreadable(NO_LENGTH.to_owned()),
            (_, "") => Source::Plain(Box::new(wire)),
            (_, other) => Source::Unreadable(format!(
                "the response is encoded as {}, which was not requested",
                redactor.redact(other)
            )),
        };
        Self {
            host: host.to_owned(),
            source,
            is_unframed: is_success && framing == Ok(Framing::Close),
        }
    }

    /// Reads into `buffer`; 0 is the end.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, TransportError> {
        match self.source {
            Source::Gzip(_) if self.is_unframed => {
                Err(TransportError::protocol(&self.host, NO_LENGTH))
            }
            _ => self.read_on(buffer),
        }
    }

    /// [`read`](Self::read) for JSON, which says itself where it ends: where `has_ended` says that
    /// it has, the end of a gzip stream is as good as a length.
    pub(crate) fn read_json(
        &mut self,
        buffer: &mut [u8],
        has_ended: bool,
    ) -> Result<usize, TransportError> {
        match self.read_on(buffer)? {
            0 if self.is_unframed && !has_ended => Err(self.cut()),
            n => Ok(n),
        }
    }

    fn read_on(&mut self, buffer: &mut [u8]) -> Result<usize, TransportError> {
        let read = match &mut self.source {
            Source::Nothing => return Ok(0),
            Source::Unreadable(cause) => return Err(TransportError::protocol(&self.host, cause)),
            Source::Plain(wire) => wire.read(buffer),
            Source::Gzip(gzip) => match gzip.read(buffer) {
                Err(error) if is_end(&error) && self.is_unframed => return Err(self.cut()),
                // An empty body is empty, whatever its header says.
                Err(error) if is_end(&error) && gzip.get_ref().is_empty => {
                    self.source = Source::Nothing;
                    Ok(0)
                }
                read => read,
            },
        };
        read.map_err(|error| self.fault(error))
    }

    /// The whole body, if it has no more than `max` bytes.
    pub(crate) fn read_all(&mut self, max: usize) -> Result<Vec<u8>, TransportError> {
        // It may hold a token.
        let mut all = SecretBuffer::default();
        let mut buffer = Zeroizing::new([0; 8192]);
        loop {
            let n = self.read(&mut *buffer)?;
            if n == 0 {
                return Ok(std::mem::take(&mut *all.into_bytes()));
            }
            if all.len() + n > max {
                let cause = format!("the response is larger than {max} bytes");
                return Err(TransportError::protocol(&self.host, &cause));
            }
            all.extend(&buffer[..n]);
        }
    }

    /// [`read_all`](Self::read_all) for JSON, without the byte order mark that some services put
    /// before it ([RFC 8259 §8.1](https://www.rfc-editor.org/rfc/rfc8259#section-8.1)).
    pub(crate) fn read_all_json(&mut self, max: usize) -> Result<Vec<u8>, TransportError> {
        let mut all = self.read_all(max)?;
        let mark = all.len() - without_mark(&all).len();
        all.drain(..mark);
        Ok(all)
    }

    /// Reads a short rest, so that the connection can be used again.
    pub(crate) fn drain(&mut self) {
        let wire = match &mut self.source {
            Source::Plain(wire) => wire,
            Source::Gzip(gzip) => gzip.get_mut(),
            Source::Nothing | Source::Unreadable(_) => return,
        };
        wire.budget = Some(wire.pace.waited() + SHORT);
        let _ = self.read_all(64 * 1024);
    }

    /// The connection ended before the body did.
    fn cut(&self) -> TransportError {
        let end = ureq::Error::Io(io::ErrorKind::UnexpectedEof.into());
        TransportError::from_ureq(end, &self.host, Timeouts::USUAL)
    }

    fn fault(&self, error: io::Error) -> TransportError {
        let Ok(Failed { error, is_cut }) = error.downcast() else {
            return TransportError::protocol(
                &self.host,
                "the gzip stream of the response is damaged",
            );
        };
        match error {
            ureq::Error::BodyStalled if is_cut => self.cut(),
            // Else a line between two chunks is longer than the buffer.
            ureq::Error::Protocol(_) | ureq::Error::BodyStalled => {
                TransportError::protocol(&self.host, "the chunks of the response cannot be read")
            }
            error => TransportError::from_ureq(error, &self.host, Timeouts::USUAL),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body")
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

/// Whether a gzip stream has ended too early; a failure of the connection is of no such kind.
fn is_end(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::UnexpectedEof
}

/// The bytes as they come over the wire, with an eye on the clock.
struct Wire {
    reader: ureq::BodyReader<'static>,
    pace: Pace,
    /// How long may be waited for all of it.
    budget: Option<Duration>,
    is_empty: bool,
    /// Whether the other side has closed the connection.
    is_closed: bool,
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let start = Instant::now();
        let left = self
            .budget
            .map(|all| all.saturating_sub(self.pace.waited()));
        let left = self.pace.left().min(left.unwrap_or(Duration::MAX));
        let (read, is_closed) = reading(start + left, || self.reader.read(buffer));
        self.is_closed |= is_closed;
        let n = read.map_err(|error| {
            io::Error::other(Failed {
                error: ureq::Error::from(error),
                is_cut: self.is_closed,
            })
        })?;
        self.is_empty &= n == 0;
        self.pace.add(n, start.elapsed());
        Ok(n)
    }
}

/// Marks a failure of the connection, which a decoder passes on among its own.
#[derive(Debug)]
struct Failed {
    error: ureq::Error,
    is_cut: bool,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for Failed {}

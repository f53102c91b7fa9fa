//! The body of an answer: framed, gunzipped, and never slower than life.

use std::fmt;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use ureq::http::HeaderMap;
use ureq::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};

use crate::http::connect::SILENCE;
use crate::http::fault::{Fault, Patience};
use crate::http::gunzip::Gunzip;
use crate::redact::Redactor;

/// A body that is read as it arrives.
pub(crate) struct Body {
    host: String,
    source: Source,
}

enum Source {
    Nothing,
    Plain(Wire),
    Gzip(Box<Gunzip<Wire>>),
    /// For this reason.
    Unreadable(String),
}

impl Body {
    /// The body of an answer. One whose end could not be told from a cut, or that is encoded in a
    /// way that was not asked for, cannot be read; of an error the status counts all the same, so
    /// that its text is read to whatever end it has.
    pub(super) fn new(
        host: &str,
        status: u16,
        headers: &HeaderMap,
        body: ureq::Body,
        has_body: bool,
        redactor: &Redactor,
    ) -> Self {
        let is_chunked = headers
            .get_all(TRANSFER_ENCODING)
            .iter()
            .any(|value| value.as_bytes().to_ascii_lowercase().ends_with(b"chunked"));
        // ureq knows no length of a body without bytes.
        let is_framed = is_chunked || headers.contains_key(CONTENT_LENGTH);
        let wire = Wire {
            reader: body.into_reader(),
            pace: Pace::default(),
            is_framed,
        };
        let source = match encoding(headers).as_deref() {
            _ if matches!(status, 204 | 304) || !has_body => Source::Nothing,
            // The trailer of gzip tells the end as well as a length does.
            Some("gzip" | "x-gzip") => Source::Gzip(Box::new(Gunzip::new(wire))),
            None | Some("" | "identity") if is_framed || status >= 300 => Source::Plain(wire),
            None | Some("" | "identity") => Source::Unreadable(
                "the answer has no length, so that a cut could not be seen".to_owned(),
            ),
            Some(other) => Source::Unreadable(format!(
                "the answer is encoded as {}, which was not asked for",
                redactor.redact(other)
            )),
        };
        Self {
            host: host.to_owned(),
            source,
        }
    }

    /// Reads into `buffer`; 0 is the end.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Fault> {
        let read = match &mut self.source {
            Source::Nothing => Ok(0),
            Source::Unreadable(cause) => return Err(Fault::protocol(&self.host, cause)),
            Source::Plain(wire) => wire.read(buffer),
            Source::Gzip(gzip) => match gzip.read(buffer) {
                // An empty body is empty, whatever its header says.
                Err(error) if is_empty(gzip.get_ref(), &error) => {
                    self.source = Source::Nothing;
                    Ok(0)
                }
                read => read,
            },
        };
        read.map_err(|error| self.fault(error))
    }

    /// The whole body, if it has no more than `max` bytes.
    pub(crate) fn read_all(&mut self, max: usize) -> Result<Vec<u8>, Fault> {
        let mut all = Vec::new();
        let mut buffer = [0; 8192];
        loop {
            let n = self.read(&mut buffer)?;
            if n == 0 {
                return Ok(all);
            }
            if all.len() + n > max {
                let cause = format!("the answer is larger than {max} bytes");
                return Err(Fault::protocol(&self.host, &cause));
            }
            all.extend_from_slice(&buffer[..n]);
        }
    }

    /// Reads a short rest, so that the connection can be used again.
    pub(crate) fn drain(&mut self) {
        let _ = self.read_all(64 * 1024);
    }

    fn fault(&self, error: io::Error) -> Fault {
        if error.get_ref().is_some_and(|inner| inner.is::<TooSlow>()) {
            return Fault::too_slow(&self.host);
        }
        match error.downcast::<WireError>() {
            // Chunks that cannot be read: most often they were cut in the middle of a length.
            Ok(WireError(ureq::Error::Protocol(_) | ureq::Error::BodyStalled)) => {
                Fault::broken_chunks(&self.host)
            }
            Ok(WireError(error)) => Fault::from_ureq(error, &self.host, Patience::USUAL),
            Err(_) => Fault::protocol(&self.host, "the gzip stream of the answer is damaged"),
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

fn encoding(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_ENCODING)?;
    Some(
        String::from_utf8_lossy(value.as_bytes())
            .trim()
            .to_ascii_lowercase(),
    )
}

fn is_empty(wire: &Wire, error: &io::Error) -> bool {
    wire.is_framed
        && wire.pace.total == 0
        && error.kind() == io::ErrorKind::UnexpectedEof
        && error.get_ref().is_none_or(|e| !e.is::<WireError>())
}

/// The bytes as they come over the wire, with an eye on the clock.
struct Wire {
    reader: ureq::BodyReader<'static>,
    pace: Pace,
    is_framed: bool,
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let start = Instant::now();
        let n = self
            .reader
            .read(buffer)
            .map_err(|error| io::Error::other(WireError(ureq::Error::from(error))))?;
        if n > 0 && self.pace.is_too_slow(n, start.elapsed()) {
            return Err(io::Error::other(TooSlow));
        }
        Ok(n)
    }
}

/// How fast a body comes, counting only the time spent waiting for it: a reader of ours that
/// takes its time is no stall.
#[derive(Debug, Default)]
struct Pace {
    total: u64,
    bytes: usize,
    waited: Duration,
}

const SLOWEST: usize = 1000;

impl Pace {
    fn is_too_slow(&mut self, bytes: usize, waited: Duration) -> bool {
        self.total += bytes as u64;
        self.bytes += bytes;
        self.waited += waited;
        if self.waited < SILENCE {
            return false;
        }
        let is_too_slow = self.bytes < SLOWEST * SILENCE.as_secs() as usize;
        self.bytes = 0;
        self.waited = Duration::ZERO;
        is_too_slow
    }
}

/// Marks a failure of the connection, which a decoder passes on among its own.
#[derive(Debug)]
struct WireError(ureq::Error);

#[derive(Debug)]
struct TooSlow;

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for TooSlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too slow")
    }
}

impl std::error::Error for WireError {}
impl std::error::Error for TooSlow {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_under_one_kilobyte_a_second_for_thirty_seconds_is_cut() {
        let second = Duration::from_secs(1);
        let mut pace = Pace::default();
        assert!(!(0..29).any(|_| pace.is_too_slow(999, second)));
        assert!(pace.is_too_slow(999, second));
        let mut pace = Pace::default();
        assert!(!(0..300).any(|_| pace.is_too_slow(1000, second)));
    }
}

//! What a request carries.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt as _;

use crate::http::pace::is_unsent;
use crate::secret::Secret;

/// What a request carries, and whether it can be sent again.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Content<'r> {
    Nothing,
    /// A form; it holds a secret.
    Form(&'r Secret),
    Bytes(&'r [u8]),
    Part(&'r Part<'r>),
    Stream(&'r Stream),
}

/// So many bytes of a file from `start` on, read anew for each try.
pub(crate) struct Part<'r> {
    pub(crate) file: &'r File,
    pub(crate) start: u64,
    pub(crate) length: u64,
    /// Hears how much of it has been read for this try.
    pub(crate) watch: &'r dyn Fn(u64),
}

/// What can be read once; without a length it is sent in chunks.
pub(crate) struct Stream {
    reader: RefCell<Box<dyn Read>>,
    length: Option<u64>,
    done: Cell<u64>,
    is_begun: Cell<bool>,
}

/// Marks a failure to read what was to be sent among those of the connection.
#[derive(Debug)]
pub(crate) struct Unread(pub(crate) io::Error);

impl Content<'_> {
    /// Whether all of it is still there to be sent.
    pub(crate) fn can_be_sent(self) -> bool {
        match self {
            Self::Stream(stream) => !stream.is_begun.get(),
            _ => true,
        }
    }

    /// The length for the header, where it is not that of bytes in memory.
    pub(crate) fn length(self) -> Option<u64> {
        match self {
            Self::Part(part) => Some(part.length),
            Self::Stream(stream) => stream.length,
            _ => None,
        }
    }
}

impl Stream {
    pub(crate) fn new(reader: impl Read + 'static, length: Option<u64>) -> Self {
        Self {
            reader: RefCell::new(Box::new(reader)),
            length,
            done: Cell::new(0),
            is_begun: Cell::new(false),
        }
    }
}

impl Read for &Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.is_begun.set(true);
        let left = self
            .length
            .map(|length| length.saturating_sub(self.done.get()));
        let n = if is_unsent() {
            filler(buffer, left.unwrap_or(0))
        } else {
            let mut reader = self.reader.borrow_mut();
            uninterrupted(|| reader.read(buffer))?
        };
        self.done.set(self.done.get() + n as u64);
        let is_short = left.is_some_and(|left| (n as u64) < left);
        if n == 0 && !buffer.is_empty() && is_short {
            // The other side would wait for the rest.
            let short = io::Error::new(io::ErrorKind::InvalidData, "is shorter than its length");
            return Err(unread(short));
        }
        Ok(n)
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("start", &self.start)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

/// Reads a [`Part`] from its start to its end.
#[derive(Debug)]
pub(crate) struct PartReader<'r> {
    pub(crate) part: &'r Part<'r>,
    pub(crate) done: u64,
}

impl Read for PartReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.part.length - self.done;
        let most = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        if is_unsent() {
            let n = filler(buffer, left);
            self.done += n as u64;
            return Ok(n);
        }
        let at = self.part.start + self.done;
        let n = uninterrupted(|| self.part.file.read_at(&mut buffer[..most], at))?;
        if n == 0 && most > 0 {
            let short = io::Error::new(io::ErrorKind::InvalidData, "became shorter meanwhile");
            return Err(unread(short));
        }
        self.done += n as u64;
        (self.part.watch)(self.done);
        Ok(n)
    }
}

/// Stands for what is not read any more because it goes nowhere: ureq reads the response only after
/// as many bytes as it was promised.
fn filler(buffer: &mut [u8], left: u64) -> usize {
    usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()))
}

/// Reads again where a signal came between.
fn uninterrupted(mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match read() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read.map_err(unread),
        }
    }
}

fn unread(error: io::Error) -> io::Error {
    io::Error::other(Unread(error))
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Unread {}

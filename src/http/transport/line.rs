//! The buffers of a connection, by what is sent over it.

use crate::http::message::Request;

/// How long the lines of a request are, each of which must fit in a buffer of its connection. A
/// next link may have 64 kB, and would have all connections take much more memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Usual,
    Long,
}

impl Line {
    pub(crate) fn of(request: &Request<'_>) -> Self {
        let headers = request.headers.iter();
        let mut lengths = headers.map(|(name, value)| name.len() + value.len());
        let room = Self::Usual.buffer() - 1024;
        if request.url.as_str().len() > room || lengths.any(|length| length > room) {
            Self::Long
        } else {
            Self::Usual
        }
    }

    pub(crate) fn buffer(self) -> usize {
        match self {
            Self::Usual => 16 * 1024,
            Self::Long => 66 * 1024,
        }
    }
}

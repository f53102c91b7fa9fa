//! What came of a batch, line by line.

use crate::error::Error;

/// What came of one line.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The index among all requests.
    pub(crate) index: u64,
    /// A line of the output.
    pub(crate) text: Vec<u8>,
    /// The id for messages, where the status is 400 or more, or there is none.
    pub(crate) failed: Option<String>,
    /// Whether it carries a further link: it is the first page of more.
    pub(crate) is_partial: bool,
}

/// Why a batch ended without all its responses.
#[derive(Debug)]
pub(crate) struct BatchError {
    pub(crate) error: Error,
    /// Whether others need not be tried. Where not, each line was given.
    pub(crate) is_final: bool,
}

impl From<Error> for BatchError {
    fn from(error: Error) -> Self {
        Self {
            error,
            is_final: true,
        }
    }
}

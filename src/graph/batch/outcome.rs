//! What came of a batch, line by line.

use crate::error::Error;

/// What came of one line.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The number of the line.
    pub(crate) number: u64,
    /// A line of the output.
    pub(crate) text: Vec<u8>,
    /// Whether it has a status from 400 on, or none.
    pub(crate) is_failed: bool,
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

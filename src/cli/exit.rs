//! The exit codes: one table.

use std::process::ExitCode;

use crate::error::Error;

/// What the exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// All that was asked for was written.
    Done = 0,
    /// Graph said no.
    Refused = 1,
    /// Usage, parameters, a credential.
    Usage = 2,
    /// The token was refused.
    Token = 3,
    /// No usable answer in the time given.
    Unavailable = 4,
    /// A response that cannot be right.
    Protocol = 5,
    /// This machine: output, state, disk.
    Local = 6,
    /// SIGINT.
    Interrupted = 130,
    /// The reader of stdout left.
    ReaderLeft = 141,
    /// SIGTERM.
    Terminated = 143,
}

impl Exit {
    /// How a signal shows that ends the program.
    pub(crate) fn by_signal(signal: i32) -> Self {
        if signal == signal_hook::consts::SIGINT {
            Self::Interrupted
        } else {
            Self::Terminated
        }
    }
}

/// Why a command ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    Error(Error),
    /// Nobody reads stdout any more: no error, and nothing to say.
    ReaderLeft,
    /// What failed is said already.
    Reported(Exit),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<&Error> for Exit {
    fn from(error: &Error) -> Self {
        match error {
            Error::Graph(_) => Self::Refused,
            Error::Local(_) => Self::Local,
            Error::Parameters(_) => Self::Usage,
            Error::Protocol(_) => Self::Protocol,
            Error::Token(_) => Self::Token,
            Error::Unavailable(_) => Self::Unavailable,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

//! The body of a request as the command line gives it.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;

use crate::error::{Error, quoted};
use crate::fs::cause;
use crate::graph::Request;

/// What `--body`, `-F` and `-f` come to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Body {
    None,
    Text(Vec<u8>),
    File(PathBuf),
    Stdin,
}

impl Body {
    /// `--body`: `-` is stdin, `@FILE` a file, everything else the body itself; that must be JSON
    /// unless `is_json` says that a header names another type.
    pub(crate) fn read(given: &str, is_json: bool) -> Result<Self, Error> {
        if given == "-" || given == "@-" {
            return Ok(Self::Stdin);
        }
        if let Some(path) = given.strip_prefix('@') {
            return Ok(Self::File(PathBuf::from(path)));
        }
        if is_json && let Err(error) = serde_json::from_str::<IgnoredAny>(given) {
            let column = error.column();
            return Err(
                Error::parameters(format!("--body: is not JSON at character {column}")).hint(
                    "put it into single quotes, or give a file: --body @FILE; another type needs \
                     -H 'Content-Type: …'",
                ),
            );
        }
        Ok(Self::Text(given.as_bytes().to_vec()))
    }

    /// The request with this body.
    pub(crate) fn put<'g>(&self, request: Request<'g>) -> Result<Request<'g>, Error> {
        Ok(match self {
            Self::None => request,
            Self::Text(text) => request.with_body(text.clone()),
            Self::File(path) => {
                let (file, length) = open(path)?;
                request.with_reader(file, length)
            }
            Self::Stdin => request.with_reader(io::stdin(), None),
        })
    }
}

/// A file to send, and its length where that is known: those of /proc say 0, whatever they hold.
pub(crate) fn open(path: &Path) -> Result<(File, Option<u64>), Error> {
    let fail = |error: io::Error| {
        let path = path.display();
        Error::parameters(format!("body {path}: {}", cause(&error)))
    };
    let file = File::open(path).map_err(fail)?;
    let metadata = file.metadata().map_err(fail)?;
    if metadata.is_dir() {
        let path = path.display();
        return Err(Error::parameters(format!("body {path}: is a directory")));
    }
    let is_known = metadata.is_file() && metadata.len() > 0;
    Ok((file, is_known.then_some(metadata.len())))
}

/// The text of a small file, or of stdin for `-`; `what` names it in errors.
pub(crate) fn text_of(path: &str, what: &str) -> Result<String, Error> {
    const MAX: u64 = 16 << 20;
    let fail = |reason: &str| Error::parameters(format!("{what} {}: {reason}", quoted(path)));
    let mut bytes = Vec::new();
    let read = if path == "-" {
        io::stdin().take(MAX + 1).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(MAX + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| fail(&cause(&error)))?;
    if bytes.len() as u64 > MAX {
        return Err(fail("is larger than 16 MiB"));
    }
    String::from_utf8(bytes).map_err(|_| fail("is not UTF-8"))
}

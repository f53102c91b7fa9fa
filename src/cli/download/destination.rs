//! Where a download goes: a file that is put in its place when it is whole, or a stream.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::exit::Failure;
use crate::cli::sink::{Sink, opened};
use crate::error::Error;
use crate::fs::{Output, Partial, cause, shown};
use crate::graph::{Digest, Version};

/// Where the bytes go.
#[derive(Debug)]
pub(crate) enum Destination {
    /// stdout, a pipe or a device; what was written cannot be taken back.
    Stream { sink: Sink, has_written: bool },
    /// A file; it is gone once it was rejected.
    File {
        partial: Option<Partial>,
        /// Whether another run can go on where this one ends.
        can_go_on: bool,
    },
}

impl Destination {
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        if path.as_os_str() == "-" {
            return Ok(Self::stream(Sink::stdout()?));
        }
        let name = shown(path);
        let file = match opened(path)? {
            Output::Stream(stream) => return Ok(Self::stream(Sink::stream(stream, name))),
            Output::File(file) => file,
        };
        let part = format!("{name}.part");
        match Partial::of(file, target(path)) {
            Ok(Some(partial)) => Ok(Self::File {
                partial: Some(partial),
                can_go_on: false,
            }),
            Ok(None) => Err(Error::local(format!("{part}: another process writes it"))
                .hint("wait until it has ended, or name another file")
                .into()),
            Err(reason) => Err(Error::local(format!("{part}: not written: {reason}")).into()),
        }
    }

    fn stream(sink: Sink) -> Self {
        let has_written = false;
        Self::Stream { sink, has_written }
    }

    pub(crate) fn is_terminal(&self) -> bool {
        match self {
            Self::Stream { sink, .. } => sink.is_terminal(),
            Self::File { .. } => false,
        }
    }

    /// What an earlier run left of the content that `identity` names: its length and its version.
    /// Where the machine was started anew since, its last bytes may be lost, which only a hash
    /// shows.
    pub(crate) fn kept(
        &mut self,
        identity: &str,
        has_hash: bool,
    ) -> Result<Option<(u64, Version)>, Failure> {
        let Self::File {
            partial: Some(partial),
            can_go_on,
        } = self
        else {
            return Ok(None);
        };
        let note = partial
            .note()
            .and_then(|note| serde_json::from_slice(&note).ok());
        let note: Value = note.unwrap_or_default();
        let etag = note.get("etag").and_then(Value::as_str);
        let is_same = note.get("of").and_then(Value::as_str) == Some(identity);
        let boot = note.get("boot").and_then(Value::as_str);
        let is_safe = has_hash || boot.is_some() && boot == boot_id().as_deref();
        let (Some(etag), true, true) = (etag, is_same, is_safe) else {
            return Ok(None);
        };
        let version = Version {
            etag: Some(etag.to_owned()),
            total: note.get("total").and_then(Value::as_u64),
        };
        // All of it may be there but the last step: its last byte shows whether it is still that.
        let most = version
            .total
            .map_or(u64::MAX, |total| total.saturating_sub(1));
        let length = partial.length().min(most);
        if partial.length() > most.saturating_add(1) || length == 0 {
            return Ok(None);
        }
        let cut = partial.cut(length);
        cut.map_err(|error| failed(partial, &error))?;
        *can_go_on = true;
        Ok(Some((length, version)))
    }

    /// Takes in what is there.
    pub(crate) fn digest(&self, digest: &mut Digest) -> Result<(), Failure> {
        if let Self::File {
            partial: Some(partial),
            ..
        } = self
        {
            let read_at = |buffer: &mut [u8], at| partial.read_at(buffer, at);
            let read = digest.update_from(partial.length(), &read_at);
            read.map_err(|error| failed(partial, &error))?;
        }
        Ok(())
    }

    /// The content begins, perhaps anew.
    pub(crate) fn begin(&mut self, identity: &str, version: &Version) -> Result<(), Failure> {
        match self {
            Self::Stream {
                has_written: true, ..
            } => {
                let error = Error::unavailable("the content broke off, and the rest cannot be had");
                Err(error.hint("a file can be begun anew: -O FILE").into())
            }
            Self::Stream { .. } | Self::File { partial: None, .. } => Ok(()),
            Self::File {
                partial: Some(partial),
                can_go_on,
            } => {
                *can_go_on = version.etag.is_some();
                let note = json!({
                    "of": identity,
                    "etag": version.etag,
                    "total": version.total,
                    "boot": boot_id(),
                });
                let begun = partial.begin(note.to_string().as_bytes());
                begun.map_err(|error| failed(partial, &error))
            }
        }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            Self::Stream { sink, has_written } => {
                *has_written = true;
                sink.write(bytes)
            }
            Self::File { partial: None, .. } => Ok(()),
            Self::File {
                partial: Some(partial),
                ..
            } => {
                let written = partial.append(bytes);
                written.map_err(|error| failed(partial, &error))
            }
        }
    }

    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        match self {
            Self::Stream { sink, .. } => sink.flush(),
            Self::File { .. } => Ok(()),
        }
    }

    /// Throws away what is not what it has to be: to go on with it would not help.
    pub(crate) fn reject(&mut self, error: Error) -> Error {
        match self {
            Self::Stream { .. } => error,
            Self::File { partial, .. } => match partial.take().map(Partial::remove) {
                Some(Err(left)) => error.hint(format!("its part is not removed: {}", cause(&left))),
                _ => error,
            },
        }
    }

    pub(crate) fn finish(self) -> Result<(), Failure> {
        match self {
            Self::Stream { sink, .. } => sink.finish(),
            Self::File { partial: None, .. } => Ok(()),
            Self::File {
                partial: Some(partial),
                ..
            } => {
                let name = shown(partial.path());
                partial.commit().map_err(|error| failed_as(&name, &error))
            }
        }
    }

    /// Ends without the whole content; says how to go on.
    pub(crate) fn abandon(self, failure: Failure) -> Failure {
        let Failure::Error(error) = failure else {
            return failure;
        };
        match self {
            Self::Stream { mut sink, .. } => match sink.flush() {
                Err(failure) => failure,
                Ok(()) => error.into(),
            },
            Self::File {
                partial: Some(partial),
                ..
            } if partial.length() == 0 => {
                // Nothing is in it; that it stays would be no harm.
                let _ = partial.remove();
                error.into()
            }
            Self::File {
                partial: Some(partial),
                can_go_on: true,
            } if matches!(error, Error::Unavailable(_) | Error::Local(_)) => {
                let name = shown(partial.path());
                let hint = format!("run it again to go on: {name} is kept");
                let hint = match &error.report().hint {
                    Some(known) => format!("{known}; then {hint}"),
                    None => hint,
                };
                error.hint(hint).into()
            }
            Self::File { .. } => error.into(),
        }
    }
}

/// The path of what is replaced, for messages.
fn target(path: &Path) -> PathBuf {
    match fs::read_link(path) {
        Ok(link) => {
            let folder = path.parent().unwrap_or(Path::new(""));
            fs::canonicalize(path).unwrap_or_else(|_| folder.join(link))
        }
        Err(_) => path.to_owned(),
    }
}

fn failed(partial: &Partial, error: &io::Error) -> Failure {
    failed_as(&shown(partial.path()), error)
}

fn failed_as(name: &str, error: &io::Error) -> Failure {
    Error::local(format!("{name}: not written: {}", cause(error))).into()
}

/// Differs from one start of the machine to the next (proc(5)).
fn boot_id() -> Option<String> {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty())
}

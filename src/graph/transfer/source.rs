//! The file that is uploaded, and whether it is still the same.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::error::Error;
use crate::fs::{cause, shown};

/// A regular file, open for reading.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) file: File,
    path: PathBuf,
    facts: Metadata,
}

impl Source {
    /// # Errors
    ///
    /// `Parameters` when it cannot be read, or is none whose size is known.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let fail = |cause: &str| Error::parameters(format!("file {}: {cause}", shown(path)));
        const COPY: &str = "write it to a file first, and upload that";
        if path.as_os_str() == "-" {
            let error = Error::parameters("file -: stdin has no size that is known");
            return Err(error.hint(COPY));
        }
        let broken = |error: io::Error| fail(&cause(&error));
        // Without NONBLOCK, opening a FIFO would wait for its writer.
        let flags = OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(flags.bits().cast_signed())
            .open(path)
            .map_err(broken)?;
        let facts = file.metadata().map_err(broken)?;
        let kind = facts.file_type();
        if kind.is_dir() {
            return Err(fail("is a directory").hint("name the file in it"));
        }
        if kind.is_fifo() || kind.is_socket() || kind.is_char_device() {
            return Err(fail("is no file whose size is known").hint(COPY));
        }
        if !kind.is_file() {
            return Err(fail("is no regular file"));
        }
        let path = std::path::absolute(path).map_err(broken)?;
        Ok(Self { file, path, facts })
    }

    pub(crate) fn size(&self) -> u64 {
        self.facts.len()
    }

    /// With no link on the way followed.
    pub(crate) fn absolute_path(&self) -> &Path {
        &self.path
    }

    /// What tells it from what it may become, for another run: devices are numbered anew when a
    /// machine starts.
    pub(crate) fn fingerprint(&self) -> String {
        let facts = &self.facts;
        let (seconds, nanoseconds) = (facts.ctime(), facts.ctime_nsec());
        format!("{} {seconds}.{nanoseconds:09}", self.first_fingerprint())
    }

    /// That of the first versions, which did not know the time of the last change of any kind:
    /// the time of the last write can be put back.
    fn first_fingerprint(&self) -> String {
        let facts = &self.facts;
        let (seconds, nanoseconds) = (facts.mtime(), facts.mtime_nsec());
        format!("{} {seconds}.{nanoseconds:09} {}", facts.len(), facts.ino())
    }

    /// Whether a fingerprint is of this file as it is now.
    pub(crate) fn is(&self, fingerprint: &str) -> bool {
        fingerprint == self.fingerprint() || fingerprint == self.first_fingerprint()
    }

    /// # Errors
    ///
    /// `Local` when it is not what it was when it was opened.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let is_same = |now: io::Result<Metadata>| {
            let key = |facts: &Metadata| {
                let written = (facts.mtime(), facts.mtime_nsec());
                let changed = (facts.ctime(), facts.ctime_nsec());
                (facts.len(), written, changed, facts.dev(), facts.ino())
            };
            now.is_ok_and(|now| key(&now) == key(&self.facts))
        };
        if is_same(self.file.metadata()) && is_same(std::fs::metadata(&self.path)) {
            Ok(())
        } else {
            Err(self.changed())
        }
    }

    /// The error that it could not be read to its end.
    pub(crate) fn unread(&self, error: &io::Error) -> Error {
        if error.kind() == io::ErrorKind::UnexpectedEof || self.check().is_err() {
            return self.changed();
        }
        let name = shown(&self.path);
        Error::local(format!("file {name}: {}", cause(error)))
    }

    /// The error that the file is not what it was.
    pub(crate) fn changed(&self) -> Error {
        let name = shown(&self.path);
        Error::local(format!("file {name}: was changed while it was uploaded"))
            .hint("the upload is given up: run it again when the file stays as it is")
    }
}

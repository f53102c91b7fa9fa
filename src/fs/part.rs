//! A file that arrives over many runs, and takes its place when it is whole.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::Mode;

use crate::fs::cause;
use crate::fs::lock::hold;
use crate::fs::own::{read_own, replace_own};
use crate::fs::replace::folder;

/// `FILE.part`, which is held by one process at a time, and beside it `FILE.part.json`, the note
/// that says what it is a part of.
#[derive(Debug)]
pub(crate) struct Partial {
    file: File,
    length: u64,
    part: PathBuf,
    note: PathBuf,
    target: PathBuf,
}

const MAX_NOTE: u64 = 256 * 1024;

impl Partial {
    /// Opens what there is for `target`, or begins it; `None` when another process is at it.
    ///
    /// # Errors
    ///
    /// The reason why it cannot be used, as text.
    pub(crate) fn of(target: &Path) -> Result<Option<Self>, String> {
        let beside = |suffix: &str| {
            let mut name = target.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        };
        let part = beside(".part");
        let Some(file) = hold(&part)? else {
            return Ok(None);
        };
        let length = file.metadata().map_err(|error| cause(&error))?.len();
        Ok(Some(Self {
            file,
            length,
            part,
            note: beside(".part.json"),
            target: target.to_owned(),
        }))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.part
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The note of an earlier run.
    pub(crate) fn note(&self) -> Option<Vec<u8>> {
        read_own(&self.note, MAX_NOTE).ok().flatten()
    }

    pub(crate) fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        self.file.read_at(buffer, at)
    }

    /// Begins anew, with this note. A note never stands beside bytes that it does not speak of.
    pub(crate) fn begin(&mut self, note: &[u8]) -> io::Result<()> {
        remove(&self.note)?;
        self.cut(0)?;
        self.file.sync_all()?;
        replace_own(&self.note, note)
    }

    /// Keeps the first `length` bytes.
    pub(crate) fn cut(&mut self, length: u64) -> io::Result<()> {
        self.file.set_len(length)?;
        self.length = length;
        Ok(())
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all_at(bytes, self.length)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Puts the file in its place, with the permissions of the one that it replaces if it can have
    /// them, and makes that last.
    pub(crate) fn commit(self) -> io::Result<()> {
        let permissions = match fs::metadata(&self.target) {
            Ok(replaced) => replaced.permissions(),
            Err(_) => Permissions::from_mode(0o666 & !umask()),
        };
        self.file.sync_all()?;
        // Not before, which may take long: a part that others can write is of no use to another
        // run. Where files have no permissions of their own, as on FAT, they cannot be given any.
        let _ = self.file.set_permissions(permissions);
        fs::rename(&self.part, &self.target)?;
        remove(&self.note)?;
        File::open(folder(&self.target))?.sync_all()
    }

    /// Leaves nothing behind.
    pub(crate) fn remove(self) -> io::Result<()> {
        remove(&self.note)?;
        fs::remove_file(&self.part)
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn umask() -> u32 {
    // There is no other way to ask.
    let mask = rustix::process::umask(Mode::from_raw_mode(0o077));
    rustix::process::umask(mask);
    mask.as_raw_mode()
}

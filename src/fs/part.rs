//! A file that arrives over many runs, and takes its place when it is whole.

use std::ffi::OsString;
use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::Mode;

use crate::fs::cause;
use crate::fs::lock::hold_at;
use crate::fs::output::OutputFile;
use crate::fs::own::{read_own_at, replace_own_at};
use crate::fs::walk::Entry;

/// `FILE.part`, which is held by one process at a time, and beside it `FILE.part.json`, the note
/// that says what it is a part of.
#[derive(Debug)]
pub(crate) struct Partial {
    file: File,
    length: u64,
    part: Entry,
    note: Entry,
    target: OutputFile,
    /// That of the part, for messages.
    path: PathBuf,
}

const MAX_NOTE: u64 = 256 * 1024;

impl Partial {
    /// Opens what there is for `target`, or begins it; `None` when another process is at it. `path`
    /// names the target in messages.
    ///
    /// # Errors
    ///
    /// The reason why it cannot be used, as text.
    pub(crate) fn of(target: OutputFile, path: PathBuf) -> Result<Option<Self>, String> {
        let beside = |suffix: &str| {
            let mut name = target.0.name.clone();
            name.push(suffix);
            entry_of(&target, name)
        };
        let part = beside(".part");
        let Some(file) = hold_at(&part)? else {
            return Ok(None);
        };
        let length = file.metadata().map_err(|error| cause(&error))?.len();
        let mut path = path.into_os_string();
        path.push(".part");
        Ok(Some(Self {
            file,
            length,
            part,
            note: beside(".part.json"),
            target,
            path: PathBuf::from(path),
        }))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The note of an earlier run.
    pub(crate) fn note(&self) -> Option<Vec<u8>> {
        read_own_at(&self.note, MAX_NOTE).ok().flatten()
    }

    pub(crate) fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        self.file.read_at(buffer, at)
    }

    /// Begins anew, with this note. A note never stands beside bytes that it does not speak of.
    pub(crate) fn begin(&mut self, note: &[u8]) -> io::Result<()> {
        remove(&self.note)?;
        self.cut(0)?;
        self.file.sync_all()?;
        replace_own_at(&self.note, note)
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
        self.file.sync_all()?;
        // Not before, which may take long: a part that others can write is of no use to another
        // run. Where files have no permissions of their own, as on FAT, they cannot be given any.
        let _ = match self.target.replaced() {
            Some(replaced) => replaced.give_to(&self.file),
            None => {
                let usual = Permissions::from_mode(0o666 & !umask());
                self.file.set_permissions(usual)
            }
        };
        let Entry { folder, name, .. } = &self.target.0;
        folder.rename(&self.part.name, name)?;
        remove(&self.note)?;
        folder.sync()
    }

    /// Leaves nothing behind.
    pub(crate) fn remove(self) -> io::Result<()> {
        remove(&self.note)?;
        remove(&self.part)
    }
}

fn entry_of(target: &OutputFile, name: OsString) -> Entry {
    Entry {
        folder: target.0.folder.clone(),
        name,
        stat: None,
    }
}

fn remove(entry: &Entry) -> io::Result<()> {
    entry.folder.remove(&entry.name)
}

fn umask() -> u32 {
    // There is no other way to ask.
    let mask = rustix::process::umask(Mode::from_raw_mode(0o077));
    rustix::process::umask(mask);
    mask.as_raw_mode()
}

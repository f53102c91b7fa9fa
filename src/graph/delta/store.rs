//! The state file: locked, read with suspicion, replaced whole.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::{Error, quoted};
use crate::fs::{cause, check_exchange, open_lock, read_own, replace_own, shown, try_own};
use crate::graph::delta::Files;
use crate::graph::delta::state::State;

/// The state file of one listing, ours alone until it is dropped.
#[derive(Debug)]
pub(crate) struct Store {
    files: Files,
    #[expect(dead_code, reason = "dropping them is their use")]
    locks: Vec<File>,
}

/// A state has two links of 64 kB at the most.
const MAX_BYTES: u64 = 1 << 20;

impl Store {
    /// Locks the files, so that no other process delivers the same changes or writes in between.
    ///
    /// # Errors
    ///
    /// `Unavailable` when another process has the lock, `Local` when there is none to be had.
    pub(crate) fn lock(mut files: Files) -> Result<Self, Error> {
        let mut locks = vec![lock(&files.state)?];
        // Two locks of one file would be in each other's way.
        files.out = files.out.filter(|out| !is_same(out, &files.state));
        if let Some(out) = &files.out {
            locks.push(lock(out)?);
        }
        Ok(Self { files, locks })
    }

    /// The state in the file that is read, and the one in the file that is written; `None` is a file
    /// that is not there. No state of another listing than `new`'s is taken, and none is overwritten.
    pub(crate) fn read(&self, new: &State) -> Result<(Option<State>, Option<State>), Error> {
        let state = read(self.path(), new)?;
        let out = if self.target() == self.path() {
            state.clone()
        } else {
            read(self.target(), new)?
        };
        Ok((state, out))
    }

    /// The file that is read.
    pub(crate) fn path(&self) -> &Path {
        &self.files.state
    }

    /// The file that is written.
    pub(crate) fn target(&self) -> &Path {
        self.files.out.as_ref().unwrap_or(&self.files.state)
    }

    /// Finds out whether a state could be written.
    pub(crate) fn try_out(&self, state: &State) -> Result<(), Error> {
        let written = try_own(self.target(), &state.write());
        written.map_err(|error| self.unwritten(&error))
    }

    pub(crate) fn write(&self, state: &State) -> Result<(), Error> {
        let written = replace_own(self.target(), &state.write());
        written.map_err(|error| self.unwritten(&error))
    }

    fn unwritten(&self, error: &std::io::Error) -> Error {
        let cause = cause(error);
        failed(self.target(), &format!("not written: {cause}"))
    }
}

/// A state file and what is the matter with it.
pub(crate) fn told(path: &Path, cause: &str) -> String {
    format!("state {}: {cause}", shown(path))
}

/// A state file that is no use.
pub(crate) fn damaged(path: &Path, cause: &str) -> Error {
    failed(path, cause).hint("restore it, or remove it for a full round as at first")
}

fn failed(path: &Path, cause: &str) -> Error {
    Error::local(told(path, cause))
}

fn read(path: &Path, new: &State) -> Result<Option<State>, Error> {
    let bytes = read_own(path, MAX_BYTES).map_err(|cause| {
        let error = failed(path, &cause);
        if cause.contains("by others") {
            error.hint(format!("chmod go-w {}", quoted(&path.to_string_lossy())))
        } else {
            error
        }
    })?;
    let Some(bytes) = bytes else {
        return Ok(None);
    };
    let state = State::read(&bytes).map_err(|cause| damaged(path, cause))?;
    match state.differs(new) {
        Some(difference) => {
            Err(Error::parameters(told(path, &difference))
                .hint("give each listing a state of its own"))
        }
        None => Ok(Some(state)),
    }
}

/// Refuses what can be no file of a state, before a lock is made beside it.
fn check_name(path: &Path) -> Result<(), Error> {
    let text = path.to_string_lossy();
    if text.is_empty() || text == "-" {
        return Err(Error::parameters("state: names no file")
            .hint("if a shell wrote this, a variable may have been empty"));
    }
    let kind = fs::symlink_metadata(path).map(|metadata| metadata.file_type());
    let is_folder = kind.as_ref().is_ok_and(fs::FileType::is_dir);
    if is_folder || text.ends_with('/') || path.file_name().is_none() {
        return Err(failed(path, "is a directory").hint("name a file in it"));
    }
    match kind {
        Ok(kind) if kind.is_symlink() => Err(failed(path, "is a symbolic link")),
        Ok(kind) if !kind.is_file() => Err(failed(path, "is not a regular file")),
        _ => Ok(()),
    }
}

/// Whether two paths name one file, which need not be there.
fn is_same(one: &Path, two: &Path) -> bool {
    let folder = |path: &Path| {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        fs::canonicalize(folder.unwrap_or(Path::new("."))).ok()
    };
    one.file_name() == two.file_name() && folder(one) == folder(two)
}

fn lock(path: &Path) -> Result<File, Error> {
    check_name(path)?;
    check_exchange(path)
        .map_err(|cause| failed(path, &cause).hint("give it a folder that only you can write"))?;
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock = PathBuf::from(name);
    let file = open_lock(&lock).map_err(|cause| {
        let error = failed(path, &format!("no lock beside it: {cause}"));
        if path
            .parent()
            .is_some_and(|folder| !folder.as_os_str().is_empty() && !folder.exists())
        {
            error.hint("make its folder first")
        } else {
            error
        }
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Error::unavailable(told(path, "in use by another mgd"))
                .hint("that one delivers the changes; run again when it has ended"))
        }
        Err(TryLockError::Error(error)) => {
            let cause = cause(&error);
            Err(failed(path, &format!("no lock beside it: {cause}")))
        }
    }
}

//! Files of our own making: no link is followed, and none is trusted that others could have
//! changed.

use std::fs::{self, DirBuilder, File, Metadata};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::Path;

use rustix::fs::OFlags;
use rustix::io::Errno;

use crate::fs::cause;
use crate::fs::replace::Replacement;
use crate::fs::walk::{Entry, Found, Purpose, walk};

/// Reads a file of our own making: no link is followed, and it must be a regular file with one
/// name that only we can change.
///
/// # Errors
///
/// The reason why it cannot be trusted, as text; a missing file is `Ok(None)`.
pub(crate) fn read_own(path: &Path, max: u64) -> Result<Option<Vec<u8>>, String> {
    match own_entry(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cause(&error)),
        Ok(entry) => read_own_at(&entry, max),
    }
}

pub(crate) fn read_own_at(entry: &Entry, max: u64) -> Result<Option<Vec<u8>>, String> {
    let file = match open_own(entry, OFlags::RDONLY) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cause(&error)),
    };
    let metadata = file.metadata().map_err(|error| cause(&error))?;
    distrust(&metadata)?;
    if metadata.len() > max {
        return Err(format!("is larger than {max} bytes"));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    file.take(max)
        .read_to_end(&mut bytes)
        .map_err(|error| cause(&error))?;
    Ok(Some(bytes))
}

/// The mode of a file that others can read, if there is one.
pub(crate) fn mode_open_to_others(path: &Path) -> Option<u32> {
    let mode = fs::symlink_metadata(path).ok()?.mode() & 0o7777;
    (mode & 0o044 != 0).then_some(mode)
}

/// Opens a lock file of our own, making it if need be.
pub(crate) fn open_lock(path: &Path) -> Result<File, String> {
    open_lock_at(&own_entry(path).map_err(|error| cause(&error))?)
}

pub(crate) fn open_lock_at(entry: &Entry) -> Result<File, String> {
    // NFS wants a lock file open for writing and reading.
    let file = open_own(entry, OFlags::RDWR | OFlags::CREATE).map_err(|error| cause(&error))?;
    distrust(&file.metadata().map_err(|error| cause(&error))?)?;
    Ok(file)
}

/// The name of a file of our own in its folder.
pub(crate) fn own_entry(path: &Path) -> io::Result<Entry> {
    match walk(path, Purpose::Own)? {
        Found::Entry(entry) => Ok(entry),
        Found::Descriptor(_) => Err(Errno::LOOP.into()),
    }
}

fn open_own(entry: &Entry, flags: OFlags) -> io::Result<File> {
    // Without NONBLOCK, opening a FIFO that somebody put there would hang.
    entry
        .folder
        .open(&entry.name, flags | OFlags::NONBLOCK, 0o600)
}

fn distrust(metadata: &Metadata) -> Result<(), String> {
    if !metadata.is_file() {
        Err("is not a regular file".to_owned())
    } else if metadata.uid() != rustix::process::geteuid().as_raw() {
        Err(format!("belongs to another user (uid {})", metadata.uid()))
    } else if metadata.nlink() > 1 {
        Err("has a second name (hard link)".to_owned())
    } else if metadata.mode() & 0o022 != 0 {
        Err(format!(
            "can be changed by others (mode {:04o})",
            metadata.mode() & 0o7777
        ))
    } else {
        Ok(())
    }
}

/// Makes a folder of our own (0700) and says why an existing one cannot be trusted.
pub(crate) fn own_folder(path: &Path) -> Result<(), String> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| cause(&error))?;
    let metadata = fs::metadata(path).map_err(|error| cause(&error))?;
    let me = rustix::process::geteuid().as_raw();
    if metadata.uid() != me && metadata.uid() != 0 {
        Err(format!(
            "the folder belongs to another user (uid {})",
            metadata.uid()
        ))
    } else {
        check_mode(metadata.mode(), 0o022)
    }
}

/// Refuses the folder of a file when all users can exchange files in it.
///
/// # Errors
///
/// The reason, as text; a folder that is missing is seen by whoever uses it.
#[cfg(feature = "cli")]
pub(crate) fn check_exchange(path: &Path) -> Result<(), String> {
    let stat = own_entry(path).and_then(|entry| entry.folder.stat());
    stat.map_or(Ok(()), |stat| check_mode(stat.st_mode, 0o002))
}

fn check_mode(mode: u32, others: u32) -> Result<(), String> {
    if mode & others != 0 && mode & 0o1000 == 0 {
        let mode = mode & 0o7777;
        return Err(format!(
            "others can exchange files in the folder (mode {mode:04o})"
        ));
    }
    Ok(())
}

/// Whether a file of our own could be replaced by these bytes: they are written beside it, and
/// removed again.
#[cfg(feature = "cli")]
pub(crate) fn try_own(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut replacement = Replacement::of(&own_entry(target)?, 0o600)?;
    replacement.write_all(bytes)?;
    replacement.sync()
}

/// Makes a file of our own (0600) with these bytes whole, or none.
///
/// # Errors
///
/// The kind `AlreadyExists` when something has this name, be it a link.
#[cfg(feature = "cli")]
pub(crate) fn create_own(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let entry = own_entry(target)?;
    if entry.stat.is_some() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let mut replacement = Replacement::of(&entry, 0o600)?;
    replacement.write_all(bytes)?;
    replacement.commit_new()
}

/// Replaces a file of our own (0600) and clears away what a killed predecessor left.
pub(crate) fn replace_own(target: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_own_at(&own_entry(target)?, bytes)
}

pub(crate) fn replace_own_at(target: &Entry, bytes: &[u8]) -> io::Result<()> {
    let mut replacement = Replacement::of(target, 0o600)?;
    replacement.write_all(bytes)?;
    replacement.commit()
}

//! Files of our own making: no link is followed, and none is trusted that others could have
//! changed.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;

use crate::fs::cause;
use crate::fs::replace::Replacement;

/// Reads a file of our own making: no link is followed, and it must be a regular file with one
/// name that only we can change.
///
/// # Errors
///
/// The reason why it cannot be trusted, as text; a missing file is `Ok(None)`.
pub(crate) fn read_own(path: &Path, max: u64) -> Result<Option<Vec<u8>>, String> {
    let file = match open_own(path, OpenOptions::new().read(true)) {
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

/// Opens a lock file of our own, making it if need be.
pub(crate) fn open_lock(path: &Path) -> Result<File, String> {
    // NFS wants a lock file open for writing and reading.
    let file = open_own(
        path,
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false),
    )
    .map_err(|error| cause(&error))?;
    distrust(&file.metadata().map_err(|error| cause(&error))?)?;
    Ok(file)
}

fn open_own(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    // Without NONBLOCK, opening a FIFO that somebody put there would hang.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    options
        .mode(0o600)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
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
    } else if metadata.mode() & 0o022 != 0 && metadata.mode() & 0o1000 == 0 {
        Err(format!(
            "others can exchange files in the folder (mode {:04o})",
            metadata.mode() & 0o7777
        ))
    } else {
        Ok(())
    }
}

/// Whether a file of our own could be replaced by these bytes: they are written beside it, and
/// removed again.
#[cfg(feature = "cli")]
pub(crate) fn try_own(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut replacement = Replacement::beside(target, 0o600)?;
    replacement.write_all(bytes)?;
    replacement.sync()
}

/// Replaces a file of our own (0600) and clears away what a killed predecessor left.
pub(crate) fn replace_own(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut replacement = Replacement::beside(target, 0o600)?;
    replacement.write_all(bytes)?;
    replacement.commit()
}

//! A file of our own that one process holds at a time.

use std::fs::{File, TryLockError};
use std::path::Path;

use rustix::fs::fstat;

use crate::fs::cause;
use crate::fs::own::{open_lock_at, own_entry};
use crate::fs::walk::Entry;

/// Opens a file of our own, making it if need be, and holds it until it is dropped; `None` when
/// another process does.
///
/// # Errors
///
/// The reason why it cannot be used, as text.
pub(crate) fn hold(path: &Path) -> Result<Option<File>, String> {
    hold_at(&own_entry(path).map_err(|error| cause(&error))?)
}

pub(crate) fn hold_at(entry: &Entry) -> Result<Option<File>, String> {
    const TRIES: u32 = 20;
    for _ in 0..TRIES {
        let file = open_lock_at(entry)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => {
                return Err(format!("cannot be locked: {}", cause(&error)));
            }
        }
        // Whoever held it may have renamed or removed it after we had opened it.
        let held = fstat(&file).map_err(|error| cause(&error.into()))?;
        let named = entry.folder.stat_of(&entry.name);
        if named.is_ok_and(|named| (named.st_dev, named.st_ino) == (held.st_dev, held.st_ino)) {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

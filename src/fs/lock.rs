//! A file of our own that one process holds at a time.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::fs::cause;
use crate::fs::own::open_lock;

/// Opens a file of our own, making it if need be, and holds it until it is dropped; `None` when
/// another process does.
///
/// # Errors
///
/// The reason why it cannot be used, as text.
pub(crate) fn hold(path: &Path) -> Result<Option<File>, String> {
    const TRIES: u32 = 20;
    for _ in 0..TRIES {
        let file = open_lock(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => {
                return Err(format!("cannot be locked: {}", cause(&error)));
            }
        }
        // Whoever held it may have renamed or removed it after we had opened it.
        let held = file.metadata().map_err(|error| cause(&error))?;
        let named = fs::symlink_metadata(path);
        if named.is_ok_and(|named| (named.dev(), named.ino()) == (held.dev(), held.ino())) {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

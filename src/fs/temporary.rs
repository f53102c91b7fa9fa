//! Files in the making. A signal that ends the program removes them all, because some hold a token.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use rustix::fs::OFlags;

use crate::fs::folder::Folder;

/// Those that there are. Who makes, renames or removes one holds the list meanwhile, so that none
/// comes into being once it was cleared.
static ALL: Mutex<Vec<(Folder, OsString)>> = Mutex::new(Vec::new());
static BEFORE_FIRST: OnceLock<fn()> = OnceLock::new();

/// Has `hook` called before each temporary file is made: it sees to it that signals are caught.
#[cfg(feature = "cli")]
pub(crate) fn before_first(hook: fn()) {
    let _ = BEFORE_FIRST.set(hook);
}

/// Removes all temporary files, and lets nobody make or commit one from then on.
#[cfg(feature = "cli")]
pub(crate) fn remove_all() {
    let all = list();
    for (folder, name) in all.iter() {
        let _ = folder.remove(name);
    }
    std::mem::forget(all);
}

/// Makes a temporary file, for writing.
pub(crate) fn create(folder: &Folder, name: &OsStr, mode: u32) -> io::Result<File> {
    if let Some(hook) = BEFORE_FIRST.get() {
        hook();
    }
    let mut all = list();
    let file = folder.open(name, OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL, mode)?;
    all.push((folder.clone(), name.to_owned()));
    Ok(file)
}

/// Gives a temporary file its name for good.
pub(crate) fn commit(folder: &Folder, name: &OsStr, target: &OsStr) -> io::Result<()> {
    let mut all = list();
    folder.rename(name, target)?;
    forget(&mut all, name);
    Ok(())
}

/// The same where nothing may have that name yet.
#[cfg(feature = "cli")]
pub(crate) fn commit_new(folder: &Folder, name: &OsStr, target: &OsStr) -> io::Result<()> {
    let mut all = list();
    folder.rename_new(name, target)?;
    forget(&mut all, name);
    Ok(())
}

pub(crate) fn remove(folder: &Folder, name: &OsStr) {
    let mut all = list();
    let _ = folder.remove(name);
    forget(&mut all, name);
}

fn list() -> MutexGuard<'static, Vec<(Folder, OsString)>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Names are random: one is enough to know a file by.
fn forget(all: &mut Vec<(Folder, OsString)>, name: &OsStr) {
    all.retain(|(_, known)| known != name);
}

//! A file that takes the place of another whole, or not at all.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::fs::folder::Folder;
use crate::fs::temporary;
use crate::fs::walk::Entry;

/// A file in the making beside the one that it will replace whole, or not at all.
#[derive(Debug)]
pub(crate) struct Replacement {
    pub(crate) file: File,
    folder: Folder,
    temporary: OsString,
    target: OsString,
    is_committed: bool,
}

impl Replacement {
    /// Starts a replacement of `target` with the permissions `mode`, less the umask.
    pub(crate) fn of(target: &Entry, mode: u32) -> io::Result<Self> {
        let folder = target.folder.clone();
        let target = target.name.clone();
        remove_leftovers(&folder, &target);
        // Process ids are no good: each container counts its own on a volume that they share.
        let random = RandomState::new().build_hasher().finish();
        let mut name = prefix(&target);
        name.extend_from_slice(format!("{random:016x}{TEMPORARY}").as_bytes());
        let temporary = OsString::from_vec(name);
        let file = temporary::create(&folder, &temporary, mode)?;
        Ok(Self {
            file,
            folder,
            temporary,
            target,
            is_committed: false,
        })
    }

    /// Has all that was written reach the disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    /// Gives the new file its name where nothing has it, and makes that last.
    #[cfg(feature = "cli")]
    pub(crate) fn commit_new(mut self) -> io::Result<()> {
        self.sync()?;
        temporary::commit_new(&self.folder, &self.temporary, &self.target)?;
        self.is_committed = true;
        self.folder.sync()
    }

    /// Puts the new file in the place of the old one and makes that last.
    pub(crate) fn commit(mut self) -> io::Result<()> {
        self.sync()?;
        temporary::commit(&self.folder, &self.temporary, &self.target)?;
        self.is_committed = true;
        self.folder.sync()
    }
}

impl io::Write for Replacement {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if !self.is_committed {
            temporary::remove(&self.folder, &self.temporary);
        }
    }
}

const TEMPORARY: &str = ".tmp";

fn prefix(target: &OsStr) -> Vec<u8> {
    [b".", target.as_bytes(), b"."].concat()
}

/// Removes what runs that were killed more than an hour ago left beside `target`.
fn remove_leftovers(folder: &Folder, target: &OsStr) {
    let prefix = prefix(target);
    let is_old = |name: &OsStr| {
        let modified = folder.stat_of(name).ok().and_then(|stat| {
            let seconds = u64::try_from(stat.st_mtime).ok()?;
            UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
        });
        let age = modified.and_then(|at| SystemTime::now().duration_since(at).ok());
        age.is_some_and(|age| age > Duration::from_secs(3600))
    };
    for name in folder.names() {
        let random = name.strip_prefix(&prefix[..]);
        let random = random.and_then(|rest| rest.strip_suffix(TEMPORARY.as_bytes()));
        let is_ours =
            |random: &[u8]| random.len() == 16 && random.iter().all(u8::is_ascii_hexdigit);
        let name = OsStr::from_bytes(&name);
        if random.is_some_and(is_ours) && is_old(name) {
            let _ = folder.remove(name);
        }
    }
}

//! An open folder: what is done in it stays in it, wherever its name leads by then.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::sync::Arc;

use rustix::fs::{
    AtFlags, Dir, Mode, OFlags, Stat, fstat, fsync, openat, renameat, statat, unlinkat,
};
#[cfg(feature = "cli")]
use rustix::fs::{RenameFlags, linkat, renameat_with};
use rustix::io::{Errno, retry_on_intr};

/// A folder, open for looking up names.
#[derive(Clone, Debug)]
pub(crate) struct Folder(Arc<OwnedFd>);

impl Folder {
    pub(crate) fn new(folder: OwnedFd) -> Self {
        Self(Arc::new(folder))
    }

    /// Its owner and mode.
    pub(crate) fn stat(&self) -> io::Result<Stat> {
        Ok(fstat(&*self.0)?)
    }

    /// Opens what has this name here; no link is followed.
    pub(crate) fn open(&self, name: &OsStr, flags: OFlags, mode: u32) -> io::Result<File> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(mode);
        let file = retry_on_intr(|| openat(&*self.0, name, flags, mode))?;
        Ok(File::from(file))
    }

    /// What has this name here, be it a link.
    pub(crate) fn stat_of(&self, name: &OsStr) -> io::Result<Stat> {
        Ok(statat(&*self.0, name, AtFlags::SYMLINK_NOFOLLOW)?)
    }

    pub(crate) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(renameat(&*self.0, from, &*self.0, to)?)
    }

    /// Gives a file another name, unless something has it already.
    #[cfg(feature = "cli")]
    pub(crate) fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        match renameat_with(&*self.0, from, &*self.0, to, RenameFlags::NOREPLACE) {
            // NFS knows links but not this kind of rename.
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                linkat(&*self.0, from, &*self.0, to, AtFlags::empty())?;
                self.remove(from)
            }
            result => Ok(result?),
        }
    }

    /// Removes a file; one that is not there is no error.
    pub(crate) fn remove(&self, name: &OsStr) -> io::Result<()> {
        match unlinkat(&*self.0, name, AtFlags::empty()) {
            Err(Errno::NOENT) | Ok(()) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Has names that were given or taken away here reach the disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        match self.readable() {
            // Who may not list a folder cannot sync it either.
            Err(Errno::ACCESS) => Ok(()),
            folder => Ok(retry_on_intr(|| {
                fsync(folder.as_ref().map_err(|e| *e)?.as_fd())
            })?),
        }
    }

    /// The names in it, as far as they can be read.
    pub(crate) fn names(&self) -> Vec<Vec<u8>> {
        let listing = self.readable().and_then(Dir::new);
        let entries = listing.into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().to_bytes().to_vec());
        names.collect()
    }

    fn readable(&self) -> rustix::io::Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let name = OsStr::from_bytes(b".");
        retry_on_intr(|| openat(&*self.0, name, flags, Mode::empty()))
    }
}

//! What `-O FILE` writes to: a stream as it is, or a file that is replaced.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use rustix::fs::{FileType, Mode, OFlags, Stat, fchmod, fchown, fgetxattr_query, fstat};
use rustix::process::{Gid, geteuid};

use crate::fs::descriptor::inherited;
use crate::fs::folder::Folder;
use crate::fs::pipe::PATIENCE;
use crate::fs::replace::Replacement;
use crate::fs::walk::{Entry, Found, Purpose, walk};

/// Where output goes.
#[derive(Debug)]
pub(crate) enum Output {
    /// A device, a FIFO or an inherited descriptor.
    Stream(File),
    File(OutputFile),
}

/// A regular file, there already or not.
#[derive(Debug)]
pub(crate) struct OutputFile(pub(crate) Entry);

/// Permissions of a file of the caller's that is replaced.
#[derive(Debug)]
pub(crate) struct Replaced {
    mode: u32,
    group: Gid,
    /// Of two names of a file one may have been given by somebody else.
    has_one_name: bool,
    has_acl: bool,
}

/// Finds out what a path stands for.
///
/// # Errors
///
/// The kind `IsADirectory` for a folder; otherwise what it is, or who owns it.
pub(crate) fn output(path: &Path) -> io::Result<Output> {
    let entry = match walk(path, Purpose::Write)? {
        Found::Descriptor(number) => return inherited(number).map(Output::Stream),
        Found::Entry(entry) => entry,
    };
    let Some(stat) = &entry.stat else {
        return Ok(Output::File(OutputFile(entry)));
    };
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok(Output::File(OutputFile(entry))),
        FileType::Fifo | FileType::CharacterDevice => stream(&entry, stat).map(Output::Stream),
        FileType::Directory => Err(io::ErrorKind::IsADirectory.into()),
        // A file in its place would not be on the disk that it stands for.
        FileType::BlockDevice => Err(io::Error::other("is a block device")),
        FileType::Socket => Err(io::Error::other("is a socket")),
        _ => Err(io::Error::other("is not a regular file")),
    }
}

fn stream(entry: &Entry, stat: &Stat) -> io::Result<File> {
    check_owner(stat)?;
    let kind = FileType::from_raw_mode(stat.st_mode);
    let file = if kind == FileType::Fifo {
        open_fifo(&entry.folder, &entry.name)?
    } else {
        entry.folder.open(&entry.name, OFlags::WRONLY, 0)?
    };
    // The name may lead to something else by now.
    let opened = fstat(&file)?;
    check_owner(&opened)?;
    if FileType::from_raw_mode(opened.st_mode) == kind {
        Ok(file)
    } else {
        Err(io::Error::other("was exchanged while it was opened"))
    }
}

/// Opens a FIFO for writing once somebody reads it.
fn open_fifo(folder: &Folder, name: &OsStr) -> io::Result<File> {
    let (give, take) = mpsc::channel();
    let (folder, name) = (folder.clone(), name.to_owned());
    // A thread, because the opening itself waits.
    let open = move || {
        let _ = give.send(folder.open(&name, OFlags::WRONLY, 0));
    };
    thread::Builder::new().spawn(open)?;
    let seconds = PATIENCE.as_secs();
    let late = || io::Error::other(format!("nobody has read it for {seconds} s"));
    take.recv_timeout(PATIENCE).unwrap_or_else(|_| Err(late()))
}

fn check_owner(stat: &Stat) -> io::Result<()> {
    let uid = stat.st_uid;
    if uid == geteuid().as_raw() || uid == 0 {
        return Ok(());
    }
    let reason = format!("belongs to another user (uid {uid})");
    Err(io::Error::other(reason))
}

impl Replaced {
    /// Those of the regular file that has this name now, if it is the caller's.
    fn of(entry: &Entry) -> Option<Self> {
        let stat = entry.folder.stat_of(&entry.name).ok()?;
        let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        if !is_file || stat.st_uid != geteuid().as_raw() {
            return None;
        }
        let flags = OFlags::RDONLY | OFlags::NONBLOCK;
        let file = entry.folder.open(&entry.name, flags, 0);
        Some(Self {
            mode: stat.st_mode & 0o777,
            group: Gid::from_raw(stat.st_gid),
            has_one_name: stat.st_nlink == 1,
            has_acl: file.is_ok_and(|file| has_acl(&file)),
        })
    }

    /// The mode with which the new file is made: what its group may do is not said yet.
    fn first_mode(&self) -> u32 {
        self.mode & 0o707
    }

    /// Gives the new file these permissions; its group has them only if it is the same.
    pub(crate) fn give_to(&self, file: &File) -> io::Result<()> {
        if !self.has_one_name {
            return Ok(());
        }
        let is_same_group = fstat(file)?.st_gid == self.group.as_raw()
            || fchown(file, None, Some(self.group)).is_ok();
        // Where there is an ACL, these bits are its mask and not what the group may do.
        let keeps_group = is_same_group && self.has_acl == has_acl(file);
        let mode = match keeps_group {
            true => self.mode,
            false => self.first_mode(),
        };
        match fchmod(file, Mode::from_raw_mode(mode)) {
            // Files have no permissions of their own there, as on FAT.
            Err(rustix::io::Errno::PERM | rustix::io::Errno::OPNOTSUPP) => Ok(()),
            result => Ok(result?),
        }
    }
}

fn has_acl(file: &File) -> bool {
    fgetxattr_query(file, "system.posix_acl_access").is_ok_and(|length| length > 0)
}

impl OutputFile {
    /// The permissions of the file that it replaces, if the new one is to have them.
    pub(crate) fn replaced(&self) -> Option<Replaced> {
        Replaced::of(&self.0)
    }

    /// Starts the file that will take its place.
    pub(crate) fn replace(&self) -> io::Result<Replacement> {
        let Some(replaced) = self.replaced() else {
            return Replacement::of(&self.0, 0o666);
        };
        let replacement = Replacement::of(&self.0, replaced.first_mode())?;
        replaced.give_to(&replacement.file)?;
        Ok(replacement)
    }
}

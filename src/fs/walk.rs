//! The way along a path, link by link, to the folder in which its last name stands.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;

use rustix::fs::{
    CWD, FileType, Mode, OFlags, PROC_SUPER_MAGIC, Stat, fstat, fstatfs, openat, readlinkat, stat,
};
use rustix::io::{Errno, retry_on_intr};

use crate::fs::folder::Folder;

/// Where a path leads.
#[derive(Debug)]
pub(crate) enum Found {
    Entry(Entry),
    /// An open descriptor of this process, as `/dev/stdout` and `/proc/self/fd/3` are.
    Descriptor(u32),
}

/// A name in an open folder, and what has that name if anything.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) folder: Folder,
    pub(crate) name: OsString,
    pub(crate) stat: Option<Box<Stat>>,
}

/// What a path is for, which says whose links may be on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To read a file, whose own owner is checked: a link is refused where a stranger could put it
    /// beside the files of others.
    Read,
    /// To make or replace a file: all links belong to the caller or root.
    Write,
    /// The same for a file of our own, which is no link.
    Own,
}

/// As many as Linux follows (path_resolution(7)).
const MOST_LINKS: u32 = 40;

/// Follows a path.
///
/// # Errors
///
/// A folder that is missing or no folder, or a link that is not to be followed; the last name may be
/// missing.
pub(crate) fn walk(path: &Path, purpose: Purpose) -> io::Result<Found> {
    let text = path.as_os_str().as_bytes();
    if text.is_empty() {
        return Err(Errno::NOENT.into());
    }
    let mut folder = begin(text)?;
    let mut rest = Vec::new();
    add_parts(&mut rest, text);
    let mut links = 0;
    while let Some(part) = rest.pop() {
        let is_last = rest.is_empty();
        if matches!(&part[..], b"" | b".") && !is_last {
            continue;
        }
        if !is_last && let Ok(next) = look(&folder, &part, OFlags::DIRECTORY) {
            folder = next;
            continue;
        }
        let part = if part.is_empty() { b".".to_vec() } else { part };
        let found = match look(&folder, &part, OFlags::empty()) {
            Err(Errno::NOENT) if is_last => return Ok(entry(folder, part, None)),
            found => found?,
        };
        let facts = fstat(&found)?;
        let is_link = FileType::from_raw_mode(facts.st_mode) == FileType::Symlink;
        if is_last && (!is_link || purpose == Purpose::Own) {
            return Ok(entry(folder, part, Some(facts)));
        }
        if !is_link {
            return Err(Errno::NOTDIR.into());
        }
        if let Some(number) = descriptor(&folder, &part)?.filter(|_| is_last) {
            return Ok(Found::Descriptor(number));
        }
        links += 1;
        if links > MOST_LINKS {
            return Err(io::Error::other("too many symbolic links"));
        }
        check_link(&facts, &fstat(&folder)?, &part, purpose)?;
        let target = readlinkat(&found, "", Vec::new())?.into_bytes();
        if target.starts_with(b"/") {
            folder = begin(&target)?;
        }
        add_parts(&mut rest, &target);
    }
    Err(Errno::NOENT.into())
}

fn entry(folder: OwnedFd, name: Vec<u8>, stat: Option<Stat>) -> Found {
    Found::Entry(Entry {
        folder: Folder::new(folder),
        name: OsString::from_vec(name),
        stat: stat.map(Box::new),
    })
}

/// The folder at which a path begins.
fn begin(path: &[u8]) -> rustix::io::Result<OwnedFd> {
    let start: &[u8] = if path.starts_with(b"/") { b"/" } else { b"." };
    look(CWD, start, OFlags::DIRECTORY)
}

/// Opens what has this name for looking at it; of a link the link itself.
fn look(folder: impl rustix::fd::AsFd, name: &[u8], more: OFlags) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC | more;
    let name = OsStr::from_bytes(name);
    retry_on_intr(|| openat(&folder, name, flags, Mode::empty()))
}

/// Puts the names of a path onto the pile, the first on top.
fn add_parts(rest: &mut Vec<Vec<u8>>, path: &[u8]) {
    let parts = path.split(|byte| *byte == b'/');
    rest.extend(parts.rev().map(<[u8]>::to_vec));
}

/// The number of a descriptor of this process, if that is what the name in this folder stands for.
fn descriptor(folder: &OwnedFd, name: &[u8]) -> io::Result<Option<u32>> {
    if fstatfs(folder)?.f_type != PROC_SUPER_MAGIC {
        return Ok(None);
    }
    let (here, own) = (fstat(folder)?, stat("/proc/self/fd")?);
    let number = std::str::from_utf8(name).ok();
    let number = number.and_then(|name| name.parse().ok());
    Ok(number.filter(|_| (here.st_dev, here.st_ino) == (own.st_dev, own.st_ino)))
}

/// Refuses a link that a stranger could have put there to lead the path elsewhere.
fn check_link(link: &Stat, folder: &Stat, name: &[u8], purpose: Purpose) -> io::Result<()> {
    let me = rustix::process::geteuid().as_raw();
    let is_sticky = folder.st_mode & 0o1000 != 0;
    let is_shared = folder.st_mode & 0o022 != 0;
    let is_roots = link.st_uid == 0 && (!is_sticky || folder.st_uid == 0);
    if link.st_uid == me || is_roots || purpose == Purpose::Read && !is_shared {
        return Ok(());
    }
    let name = String::from_utf8_lossy(name);
    Err(io::Error::other(format!(
        "the symbolic link {name} on its path belongs to another user (uid {})",
        link.st_uid
    )))
}

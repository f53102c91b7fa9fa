//! Descriptors that whoever started the program has opened for it.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd as _;

use rustix::fs::{FileType, OFlags, fstat};
use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

/// A duplicate of an inherited descriptor that is open for writing.
///
/// # Errors
///
/// When there is none of this number, or it cannot be written.
pub(crate) fn inherited(number: u32) -> io::Result<File> {
    let flags = flags(number).ok_or_else(|| io::Error::other("is not an open descriptor"))?;
    if flags & OFlags::ACCMODE == OFlags::RDONLY {
        return Err(io::Error::other("is not open for writing"));
    }
    let duplicate = match number {
        0 => io::stdin().as_fd().try_clone_to_owned(),
        1 => io::stdout().as_fd().try_clone_to_owned(),
        2 => io::stderr().as_fd().try_clone_to_owned(),
        _ => return duplicate(number),
    };
    duplicate.map(File::from)
}

/// The flags of a descriptor that this program did not open itself: what it opens is closed when
/// another program starts (proc_pid_fdinfo(5)).
fn flags(number: u32) -> Option<OFlags> {
    let info = fs::read_to_string(format!("/proc/self/fdinfo/{number}")).ok()?;
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"))?;
    let flags = u32::from_str_radix(flags.trim(), 8).ok()?;
    let flags = OFlags::from_bits_retain(flags);
    (!flags.intersects(OFlags::CLOEXEC | OFlags::PATH)).then_some(flags)
}

fn duplicate(number: u32) -> io::Result<File> {
    let raw = i32::try_from(number).map_err(io::Error::other)?;
    let own = pidfd_open(getpid(), PidfdFlags::empty());
    let duplicate = own.and_then(|own| pidfd_getfd(own, raw, PidfdGetfdFlags::empty()));
    let error = match duplicate {
        Ok(duplicate) => return Ok(File::from(duplicate)),
        Err(error) => error,
    };
    // Some sandboxes forbid it. Opened anew, a pipe or a device is the same stream; a file would be
    // written from its beginning.
    let again = File::options()
        .write(true)
        .open(format!("/proc/self/fd/{number}"))?;
    match FileType::from_raw_mode(fstat(&again)?.st_mode) {
        FileType::Fifo | FileType::CharacterDevice => Ok(again),
        _ => Err(error.into()),
    }
}

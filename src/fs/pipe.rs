//! Pipes and FIFOs, which have a process at their other end that may never come.

use std::fs::File;
use std::io::{self, Read as _};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::fstatfs;
#[cfg(feature = "cli")]
use rustix::fs::{FileType, fstat, tell};
use rustix::io::retry_on_intr;
use zeroize::Zeroizing;

/// How long a FIFO may be without its other end, or say nothing.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// A pipe has a process at its other end, which may be asking a person for a passphrase.
const PATIENCE_WITH_PEOPLE: Duration = Duration::from_secs(300);

/// Whether it is a pipe without a name, which nobody but its heirs can have opened.
pub(crate) fn is_anonymous(file: &File) -> bool {
    const PIPEFS_MAGIC: u64 = 0x5049_5045;
    fstatfs(file).is_ok_and(|facts| facts.f_type as u64 == PIPEFS_MAGIC)
}

/// Reads a pipe to its end, or until there is more than `max`.
pub(crate) fn read(mut pipe: &File, max: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    let patience = match is_anonymous(pipe) {
        true => PATIENCE_WITH_PEOPLE,
        false => PATIENCE,
    };
    let seconds = patience.as_secs();
    let timeout = Timespec {
        tv_sec: seconds.cast_signed(),
        tv_nsec: 0,
    };
    // As much as a pipe holds, and more than a secret has, at once: growing would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(max.min(64 * 1024) + 1));
    let mut chunk = Zeroizing::new([0; 4096]);
    while bytes.len() <= max {
        let events = PollFlags::IN;
        let ready = retry_on_intr(|| poll(&mut [PollFd::new(pipe, events)], Some(&timeout)))?;
        if ready == 0 {
            let reason = format!("nothing was written to it for {seconds} s");
            return Err(io::Error::other(reason));
        }
        match pipe.read(&mut chunk[..]) {
            Ok(0) => break,
            Ok(n) => bytes.extend_from_slice(&chunk[..n]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(bytes)
}

/// Whether stdin is a file or pipe with something in it that nobody has read yet. It is not waited
/// for.
#[cfg(feature = "cli")]
pub(crate) fn has_waiting_input() -> bool {
    let stdin = io::stdin();
    let Ok(facts) = fstat(&stdin) else {
        return false;
    };
    match FileType::from_raw_mode(facts.st_mode) {
        FileType::RegularFile => tell(&stdin).is_ok_and(|at| at < facts.st_size.cast_unsigned()),
        FileType::Fifo => {
            let now = Timespec::default();
            let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
            let ready = retry_on_intr(|| poll(&mut fds, Some(&now)));
            ready.is_ok() && fds[0].revents().contains(PollFlags::IN)
        }
        _ => false,
    }
}

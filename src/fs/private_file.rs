//! Files of the user's, and who else could read or change them.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, OFlags, Stat, StatVfsMountFlags, fstat, fstatvfs};
use rustix::process::geteuid;
use zeroize::Zeroizing;

use crate::error::{Error, quoted};
use crate::fs::pipe;
use crate::fs::walk::{Entry, Found, Purpose, walk};
use crate::fs::{cause, shown};

/// A file of the user's, read whole, with what is needed to judge who else could have read or
/// changed it.
#[derive(Debug)]
pub(crate) struct SecretFile {
    path: PathBuf,
    bytes: Zeroizing<Vec<u8>>,
    owner: Owner,
}

/// The facts of the rule, apart from the file so that the rule can be tested as data.
#[derive(Clone, Copy, Debug)]
struct Owner {
    uid: u32,
    mode: u32,
    /// A pipe without a name, which only its heirs can have opened.
    is_anonymous: bool,
    /// What is written to it is read once, by us.
    is_fifo: bool,
    /// Nobody can change the mode here, or a service manager made it: read-only mounts and
    /// `$CREDENTIALS_DIRECTORY`.
    is_given: bool,
    /// Whether others can put files of theirs into its folder.
    is_among_strangers: bool,
}

impl SecretFile {
    /// Reads at most `max` bytes of a regular file or pipe; `what` names it in errors.
    ///
    /// # Errors
    ///
    /// `Parameters` when the file is missing, unreadable, no file or larger, when a stranger's link
    /// leads to it, or when it is a FIFO that others could write.
    pub(crate) fn read(path: &Path, what: &str, max: usize) -> Result<Self, Error> {
        let fail = |cause: &str| Error::parameters(format!("{what} {}: {cause}", shown(path)));
        let broken = |error: io::Error| {
            let failed = fail(&cause(&error));
            match error.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                    failed.hint("check the path")
                }
                io::ErrorKind::PermissionDenied => failed.hint("let this user read it"),
                _ => failed,
            }
        };
        // Opened first and judged by the descriptor: between a check by name and an open, the
        // file could be exchanged.
        let (file, folder) = open(path).map_err(broken)?;
        let stat = fstat(&file).map_err(|error| broken(error.into()))?;
        let kind = FileType::from_raw_mode(stat.st_mode);
        match kind {
            FileType::RegularFile | FileType::Fifo => {}
            FileType::Directory => {
                return Err(fail("is a directory").hint("name the file in it"));
            }
            _ => return Err(fail("is neither a file nor a pipe").hint("name a file")),
        }
        let owner = Owner {
            is_anonymous: kind == FileType::Fifo && pipe::is_anonymous(&file),
            is_fifo: kind == FileType::Fifo,
            is_given: is_read_only(&file) || is_credential(path),
            ..Owner::of(&stat, folder.as_ref())
        };
        let mut guarded = Self {
            path: path.to_owned(),
            bytes: Zeroizing::default(),
            owner,
        };
        let bytes = if kind == FileType::Fifo {
            // Whoever could write it must be known before it is waited for.
            guarded.check_unwritable(what)?;
            pipe::read(&file, max)
        } else {
            // All that is expected, at once: growing would leave copies behind.
            let expected = usize::try_from(stat.st_size).unwrap_or(max).min(max);
            let mut bytes = Zeroizing::new(Vec::with_capacity(expected + 1));
            let read = (&file).take(max as u64 + 1).read_to_end(&mut bytes);
            read.map(|_| bytes)
        };
        guarded.bytes = bytes.map_err(broken)?;
        if guarded.bytes.len() > max {
            return Err(fail(&format!("is larger than {max} bytes")));
        }
        Ok(guarded)
    }

    /// What is in a file that holds no secret; it is not wiped.
    pub(crate) fn into_public(mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Refuses a file with a secret in it that others can read.
    pub(crate) fn check_private(&self, what: &str) -> Result<(), Error> {
        self.refuse(what, self.owner.exposed_to_readers(me()))
    }

    /// Refuses a file that others can change.
    pub(crate) fn check_unwritable(&self, what: &str) -> Result<(), Error> {
        self.refuse(what, self.owner.exposed_to_writers(me()))
    }

    /// Refuses a file of public content that others can change or could have put there; one of
    /// another owner is accepted where only that owner can do so.
    pub(crate) fn check_trusted(&self, what: &str) -> Result<(), Error> {
        self.refuse(what, self.owner.exposed_as_public(me()))
    }

    /// Who else owns the file and can change it, besides root.
    pub(crate) fn other_owner(&self) -> Option<u32> {
        self.owner.is_strangers(me()).then_some(self.owner.uid)
    }

    fn refuse(&self, what: &str, exposure: Option<Exposure>) -> Result<(), Error> {
        match exposure {
            Some(exposure) => Err(self.owner.refusal(&self.path, what, exposure)),
            None => Ok(()),
        }
    }
}

/// Refuses a folder of files with public content when others can put files of theirs into it, or
/// could have put it there.
///
/// # Errors
///
/// `Parameters` for that; a folder that is missing is seen by whoever reads it.
pub(crate) fn check_trusted_folder(path: &Path, what: &str) -> Result<(), Error> {
    // Without a slash at its end, its name stands in its own folder.
    let Ok(Found::Entry(entry)) = walk(path.components().as_path(), Purpose::Read) else {
        return Ok(());
    };
    let Some(stat) = &entry.stat else {
        return Ok(());
    };
    let file = entry
        .folder
        .open(&entry.name, OFlags::RDONLY | OFlags::DIRECTORY, 0);
    let mut owner = Owner {
        is_given: file.is_ok_and(|file| is_read_only(&file)),
        ..Owner::of(stat, Some(&entry))
    };
    if owner.mode & 0o1000 != 0 {
        // Others can add files, but each is judged by its own owner.
        owner.mode &= !0o022;
    }
    match owner.exposed_as_public(me()) {
        Some(exposure) => Err(owner.refusal(path, what, exposure)),
        None => Ok(()),
    }
}

fn me() -> u32 {
    geteuid().as_raw()
}

/// Opens a file for reading, and says in which folder it was found if it has a name.
fn open(path: &Path) -> io::Result<(File, Option<Entry>)> {
    // Without NONBLOCK, opening a FIFO would wait for its writer.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK;
    match walk(path, Purpose::Read)? {
        Found::Descriptor(number) => {
            let name = format!("/proc/self/fd/{number}");
            let flags = flags | OFlags::NOCTTY | OFlags::CLOEXEC;
            let file = rustix::fs::open(name, flags, rustix::fs::Mode::empty())?;
            Ok((File::from(file), None))
        }
        Found::Entry(entry) => Ok((entry.folder.open(&entry.name, flags, 0)?, Some(entry))),
    }
}

/// Whether an error says that others could read or change a file.
pub(crate) fn is_exposure(error: &Error) -> bool {
    error.report().is_exposure
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exposure {
    Readers,
    Stranger,
    Writers,
}

impl Owner {
    fn of(stat: &Stat, entry: Option<&Entry>) -> Self {
        let folder = entry.and_then(|entry| entry.folder.stat().ok());
        Self {
            uid: stat.st_uid,
            mode: stat.st_mode & 0o7777,
            is_anonymous: false,
            is_fifo: false,
            is_given: false,
            is_among_strangers: folder.is_some_and(|folder| folder.st_mode & 0o022 != 0),
        }
    }

    /// OpenSSH's rule for private keys, with what service managers and Kubernetes mount let
    /// through.
    fn exposed_to_readers(self, me: u32) -> Option<Exposure> {
        if self.is_given || self.is_anonymous {
            None
        } else if self.uid == me && !self.is_fifo {
            (self.mode & 0o077 != 0).then_some(Exposure::Readers)
        } else {
            self.exposed_to_writers(me)
        }
    }

    fn exposed_to_writers(self, me: u32) -> Option<Exposure> {
        if self.is_strangers(me) {
            Some(Exposure::Stranger)
        } else {
            self.exposed_by_mode()
        }
    }

    fn exposed_as_public(self, me: u32) -> Option<Exposure> {
        if self.is_strangers(me) && self.is_among_strangers {
            Some(Exposure::Stranger)
        } else {
            self.exposed_by_mode()
        }
    }

    fn exposed_by_mode(self) -> Option<Exposure> {
        let is_judged = !self.is_given && !self.is_anonymous;
        (is_judged && self.mode & 0o022 != 0).then_some(Exposure::Writers)
    }

    fn is_strangers(self, me: u32) -> bool {
        !self.is_given && !self.is_anonymous && self.uid != me && self.uid != 0
    }

    fn refusal(self, path: &Path, what: &str, exposure: Exposure) -> Error {
        // A name that begins with a dash is no option.
        let word = quoted(&path.to_string_lossy());
        let word = if word.starts_with("'-") {
            format!("-- {word}")
        } else {
            word
        };
        let path = shown(path);
        let mode = self.mode;
        match exposure {
            Exposure::Readers => Error::parameters(format!(
                "{what} {path}: holds a secret and is open to others (mode {mode:04o})"
            ))
            .hint(format!("chmod 600 {word}")),
            Exposure::Writers => Error::parameters(format!(
                "{what} {path}: can be changed by others (mode {mode:04o})"
            ))
            .hint(format!("chmod go-w {word}")),
            Exposure::Stranger => Error::parameters(format!(
                "{what} {path}: belongs to another user (uid {})",
                self.uid
            ))
            .hint(format!("chown \"$(id -u)\" {word} && chmod 600 {word}")),
        }
        .exposed()
    }
}

fn is_read_only(file: &File) -> bool {
    fstatvfs(file).is_ok_and(|vfs| vfs.f_flag.contains(StatVfsMountFlags::RDONLY))
}

/// Whether a file is in the folder of credentials that a service manager has made for this service
/// alone (systemd.exec(5)).
fn is_credential(path: &Path) -> bool {
    let Some(folder) = std::env::var_os("CREDENTIALS_DIRECTORY") else {
        return false;
    };
    let (Ok(path), Ok(folder)) = (fs::canonicalize(path), fs::canonicalize(folder)) else {
        return false;
    };
    let is_ours_alone = |facts: fs::Metadata| {
        let uid = facts.uid();
        (uid == 0 || uid == me()) && facts.mode() & 0o077 == 0
    };
    path.starts_with(&folder) && fs::metadata(folder).is_ok_and(is_ours_alone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(uid: u32, mode: u32) -> Owner {
        Owner {
            uid,
            mode,
            is_anonymous: false,
            is_fifo: false,
            is_given: false,
            is_among_strangers: false,
        }
    }

    #[test]
    fn the_rule_for_files_with_a_secret() {
        const ME: u32 = 1000;
        let exposure = |uid, mode| owner(uid, mode).exposed_to_readers(ME);
        assert_eq!(exposure(ME, 0o600), None);
        assert_eq!(exposure(ME, 0o400), None);
        assert_eq!(exposure(ME, 0o640), Some(Exposure::Readers));
        assert_eq!(exposure(ME, 0o604), Some(Exposure::Readers));
        assert_eq!(exposure(0, 0o644), None);
        assert_eq!(exposure(0, 0o440), None);
        assert_eq!(exposure(0, 0o664), Some(Exposure::Writers));
        assert_eq!(exposure(1001, 0o600), Some(Exposure::Stranger));
        assert_eq!(
            owner(0, 0o644).exposed_to_readers(0),
            Some(Exposure::Readers)
        );
    }

    #[test]
    fn pipes_read_only_mounts_and_credentials_are_accepted() {
        let pipe = Owner {
            is_anonymous: true,
            is_fifo: true,
            ..owner(1001, 0o666)
        };
        let given = Owner {
            is_given: true,
            ..owner(1001, 0o644)
        };
        assert_eq!(pipe.exposed_to_readers(1000), None);
        assert_eq!(given.exposed_to_readers(1000), None);
    }

    #[test]
    fn a_fifo_with_a_name_is_its_owners_and_nobody_else_may_write_it() {
        let exposure = |uid, mode| {
            let fifo = Owner {
                is_fifo: true,
                ..owner(uid, mode)
            };
            fifo.exposed_to_readers(1000)
        };
        assert_eq!(exposure(1000, 0o600), None);
        assert_eq!(exposure(1000, 0o644), None);
        assert_eq!(exposure(0, 0o644), None);
        assert_eq!(exposure(1000, 0o622), Some(Exposure::Writers));
        assert_eq!(exposure(1001, 0o600), Some(Exposure::Stranger));
    }

    #[test]
    fn a_public_file_of_a_stranger_is_refused_where_strangers_can_put_one() {
        let exposure = |uid, mode, is_among_strangers| {
            let file = Owner {
                is_among_strangers,
                ..owner(uid, mode)
            };
            file.exposed_as_public(1000)
        };
        assert_eq!(exposure(1001, 0o644, false), None);
        assert_eq!(exposure(1001, 0o644, true), Some(Exposure::Stranger));
        assert_eq!(exposure(0, 0o644, true), None);
        assert_eq!(exposure(1000, 0o644, true), None);
        assert_eq!(exposure(1000, 0o664, false), Some(Exposure::Writers));
        assert_eq!(exposure(1001, 0o646, false), Some(Exposure::Writers));
    }

    #[test]
    fn a_file_without_a_secret_may_be_read_but_not_written_by_others() {
        assert_eq!(owner(1000, 0o644).exposed_to_writers(1000), None);
        assert_eq!(
            owner(1000, 0o664).exposed_to_writers(1000),
            Some(Exposure::Writers)
        );
        assert_eq!(
            owner(1001, 0o600).exposed_to_writers(1000),
            Some(Exposure::Stranger)
        );
    }
}

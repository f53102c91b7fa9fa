//! Files that are read with suspicion and replaced whole.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{
    DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _,
};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use rustix::fs::{OFlags, StatVfsMountFlags};

use crate::error::Error;

/// A file of the user's, read whole, with what is needed to judge who else could have read or
/// changed it.
#[derive(Debug)]
pub(crate) struct Guarded {
    path: PathBuf,
    bytes: zeroize::Zeroizing<Vec<u8>>,
    owner: Owner,
}

/// The facts of the rule, apart from the file so that the rule can be tested as data.
#[derive(Clone, Copy, Debug)]
struct Owner {
    uid: u32,
    mode: u32,
    is_regular: bool,
    /// Nobody can change the mode here, or a service manager made it: read-only mounts and
    /// `$CREDENTIALS_DIRECTORY`.
    is_given: bool,
}

impl Guarded {
    /// Reads at most `max` bytes of a regular file or pipe; `what` names it in errors.
    ///
    /// # Errors
    ///
    /// `Parameters` when the file is missing, unreadable, no file or larger.
    pub(crate) fn read(path: &Path, what: &str, max: usize) -> Result<Self, Error> {
        let fail = |cause: &str| Error::parameters(format!("{what} {}: {cause}", path.display()));
        let broken = |error: io::Error| fail(&cause(&error));
        // Opened first and judged by the descriptor: between a check by name and an open, the
        // file could be exchanged.
        let file = File::open(path).map_err(broken)?;
        let metadata = file.metadata().map_err(broken)?;
        if metadata.is_dir() {
            return Err(fail("is a directory"));
        }
        if !metadata.is_file() && !metadata.file_type().is_fifo() {
            return Err(fail("is neither a file nor a pipe"));
        }
        let mut bytes = zeroize::Zeroizing::new(Vec::new());
        (&file)
            .take(max as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(broken)?;
        if bytes.len() > max {
            return Err(fail(&format!("is larger than {max} bytes")));
        }
        Ok(Self {
            path: path.to_owned(),
            bytes,
            owner: Owner {
                uid: metadata.uid(),
                mode: metadata.mode() & 0o7777,
                is_regular: metadata.is_file(),
                is_given: is_read_only(&file) || is_credential(path),
            },
        })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Refuses a file with a secret in it that others can read.
    pub(crate) fn check_private(&self, what: &str) -> Result<(), Error> {
        self.refuse(what, self.owner.exposed_to_readers(effective_uid()))
    }

    /// Refuses a file that others can change.
    pub(crate) fn check_unwritable(&self, what: &str) -> Result<(), Error> {
        self.refuse(what, self.owner.exposed_to_writers(effective_uid()))
    }

    fn refuse(&self, what: &str, exposure: Option<Exposure>) -> Result<(), Error> {
        let Some(exposure) = exposure else {
            return Ok(());
        };
        let path = self.path.display();
        let mode = self.owner.mode;
        Err(match exposure {
            Exposure::Readers => Error::parameters(format!(
                "{what} {path}: holds a secret and is open to others (mode {mode:04o})"
            ))
            .hint(format!("chmod 600 '{path}'")),
            Exposure::Writers => Error::parameters(format!(
                "{what} {path}: can be changed by others (mode {mode:04o})"
            ))
            .hint(format!("chmod go-w '{path}'")),
            Exposure::Stranger => Error::parameters(format!(
                "{what} {path}: belongs to another user (uid {})",
                self.owner.uid
            ))
            .hint(format!("chown \"$(id -u)\" '{path}' && chmod 600 '{path}'")),
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exposure {
    Readers,
    Stranger,
    Writers,
}

impl Owner {
    /// OpenSSH's rule for private keys, with what service managers and Kubernetes mount let
    /// through.
    fn exposed_to_readers(self, me: u32) -> Option<Exposure> {
        if self.is_given || !self.is_regular {
            None
        } else if self.uid == me {
            (self.mode & 0o077 != 0).then_some(Exposure::Readers)
        } else {
            self.exposed_to_writers(me)
        }
    }

    fn exposed_to_writers(self, me: u32) -> Option<Exposure> {
        if self.is_given || !self.is_regular {
            None
        } else if self.uid != me && self.uid != 0 {
            Some(Exposure::Stranger)
        } else {
            (self.mode & 0o022 != 0).then_some(Exposure::Writers)
        }
    }
}

pub(crate) fn effective_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

fn is_read_only(file: &File) -> bool {
    rustix::fs::fstatvfs(file).is_ok_and(|vfs| vfs.f_flag.contains(StatVfsMountFlags::RDONLY))
}

fn is_credential(path: &Path) -> bool {
    let Some(folder) = std::env::var_os("CREDENTIALS_DIRECTORY") else {
        return false;
    };
    match (fs::canonicalize(path), fs::canonicalize(folder)) {
        (Ok(path), Ok(folder)) => path.starts_with(folder),
        _ => false,
    }
}

/// The cause of an I/O failure in lower case and without the number.
pub(crate) fn cause(error: &io::Error) -> String {
    if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
        return "is a symbolic link".to_owned();
    }
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::StorageFull => "no space left on device".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "read-only file system".to_owned(),
        io::ErrorKind::IsADirectory => "is a directory".to_owned(),
        _ => {
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            let mut chars = text.chars();
            chars.next().map_or_else(String::new, |first| {
                first.to_lowercase().chain(chars).collect()
            })
        }
    }
}

/// Reads a file of our own making: no link is followed, and it must be a regular file with one
/// name that only we can change.
///
/// # Errors
///
/// The reason why it cannot be trusted, as text; a missing file is `Ok(None)`.
pub(crate) fn read_own(path: &Path, max: u64) -> Result<Option<Vec<u8>>, String> {
    let file = match open_own(path, OpenOptions::new().read(true)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cause(&error)),
    };
    let metadata = file.metadata().map_err(|error| cause(&error))?;
    distrust(&metadata)?;
    if metadata.len() > max {
        return Err(format!("is larger than {max} bytes"));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    file.take(max)
        .read_to_end(&mut bytes)
        .map_err(|error| cause(&error))?;
    Ok(Some(bytes))
}

/// Opens a lock file of our own, making it if need be.
pub(crate) fn open_lock(path: &Path) -> Result<File, String> {
    // NFS wants a lock file open for writing and reading.
    let file = open_own(
        path,
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false),
    )
    .map_err(|error| cause(&error))?;
    distrust(&file.metadata().map_err(|error| cause(&error))?)?;
    Ok(file)
}

fn open_own(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    // Without NONBLOCK, opening a FIFO that somebody put there would hang.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    options
        .mode(0o600)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
}

fn distrust(metadata: &Metadata) -> Result<(), String> {
    if !metadata.is_file() {
        Err("is not a regular file".to_owned())
    } else if metadata.uid() != effective_uid() {
        Err(format!("belongs to another user (uid {})", metadata.uid()))
    } else if metadata.nlink() > 1 {
        Err("has a second name (hard link)".to_owned())
    } else if metadata.mode() & 0o022 != 0 {
        Err(format!(
            "can be changed by others (mode {:04o})",
            metadata.mode() & 0o7777
        ))
    } else {
        Ok(())
    }
}

/// Makes a folder of our own (0700) and says why an existing one cannot be trusted.
pub(crate) fn own_folder(path: &Path) -> Result<(), String> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| cause(&error))?;
    let metadata = fs::metadata(path).map_err(|error| cause(&error))?;
    let me = effective_uid();
    if metadata.uid() != me && metadata.uid() != 0 {
        Err(format!(
            "the folder belongs to another user (uid {})",
            metadata.uid()
        ))
    } else if metadata.mode() & 0o022 != 0 && metadata.mode() & 0o1000 == 0 {
        Err(format!(
            "others can exchange files in the folder (mode {:04o})",
            metadata.mode() & 0o7777
        ))
    } else {
        Ok(())
    }
}

/// A file in the making beside the one that it will replace whole, or not at all.
#[derive(Debug)]
pub(crate) struct Replacement {
    file: File,
    temporary: PathBuf,
    target: PathBuf,
}

impl Replacement {
    /// Starts a replacement of `target` with the permissions `mode`.
    pub(crate) fn beside(target: &Path, mode: u32) -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let suffix = format!("{}-{count}{TEMPORARY}", std::process::id());
        let temporary = target.with_file_name(format!("{}{suffix}", prefix(target)?));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&temporary)?;
        Ok(Self {
            file,
            temporary,
            target: target.to_owned(),
        })
    }

    /// The name that the file has until it is whole.
    pub(crate) fn temporary(&self) -> &Path {
        &self.temporary
    }

    /// Puts the new file in the place of the old one and makes that last.
    pub(crate) fn commit(self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.temporary, &self.target)?;
        let folder = match self.target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        File::open(folder)?.sync_all()
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
        // After the rename there is nothing of this name left to remove.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// Replaces a file of our own (0600) and clears away what a killed predecessor left.
pub(crate) fn replace_own(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut replacement = Replacement::beside(target, 0o600)?;
    replacement.write_all(bytes)?;
    replacement.commit()?;
    remove_leftovers(target);
    Ok(())
}

const TEMPORARY: &str = ".tmp";

fn prefix(target: &Path) -> io::Result<String> {
    let name = target
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::IsADirectory, "is a directory"))?;
    Ok(format!(".{}.", name.to_string_lossy()))
}

fn remove_leftovers(target: &Path) {
    let (Ok(prefix), Some(folder)) = (prefix(target), target.parent()) else {
        return;
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_old = || {
            let age = entry
                .metadata()
                .and_then(|m| m.modified())
                .map(|at| SystemTime::now().duration_since(at).unwrap_or_default());
            age.is_ok_and(|age| age > Duration::from_secs(3600))
        };
        if name.starts_with(&prefix) && name.ends_with(TEMPORARY) && is_old() {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(uid: u32, mode: u32) -> Owner {
        Owner {
            uid,
            mode,
            is_regular: true,
            is_given: false,
        }
    }

    #[test]
    fn the_rule_for_files_with_a_secret() {
        const ME: u32 = 1000;
        let judge = |uid, mode| owner(uid, mode).exposed_to_readers(ME);
        assert_eq!(judge(ME, 0o600), None);
        assert_eq!(judge(ME, 0o400), None);
        assert_eq!(judge(ME, 0o640), Some(Exposure::Readers));
        assert_eq!(judge(ME, 0o604), Some(Exposure::Readers));
        assert_eq!(judge(0, 0o644), None);
        assert_eq!(judge(0, 0o440), None);
        assert_eq!(judge(0, 0o664), Some(Exposure::Writers));
        assert_eq!(judge(1001, 0o600), Some(Exposure::Stranger));
        assert_eq!(
            owner(0, 0o644).exposed_to_readers(0),
            Some(Exposure::Readers)
        );
    }

    #[test]
    fn pipes_read_only_mounts_and_credentials_are_accepted() {
        let pipe = Owner {
            is_regular: false,
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

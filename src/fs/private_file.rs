//! Files of the user's, and who else could read or change them.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::StatVfsMountFlags;
use zeroize::Zeroizing;

use crate::error::{Error, quoted};
use crate::fs::{cause, shown};

/// A file of the user's, read whole, with what is needed to judge who else could have read or
/// changed it.
#[derive(Debug)]
pub(crate) struct Guarded {
    path: PathBuf,
    bytes: Zeroizing<Vec<u8>>,
    owner: Owner,
}

/// As much as a pipe holds, and more than a secret has.
const PIPE: usize = 64 * 1024;

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
        let file = File::open(path).map_err(broken)?;
        let metadata = file.metadata().map_err(broken)?;
        if metadata.is_dir() {
            return Err(fail("is a directory").hint("name the file in it"));
        }
        if !metadata.is_file() && !metadata.file_type().is_fifo() {
            return Err(fail("is neither a file nor a pipe").hint("name a file"));
        }
        // All that is expected, at once: growing would leave copies behind.
        let length = usize::try_from(metadata.len()).unwrap_or(max);
        let expected = if metadata.is_file() { length } else { PIPE };
        let mut bytes = Zeroizing::new(Vec::with_capacity(expected.min(max) + 1));
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

    /// What is in a file that holds no secret; it is not wiped.
    pub(crate) fn into_public(mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Refuses a file with a secret in it that others can read.
    pub(crate) fn check_private(&self, what: &str) -> Result<(), Error> {
        self.refuse(
            what,
            self.owner
                .exposed_to_readers(rustix::process::geteuid().as_raw()),
        )
    }

    /// Refuses a file that others can change.
    pub(crate) fn check_unwritable(&self, what: &str) -> Result<(), Error> {
        self.refuse(
            what,
            self.owner
                .exposed_to_writers(rustix::process::geteuid().as_raw()),
        )
    }

    fn refuse(&self, what: &str, exposure: Option<Exposure>) -> Result<(), Error> {
        let Some(exposure) = exposure else {
            return Ok(());
        };
        let path = shown(&self.path);
        // A name that begins with a dash is no option.
        let word = quoted(&self.path.to_string_lossy());
        let word = if word.starts_with("'-") {
            format!("-- {word}")
        } else {
            word
        };
        let mode = self.owner.mode;
        Err(match exposure {
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
                self.owner.uid
            ))
            .hint(format!("chown \"$(id -u)\" {word} && chmod 600 {word}")),
        }
        .exposed())
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

//! A file that takes the place of another whole, or not at all.

use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

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
        remove_leftovers(target);
        // Process ids are no good: each container counts its own on a volume that they share.
        let random = RandomState::new().build_hasher().finish();
        let name = format!("{}{random:016x}{TEMPORARY}", prefix(target)?);
        let temporary = target.with_file_name(name);
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

    /// Has all that was written reach the disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    /// Puts the new file in the place of the old one and makes that last.
    pub(crate) fn commit(self) -> io::Result<()> {
        self.sync()?;
        fs::rename(&self.temporary, &self.target)?;
        File::open(folder(&self.target))?.sync_all()
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

/// What a write to `path` comes to: what a link leads to is replaced, not the link.
pub(crate) fn target(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(match fs::read_link(path) {
            Ok(target) => path.parent().unwrap_or(Path::new("")).join(target),
            Err(_) => path.to_owned(),
        }),
        target => target,
    }
}

pub(super) fn folder(target: &Path) -> &Path {
    match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

const TEMPORARY: &str = ".tmp";

fn prefix(target: &Path) -> io::Result<String> {
    let name = target
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::IsADirectory, "is a directory"))?;
    Ok(format!(".{}.", name.to_string_lossy()))
}

/// Removes what runs that were killed more than an hour ago left beside `target`.
fn remove_leftovers(target: &Path) {
    let Ok(prefix) = prefix(target) else {
        return;
    };
    for entry in fs::read_dir(folder(target)).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_old = || {
            let age = entry
                .metadata()
                .and_then(|m| m.modified())
                .map(|at| SystemTime::now().duration_since(at).unwrap_or_default());
            age.is_ok_and(|age| age > Duration::from_secs(3600))
        };
        let random = name.strip_prefix(&prefix);
        let random = random.and_then(|rest| rest.strip_suffix(TEMPORARY));
        let is_ours = |random: &str| {
            random.len() == 16 && random.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        if random.is_some_and(is_ours) && is_old() {
            let _ = fs::remove_file(entry.path());
        }
    }
}

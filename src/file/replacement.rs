//! A file that takes the place of another whole, or not at all.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
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

const TEMPORARY: &str = ".tmp";

fn prefix(target: &Path) -> io::Result<String> {
    let name = target
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::IsADirectory, "is a directory"))?;
    Ok(format!(".{}.", name.to_string_lossy()))
}

/// Removes what runs that were killed more than an hour ago left beside `target`.
pub(super) fn remove_leftovers(target: &Path) {
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

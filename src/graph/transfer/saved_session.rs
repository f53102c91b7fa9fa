//! How far an upload is, for a later run to go on with.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::fs::{cause, hold, own_folder};
use crate::graph::redirect::resolve;
use crate::graph::transfer::source::Source;
use crate::http::{Origin, Url};
use crate::log::Listener;

/// A file of our own that holds the session's URL, which is a secret, and what is uploaded.
/// Without it an upload that ends early begins anew.
#[derive(Debug, Default)]
pub(crate) struct SavedSession {
    held: Option<(File, PathBuf)>,
    listener: Listener,
}

/// What an earlier run has left.
#[derive(Debug)]
pub(crate) struct Saved {
    /// Of the file as it was then.
    pub(crate) fingerprint: String,
    pub(crate) progress: Progress,
}

/// How far an upload is.
#[derive(Debug)]
pub(crate) enum Progress {
    /// A session takes slices; whether the last may have been sent, so that the file may be
    /// stored.
    Session { url: Url, is_last: bool },
    /// The whole file may have been sent in one request.
    Sent,
    /// It is the item of this id.
    Stored(String),
}

/// No session lives longer.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);

impl SavedSession {
    /// Nothing is kept.
    pub(crate) fn nothing() -> Self {
        Self::default()
    }

    /// Holds the file of this name in `folder`; `None` when another process does. One that cannot
    /// be used costs a warning.
    pub(crate) fn in_folder(folder: &Path, name: &str, listener: Listener) -> Option<Self> {
        let path = folder.join(name);
        let held = own_folder(folder).and_then(|()| hold(&path));
        remove_old(folder, &path);
        match held {
            Ok(None) => None,
            Ok(Some(file)) => Some(Self {
                held: Some((file, path)),
                listener,
            }),
            Err(reason) => {
                let saved = Self {
                    held: None,
                    listener,
                };
                saved.warn(&path, &reason);
                Some(saved)
            }
        }
    }

    /// Whether another run will find something here.
    pub(crate) fn is_there(&self) -> bool {
        let held = self.held.as_ref();
        held.is_some_and(|(file, _)| file.metadata().is_ok_and(|metadata| metadata.len() > 0))
    }

    /// What is kept last, if it can be read and `graph` could have led to its URL.
    pub(crate) fn earlier(&self, graph: &Origin) -> Option<Saved> {
        const MOST: u64 = 256 * 1024;
        let (file, _) = self.held.as_ref()?;
        let mut bytes = Vec::new();
        let mut file = file;
        file.rewind().ok()?;
        file.take(MOST).read_to_end(&mut bytes).ok()?;
        let lines = bytes.rsplit(|byte| *byte == b'\n');
        // A line that a crash has cut short is no JSON: the one before holds.
        let saved = lines.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
        let saved = { saved }.next()?;
        let text = |name: &str| saved.get(name).and_then(Value::as_str);
        let progress = match (text("id"), text("url")) {
            (Some(id), _) => Progress::Stored(id.to_owned()),
            (None, Some(url)) => Progress::Session {
                url: resolve(graph, None, url).ok()?,
                is_last: saved.get("last").and_then(Value::as_bool)?,
            },
            (None, None) => Progress::Sent,
        };
        Some(Saved {
            fingerprint: text("file")?.to_owned(),
            progress,
        })
    }

    /// Keeps how far the upload of a file is, on a line of its own: what was kept before stays
    /// until that is on disk.
    pub(crate) fn save(&mut self, source: &Source, progress: &Progress) {
        let Some((file, path)) = &mut self.held else {
            return;
        };
        let of = source.fingerprint();
        let saved = match progress {
            Progress::Session { url, is_last } => {
                json!({ "url": url.as_str(), "file": of, "last": is_last })
            }
            Progress::Sent => json!({ "file": of, "last": true }),
            Progress::Stored(id) => json!({ "file": of, "last": true, "id": id }),
        };
        // The line before may have no end: it was cut short, or is an earlier version's.
        let line = format!("\n{saved}");
        let written = file.seek(SeekFrom::End(0)).and_then(|_| {
            file.write_all(line.as_bytes())?;
            file.sync_all()
        });
        if let Err(error) = written {
            let path = path.clone();
            self.remove();
            self.warn(&path, &cause(&error));
        }
    }

    /// Forgets what is kept, and stays ready to keep something else.
    pub(crate) fn forget(&mut self) {
        let emptied = self.held.as_ref().map(|(file, _)| file.set_len(0));
        if emptied.is_some_and(|emptied| emptied.is_err()) {
            self.remove();
        }
    }

    /// Removes the file: nothing is kept any more.
    pub(crate) fn remove(&mut self) {
        if let Some((_, path)) = self.held.take() {
            // What cannot be removed is known by its file as that of another, or as ended.
            let _ = fs::remove_file(path);
        }
    }

    fn warn(&self, path: &Path, reason: &str) {
        let path = path.display();
        self.listener.warn(&format!(
            "upload session {path}: not saved for another run: {reason}"
        ));
    }
}

impl Drop for SavedSession {
    fn drop(&mut self) {
        if !self.is_there()
            && let Some((_, path)) = &self.held
        {
            let _ = fs::remove_file(path);
        }
    }
}

/// Removes what uploads that nobody ended have left. The folder may be the user's, with files of
/// other names.
fn remove_old(folder: &Path, own: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        let age = modified.map(|at| SystemTime::now().duration_since(at).unwrap_or_default());
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_str().and_then(|name| name.strip_suffix(".json"));
        let is_ours = name.is_some_and(|name| {
            name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        if is_ours && path != own && age.is_ok_and(|age| age > LONGEST) {
            let _ = fs::remove_file(path);
        }
    }
}

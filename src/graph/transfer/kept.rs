//! The upload session that a later run can go on with.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::fs::{cause, hold, own_folder};
use crate::graph::redirect::resolve;
use crate::http::{Origin, Url};
use crate::notice::Listener;

/// A file of our own that holds the session's URL, which is a secret, and what is uploaded.
/// Without it an upload that ends early begins anew.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    held: Option<(File, PathBuf)>,
    listener: Listener,
}

/// A session of an earlier run.
#[derive(Debug)]
pub(crate) struct Earlier {
    pub(crate) url: Url,
    /// Of the file as it was then.
    pub(crate) fingerprint: String,
    /// Whether its last slice may have been sent, so that the file may be stored.
    pub(crate) is_last_sent: bool,
}

/// No session lives longer.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);

impl Kept {
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
                let kept = Self {
                    held: None,
                    listener,
                };
                kept.warn(&path, &reason);
                Some(kept)
            }
        }
    }

    /// Whether another run will find a session here.
    pub(crate) fn is_there(&self) -> bool {
        let held = self.held.as_ref();
        held.is_some_and(|(file, _)| file.metadata().is_ok_and(|metadata| metadata.len() > 0))
    }

    /// The session that is kept, if it can be read and `graph` could have led to it.
    pub(crate) fn earlier(&self, graph: &Origin) -> Option<Earlier> {
        const MOST: u64 = 256 * 1024;
        let (file, _) = self.held.as_ref()?;
        let mut bytes = Vec::new();
        let mut file = file;
        file.rewind().ok()?;
        file.take(MOST).read_to_end(&mut bytes).ok()?;
        let kept: Value = serde_json::from_slice(&bytes).ok()?;
        let text = |name: &str| kept.get(name).and_then(Value::as_str);
        Some(Earlier {
            url: resolve(graph, None, text("url")?).ok()?,
            fingerprint: text("file")?.to_owned(),
            is_last_sent: kept.get("last").and_then(Value::as_bool)?,
        })
    }

    /// Keeps a session.
    pub(crate) fn keep(&mut self, url: &Url, fingerprint: &str, is_last_sent: bool) {
        let Some((file, path)) = &mut self.held else {
            return;
        };
        let kept = json!({ "url": url.as_str(), "file": fingerprint, "last": is_last_sent });
        let bytes = kept.to_string().into_bytes();
        // Half of it is no JSON, and so no session.
        let written = file.rewind().and_then(|()| {
            file.set_len(0)?;
            file.write_all(&bytes)?;
            file.sync_all()
        });
        if let Err(error) = written {
            let path = path.clone();
            self.remove();
            self.warn(&path, &cause(&error));
        }
    }

    /// Forgets the session.
    pub(crate) fn remove(&mut self) {
        if let Some((_, path)) = self.held.take() {
            // What cannot be removed is known by its file as that of another, or as ended.
            let _ = fs::remove_file(path);
        }
    }

    fn warn(&self, path: &Path, reason: &str) {
        let path = path.display();
        self.listener.warn(&format!(
            "upload session {path}: not kept for another run: {reason}"
        ));
    }
}

impl Drop for Kept {
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

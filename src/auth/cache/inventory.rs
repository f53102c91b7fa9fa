//! What is in the token cache, for people; and taking it out.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Instant;

use crate::auth::cache::entry::CachedToken;
use crate::auth::cache::store::{ANEW, LOCK_POLL, LOCK_WAIT, Lock, TokenCache};
use crate::auth::cache::throttle::Throttle;
use crate::error::{Error, quoted};
use crate::fs::{cause, replace_own};
use crate::http::Http;

impl TokenCache {
    /// The tokens of applications in the cache, those that have expired too.
    ///
    /// # Errors
    ///
    /// `Local` when the file cannot be used.
    pub(crate) fn list(&self) -> Result<Vec<CachedToken>, Error> {
        let document = self.read().map_err(|reason| self.unusable(&reason))?;
        Ok(document.map(|document| document.list()).unwrap_or_default())
    }

    /// Removes the tokens of applications that `is_meant` picks by client id and tenant, and the
    /// records that they are throttled; says how many tokens there were. What else is in the file stays.
    ///
    /// # Errors
    ///
    /// `Local` when the file cannot be used, `Unavailable` when another process holds its lock
    /// until `http` has no time left.
    pub(crate) fn clear(
        &self,
        is_meant: &dyn Fn(&str, &str) -> bool,
        http: &Http,
    ) -> Result<usize, Error> {
        let Some(path) = self.path() else {
            return Ok(0);
        };
        let throttle = Throttle::beside(Some(path));
        if !path.exists() && !throttle.is_recorded() {
            // The lock would make a folder and a file where nothing is.
            return Ok(0);
        }
        let _lock = self.lock(http)?;
        let document = self.read().map_err(|reason| self.unusable(&reason))?;
        let mut count = 0;
        if let Some(mut document) = document {
            count = document.remove(&|token| is_meant(&token.client_id, &token.tenant));
            let bytes = document.write();
            let bytes = bytes.ok_or_else(|| self.unusable("cannot be put into JSON"))?;
            if count > 0 {
                replace_own(path, &bytes).map_err(|error| self.not_written(&error))?;
            }
        }
        let forgotten = throttle.forget(is_meant);
        forgotten.map_err(|error| self.not_written(&error))?;
        Ok(count)
    }

    /// The place, its mode and its lock, in a line.
    ///
    /// # Errors
    ///
    /// What keeps the cache from being used, with the remedy.
    pub(crate) fn inspect(&self) -> Result<String, Error> {
        let Some(path) = self.path() else {
            return Ok("off: tokens are kept in memory only".to_owned());
        };
        match self.try_lock() {
            Lock::Held(_) => {}
            Lock::Busy => {
                let error = format!("{}: another process holds its lock now", path.display());
                return Err(Error::unavailable(error));
            }
            Lock::Missing(reason) => return Err(self.no_lock(&reason)),
        }
        self.read().map_err(|reason| self.unusable(&reason))?;
        if let Some(reason) = self.exposure() {
            let error = Error::local(format!("{}: {reason}", path.display()));
            let path = quoted(&path.to_string_lossy());
            return Err(error.hint(format!("chmod 600 {path}")));
        }
        let state = match fs::metadata(path) {
            Ok(metadata) => format!("mode {:04o}", metadata.permissions().mode() & 0o7777),
            Err(_) => "not there yet".to_owned(),
        };
        Ok(format!("{} ({state}), its lock is free", path.display()))
    }

    fn no_lock(&self, reason: &str) -> Error {
        let path = self.place().display();
        Error::local(format!("token cache {path}: no lock: {reason}"))
            .hint("name a folder where you can write with --token-cache, or none")
    }

    fn lock(&self, http: &Http) -> Result<Lock, Error> {
        let start = Instant::now();
        loop {
            match self.try_lock() {
                Lock::Busy if start.elapsed() >= LOCK_WAIT || http.is_out_of_time() => {
                    let hint = "another process is asking for a token: try again later";
                    let path = self.place().display();
                    let error = format!("token cache {path}: its lock is held");
                    return Err(Error::unavailable(error).hint(hint));
                }
                Lock::Busy => http.pause(LOCK_POLL),
                Lock::Missing(reason) => {
                    return Err(self.no_lock(&reason));
                }
                lock @ Lock::Held(_) => return Ok(lock),
            }
        }
    }

    fn place(&self) -> &Path {
        self.path().unwrap_or(Path::new(""))
    }

    fn not_written(&self, error: &io::Error) -> Error {
        let path = self.place().display();
        let reason = cause(error);
        Error::local(format!("token cache {path}: not written: {reason}"))
    }

    fn unusable(&self, reason: &str) -> Error {
        let path = self.place();
        let reason = reason.strip_suffix(ANEW).unwrap_or(reason);
        let error = Error::local(format!("token cache {}: {reason}", path.display()));
        error.hint(format!(
            "it holds nothing that cannot be had again: rm {}",
            quoted(&path.to_string_lossy())
        ))
    }
}

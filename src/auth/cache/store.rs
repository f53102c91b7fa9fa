//! The token cache: one file that all processes of a user share.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::auth::authority::metadata::Metadata;
use crate::auth::cache::entry::{Document, Key, Members};
use crate::auth::token::AccessToken;
use crate::fs::{cause, mode_open_to_others, open_lock, own_folder, read_own, replace_own};

/// Where tokens are kept between runs, and between processes.
///
/// The file has MSAL's unified schema; MSAL Python reads it where the authority names the tenant
/// by its GUID. It is made for its owner alone (0600), replaced whole, and never trusted when
/// others could have changed it. A cache that cannot be used costs one warning and one request,
/// never the work.
#[derive(Clone, Debug)]
pub struct TokenCache(Option<PathBuf>);

/// The name of the file in a folder that was given.
const NAME: &str = "msal_token_cache.json";
/// The tokens of some three thousand tenants.
const MAX_BYTES: u64 = 8 << 20;
const AUTHORITIES: &str = ".authorities";
/// What a damaged cache comes to when a token is kept.
pub(crate) const ANEW: &str = ", and is made anew";
/// How long a lock that another holds is waited for: whoever holds it longer was stopped.
pub(crate) const LOCK_WAIT: Duration = Duration::from_secs(30);
/// How often it is tried.
pub(crate) const LOCK_POLL: Duration = Duration::from_millis(40);

/// What came of trying the lock.
#[derive(Debug)]
pub(crate) enum Lock {
    /// It is ours until dropped.
    Held(#[expect(dead_code, reason = "dropping it is its use")] File),
    /// Another process has it.
    Busy,
    /// There is none to be had, for this reason; the work goes on without.
    Missing(String),
}

impl TokenCache {
    /// Keeps tokens in this file, or in a file of its own in this folder if it is one.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self(Some(if path.is_dir() { path.join(NAME) } else { path }))
    }

    /// Keeps tokens in memory only.
    pub fn none() -> Self {
        Self(None)
    }

    /// Keeps tokens where a daemon's belong: in the first folder of `$CACHE_DIRECTORY` (systemd),
    /// else `$XDG_CACHE_HOME/mgd`, else `~/.cache/mgd`; without any of them, in memory only.
    pub fn usual() -> Self {
        let absolute = |name: &str| {
            let value = std::env::var_os(name)?;
            let first = std::env::split_paths(&value).next()?;
            first.is_absolute().then_some(first)
        };
        let folder = absolute("CACHE_DIRECTORY")
            .or_else(|| Some(absolute("XDG_CACHE_HOME")?.join("mgd")))
            .or_else(|| Some(absolute("HOME")?.join(".cache/mgd")));
        Self(folder.map(|folder| folder.join(NAME)))
    }

    /// The file, if there is one.
    pub fn path(&self) -> Option<&Path> {
        self.0.as_deref()
    }

    /// Why others can read the tokens in it, if they can; the next token that is kept mends that.
    pub(crate) fn exposure(&self) -> Option<String> {
        let mode = mode_open_to_others(self.path()?)?;
        Some(format!(
            "its tokens can be read by others (mode {mode:04o})"
        ))
    }

    /// # Errors
    ///
    /// Why the cache cannot be used, as text.
    pub(crate) fn find(&self, key: &Key, now: SystemTime) -> Result<Option<AccessToken>, String> {
        Ok(self.read()?.and_then(|document| document.find(key, now)))
    }

    /// Keeps a token.
    ///
    /// # Errors
    ///
    /// Why it could not be kept, as text.
    pub(crate) fn store(
        &self,
        key: &Key,
        token: &AccessToken,
        now: SystemTime,
    ) -> Result<(), String> {
        let (Some(path), true) = (self.path(), token.is_lifetime_known) else {
            return Ok(());
        };
        let mut document = self.read().ok().flatten().unwrap_or_default();
        let bytes = document
            .store(key, token, now)
            .and_then(|()| document.write());
        let bytes = bytes.or_else(|| {
            let mut fresh = Document::default();
            fresh.store(key, token, now).and_then(|()| fresh.write())
        });
        let bytes = bytes.ok_or("not written: cannot be put into JSON")?;
        own_folder_of(path)
            .and_then(|()| replace_own(path, &bytes).map_err(|error| cause(&error)))
            .map_err(|reason| format!("not written: {reason}"))
    }

    /// Tries the lock, which lasts until it is dropped or the process ends.
    pub(crate) fn try_lock(&self) -> Lock {
        self.try_lock_of(".lock")
    }

    /// Tries the lock of those for whom the first one is held for too long.
    pub(crate) fn try_second_lock(&self) -> Lock {
        self.try_lock_of(".lock2")
    }

    fn try_lock_of(&self, suffix: &str) -> Lock {
        let Some(path) = self.path() else {
            return Lock::Missing(String::new());
        };
        let lock = own_folder_of(path).and_then(|()| open_lock(&beside(path, suffix)));
        match lock {
            Ok(lock) => match lock.try_lock() {
                Ok(()) => Lock::Held(lock),
                Err(TryLockError::WouldBlock) => Lock::Busy,
                Err(TryLockError::Error(error)) => Lock::Missing(cause(&error)),
            },
            Err(reason) => Lock::Missing(reason),
        }
    }

    /// What the authority at this configuration said of itself, kept by an earlier run.
    pub(crate) fn kept_metadata(&self, configuration: &str) -> Option<Metadata> {
        let path = self.path()?;
        read_as(read_beside(&beside(path, AUTHORITIES)).get(configuration)?)
    }

    pub(crate) fn keep_metadata(&self, configuration: &str, metadata: Metadata) {
        let Some(path) = self.path() else {
            return;
        };
        let file = beside(path, AUTHORITIES);
        let mut kept = read_beside(&file);
        kept.retain(|_, known| read_as::<Metadata>(known).is_some());
        let Ok(metadata) = to_raw_value(&metadata) else {
            return;
        };
        kept.insert(configuration.to_owned(), metadata);
        if let Ok(bytes) = serde_json::to_vec(&kept) {
            // Not kept, it is asked for again.
            let _ = own_folder_of(path).map(|()| replace_own(&file, &bytes));
        }
    }

    pub(crate) fn read(&self) -> Result<Option<Document>, String> {
        let Some(path) = self.path() else {
            return Ok(None);
        };
        let bytes = read_own(path, MAX_BYTES).map_err(|reason| format!("not used: {reason}"));
        let Some(bytes) = bytes?.map(zeroize::Zeroizing::new) else {
            return Ok(None);
        };
        match Document::read(&bytes) {
            Some(document) => Ok(Some(document)),
            None => Err(format!("is damaged{ANEW}")),
        }
    }
}

/// The members of a small file beside the cache; of one that is missing or damaged, none.
pub(crate) fn read_beside(file: &Path) -> Members {
    let bytes = read_own(file, MAX_BYTES).ok().flatten();
    bytes
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

pub(crate) fn read_as<'v, T: Deserialize<'v>>(value: &'v RawValue) -> Option<T> {
    serde_json::from_str(value.get()).ok()
}

pub(crate) fn own_folder_of(path: &Path) -> Result<(), String> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => own_folder(folder),
        _ => Ok(()),
    }
}

pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

//! The token cache: one file that all processes of a user share.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::auth::entry::{Document, Key, Members};
use crate::auth::metadata::Metadata;
use crate::auth::token::AccessToken;
use crate::fs::{cause, open_lock, own_folder, read_own, replace_own};

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
/// What the name of the file goes on with that holds the word to wait.
pub(super) const NOT_BEFORE: &str = ".not_before";
const AUTHORITIES: &str = ".authorities";
/// What a damaged cache comes to when a token is kept.
pub(super) const ANEW: &str = ", and is made anew";
/// A wait that is longer was written with a wrong clock.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

/// How often a lock that another holds is tried.
pub(super) const LOCK_POLL: Duration = Duration::from_millis(40);

/// What came of trying the lock.
#[derive(Debug)]
pub(super) enum Lock {
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

    /// # Errors
    ///
    /// Why the cache cannot be used, as text.
    pub(super) fn find(&self, key: &Key, now: SystemTime) -> Result<Option<AccessToken>, String> {
        Ok(self.read()?.and_then(|document| document.find(key, now)))
    }

    /// Keeps a token.
    ///
    /// # Errors
    ///
    /// Why it could not be kept, as text.
    pub(super) fn store(
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
    pub(super) fn try_lock(&self) -> Lock {
        let Some(path) = self.path() else {
            return Lock::Missing(String::new());
        };
        let lock = own_folder_of(path).and_then(|()| open_lock(&beside(path, ".lock")));
        match lock {
            Ok(lock) => match lock.try_lock() {
                Ok(()) => Lock::Held(lock),
                Err(TryLockError::WouldBlock) => Lock::Busy,
                Err(TryLockError::Error(error)) => Lock::Missing(cause(&error)),
            },
            Err(reason) => Lock::Missing(reason),
        }
    }

    /// The moment before which `key` must not ask for a token, because it was told to wait.
    pub(super) fn not_before(&self, key: &str, now: SystemTime) -> Option<SystemTime> {
        let seconds = read_as(self.read_beside(NOT_BEFORE).get(key)?)?;
        let moment = UNIX_EPOCH.checked_add(Duration::from_secs(seconds))?;
        let wait = moment.duration_since(now).ok()?;
        (wait <= LONGEST_WAIT).then_some(moment)
    }

    /// Leaves word for other processes that `key` must wait; says until when.
    pub(super) fn set_not_before(
        &self,
        key: &str,
        moment: SystemTime,
        now: SystemTime,
    ) -> Option<SystemTime> {
        // Whole seconds, and none too few.
        let end = epoch(moment)? + 1;
        let path = self.path()?;
        let mut waits = self.read_beside(NOT_BEFORE);
        waits.retain(|_, end| read_as(end) >= epoch(now));
        waits.insert(key.to_owned(), to_raw_value(&end).ok()?);
        if let Ok(bytes) = serde_json::to_vec(&waits) {
            // Word for others, who are no worse off without: not worth a second warning.
            let _ = own_folder_of(path).map(|()| replace_own(&beside(path, NOT_BEFORE), &bytes));
        }
        UNIX_EPOCH.checked_add(Duration::from_secs(end))
    }

    /// Removes the word to wait of those that `is_meant` picks by client id and tenant.
    pub(super) fn remove_waits(&self, is_meant: &dyn Fn(&str, &str) -> bool) -> io::Result<()> {
        let Some(path) = self.path().map(|path| beside(path, NOT_BEFORE)) else {
            return Ok(());
        };
        let mut waits = self.read_beside(NOT_BEFORE);
        waits.retain(|key, _| {
            let (authority, client_id) = key.rsplit_once(' ').unwrap_or((key, ""));
            let tenant = authority.rsplit('/').next().unwrap_or_default();
            !is_meant(client_id, tenant)
        });
        if !waits.is_empty() {
            return replace_own(&path, &serde_json::to_vec(&waits)?);
        }
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// What the authority at this configuration said of itself, kept by an earlier run.
    pub(super) fn kept_metadata(&self, configuration: &str) -> Option<Metadata> {
        read_as(self.read_beside(AUTHORITIES).get(configuration)?)
    }

    pub(super) fn keep_metadata(&self, configuration: &str, metadata: Metadata) {
        let Some(path) = self.path() else {
            return;
        };
        let mut kept = self.read_beside(AUTHORITIES);
        kept.retain(|_, known| read_as::<Metadata>(known).is_some());
        let Ok(metadata) = to_raw_value(&metadata) else {
            return;
        };
        kept.insert(configuration.to_owned(), metadata);
        if let Ok(bytes) = serde_json::to_vec(&kept) {
            // Not kept, it is asked for again.
            let _ = own_folder_of(path).map(|()| replace_own(&beside(path, AUTHORITIES), &bytes));
        }
    }

    fn read_beside(&self, suffix: &str) -> Members {
        let bytes = self
            .path()
            .and_then(|path| read_own(&beside(path, suffix), MAX_BYTES).ok().flatten());
        bytes
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    pub(super) fn read(&self) -> Result<Option<Document>, String> {
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

fn read_as<'v, T: Deserialize<'v>>(value: &'v RawValue) -> Option<T> {
    serde_json::from_str(value.get()).ok()
}

fn own_folder_of(path: &Path) -> Result<(), String> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => own_folder(folder),
        _ => Ok(()),
    }
}

pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn epoch(moment: SystemTime) -> Option<u64> {
    moment
        .duration_since(UNIX_EPOCH)
        .ok()
        .map(|span| span.as_secs())
}

//! Throttling, shared: the `Retry-After` that one thread or process received holds for all of the same
//! application.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::value::to_raw_value;

use crate::auth::cache::entry::Members;
use crate::auth::cache::store::{LOCK_POLL, beside, own_folder_of, read_as, read_beside};
use crate::fs::{open_lock, replace_own};
use crate::http::Http;

/// What the name of the cache's file goes on with that holds the records of all processes.
const SUFFIX: &str = ".not_before";
/// How long the record of another process is obeyed; then somebody asks whether it still holds.
const LONGEST: Duration = Duration::from_secs(3600);
/// How far ahead the clock may be that wrote a record: a network file system has several.
const SKEW: Duration = Duration::from_secs(60);
/// How often the lock of the records is tried.
const TRIES: u32 = 25;

/// Until when each key must send nothing: in this process, and in the others that share a token
/// cache.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    /// Beside the cache.
    file: Option<PathBuf>,
    own: Mutex<Vec<(String, Instant)>>,
}

/// In milliseconds since 1970.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct Record {
    until: u64,
    written: u64,
}

impl Throttle {
    pub(crate) fn beside(cache: Option<&Path>) -> Self {
        Self {
            file: cache.map(|path| beside(path, SUFFIX)),
            own: Mutex::default(),
        }
    }

    /// How long `key` must still send nothing, by what all have recorded so far.
    pub(crate) fn wait_for(&self, key: &str) -> Option<Duration> {
        let now = Instant::now();
        let own = self.own();
        let own = own.iter().find(|(known, _)| known == key);
        let own = own.and_then(|(_, until)| until.checked_duration_since(now));
        let records = self.file.as_deref().map(read_beside);
        let record = records.and_then(|records| read_as(records.get(key)?));
        let other = record.and_then(|record: Record| record.wait_at(SystemTime::now()));
        own.max(other).filter(|wait| !wait.is_zero())
    }

    /// Records that `key` must wait, and says whether other processes can see that. `http`
    /// waits for those that do the same.
    pub(crate) fn record(&self, key: &str, wait: Duration, http: &Http) -> bool {
        if let Some(until) = Instant::now().checked_add(wait) {
            let mut own = self.own();
            match own.iter_mut().find(|(known, _)| known == key) {
                Some((_, known)) => *known = until.max(*known),
                None => own.push((key.to_owned(), until)),
            }
        }
        // The others are no worse off without: not worth a warning.
        let file = self.file.as_deref();
        file.is_some_and(|file| {
            own_folder_of(file).is_ok() && share(file, key, wait, http).is_some()
        })
    }

    /// Removes the records of those that `is_meant` picks by client id and tenant.
    pub(crate) fn forget(&self, is_meant: &dyn Fn(&str, &str) -> bool) -> io::Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let mut records = read_beside(file);
        records.retain(|key, _| {
            let (authority, client_id) = key.rsplit_once(' ').unwrap_or((key, ""));
            let tenant = authority.rsplit('/').next().unwrap_or_default();
            !is_meant(client_id, tenant)
        });
        if !records.is_empty() {
            return replace_own(file, &serde_json::to_vec(&records)?);
        }
        match fs::remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    pub(crate) fn is_recorded(&self) -> bool {
        self.file.as_ref().is_some_and(|file| file.exists())
    }

    fn own(&self) -> MutexGuard<'_, Vec<(String, Instant)>> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds a record to those of other processes; of two for the same key the later end counts.
fn share(file: &Path, key: &str, wait: Duration, http: &Http) -> Option<()> {
    // Held while the file is read and replaced, so that no record is lost. A process that was
    // stopped while it held the lock must not stop the others.
    let lock = open_lock(&beside(file, ".lock")).ok();
    for _ in 0..TRIES {
        if lock.as_ref().is_none_or(|lock| lock.try_lock().is_ok()) {
            break;
        }
        http.pause(LOCK_POLL);
    }
    let now = SystemTime::now();
    let mut records: Members = read_beside(file);
    let left = |record: Record| record.wait_at(now);
    records.retain(|_, record| read_as(record).and_then(left).is_some());
    let known = records
        .get(key)
        .and_then(|record| read_as(record))
        .and_then(left);
    let record = Record::new(wait.max(known.unwrap_or_default()), now)?;
    records.insert(key.to_owned(), to_raw_value(&record).ok()?);
    replace_own(file, &serde_json::to_vec(&records).ok()?).ok()
}

impl Record {
    fn new(wait: Duration, now: SystemTime) -> Option<Self> {
        Some(Self {
            // None too few.
            until: milliseconds(now.checked_add(wait)?)?.saturating_add(1),
            written: milliseconds(now)?,
        })
    }

    /// How long it is to be obeyed; not at all where a clock wrote it that was ahead.
    fn wait_at(self, now: SystemTime) -> Option<Duration> {
        let moment = |milliseconds| UNIX_EPOCH.checked_add(Duration::from_millis(milliseconds));
        let written = moment(self.written)?;
        if written > now.checked_add(SKEW)? {
            return None;
        }
        let until = moment(self.until)?.min(written.checked_add(LONGEST)?);
        until.duration_since(now).ok()
    }
}

fn milliseconds(moment: SystemTime) -> Option<u64> {
    let span = moment.duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(span.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_obeyed_for_an_hour_and_never_when_a_clock_ahead_wrote_it() {
        let now = UNIX_EPOCH + Duration::from_secs(1_795_600_000);
        let wait = |written: i64, until: i64| {
            let at = |offset: i64| (1_795_600_000_i64 + offset).cast_unsigned() * 1000;
            let record = Record {
                until: at(until),
                written: at(written),
            };
            record.wait_at(now).map(|wait| wait.as_secs())
        };
        assert_eq!(wait(0, 7), Some(7));
        assert_eq!(wait(-5, 0), Some(0));
        assert_eq!(wait(-5, -1), None);
        assert_eq!(wait(0, 86_000), Some(3600));
        assert_eq!(wait(-3599, 86_000), Some(1));
        assert_eq!(wait(-3601, 86_000), None);
        assert_eq!(wait(3600, 3601), None);
        assert_eq!(wait(30, 40), Some(40));
    }
}

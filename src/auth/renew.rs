//! How a token is replaced: by one process at a time, for all that share the cache.

use std::time::{Duration, Instant, SystemTime};

use crate::auth::cache::entry::Key;
use crate::auth::cache::store::{LOCK_POLL, LOCK_WAIT, Lock};
use crate::auth::client::ConfidentialClient;
use crate::auth::refresh_reason::RefreshReason;
use crate::auth::token::AccessToken;
use crate::error::Error;

/// How long the lock is held at most: for one attempt, connection included.
const ATTEMPT: Duration = Duration::from_secs(25);
/// How long a token that is still good waits for its replacement.
const EARLY_ATTEMPT: Duration = Duration::from_secs(10);
/// How often all processes together try that.
const EARLY_EVERY: Duration = Duration::from_secs(300);

impl ConfidentialClient {
    /// Gets a new token; the lock is released before every wait.
    pub(crate) fn renew(
        &self,
        key: &Key,
        renewal: RefreshReason<'_>,
    ) -> Result<AccessToken, Error> {
        let mut schedule = self.credential.schedule();
        let origin = self.token_origin()?;
        self.http.retry(&origin, &mut self.http.attempts(), |_| {
            let _lock = match self.lock(key, renewal)? {
                Locked::Held(lock) => lock,
                Locked::Needless(token) => return Ok(token),
            };
            if let Some(token) = self.find(key, renewal) {
                return Ok(token);
            }
            let ask = || self.ask(key, renewal.claims(), &mut schedule);
            let asked = self.http.within(ATTEMPT, ask);
            // A process that was stopped meanwhile wakes up late: others have got on without it.
            asked.or_else(|failed| self.find(key, renewal).ok_or(failed))
        })
    }

    /// Replaces a token that is still good, if that can be had soon; else it does for now.
    pub(crate) fn refresh(&self, token: AccessToken, key: &Key) -> AccessToken {
        if self.throttle.wait_for(&self.account()).is_some() {
            return token;
        }
        // Whoever holds the lock is replacing it already.
        let _lock @ Lock::Held(_) = self.cache.try_lock() else {
            return token;
        };
        if let Some(newer) = self.find(key, RefreshReason::Missing)
            && !newer.is_aging_at(SystemTime::now())
        {
            return newer;
        }
        if !self.may_try_early() {
            return token;
        }
        let mut schedule = self.credential.schedule();
        let ask = || self.ask(key, None, &mut schedule);
        self.http
            .within(EARLY_ATTEMPT, ask)
            .unwrap_or_else(|failed| {
                self.http
                    .listener()
                    .note(|| format!("the token is still good, though {}", failed.error));
                token
            })
    }

    /// Whether it is this process's turn to replace a good token: that is recorded first, so that
    /// a token endpoint which does not respond costs one process 10 s and not all of them.
    fn may_try_early(&self) -> bool {
        let key = format!("refresh {} {}", self.scope(), self.account());
        self.throttle.wait_for(&key).is_none()
            && self.throttle.record(&key, EARLY_EVERY, &self.http)
    }

    /// Waits for the lock, or for the token that its holder gets.
    fn lock(&self, key: &Key, renewal: RefreshReason<'_>) -> Result<Locked, Error> {
        let wait = LOCK_WAIT.min(self.http.retry_max_time());
        for try_lock in [Self::first_lock, Self::second_lock] {
            let start = Instant::now();
            loop {
                match try_lock(self) {
                    Lock::Busy => {}
                    lock => return Ok(Locked::Held(lock)),
                }
                if start.elapsed() >= wait || self.http.is_out_of_time() {
                    break;
                }
                self.http.pause(LOCK_POLL);
                if let Some(token) = self.find(key, renewal) {
                    return Ok(Locked::Needless(token));
                }
            }
        }
        let path = self.cache.path().unwrap_or("".as_ref()).display();
        let message = format!("token cache {path}: other processes hold its locks");
        Err(Error::unavailable(message).hint("end the processes that were stopped"))
    }

    fn first_lock(&self) -> Lock {
        let lock = self.cache.try_lock();
        match &lock {
            Lock::Missing(reason) if !reason.is_empty() => {
                self.warn_of_cache(&format!("no lock: {reason}"));
            }
            _ => {}
        }
        lock
    }

    /// Lets one process at a time go on where the first lock's holder does not.
    fn second_lock(&self) -> Lock {
        let lock = self.cache.try_second_lock();
        if !matches!(lock, Lock::Busy) {
            self.warn_of_cache("its lock is held for too long");
        }
        lock
    }
}

/// What came of waiting for the lock.
#[derive(Debug)]
enum Locked {
    Held(Lock),
    /// Somebody else got this token meanwhile.
    Needless(AccessToken),
}

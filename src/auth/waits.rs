//! The word to wait: what throttled one process, the others of the application obey.

use std::time::{Duration, SystemTime};

use crate::auth::client::{ConfidentialClient, Told};
use crate::error::Error;
use crate::http::{Attempts, Failure, Origin};

impl ConfidentialClient {
    /// Waits as long as this application was told to by its token endpoint, perhaps in another
    /// process.
    pub(super) fn obey_not_before(&self, attempts: &mut Attempts) -> Result<(), Error> {
        let now = SystemTime::now();
        let wait = self
            .not_before(now)
            .and_then(|at| at.duration_since(now).ok());
        match wait {
            Some(wait) => {
                self.wait_as_told("token endpoint", self.endpoint()?.origin(), wait, attempts)
            }
            None => Ok(()),
        }
    }

    /// The same for a host that the token is sent to.
    pub(crate) fn obey_not_before_at(
        &self,
        origin: &Origin,
        attempts: &mut Attempts,
    ) -> Result<(), Error> {
        let now = SystemTime::now();
        let told = self.not_before_at(origin, now);
        match told.and_then(|at| at.duration_since(now).ok()) {
            Some(wait) => self.wait_as_told(origin.host(), origin, wait, attempts),
            None => Ok(()),
        }
    }

    /// Whether another process was told to wait by a host that the token is sent to.
    pub(crate) fn is_told_to_wait_at(&self, origin: &Origin) -> bool {
        self.not_before_at(origin, SystemTime::now()).is_some()
    }

    fn not_before_at(&self, origin: &Origin, now: SystemTime) -> Option<SystemTime> {
        let told = self.cache.not_before(&self.wait_key_at(origin), now);
        let Some(own) = self.told() else {
            return told;
        };
        // What this process was told itself is known here without the rounding.
        told.filter(|told| Some(*told) > own.word)
            .max(Some(own.end).filter(|end| *end > now))
    }

    fn wait_as_told(
        &self,
        who: &str,
        origin: &Origin,
        wait: Duration,
        attempts: &mut Attempts,
    ) -> Result<(), Error> {
        let reason = format!("{who}: this application was told to wait");
        let failure = Failure::Status(429, Some(wait));
        match self.http.next_wait(origin, attempts, failure) {
            Some(wait) => {
                self.http.sleep(&reason, wait);
                Ok(())
            }
            None => Err(Error::unavailable(format!(
                "{reason}, and may ask again in {} s",
                wait.as_secs()
            ))
            .retry_after(Some(wait))),
        }
    }

    /// The moment before which this application must not ask for a token.
    pub(super) fn not_before(&self, now: SystemTime) -> Option<SystemTime> {
        self.cache.not_before(&self.wait_key(), now)
    }

    pub(super) fn leave_word(&self, wait: Duration) {
        self.leave_word_as(&self.wait_key(), wait);
    }

    /// Leaves word that this application was told to wait by a host that the token is sent to.
    pub(crate) fn leave_word_at(&self, origin: &Origin, wait: Duration) {
        let word = self.leave_word_as(&self.wait_key_at(origin), wait);
        if let Some(end) = SystemTime::now().checked_add(wait) {
            self.set_told(Told { end, word });
        }
    }

    fn leave_word_as(&self, key: &str, wait: Duration) -> Option<SystemTime> {
        let now = SystemTime::now();
        let moment = now.checked_add(wait)?;
        self.cache.set_not_before(key, moment, now)
    }

    /// Entra throttles an application of a tenant.
    fn wait_key(&self) -> String {
        self.account()
    }

    /// So does Graph (learn.microsoft.com/graph/throttling).
    fn wait_key_at(&self, origin: &Origin) -> String {
        format!("{origin} {}", self.wait_key())
    }
}

//! One request and its response, asked again where that is allowed.

mod exchange;
mod line;
mod pending;

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use ureq::Agent;
use ureq::http::HeaderMap;

use crate::error::Error;
use crate::http::body::Body;
use crate::http::network::Network;
use crate::http::pace;
use crate::http::retry::{self, Attempts, Failure, GaveUp};
use crate::http::roots::Roots;
use crate::http::transport::exchange::Route;
use crate::http::transport::line::Line;
use crate::http::transport_error::TransportError;
use crate::http::url::Origin;
use crate::log::{Listener, Notice};
use crate::redact::Redactor;

pub(crate) use pending::PendingResponse;

/// The head of a response and its body to come.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: Body,
    /// The `client-request-id` of the request.
    pub(crate) client_request_id: String,
    /// What every quotation of it must pass.
    pub(crate) redactor: Redactor,
    /// Why there is no further attempt, where another could have helped.
    pub(crate) gave_up: Option<GaveUp>,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
    }

    /// All header fields, in the order of the response.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
    }

    /// An error that it amounts to, with the wait that ended the attempts.
    pub(crate) fn explain(&self, error: Error) -> Error {
        match self.gave_up {
            Some(gave_up) => gave_up.explain(error),
            None => error,
        }
    }

    /// How it failed, if another attempt may be answered otherwise.
    pub(crate) fn failure(&self) -> Option<Failure> {
        let is_passing = matches!(self.status, 408 | 429 | 500 | 502..=504 | 509);
        is_passing.then(|| Failure::Status(self.status, self.retry_after()))
    }

    /// The wait that the response asks for, if it does so intelligibly.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let now = self.date().unwrap_or_else(SystemTime::now);
        retry::retry_after(self.headers("retry-after"), now)
    }

    /// The server's time: its dates are to be compared with that, whatever our clock says.
    pub(crate) fn date(&self) -> Option<SystemTime> {
        retry::http_date(self.header("date")?, SystemTime::now())
    }
}

/// The way to the network; clones share connections.
#[derive(Clone, Debug)]
pub(crate) struct Http(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    network: Network,
    deadline: Option<Instant>,
    /// Made with the first request: reading roots takes longer than all else at start-up.
    state: Mutex<State>,
    random: RandomState,
}

#[derive(Debug, Default)]
struct State {
    roots: Option<Roots>,
    /// The hosts that have answered at all.
    answered: Vec<Origin>,
    /// An agent for each way in use: a proxy set on a request would make ureq parse the roots
    /// for each connection.
    agents: Vec<(Route, Line, Agent)>,
}

impl Http {
    pub(crate) fn new(network: Network) -> Self {
        let deadline = network
            .max_time
            .and_then(|time| Instant::now().checked_add(time));
        Self(Arc::new(Shared {
            network,
            deadline,
            state: Mutex::default(),
            random: RandomState::new(),
        }))
    }

    pub(crate) fn listener(&self) -> &Listener {
        &self.0.network.listener
    }

    pub(crate) fn redactor(&self) -> &Redactor {
        self.listener().redactor()
    }

    pub(crate) fn retry_max_time(&self) -> Duration {
        self.0.network.retry_max_time
    }

    /// The moment at which everything ends.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.0.deadline
    }

    pub(crate) fn attempts(&self) -> Attempts {
        Attempts::new(self.0.network.retry_max_time)
    }

    /// Runs what must be over after `limit`, connections and bodies included.
    pub(crate) fn within<T>(&self, limit: Duration, run: impl FnOnce() -> T) -> T {
        pace::within(limit, run)
    }

    /// Makes attempts until one brings what is wanted, or there are enough of them; then the last
    /// one's error is returned.
    pub(crate) fn retry<T>(
        &self,
        origin: &Origin,
        attempts: &mut Attempts,
        mut attempt: impl FnMut(&mut Attempts) -> Result<T, Failed>,
    ) -> Result<T, Error> {
        loop {
            attempts.begin(Instant::now());
            match attempt(attempts) {
                Ok(wanted) => return Ok(wanted),
                Err(failed) => self.wait_after(origin, attempts, failed)?,
            }
        }
    }

    /// Waits for the next attempt, if there is one; else the error is returned.
    pub(crate) fn wait_after(
        &self,
        origin: &Origin,
        attempts: &mut Attempts,
        Failed { error, failure }: Failed,
    ) -> Result<(), Error> {
        match self.next_wait(origin, attempts, failure) {
            Ok(wait) => self.sleep(&failure.reason(origin, &error.to_string()), wait),
            Err(gave_up) => return Err(gave_up.explain(error)),
        }
        Ok(())
    }

    /// Counts a failed attempt and says how long to wait before the next, if there is one.
    pub(crate) fn next_wait(
        &self,
        origin: &Origin,
        attempts: &mut Attempts,
        failure: Failure,
    ) -> Result<Duration, GaveUp> {
        let mut state = self.state();
        if matches!(failure, Failure::Status(503, _)) {
            // Graph asks for a new connection: this one leads to the same machine.
            state.agents.clear();
        }
        let answered = state.answered.contains(origin);
        drop(state);
        let now = Instant::now();
        let random = self.0.random.hash_one(now);
        attempts.wait(failure, answered, now, self.0.deadline, random)
    }

    /// Waits and tells why.
    pub(crate) fn sleep(&self, reason: &str, wait: Duration) {
        self.listener().tell(&Notice::Wait { reason, wait });
        thread::sleep(wait);
    }

    /// Leaves a response whose body is of no use.
    pub(crate) fn discard(&self, mut response: Response) {
        if response.status != 503 {
            response.body.drain();
        }
    }

    /// Whether the moment at which everything ends is here.
    pub(crate) fn is_out_of_time(&self) -> bool {
        let now = Instant::now();
        self.0.deadline.is_some_and(|deadline| deadline <= now)
    }

    /// Waits a moment, without a word.
    pub(crate) fn pause(&self, time: Duration) {
        thread::sleep(time);
    }

    fn note_answer(&self, origin: &Origin) {
        let answered = &mut self.state().answered;
        if !answered.contains(origin) {
            answered.push(origin.clone());
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An attempt that did not bring what is wanted.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) error: Error,
    pub(crate) failure: Failure,
}

impl Failed {
    /// Its response broke off, or was no use for another reason that passes.
    pub(crate) fn broken(error: Error) -> Self {
        Self {
            error,
            failure: Failure::Broken,
        }
    }

    /// It was not made: `host` is known to be throttled for so long.
    pub(crate) fn throttled(host: &str, wait: Duration) -> Self {
        Self {
            error: Error::unavailable(format!("{host}: throttled")).retry_after(Some(wait)),
            failure: Failure::Throttled(wait),
        }
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self {
            error,
            failure: Failure::Final,
        }
    }
}

impl From<TransportError> for Failed {
    fn from(fault: TransportError) -> Self {
        Self {
            failure: if fault.is_passing {
                Failure::Broken
            } else {
                Failure::Final
            },
            error: fault.error,
        }
    }
}

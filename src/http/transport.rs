//! One request and its answer, asked again where that is allowed.

mod exchange;
mod flight;

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use ureq::Agent;
use ureq::http::HeaderMap;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::http::body::Body;
use crate::http::fault::Fault;
use crate::http::message::{Repeats, Request};
use crate::http::network::Network;
use crate::http::retry::{self, Attempts, Failure};
use crate::http::roots::Roots;
use crate::http::transport::exchange::Way;
use crate::http::url::Origin;
use crate::notice::{Listener, Notice};
use crate::redact::Redactor;

pub(crate) use flight::Flight;

/// The head of an answer and its body to come.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: Body,
    /// The `client-request-id` of the request.
    pub(crate) client_request_id: String,
    /// What every quotation of it must pass.
    pub(crate) redactor: Redactor,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
    }

    /// All header fields, in the order of the answer.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
    }

    /// The wait that the answer asks for, if it does so intelligibly.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        retry::retry_after(self.headers("retry-after"), SystemTime::now())
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
    agents: Vec<(Way, Agent)>,
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

    /// Sends a request, again where its rule allows that, until it has an answer that is not worth
    /// asking again or the attempts are used up; then the last answer is returned as it came.
    pub(crate) fn send(
        &self,
        request: &Request<'_>,
        attempts: &mut Attempts,
    ) -> Result<Answer, Error> {
        self.send_heard(request, attempts, &mut |_| ())
    }

    /// [`send`](Self::send) where `before_wait` hears of a wait that the service asked for.
    pub(crate) fn send_heard(
        &self,
        request: &Request<'_>,
        attempts: &mut Attempts,
        before_wait: &mut dyn FnMut(Duration),
    ) -> Result<Answer, Error> {
        loop {
            if let Some(answer) = self.try_once(request, attempts, before_wait)? {
                return Ok(answer);
            }
        }
    }

    /// [`send`](Self::send), and the whole body with it; an answer that breaks off is asked for
    /// again.
    pub(crate) fn send_whole(
        &self,
        request: &Request<'_>,
        attempts: &mut Attempts,
        max: usize,
    ) -> Result<(Answer, Zeroizing<Vec<u8>>), Error> {
        loop {
            let mut answer = self.send(request, attempts)?;
            let fault = match answer.body.read_all(max) {
                Ok(body) => return Ok((answer, Zeroizing::new(body))),
                Err(fault) => fault,
            };
            let origin = request.url.origin();
            let wait = self.next_wait(origin, attempts, Failure::Broken);
            match wait.filter(|_| fault.is_passing) {
                Some(wait) => self.sleep(&fault.error.to_string(), wait),
                None => return Err(fault.error),
            }
        }
    }

    /// One try of [`send`](Self::send); `None` says that it failed, that the wait is over and
    /// that another may follow. `before_wait` hears of a wait that the service asked for before
    /// it begins.
    pub(crate) fn try_once(
        &self,
        request: &Request<'_>,
        attempts: &mut Attempts,
        before_wait: &mut dyn FnMut(Duration),
    ) -> Result<Option<Answer>, Error> {
        attempts.begin(Instant::now());
        let outcome = self.exchange(request);
        self.judge(request, outcome, attempts, before_wait)
    }

    /// What a try ended with: an answer to keep, or `None` when the wait for the next is over.
    fn judge(
        &self,
        request: &Request<'_>,
        outcome: Result<Answer, Fault>,
        attempts: &mut Attempts,
        before_wait: &mut dyn FnMut(Duration),
    ) -> Result<Option<Answer>, Error> {
        let failure = match &outcome {
            Ok(answer) if matches!(answer.status, 408 | 429 | 500 | 502..=504 | 509) => {
                Failure::Status(answer.status, answer.retry_after())
            }
            Ok(_) => return outcome.map(Some).map_err(|fault| fault.error),
            Err(fault) if fault.is_passing => Failure::Broken,
            Err(_) => Failure::Final,
        };
        if let Failure::Status(_, Some(asked)) = failure {
            before_wait(asked);
        }
        if !may_repeat(request, &outcome) {
            return outcome.map(Some).map_err(|fault| fault.error);
        }
        let Some(wait) = self.next_wait(request.url.origin(), attempts, failure) else {
            return outcome.map(Some).map_err(|fault| fault.error);
        };
        let reason = match outcome {
            Ok(mut answer) => {
                if answer.status == 503 {
                    // Graph asks for a new connection: this one leads to the same machine.
                    self.drop_connections();
                } else {
                    answer.body.drain();
                }
                format!("{} answered {}", request.url.host(), answer.status)
            }
            Err(fault) => fault.error.to_string(),
        };
        self.sleep(&reason, wait);
        Ok(None)
    }

    /// Counts a failure and says how long to wait before the next try, if there is one.
    pub(crate) fn next_wait(
        &self,
        origin: &Origin,
        attempts: &mut Attempts,
        failure: Failure,
    ) -> Option<Duration> {
        let answered = self.state().answered.contains(origin);
        let random = self.0.random.hash_one(attempts.failed());
        attempts.wait(failure, answered, Instant::now(), self.0.deadline, random)
    }

    /// The same where a rule of its own says how long to wait.
    pub(crate) fn next_wait_for(
        &self,
        attempts: &mut Attempts,
        wait: Duration,
    ) -> Option<Duration> {
        attempts.wait_for(wait, Instant::now(), self.0.deadline)
    }

    /// Waits and tells why.
    pub(crate) fn sleep(&self, reason: &str, wait: Duration) {
        self.listener().tell(&Notice::Wait { reason, wait });
        thread::sleep(wait);
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

    fn drop_connections(&self) {
        self.state().agents.clear();
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

/// Whether the rule of a request lets it be sent again after `outcome`.
fn may_repeat(request: &Request<'_>, outcome: &Result<Answer, Fault>) -> bool {
    let is_unapplied = match outcome {
        Ok(answer) if answer.status == 503 => answer.retry_after().is_some(),
        Ok(answer) => answer.status == 429,
        Err(fault) => fault.is_unsent,
    };
    request.content.can_be_sent() && (request.repeats == Repeats::Freely || is_unapplied)
}

//! One request and its answer, asked again where that is allowed.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use ureq::Agent;
use ureq::http::{HeaderMap, Response};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::http::body::Body;
use crate::http::connect;
use crate::http::fault::{Fault, Patience};
use crate::http::message::{Request, guid, run, shown};
use crate::http::network::Network;
use crate::http::proxy;
use crate::http::retry::{self, Attempts, Failure};
use crate::http::roots::{self, Roots};
use crate::http::url::Origin;
use crate::notice::{Listener, Notice};
use crate::secret::Secret;

/// The head of an answer and its body to come.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: Body,
    /// The `client-request-id` of the request.
    pub(crate) client_request_id: String,
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

/// How a request leaves.
#[derive(Clone, Debug)]
enum Way {
    /// To an endpoint beside this machine.
    Near,
    /// To the network, perhaps through a proxy.
    Far(Option<Secret>),
}

impl Way {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Near, Self::Near) | (Self::Far(None), Self::Far(None)) => true,
            (Self::Far(Some(one)), Self::Far(Some(two))) => one.expose() == two.expose(),
            _ => false,
        }
    }
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

    /// Sends a request that may be sent again, until it has an answer that is not worth asking
    /// again or the attempts are used up; then the last answer is returned as it came.
    pub(crate) fn send(
        &self,
        request: &Request<'_>,
        attempts: &mut Attempts,
    ) -> Result<Answer, Error> {
        loop {
            if let Some(answer) = self.try_once(request, attempts, &mut |_| ())? {
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

    /// Sends a request once.
    pub(crate) fn exchange(&self, request: &Request<'_>) -> Result<Answer, Fault> {
        let host = request.url.origin().name();
        let way = self.way(request).map_err(Fault::before_sending)?;
        let agent = self.agent(request, &way).map_err(Fault::before_sending)?;
        let given = request
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("client-request-id"));
        let client_request_id = match given {
            Some((_, id)) => id.clone(),
            None => guid().map_err(Fault::before_sending)?,
        };
        let start = Instant::now();
        let proxy = match &way {
            Way::Far(Some(proxy)) => Some(proxy::name(proxy)),
            Way::Far(None) | Way::Near => None,
        };
        let response = run(&agent, request, &client_request_id, proxy)?;
        self.note_answer(request.url.origin());
        self.trace(request, &response, start.elapsed());
        let (head, body) = response.into_parts();
        self.trace_headers(&head.headers);
        let status = head.status.as_u16();
        Ok(Answer {
            status,
            body: Body::new(&host, status, &head.headers, body),
            headers: head.headers,
            client_request_id,
        })
    }

    fn trace(&self, request: &Request<'_>, response: &Response<ureq::Body>, time: Duration) {
        self.listener().note(|| {
            let method = if request.form.is_some() {
                "POST"
            } else {
                "GET"
            };
            let status = response.status().as_u16();
            format!(
                "{method} {} -> {status} in {} ms",
                shown(request.url),
                time.as_millis()
            )
        });
    }

    /// What support asks for first, and how the answer came.
    fn trace_headers(&self, headers: &HeaderMap) {
        const NAMES: [&str; 8] = [
            "date",
            "request-id",
            "client-request-id",
            "x-ms-ags-diagnostic",
            "content-type",
            "content-encoding",
            "retry-after",
            "connection",
        ];
        let shown = NAMES.iter().filter_map(|name| {
            let value = headers.get(*name)?;
            Some(format!(
                "{name}: {}",
                String::from_utf8_lossy(value.as_bytes())
            ))
        });
        let line = shown.collect::<Vec<_>>().join("; ");
        self.listener().tell(&Notice::Trace(&line));
    }

    fn agent(&self, request: &Request<'_>, way: &Way) -> Result<Agent, Error> {
        let shared = &*self.0;
        let mut state = self.state();
        if let Some((_, agent)) = state.agents.iter().find(|(known, _)| known.is(way)) {
            return Ok(agent.clone());
        }
        let roots = match &state.roots {
            Some(roots) => roots.clone(),
            None => {
                let roots = roots::load(shared.network.ca_file.as_deref())?;
                self.listener()
                    .note(|| format!("trusting {}", roots.origin));
                state.roots.insert(roots).clone()
            }
        };
        let proxy = match way {
            Way::Far(Some(proxy)) => {
                self.listener()
                    .note(|| format!("going to {} through a proxy", request.url.host()));
                Some(proxy)
            }
            Way::Far(None) | Way::Near => None,
        };
        let agent = new_agent(roots, proxy, request.patience(), shared.deadline)?;
        state.agents.push((way.clone(), agent.clone()));
        Ok(agent)
    }

    fn way(&self, request: &Request<'_>) -> Result<Way, Error> {
        if request.is_near {
            return Ok(Way::Near);
        }
        let variable = |name: &str| std::env::var_os(name);
        let explicit = self.0.network.proxy.as_ref();
        proxy::choose(explicit, &variable, request.url).map(Way::Far)
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

fn new_agent(
    roots: Roots,
    proxy: Option<&Secret>,
    patience: Patience,
    deadline: Option<Instant>,
) -> Result<Agent, Error> {
    // ureq must never look at the environment by itself: what it cannot read it ignores.
    let proxy = match proxy {
        Some(url) => Some(
            ureq::Proxy::new(url.expose())
                .map_err(|_| Error::parameters("proxy: cannot be used as a proxy"))?,
        ),
        None => None,
    };
    let config = Agent::config_builder()
        .proxy(proxy)
        .tls_config(
            ureq::tls::TlsConfig::builder()
                .root_certs(roots.certificates)
                .build(),
        )
        .http_status_as_error(false)
        .max_redirects(0)
        .user_agent(concat!("mgd/", env!("CARGO_PKG_VERSION")))
        .input_buffer_size(32 * 1024)
        // A header that fills the buffer would look like a connection that was closed.
        .max_response_header_size(30 * 1024)
        .output_buffer_size(16 * 1024)
        .timeout_connect(Some(patience.connect))
        .timeout_send_request(Some(Duration::from_secs(30)))
        .timeout_send_body(Some(Duration::from_secs(30)))
        .timeout_recv_response(Some(patience.answer))
        // No bound; it lets the socket know that a body is being read (see `connect`).
        .timeout_recv_body(Some(Duration::from_secs(30 * 24 * 3600)))
        .build();
    Ok(connect::agent(config, deadline))
}

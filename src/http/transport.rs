//! One request and its answer, asked again where that is allowed.

use std::hash::{BuildHasher as _, RandomState};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use ureq::Agent;
use ureq::http::request::Builder;
use ureq::http::{HeaderMap, HeaderName, HeaderValue, Method, Response};

use crate::error::Error;
use crate::http::body::Body;
use crate::http::connect;
use crate::http::fault::Fault;
use crate::http::proxy;
use crate::http::retry::{self, Attempts, Failure};
use crate::http::roots::{self, Roots};
use crate::http::url::Url;
use crate::notice::{Listener, Notice};
use crate::secret::Secret;

/// How the network is used: bounds, proxy, roots.
#[derive(Clone, Debug)]
pub struct Network {
    ca_file: Option<PathBuf>,
    proxy: Option<Secret>,
    max_time: Option<Duration>,
    retry_max_time: Duration,
    listener: Listener,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            ca_file: None,
            proxy: None,
            max_time: None,
            retry_max_time: Duration::from_secs(600),
            listener: Listener::default(),
        }
    }
}

impl Network {
    /// Trusts the certificates of this PEM file and no others.
    #[must_use]
    pub fn with_ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_file = Some(path.into());
        self
    }

    /// Goes through this proxy (`http://` or `https://`) instead of the one that the variables
    /// name; `no_proxy` counts all the same.
    #[must_use]
    pub fn with_proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(Secret::new(url));
        self
    }

    /// Bounds everything together: when the time is up, the work ends. No bound by default.
    #[must_use]
    pub fn with_max_time(mut self, time: Duration) -> Self {
        self.max_time = Some(time);
        self
    }

    /// Bounds the tries for one request, 600 s by default; each whole page renews it.
    #[must_use]
    pub fn with_retry_max_time(mut self, time: Duration) -> Self {
        self.retry_max_time = time;
        self
    }

    /// Tells `listener` what is being done.
    #[must_use]
    pub fn with_listener(mut self, listener: impl Fn(&Notice<'_>) + Send + Sync + 'static) -> Self {
        self.listener = Listener::new(listener);
        self
    }

    pub(crate) fn ca_file(&self) -> Option<&Path> {
        self.ca_file.as_deref()
    }
}

/// A request of ours. The bearer is apart from the headers, so that it cannot be logged with
/// them.
#[derive(Clone, Debug)]
pub(crate) struct Request<'r> {
    pub(crate) url: &'r Url,
    pub(crate) headers: &'r [(String, String)],
    pub(crate) bearer: Option<&'r Secret>,
    /// A form to POST; without it the request is a GET.
    pub(crate) form: Option<&'r Secret>,
}

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
    has_answered: AtomicBool,
    random: RandomState,
}

#[derive(Debug, Default)]
struct State {
    roots: Option<Roots>,
    /// An agent for each proxy in use: a proxy set on a request would make ureq parse the roots
    /// for each connection.
    agents: Vec<(Option<Secret>, Agent)>,
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
            has_answered: AtomicBool::new(false),
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
    /// `before_wait` hears of each wait that a service asked for before it begins.
    pub(crate) fn send(
        &self,
        request: &Request<'_>,
        attempts: &mut Attempts,
        before_wait: &mut dyn FnMut(Duration),
    ) -> Result<Answer, Error> {
        loop {
            let outcome = self.exchange(request);
            let failure = match &outcome {
                Ok(answer) if matches!(answer.status, 408 | 429 | 500 | 502..=504 | 509) => {
                    Failure::Status(answer.status, answer.retry_after())
                }
                Ok(_) => return outcome.map_err(|fault| fault.error),
                Err(fault) if fault.is_passing => Failure::Broken,
                Err(_) => Failure::Final,
            };
            let asked = match failure {
                Failure::Status(_, asked) => asked,
                _ => None,
            };
            if let Some(asked) = asked {
                before_wait(asked);
            }
            let Some(wait) = self.next_wait(attempts, failure) else {
                return outcome.map_err(|fault| fault.error);
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
        }
    }

    /// Counts a failure and says how long to wait before the next try, if there is one.
    pub(crate) fn next_wait(&self, attempts: &mut Attempts, failure: Failure) -> Option<Duration> {
        let answered = self.0.has_answered.load(Ordering::Relaxed);
        let random = self.0.random.hash_one(attempts.failed());
        attempts.wait(failure, answered, Instant::now(), self.0.deadline, random)
    }

    /// Waits and tells why.
    pub(crate) fn sleep(&self, reason: &str, wait: Duration) {
        self.listener().tell(&Notice::Wait { reason, wait });
        thread::sleep(wait);
    }

    /// Waits a moment, without a word.
    pub(crate) fn pause(&self, time: Duration) {
        thread::sleep(time);
    }

    fn exchange(&self, request: &Request<'_>) -> Result<Answer, Fault> {
        let host = request.url.origin().name();
        let agent = self.agent(request.url).map_err(Fault::before_sending)?;
        let given = request
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("client-request-id"));
        let client_request_id = match given {
            Some((_, id)) => id.clone(),
            None => guid().map_err(Fault::before_sending)?,
        };
        let start = Instant::now();
        let response = run(&agent, request, &client_request_id)?;
        self.0.has_answered.store(true, Ordering::Relaxed);
        self.trace(request, &response, start.elapsed());
        let (head, body) = response.into_parts();
        let status = head.status.as_u16();
        Ok(Answer {
            status,
            body: Body::new(&host, status, &head.headers, body)?,
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

    fn agent(&self, url: &Url) -> Result<Agent, Error> {
        let shared = &*self.0;
        let variable = |name: &str| std::env::var_os(name);
        let proxy = proxy::choose(shared.network.proxy.as_ref(), &variable, url)?;
        let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = |known: &Option<Secret>| match (known, &proxy) {
            (Some(known), Some(proxy)) => known.expose() == proxy.expose(),
            (None, None) => true,
            _ => false,
        };
        if let Some((_, agent)) = state.agents.iter().find(|(known, _)| is_same(known)) {
            return Ok(agent.clone());
        }
        let roots = match &state.roots {
            Some(roots) => roots.clone(),
            None => {
                let roots = roots::load(shared.network.ca_file())?;
                self.listener()
                    .note(|| format!("trusting {}", roots.origin));
                state.roots.insert(roots).clone()
            }
        };
        if proxy.is_some() {
            self.listener()
                .note(|| format!("going to {} through a proxy", url.host()));
        }
        let agent = new_agent(roots, proxy.as_ref(), shared.deadline)?;
        state.agents.push((proxy, agent.clone()));
        Ok(agent)
    }

    fn drop_connections(&self) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.agents.clear();
    }
}

fn new_agent(
    roots: Roots,
    proxy: Option<&Secret>,
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
        .output_buffer_size(16 * 1024)
        .timeout_connect(Some(Duration::from_secs(10)))
        .timeout_send_request(Some(Duration::from_secs(30)))
        .timeout_send_body(Some(Duration::from_secs(30)))
        .timeout_recv_response(Some(Duration::from_secs(120)))
        // No bound; it lets the socket know that a body is being read (see `connect`).
        .timeout_recv_body(Some(Duration::from_secs(30 * 24 * 3600)))
        .build();
    Ok(connect::agent(config, deadline))
}

fn run(
    agent: &Agent,
    request: &Request<'_>,
    client_request_id: &str,
) -> Result<Response<ureq::Body>, Fault> {
    let head = head(request, client_request_id).map_err(Fault::before_sending)?;
    let bad_url = |_| {
        let cause = format!("{}: not a url", shown(request.url));
        Fault::before_sending(Error::protocol(cause))
    };
    let response = match request.form {
        // Borrowed, not copied: the form holds the secret.
        Some(form) => agent.run(head.body(form.expose().as_bytes()).map_err(bad_url)?),
        None => agent.run(head.body(()).map_err(bad_url)?),
    };
    response.map_err(|error| Fault::from_ureq(error, &request.url.origin().name()))
}

fn head(request: &Request<'_>, client_request_id: &str) -> Result<Builder, Error> {
    let url = request.url.as_str();
    let method = if request.form.is_some() {
        Method::POST
    } else {
        Method::GET
    };
    let mut message = ureq::http::Request::builder()
        .method(method)
        .uri(url)
        .header("accept-encoding", "gzip")
        .header("client-request-id", client_request_id);
    let own = |name: &str| !name.eq_ignore_ascii_case("client-request-id");
    for (name, value) in request.headers.iter().filter(|(name, _)| own(name)) {
        let (Ok(header), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) else {
            return Err(Error::parameters(format!(
                "header {name}: holds what no header can"
            )));
        };
        message = message.header(header, value);
    }
    if let Some(bearer) = request.bearer {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", bearer.expose()))
            .map_err(|_| Error::protocol("the access token holds what no header can"))?;
        value.set_sensitive(true);
        message = message.header("authorization", value);
    }
    if request.form.is_some() {
        message = message.header("content-type", "application/x-www-form-urlencoded");
    }
    Ok(message)
}

/// A URL for messages: what stands for a place in a listing is long, and nobody's business.
fn shown(url: &Url) -> String {
    let mut shown = String::new();
    for (index, part) in url.as_str().split('&').enumerate() {
        let (before, separator, query) = match part.split_once('?') {
            Some((path, query)) => (path, "?", query),
            None => ("", "", part),
        };
        shown.push_str(if index > 0 { "&" } else { "" });
        shown.push_str(before);
        shown.push_str(separator);
        match query.split_once('=') {
            Some((name, _)) if name.ends_with("token") => {
                shown.push_str(name);
                shown.push_str("=…");
            }
            _ => shown.push_str(query),
        }
    }
    shown
}

/// A random GUID, version 4 of [RFC 9562](https://www.rfc-editor.org/rfc/rfc9562#section-5.4).
fn guid() -> Result<String, Error> {
    let mut bytes = [0; 16];
    rustls::crypto::ring::default_provider()
        .secure_random
        .fill(&mut bytes)
        .map_err(|_| Error::local("this machine gives no random numbers"))?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    Ok(parts.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_is_version_4_and_never_the_same() {
        let (one, two) = (guid().unwrap(), guid().unwrap());
        assert_eq!(one.len(), 36);
        assert_eq!(&one[14..15], "4");
        assert_ne!(one, two);
    }

    #[test]
    fn a_place_in_a_listing_is_not_shown() {
        let url = "https://h/v1.0/u?$top=2&$skiptoken=abc%26&x=1";
        let url = Url::parse(url).unwrap();
        assert_eq!(shown(&url), "https://h/v1.0/u?$top=2&$skiptoken=…&x=1");
    }
}

//! One exchange: the way to the host, an agent for it, and what is told of the answer.

use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::http::{HeaderMap, Response};

use crate::error::Error;
use crate::http::body::Body;
use crate::http::connect;
use crate::http::crypto::provider;
use crate::http::fault::{Fault, Patience};
use crate::http::message::{Repeats, Request, guid, run, shown};
use crate::http::proxy;
use crate::http::roots::{self, Roots};
use crate::http::transport::line::Line;
use crate::http::transport::{Answer, Http};
use crate::secret::Secret;

/// How a request leaves.
#[derive(Clone, Debug)]
pub(super) enum Way {
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

/// A shorter query of a URL opens nothing.
const LONG_QUERY: usize = 16;

/// All that it takes to send a request once.
pub(super) struct Ready {
    way: Way,
    agent: Agent,
    client_request_id: String,
}

/// A request that was answered: the head, and the body to come.
pub(super) struct Sent {
    response: Response<ureq::Body>,
    time: Duration,
    client_request_id: String,
}

impl Ready {
    pub(super) fn send(self, request: &Request<'_>) -> Result<Sent, Fault> {
        let start = Instant::now();
        let proxy = match &self.way {
            Way::Far(Some(proxy)) => Some(proxy::name(proxy)),
            Way::Far(None) | Way::Near => None,
        };
        let response = run(&self.agent, request, &self.client_request_id, proxy);
        let response = response.map_err(|fault| match request.repeats {
            Repeats::Unapplied if !fault.is_unsent => fault.unsure(),
            Repeats::Freely | Repeats::Unapplied => fault,
        })?;
        Ok(Sent {
            response,
            time: start.elapsed(),
            client_request_id: self.client_request_id,
        })
    }
}

impl Http {
    /// Sends a request once.
    pub(crate) fn exchange(&self, request: &Request<'_>) -> Result<Answer, Fault> {
        let ready = self.ready(request).map_err(Fault::before_sending)?;
        let sent = ready.send(request)?;
        Ok(self.receive(request, sent))
    }

    /// Finds the way for a request; all that is told before it leaves is told here.
    pub(super) fn ready(&self, request: &Request<'_>) -> Result<Ready, Error> {
        self.add_secrets(request);
        let way = self.way(request)?;
        let agent = self.agent(request, &way)?;
        let given = request
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("client-request-id"));
        let client_request_id = match given {
            Some((_, id)) => id.clone(),
            None => guid()?,
        };
        Ok(Ready {
            way,
            agent,
            client_request_id,
        })
    }

    /// What a request carries must not come back in a message.
    fn add_secrets(&self, request: &Request<'_>) {
        let redactor = self.redactor();
        request.bearer.into_iter().for_each(|it| redactor.add(it));
        if let Some((_, proof)) = request.proof {
            let key = proof.expose();
            redactor.add(&Secret::new(key.strip_prefix("Basic ").unwrap_or(key)));
        }
        if request.is_secret
            && let Some((_, query)) = request.url.as_str().split_once('?')
            && query.len() >= LONG_QUERY
        {
            redactor.add(&Secret::new(query));
        }
    }

    /// Takes what a request was answered with, and tells of it.
    pub(super) fn receive(&self, request: &Request<'_>, sent: Sent) -> Answer {
        self.note_answer(request.url.origin());
        self.trace(request, &sent.response, sent.time);
        let (head, body) = sent.response.into_parts();
        self.trace_headers(&head.headers);
        let has_body = request.method != "HEAD";
        let host = request.url.origin().name();
        Answer {
            status: head.status.as_u16(),
            body: Body::new(&host, &head, body, has_body, self.redactor()),
            headers: head.headers,
            client_request_id: sent.client_request_id,
            redactor: self.redactor().clone(),
            gave_up: None,
        }
    }

    fn trace(&self, request: &Request<'_>, response: &Response<ureq::Body>, time: Duration) {
        self.listener().note(|| {
            let method = request.method;
            let status = response.status().as_u16();
            format!(
                "{method} {} -> {status} in {} ms",
                shown(request),
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
        self.listener()
            .trace(|| shown.collect::<Vec<_>>().join("; "));
    }

    fn agent(&self, request: &Request<'_>, way: &Way) -> Result<Agent, Error> {
        let shared = &*self.0;
        let mut state = self.state();
        let line = Line::of(request);
        let mut known = state.agents.iter();
        if let Some((.., agent)) = known.find(|known| known.0.is(way) && known.1 == line) {
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
        let agent = new_agent(roots, proxy, line, request.patience(), shared.deadline)?;
        state.agents.push((way.clone(), line, agent.clone()));
        Ok(agent)
    }

    fn way(&self, request: &Request<'_>) -> Result<Way, Error> {
        if request.is_near {
            return Ok(Way::Near);
        }
        let variable = |name: &str| std::env::var_os(name);
        let explicit = self.0.network.proxy.as_ref();
        let proxy = proxy::choose(explicit, &variable, request.url)?;
        let password = proxy.as_ref().and_then(proxy::password);
        password.iter().for_each(|it| self.redactor().add(it));
        Ok(Way::Far(proxy))
    }
}

fn new_agent(
    roots: Roots,
    proxy: Option<&Secret>,
    line: Line,
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
                .unversioned_rustls_crypto_provider(provider())
                .root_certs(roots.certificates)
                .build(),
        )
        .http_status_as_error(false)
        .max_redirects(0)
        .user_agent(concat!("mgd/", env!("CARGO_PKG_VERSION")))
        .input_buffer_size(32 * 1024)
        // A header that fills the buffer would look like a connection that was closed.
        .max_response_header_size(30 * 1024)
        .output_buffer_size(line.buffer())
        .timeout_connect(Some(patience.connect))
        .timeout_send_request(Some(Duration::from_secs(30)))
        .timeout_recv_response(Some(patience.answer))
        // No bounds; they let the socket know that a body is on its way (see `connect`).
        .timeout_send_body(Some(Duration::from_secs(30 * 24 * 3600)))
        .timeout_recv_body(Some(Duration::from_secs(30 * 24 * 3600)))
        .build();
    Ok(connect::agent(config, deadline))
}

//! One exchange: the way to the host, an agent for it, and what is told of the response.

use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::http::{HeaderMap, Response as UreqResponse};

use crate::error::Error;
use crate::http::body::Body;
use crate::http::connect;
use crate::http::crypto::provider;
use crate::http::message::{Repeats, Request, guid, run, shown};
use crate::http::proxy;
use crate::http::roots::{self, Roots};
use crate::http::transport::line::Line;
use crate::http::transport::{Http, Response};
use crate::http::transport_error::{Timeouts, TransportError};
use crate::secret::Secret;

/// How a request leaves.
#[derive(Clone, Debug)]
pub(crate) enum Route {
    /// To an endpoint beside this machine.
    Local,
    /// To the network, perhaps through a proxy.
    Network(Option<Secret>),
}

impl Route {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Local, Self::Local) | (Self::Network(None), Self::Network(None)) => true,
            (Self::Network(Some(one)), Self::Network(Some(two))) => one.expose() == two.expose(),
            _ => false,
        }
    }
}

/// A shorter query of a URL opens nothing.
const LONG_QUERY: usize = 16;

/// All that it takes to send a request once.
pub(crate) struct Ready {
    way: Route,
    agent: Agent,
    client_request_id: String,
}

/// A request that was answered: the head, and the body to come.
pub(crate) struct Sent {
    response: UreqResponse<ureq::Body>,
    time: Duration,
    client_request_id: String,
}

impl Ready {
    pub(crate) fn send(self, request: &Request<'_>) -> Result<Sent, TransportError> {
        let start = Instant::now();
        let proxy = match &self.way {
            Route::Network(Some(proxy)) => Some(proxy::name(proxy)),
            Route::Network(None) | Route::Local => None,
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
    pub(crate) fn exchange(&self, request: &Request<'_>) -> Result<Response, TransportError> {
        let ready = self
            .ready(request)
            .map_err(TransportError::before_sending)?;
        let sent = ready.send(request)?;
        self.receive(request, sent)
    }

    /// Finds the way for a request; all that is told before it leaves is told here.
    pub(crate) fn ready(&self, request: &Request<'_>) -> Result<Ready, Error> {
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

    /// Takes what a request was answered with, and tells of it. A part that nobody asked for is
    /// refused: it would be taken for the whole.
    pub(crate) fn receive(
        &self,
        request: &Request<'_>,
        sent: Sent,
    ) -> Result<Response, TransportError> {
        self.note_answer(request.url.origin());
        self.trace(request, &sent.response, sent.time);
        let (head, body) = sent.response.into_parts();
        self.trace_headers(&head.headers);
        let has_body = request.method != "HEAD";
        let host = request.url.origin().name();
        let is_range = |(name, _): &(String, String)| name.eq_ignore_ascii_case("range");
        if head.status == 206 && !request.headers.iter().any(is_range) {
            let cause = "a part of the content came (HTTP 206), and all was asked for";
            return Err(TransportError::protocol(&host, cause));
        }
        Ok(Response {
            status: head.status.as_u16(),
            body: Body::new(&host, &head, body, has_body, self.redactor()),
            headers: head.headers,
            client_request_id: sent.client_request_id,
            redactor: self.redactor().clone(),
            gave_up: None,
        })
    }

    fn trace(&self, request: &Request<'_>, response: &UreqResponse<ureq::Body>, time: Duration) {
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

    /// What support asks for first, and how the response came.
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

    fn agent(&self, request: &Request<'_>, way: &Route) -> Result<Agent, Error> {
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
            Route::Network(Some(proxy)) => {
                self.listener()
                    .note(|| format!("going to {} through a proxy", request.url.host()));
                Some(proxy)
            }
            Route::Network(None) | Route::Local => None,
        };
        let agent = new_agent(roots, proxy, line, request.patience(), shared.deadline)?;
        state.agents.push((way.clone(), line, agent.clone()));
        Ok(agent)
    }

    fn way(&self, request: &Request<'_>) -> Result<Route, Error> {
        if request.is_near {
            return Ok(Route::Local);
        }
        let variable = |name: &str| std::env::var_os(name);
        let explicit = self.0.network.proxy.as_ref();
        let proxy = proxy::choose(explicit, &variable, request.url)?;
        let password = proxy.as_ref().and_then(proxy::password);
        password.iter().for_each(|it| self.redactor().add(it));
        Ok(Route::Network(proxy))
    }
}

fn new_agent(
    roots: Roots,
    proxy: Option<&Secret>,
    line: Line,
    patience: Timeouts,
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
        .timeout_recv_response(Some(patience.response))
        // No bounds; they let the socket know that a body is on its way (see `connect`).
        .timeout_send_body(Some(Duration::from_secs(30 * 24 * 3600)))
        .timeout_recv_body(Some(Duration::from_secs(30 * 24 * 3600)))
        .build();
    Ok(connect::agent(config, deadline))
}

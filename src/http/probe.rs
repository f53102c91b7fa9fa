//! The way to a host, step by step, for `mgd check`: proxy, name, connection, roots, clock.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::error::Error;
use crate::form::percent_decoded;
use crate::http::bounded::BoundedStream;
use crate::http::network::Network;
use crate::http::proxy;
use crate::http::resolver::look_up;
use crate::http::roots::load;
use crate::http::transport::Http;
use crate::http::transport_error::{Timeouts, TransportError};
use crate::http::url::Url;
use crate::secret::Secret;

/// How long the way to a host may take, from the connection to its certificate.
const PATIENCE: Duration = Duration::from_secs(10);
const MAX_HEAD: usize = 8192;

/// The host that a connection for some URL leads to first: its own, or a proxy.
#[derive(Debug)]
pub(crate) struct RouteReport {
    host: String,
    port: u16,
    /// The proxy with its user and password.
    proxy: Option<Secret>,
}

/// The way to `url` on this network.
///
/// # Errors
///
/// `Parameters` when the proxy cannot be used.
pub(crate) fn way(network: &Network, url: &Url) -> Result<RouteReport, Error> {
    let variable = |name: &str| std::env::var_os(name);
    let proxy = proxy::choose(network.proxy.as_ref(), &variable, url)?;
    let origin = url.origin();
    let Some(proxy) = proxy else {
        return Ok(RouteReport {
            host: origin.host().to_owned(),
            port: origin.port(),
            proxy: None,
        });
    };
    let (_, host) = split_user(proxy.expose());
    let parsed = Url::parse(&format!("https://{host}"));
    let parsed = parsed.map_err(|reason| Error::parameters(format!("proxy: {reason}")))?;
    Ok(RouteReport {
        host: parsed.host().to_owned(),
        port: parsed.origin().port(),
        proxy: Some(proxy),
    })
}

/// The user and password of a proxy, and its host and port.
fn split_user(proxy: &str) -> (Option<&str>, &str) {
    let rest = proxy.split_once("://").map_or(proxy, |(_, rest)| rest);
    match rest.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, rest),
    }
}

impl RouteReport {
    /// The proxy as `HOST:PORT`, if there is one.
    pub(crate) fn proxy(&self) -> Option<String> {
        let proxy = self.proxy.as_ref()?;
        Some(split_user(proxy.expose()).1.to_owned())
    }

    /// The host or the proxy, for messages.
    fn name(&self) -> String {
        match self.proxy() {
            Some(proxy) => format!("proxy {proxy}"),
            None => self.host.clone(),
        }
    }

    /// The host whose address is looked up.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Looks the host up.
    ///
    /// # Errors
    ///
    /// `Unavailable` when it is not found.
    pub(crate) fn addresses(&self) -> Result<Vec<IpAddr>, Error> {
        let found = look_up(&format!("{}:{}", self.host, self.port)).unwrap_or_default();
        let mut found: Vec<_> = found.iter().map(SocketAddr::ip).collect();
        found.dedup();
        if found.is_empty() {
            return Err(TransportError::from_ureq(
                ureq::Error::HostNotFound,
                &self.host,
                Timeouts::USUAL,
            )
            .error);
        }
        Ok(found)
    }

    /// Opens a connection to `url` this way, up to where TLS would begin; `None` where that
    /// would take TLS to the proxy first.
    ///
    /// # Errors
    ///
    /// `Unavailable` with the cause.
    pub(crate) fn connect(&self, url: &Url, http: &Http) -> Result<Option<BoundedStream>, Error> {
        let fail = |error| {
            TransportError::from_ureq(ureq::Error::Io(error), &self.name(), Timeouts::USUAL).error
        };
        let addresses = self.addresses()?;
        let addresses: Vec<_> = addresses
            .into_iter()
            .map(|address| (address, self.port).into())
            .collect();
        let until = Instant::now() + PATIENCE;
        let until = http.deadline().map_or(until, |end| end.min(until));
        let mut stream = BoundedStream::connect(&addresses, until).map_err(fail)?;
        let Some(proxy) = &self.proxy else {
            return Ok(Some(stream));
        };
        if !proxy.expose().starts_with("http://") {
            return Ok(None);
        }
        match tunnel(&mut stream, proxy, url).map_err(fail)? {
            Some(200..300) => Ok(Some(stream)),
            Some(status) => Err(TransportError::refused_by_proxy(status, url.host()).error),
            None => {
                let cause = format!("{}: does not respond as a proxy", self.name());
                Err(Error::unavailable(cause))
            }
        }
    }
}

/// Asks a proxy for a tunnel ([RFC 9110 §9.3.6](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6))
/// and gives the status of its response.
fn tunnel(stream: &mut BoundedStream, proxy: &Secret, url: &Url) -> std::io::Result<Option<u16>> {
    let origin = url.origin();
    let place = format!("{}:{}", origin.host(), origin.port());
    let user = match split_user(proxy.expose()).0 {
        Some(user) => {
            let encoded = BASE64_STANDARD.encode(percent_decoded(user));
            format!("proxy-authorization: Basic {encoded}\r\n")
        }
        None => String::new(),
    };
    let head = Secret::new(format!(
        "CONNECT {place} HTTP/1.1\r\nhost: {place}\r\n{user}\r\n"
    ));
    stream.write_all(head.expose().as_bytes())?;
    let mut response = Vec::new();
    let mut byte = [0];
    while !response.ends_with(b"\r\n\r\n")
        && response.len() < MAX_HEAD
        && stream.read(&mut byte)? > 0
    {
        response.extend(byte);
    }
    let response = String::from_utf8_lossy(&response);
    let status = response.split(' ').nth(1);
    Ok(status.and_then(|status| status.parse().ok()))
}

/// Which certificate authorities are trusted, in a few words.
///
/// # Errors
///
/// `Parameters` when the place that was named cannot be used.
pub(crate) fn roots(network: &Network) -> Result<String, Error> {
    Ok(load(network.ca_file.as_deref())?.origin)
}

/// The files with trusted roots that belong to another user, each in a few words.
///
/// # Errors
///
/// `Parameters` when one cannot be used.
pub(crate) fn roots_of_strangers(network: &Network) -> Result<Vec<String>, Error> {
    Ok(load(network.ca_file.as_deref())?.strangers)
}

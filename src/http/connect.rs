//! Name resolution without a thread, and sockets whose every wait is bounded.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::time::Duration as Wait;
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, NextTimeout, RustlsConnector,
    TcpConnector, Transport,
};
use ureq::{Agent, Error, Timeout};

/// How long a body may not move at all.
pub(super) const SILENCE: Duration = Duration::from_secs(30);

/// An agent with our resolver and our sockets.
pub(super) fn agent(config: Config, deadline: Option<Instant>) -> Agent {
    let connector = ()
        .chain(ConnectProxyConnector::default())
        .chain(BoundedTcp {
            tcp: TcpConnector::default(),
            deadline,
        })
        .chain(RustlsConnector::default());
    Agent::with_parts(config, connector, InlineResolver)
}

/// Resolves in the calling thread; ureq's own resolver starts one as soon as a timeout is set,
/// which panics where no thread can be had. The C library bounds its own look-ups.
#[derive(Debug)]
struct InlineResolver;

impl Resolver for InlineResolver {
    fn resolve(
        &self,
        uri: &Uri,
        _config: &Config,
        _timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(Error::BadUri("no host".to_owned()));
        };
        let address = DefaultResolver::host_and_port(scheme, authority)
            .ok_or_else(|| Error::BadUri("no port".to_owned()))?;
        let found: Vec<_> = address
            .to_socket_addrs()
            .map_err(|_| Error::HostNotFound)?
            .collect();
        let mut addresses = self.empty();
        for address in interleave(&found).take(16) {
            addresses.push(address);
        }
        if addresses.is_empty() {
            Err(Error::HostNotFound)
        } else {
            Ok(addresses)
        }
    }
}

/// Alternates the address families, first the one that came first: the time to connect is shared
/// out in halves, and four dead IPv6 addresses in a row would leave IPv4 next to nothing.
fn interleave(found: &[SocketAddr]) -> impl Iterator<Item = SocketAddr> {
    let v6_first = found.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<SocketAddr>, Vec<SocketAddr>) = found
        .iter()
        .partition(|address| address.is_ipv6() == v6_first);
    (0..first.len().max(second.len()))
        .flat_map(move |i| [first.get(i).copied(), second.get(i).copied()])
        .flatten()
}

/// TCP whose connect ends at the deadline of the program.
#[derive(Debug)]
struct BoundedTcp {
    tcp: TcpConnector,
    deadline: Option<Instant>,
}

impl<In: Transport> Connector<In> for BoundedTcp {
    type Out = Bounded<<TcpConnector as Connector<In>>::Out>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        let details = ConnectionDetails {
            uri: details.uri,
            addrs: details.addrs.clone(),
            config: details.config,
            request_level: details.request_level,
            resolver: details.resolver,
            now: details.now,
            timeout: bounded(details.timeout, self.deadline),
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
        };
        let transport = self.tcp.connect(&details, chained)?;
        Ok(transport.map(|inner| Bounded {
            inner,
            deadline: self.deadline,
        }))
    }
}

/// A socket that waits no longer than the deadline, nor longer than [`SILENCE`] in a body.
#[derive(Debug)]
struct Bounded<T> {
    inner: T,
    deadline: Option<Instant>,
}

impl<T: Transport> Transport for Bounded<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let mut timeout = bounded(timeout, self.deadline);
        if timeout.reason == Timeout::SendBody && *timeout.after > SILENCE {
            timeout.after = Wait::Exact(SILENCE);
        }
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let mut timeout = bounded(timeout, self.deadline);
        if timeout.reason == Timeout::RecvBody && *timeout.after > SILENCE {
            timeout.after = Wait::Exact(SILENCE);
        }
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

/// The time left, and never zero: zero means "no timeout" to a socket.
fn bounded(mut timeout: NextTimeout, deadline: Option<Instant>) -> NextTimeout {
    if let Some(deadline) = deadline {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = left.max(Duration::from_millis(1));
        if left < *timeout.after {
            timeout.after = Wait::Exact(left);
            timeout.reason = Timeout::Global;
        }
    }
    timeout
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_families_take_turns() {
        let found: Vec<SocketAddr> = ["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1", "2.2.2.2:1"]
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        let order: Vec<String> = interleave(&found).map(|a| a.to_string()).collect();
        assert_eq!(
            order,
            ["[::1]:1", "1.1.1.1:1", "[::2]:1", "2.2.2.2:1", "[::3]:1"]
        );
    }
}

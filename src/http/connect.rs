//! Sockets whose every wait is bounded.

use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::unversioned::transport::time::Duration as Wait;
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, NextTimeout, RustlsConnector,
    TcpConnector, Transport,
};
use ureq::{Agent, Error, Timeout};

use crate::http::resolver::{InlineResolver, Known};

/// How long a body may not move at all.
pub(super) const SILENCE: Duration = Duration::from_secs(30);

/// An agent with our resolver and our sockets.
pub(super) fn agent(config: Config, deadline: Option<Instant>) -> Agent {
    let known = Known::default();
    let connector = ()
        .chain(ConnectProxyConnector::default())
        .chain(BoundedTcp {
            tcp: TcpConnector::default(),
            deadline,
            known: known.clone(),
        })
        .chain(RustlsConnector::default());
    Agent::with_parts(config, connector, InlineResolver(known))
}

/// TCP whose connect ends at the deadline of the program.
#[derive(Debug)]
struct BoundedTcp {
    tcp: TcpConnector,
    deadline: Option<Instant>,
    known: Known,
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
        let transport = self.tcp.connect(&details, chained);
        // The next try asks anew where the host is.
        let transport = transport.inspect_err(|_| self.known.forget())?;
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
        self.inner
            .transmit_output(amount, timeout)
            .map_err(connected)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let mut timeout = bounded(timeout, self.deadline);
        if timeout.reason == Timeout::RecvBody && *timeout.after > SILENCE {
            timeout.after = Wait::Exact(SILENCE);
        }
        self.inner.await_input(timeout).map_err(connected)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

/// A failure after a connection came about. A way that is lost by then looks to a socket as one
/// that was never there, but what was sent before may have arrived.
fn connected(error: Error) -> Error {
    use std::io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkUnreachable, TimedOut};
    match error {
        Error::Io(error)
            if matches!(
                error.kind(),
                ConnectionRefused | HostUnreachable | NetworkUnreachable
            ) =>
        {
            Error::Io(std::io::Error::new(TimedOut, error))
        }
        error => error,
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
    use std::io::ErrorKind;

    use super::*;
    use crate::http::fault::{Fault, Patience};

    #[test]
    fn a_way_that_is_lost_after_the_connect_leaves_the_request_in_doubt() {
        for kind in [
            ErrorKind::ConnectionRefused,
            ErrorKind::HostUnreachable,
            ErrorKind::NetworkUnreachable,
        ] {
            let fault = |error| Fault::from_ureq(error, "h", Patience::USUAL);
            assert!(fault(Error::Io(kind.into())).is_unsent);
            let later = fault(connected(Error::Io(kind.into())));
            assert!(later.is_passing && !later.is_unsent, "{kind}");
        }
    }
}

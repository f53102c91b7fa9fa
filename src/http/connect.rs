//! Connections as ureq uses them: every wait is bounded at the socket, under TLS and chunks.

use std::io;
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout,
    RustlsConnector, Transport,
};
use ureq::{Agent, Error, Timeout};

use crate::http::pace::{self, BODY_IDLE_TIMEOUT, Pace};
use crate::http::resolver::{InlineResolver, Known};
use crate::http::socket::Socket;

/// An agent with our resolver and our sockets.
pub(crate) fn agent(config: Config, deadline: Option<Instant>) -> Agent {
    let known = Known::default();
    let connector = ()
        .chain(ConnectProxyConnector::default())
        .chain(Sockets {
            deadline,
            known: known.clone(),
        })
        .chain(RustlsConnector::default());
    Agent::with_parts(config, connector, InlineResolver(known))
}

/// Opens connections, but not where there is a tunnel already.
#[derive(Debug)]
struct Sockets {
    deadline: Option<Instant>,
    known: Known,
}

impl<In: Transport> Connector<In> for Sockets {
    type Out = Either<In, Connection>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        if let Some(tunnel) = chained {
            return Ok(Some(Either::A(tunnel)));
        }
        let connected_by = after(*details.timeout.after);
        let until = bounded(connected_by, self.deadline);
        let socket = Socket::connect(&details.addrs, until).map_err(|error| {
            // The next attempt looks the host up again.
            self.known.forget();
            let error = match error.kind() {
                io::ErrorKind::TimedOut => io::ErrorKind::TimedOut.into(),
                _ => error,
            };
            timed_out(error, details.timeout.reason, self.deadline)
        })?;
        let config = details.config;
        Ok(Some(Either::B(Connection {
            socket,
            buffers: LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size()),
            deadline: self.deadline,
            connected_by,
            sending: Pace::default(),
            failed: None,
        })))
    }
}

/// One connection, under TLS if there is any.
#[derive(Debug)]
struct Connection {
    socket: Socket,
    buffers: LazyBuffers,
    deadline: Option<Instant>,
    /// When TLS and the tunnel of a proxy must be there.
    connected_by: Instant,
    /// How fast the other side takes the content of this request.
    sending: Pace,
    /// Why nothing can be written any more.
    failed: Option<io::ErrorKind>,
}

impl Connection {
    /// Until when to wait in this phase of a request. What ureq bounds is bounded as a whole, but
    /// it forgets about a tunnel how long it has waited, and a body has no end.
    fn until(&self, timeout: NextTimeout) -> Instant {
        let until = match timeout.reason {
            Timeout::Connect => self.connected_by,
            Timeout::SendBody => after(self.sending.left()),
            Timeout::RecvBody => pace::read_until().unwrap_or_else(|| after(BODY_IDLE_TIMEOUT)),
            _ => after(*timeout.after),
        };
        bounded(until, self.deadline)
    }

    fn write(&mut self, amount: usize, timeout: NextTimeout) -> io::Result<()> {
        let mut done = 0;
        while done < amount {
            let until = self.until(timeout);
            let start = Instant::now();
            let output = &self.buffers.output()[done..amount];
            let written = self.socket.write(output, until)?;
            self.sending.add(written, start.elapsed());
            done += written;
        }
        Ok(())
    }

    fn error(&self, error: io::Error, timeout: NextTimeout) -> Error {
        connected(timed_out(error, timeout.reason, self.deadline))
    }
}

impl Transport for Connection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if timeout.reason == Timeout::SendRequest {
            self.sending = Pace::default();
        }
        let is_request = matches!(timeout.reason, Timeout::SendRequest | Timeout::SendBody);
        if is_request && self.failed.is_some() {
            return Ok(());
        }
        match self.write(amount, timeout) {
            Ok(()) => Ok(()),
            // Whoever takes no more of a request may have said why: the rest of it is dropped, and
            // the response is read.
            Err(error) if is_request && error.kind() != io::ErrorKind::TimedOut => {
                self.failed = Some(error.kind());
                pace::unsent();
                Ok(())
            }
            Err(error) => Err(self.error(error, timeout)),
        }
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let until = self.until(timeout);
        let buffer = self.buffers.input_append_buf();
        if buffer.is_empty() {
            // A line that fills the buffer; see `Body` for what that means.
            return Ok(false);
        }
        let read = match (self.socket.read(buffer, until), self.failed) {
            (Ok(0) | Err(_), Some(kind)) => Err(kind.into()),
            (read, _) => read,
        };
        match read {
            Ok(0) => {
                pace::closed();
                Ok(false)
            }
            Ok(n) => {
                self.buffers.input_appended(n);
                Ok(true)
            }
            Err(error) => Err(self.error(error, timeout)),
        }
    }

    fn is_open(&mut self) -> bool {
        self.failed.is_none() && self.socket.is_quiet()
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
            Error::Io(io::Error::new(TimedOut, error))
        }
        error => error,
    }
}

/// The first of these moments, and of that when the attempt of this thread must be over.
fn bounded(until: Instant, deadline: Option<Instant>) -> Instant {
    let limit = pace::limit().map(|(end, _)| end);
    deadline.into_iter().chain(limit).fold(until, Instant::min)
}

/// What a wait that has ended was for.
fn timed_out(error: io::Error, phase: Timeout, deadline: Option<Instant>) -> Error {
    // The kernel gives up on a connection in its own time, and says so by a number.
    if error.kind() != io::ErrorKind::TimedOut || error.raw_os_error().is_some() {
        return Error::Io(error);
    }
    let soon = Instant::now() + Duration::from_millis(2);
    Error::Timeout(match (deadline, pace::limit()) {
        (Some(deadline), _) if deadline <= soon => Timeout::Global,
        (_, Some((end, _))) if end <= soon => Timeout::PerCall,
        _ => phase,
    })
}

/// The moment after so long; a span that no clock can count is as good as a year.
fn after(span: Duration) -> Instant {
    Instant::now() + span.min(Duration::from_secs(366 * 24 * 3600))
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;
    use crate::http::transport_error::{Timeouts, TransportError};

    #[test]
    fn a_way_that_is_lost_after_the_connect_leaves_the_request_in_doubt() {
        for kind in [
            ErrorKind::ConnectionRefused,
            ErrorKind::HostUnreachable,
            ErrorKind::NetworkUnreachable,
        ] {
            let fault = |error| TransportError::from_ureq(error, "h", Timeouts::USUAL);
            assert!(fault(Error::Io(kind.into())).is_unsent);
            let later = fault(connected(Error::Io(kind.into())));
            assert!(later.is_passing && !later.is_unsent, "{kind}");
        }
    }
}

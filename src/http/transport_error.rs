//! What went wrong below HTTP, in one line and with a remedy.

use std::io;
use std::time::Duration;

use rustls::{AlertDescription, CertificateError};
use ureq::Timeout;

use crate::error::Error;
use crate::http::content::Unread;
use crate::http::pace::{self, BODY_IDLE_TIMEOUT};

/// How long is waited for a connection, and then for a response to begin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    pub(crate) connect: Duration,
    pub(crate) response: Duration,
}

impl Timeouts {
    pub(crate) const USUAL: Self = Self {
        connect: Duration::from_secs(10),
        response: Duration::from_secs(120),
    };
    /// What is beside this machine answers at once, or is not there.
    pub(crate) const NEAR: Self = Self {
        connect: Duration::from_secs(2),
        response: Duration::from_secs(30),
    };
}

/// A request without a usable answer.
#[derive(Debug)]
pub(crate) struct TransportError {
    pub(crate) error: Error,
    /// Whether asking again can help.
    pub(crate) is_passing: bool,
    /// Whether it is certain that the request never left.
    pub(crate) is_unsent: bool,
}

/// For a host that cannot be reached at all.
const NO_WAY: &str = "check the network, the firewall and the proxy settings";

impl TransportError {
    fn passing(host: &str, cause: &str) -> Self {
        Self {
            error: Error::unavailable(format!("{host}: {cause}")),
            is_passing: true,
            is_unsent: false,
        }
    }

    /// The same of a request that changes something, and may have come through.
    pub(crate) fn unsure(mut self) -> Self {
        self.error = self.error.unsure();
        self
    }

    fn unsent(mut self) -> Self {
        self.is_unsent = true;
        self
    }

    fn hint(mut self, hint: &str) -> Self {
        self.error = self.error.hint(hint);
        self
    }

    /// The same with the place where its cause stands.
    pub(crate) fn at(mut self, place: &str) -> Self {
        self.error = self.error.at(place);
        self
    }

    fn lasting(error: Error) -> Self {
        Self {
            error,
            is_passing: false,
            is_unsent: false,
        }
    }

    /// A failure of ours before anything was sent.
    pub(crate) fn before_sending(error: Error) -> Self {
        Self::lasting(error).unsent()
    }

    /// A response that cannot be right.
    pub(crate) fn protocol(host: &str, cause: &str) -> Self {
        Self::lasting(Error::protocol(format!("{host}: {cause}")))
    }

    pub(crate) fn from_ureq(error: ureq::Error, host: &str, patience: Timeouts) -> Self {
        match error {
            ureq::Error::Io(error) => Self::from_io(&error, host),
            ureq::Error::Timeout(phase) => Self::from_timeout(phase, host, patience),
            ureq::Error::HostNotFound => Self::passing(host, "host not found")
                .hint("check the name, and that this machine has DNS")
                .unsent(),
            ureq::Error::ConnectProxyFailed(cause) => Self::from_proxy(&cause, host),
            ureq::Error::ConnectionFailed => {
                Self::passing(host, "no connection").hint(NO_WAY).unsent()
            }
            ureq::Error::Rustls(error) => Self::from_tls(&error, host),
            ureq::Error::Tls(_) => {
                Self::protocol(host, "has no name that a certificate could name")
            }
            ureq::Error::LargeResponseHeader(..) => {
                Self::protocol(host, "the header of the response is larger than 30 kB")
            }
            error => Self::protocol(host, &format!("the response is not HTTP ({error})")),
        }
    }

    /// A failure before the tunnel of a proxy was there.
    pub(crate) fn of_proxy(error: ureq::Error, proxy: &str) -> Self {
        let host = format!("proxy {proxy}");
        match error {
            ureq::Error::Protocol(_) => Self::passing(
                &host,
                "the response to CONNECT has more than 20 header fields",
            )
            .unsent(),
            error => Self::from_ureq(error, &host, Timeouts::USUAL),
        }
    }

    fn from_io(error: &io::Error, host: &str) -> Self {
        if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
            return Self::from_tls(tls, host);
        }
        if let Some(Unread(error)) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
            let cause = crate::fs::cause(error);
            return Self::lasting(Error::local(format!("what was to be sent: {cause}")));
        }
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::passing(host, "connection refused")
                .hint(NO_WAY)
                .unsent(),
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                let cause = crate::fs::cause(error);
                Self::passing(host, &cause).hint(NO_WAY).unsent()
            }
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
                Self::passing(host, "the connection was reset")
            }
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionAborted => Self::passing(
                host,
                "the connection was closed before the response was whole",
            ),
            _ => Self::passing(host, &crate::fs::cause(error)),
        }
    }

    fn from_timeout(phase: Timeout, host: &str, patience: Timeouts) -> Self {
        let cause = match phase {
            Timeout::Resolve | Timeout::Connect => {
                let cause = format!("no connection within {} s", patience.connect.as_secs());
                return Self::passing(host, &cause).hint(NO_WAY).unsent();
            }
            Timeout::RecvResponse => {
                format!("no response within {} s", patience.response.as_secs())
            }
            Timeout::RecvBody => {
                let seconds = BODY_IDLE_TIMEOUT.as_secs();
                format!("the response came at less than 1 kB/s for {seconds} s")
            }
            Timeout::SendBody => {
                let seconds = BODY_IDLE_TIMEOUT.as_secs();
                format!("the request was taken at less than 1 kB/s for {seconds} s")
            }
            Timeout::PerCall => {
                let limit = pace::limit().map_or(Duration::ZERO, |(_, limit)| limit);
                format!("no whole response within {} s", limit.as_secs())
            }
            Timeout::Global => {
                // The deadline of the whole program: no time is left to try again.
                let error = Error::unavailable(format!("{host}: the time of --max-time is up"));
                return Self::lasting(error);
            }
            _ => "the request could not be sent in time".to_owned(),
        };
        Self::passing(host, &cause)
    }

    fn from_proxy(cause: &str, host: &str) -> Self {
        let status = cause
            .rsplit('/')
            .next()
            .filter(|_| cause.contains("responded"))
            .and_then(|status| status.parse::<u16>().ok());
        match status {
            Some(status) => Self::refused_by_proxy(status, host),
            None => Self::passing(host, "the proxy did not respond").unsent(),
        }
    }

    /// A proxy that does not let us through to `host`.
    pub(crate) fn refused_by_proxy(status: u16, host: &str) -> Self {
        let error = Error::unavailable(format!("{host}: the proxy responded with {status}"));
        let error = match status {
            407 => error.hint("put the proxy's user and password into the proxy variable"),
            400..500 => error.hint("the proxy does not let this host through: ask its owner"),
            _ => error,
        };
        Self {
            error: error.status(status),
            is_passing: status >= 500,
            is_unsent: true,
        }
    }

    fn from_tls(error: &rustls::Error, host: &str) -> Self {
        let (cause, hint) = explain_tls(error);
        let fault = Self::lasting(Error::unavailable(format!("{host}: {cause}")));
        let fault = match hint {
            Some(hint) => fault.hint(hint),
            None => fault,
        };
        match error {
            rustls::Error::InvalidCertificate(_) | rustls::Error::PeerIncompatible(_) => {
                fault.unsent()
            }
            _ => fault,
        }
    }
}

const CLOCK: &str = "check this machine's clock (date -u); else the server's owner must act";

fn explain_tls(error: &rustls::Error) -> (String, Option<&'static str>) {
    match error {
        rustls::Error::InvalidCertificate(cause) => explain_certificate(cause),
        rustls::Error::AlertReceived(AlertDescription::ProtocolVersion) => (
            "the server wants a TLS version older than 1.2".to_owned(),
            None,
        ),
        rustls::Error::AlertReceived(alert) => (
            format!("the server broke off the TLS handshake ({alert:?})"),
            None,
        ),
        rustls::Error::InvalidMessage(_) => (
            "does not speak TLS on this port".to_owned(),
            Some("check the port; a captive portal or a proxy may stand in between"),
        ),
        rustls::Error::PeerIncompatible(_) => (
            "has no TLS version or cipher in common with us (TLS 1.2 or 1.3)".to_owned(),
            None,
        ),
        // The rest is rare, and some of it a page long.
        error => {
            let text: String = error.to_string().chars().take(160).collect();
            (format!("TLS failed: {text}"), None)
        }
    }
}

fn explain_certificate(error: &CertificateError) -> (String, Option<&'static str>) {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
            "the server's certificate has expired".to_owned(),
            Some(CLOCK),
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => (
            "the server's certificate is not valid yet".to_owned(),
            Some(CLOCK),
        ),
        CertificateError::UnknownIssuer => (
            "the server's certificate comes from no authority that is trusted here".to_owned(),
            Some("where a proxy opens TLS, give its CA with --ca-file or SSL_CERT_FILE"),
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
            "the server's certificate is for another name".to_owned(),
            None,
        ),
        CertificateError::Revoked => ("the server's certificate is revoked".to_owned(), None),
        _ => (
            "the server's certificate cannot be accepted (version, signature or purpose)"
                .to_owned(),
            None,
        ),
    }
}

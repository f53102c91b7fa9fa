//! A request as ureq sends it.

use std::io;

use ring::rand::SecureRandom as _;
use ureq::http::request::Builder;
use ureq::http::{HeaderName, HeaderValue, Response as UreqResponse};
use ureq::{Agent, SendBody};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::http::content::{Content, PartReader};
use crate::http::pace::exchanging;
use crate::http::transport_error::{Timeouts, TransportError};
use crate::http::url::Url;
use crate::secret::Secret;

/// A request of ours. What proves something is apart from the headers, so that it cannot be
/// logged with them.
#[derive(Clone, Debug)]
pub(crate) struct Request<'r> {
    pub(crate) method: &'r str,
    pub(crate) url: &'r Url,
    pub(crate) headers: &'r [(String, String)],
    pub(crate) bearer: Option<&'r Secret>,
    pub(crate) content: Content<'r>,
    pub(crate) repeats: Repeats,
    /// Whether the response must come as it is kept: its length, its ranges and its hash are then
    /// those of the thing itself.
    pub(crate) is_plain: bool,
    /// A header that proves something and is no bearer.
    pub(crate) proof: Option<(&'static str, &'r Secret)>,
    /// Whether it goes to an endpoint beside this machine: never through a proxy, and with little
    /// patience.
    pub(crate) is_near: bool,
    /// Whether the URL itself opens what lies behind it, so that messages name its host alone.
    pub(crate) is_secret: bool,
}

/// When a request may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeats {
    /// Whenever that can help.
    Freely,
    /// Only where it is certain that it was not carried out: it changes something.
    Unapplied,
}

impl<'r> Request<'r> {
    /// A GET without anything.
    pub(crate) fn get(url: &'r Url) -> Self {
        Self {
            method: "GET",
            url,
            headers: &[],
            bearer: None,
            content: Content::Nothing,
            repeats: Repeats::Freely,
            is_plain: false,
            proof: None,
            is_near: false,
            is_secret: false,
        }
    }

    /// A form to POST, which may be sent again.
    pub(crate) fn form(url: &'r Url, form: &'r Secret) -> Self {
        Self {
            method: "POST",
            content: Content::Form(form),
            ..Self::get(url)
        }
    }

    pub(crate) fn patience(&self) -> Timeouts {
        if self.is_near {
            Timeouts::NEAR
        } else {
            Timeouts::USUAL
        }
    }
}

/// Sends a request once.
pub(crate) fn run(
    agent: &Agent,
    request: &Request<'_>,
    client_request_id: &str,
    proxy: Option<&str>,
) -> Result<UreqResponse<ureq::Body>, TransportError> {
    let head = head(request, client_request_id).map_err(TransportError::before_sending)?;
    let host = request.url.origin().name();
    let (response, is_unsent) =
        exchanging(|| transmit(agent, request.content, head, request.method));
    match response {
        // Half of a request cannot have been carried out.
        Ok(response) if is_unsent && response.status().is_success() => {
            let reset = io::ErrorKind::ConnectionReset.into();
            Err(TransportError::from_ureq(
                ureq::Error::Io(reset),
                &host,
                request.patience(),
            ))
        }
        Ok(response) => Ok(response),
        Err(ureq::Error::Http(_)) => {
            let cause = format!("{}: not a url", shown(request));
            Err(TransportError::before_sending(Error::protocol(cause)))
        }
        Err(error) => Err(match proxy {
            Some(proxy) if is_of_proxy(&error) => TransportError::of_proxy(error, proxy),
            _ => TransportError::from_ureq(error, &host, request.patience()),
        }),
    }
}

fn transmit(
    agent: &Agent,
    content: Content<'_>,
    head: Builder,
    method: &str,
) -> Result<UreqResponse<ureq::Body>, ureq::Error> {
    match content {
        // Without a length some servers wait for one, and others answer 411.
        Content::Nothing if matches!(method, "POST" | "PUT" | "PATCH") => {
            agent.run(head.body(&[][..])?)
        }
        Content::Nothing => agent.run(head.body(())?),
        // Borrowed, not copied: the form holds a secret.
        Content::Form(form) => agent.run(head.body(form.expose().as_bytes())?),
        Content::Bytes(bytes) => agent.run(head.body(bytes)?),
        Content::Part(part) => {
            let mut reader = PartReader { part, done: 0 };
            agent.run(head.body(SendBody::from_reader(&mut reader))?)
        }
        Content::Stream(mut stream) => agent.run(head.body(SendBody::from_reader(&mut stream))?),
    }
}

/// Whether a failure on a way through a proxy came about before the tunnel was there.
fn is_of_proxy(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::HostNotFound => true,
        ureq::Error::Io(error) => matches!(
            error.kind(),
            io::ErrorKind::ConnectionRefused
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkUnreachable
        ),
        // ureq takes 20 fields from a proxy and 128 from anybody else.
        ureq::Error::Protocol(error) => error.to_string().contains("too many headers"),
        _ => false,
    }
}

fn head(request: &Request<'_>, client_request_id: &str) -> Result<Builder, Error> {
    let url = request.url.as_str();
    let id_header = if request.is_near {
        "x-ms-client-request-id"
    } else {
        "client-request-id"
    };
    let mut message = ureq::http::Request::builder()
        .method(request.method)
        .uri(url)
        .header(
            "accept-encoding",
            if request.is_plain { "identity" } else { "gzip" },
        )
        .header(id_header, client_request_id);
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
        let text = Zeroizing::new(["Bearer ", bearer.expose()].concat());
        let mut value = HeaderValue::from_str(&text)
            .map_err(|_| Error::protocol("the access token holds what no header can"))?;
        value.set_sensitive(true);
        message = message.header("authorization", value);
    }
    if let Some((name, proof)) = request.proof {
        let mut value = HeaderValue::from_str(proof.expose())
            .map_err(|_| Error::parameters(format!("header {name}: holds what no header can")))?;
        value.set_sensitive(true);
        message = message.header(name, value);
    }
    if matches!(request.content, Content::Form(_)) {
        message = message.header("content-type", "application/x-www-form-urlencoded");
    }
    if let Some(length) = request.content.length() {
        message = message.header("content-length", length);
    }
    Ok(message)
}

/// The URL of a request for messages.
pub(crate) fn shown(request: &Request<'_>) -> String {
    if request.is_secret {
        format!("{}/…", request.url.origin())
    } else {
        without_places(request.url)
    }
}

/// What stands for a place in a listing is long, and nobody's business.
fn without_places(url: &Url) -> String {
    let hide = |part: &str| match part.split_once('=') {
        Some((name, _)) if name.to_ascii_lowercase().ends_with("token") => format!("{name}=…"),
        _ => part.to_owned(),
    };
    match url.as_str().split_once('?') {
        // The places of OneDrive are arguments of a function.
        Some((path, query)) => {
            let query: Vec<_> = query.split('&').map(hide).collect();
            format!("{}?{}", hide(path), query.join("&"))
        }
        None => hide(url.as_str()),
    }
}

/// A random GUID, version 4 of [RFC 9562](https://www.rfc-editor.org/rfc/rfc9562#section-5.4).
pub(crate) fn guid() -> Result<String, Error> {
    let mut bytes = [0; 16];
    ring::rand::SystemRandom::new()
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
        for (url, expected) in [
            (
                "u?$top=2&$skiptoken=abc%26&x=1",
                "u?$top=2&$skiptoken=…&x=1",
            ),
            ("u?$skipToken=abc?d=e", "u?$skipToken=…"),
            ("delta(token='abc')", "delta(token=…"),
            ("delta(token='abc')?$top=2&x=1", "delta(token=…?$top=2&x=1"),
        ] {
            let url = Url::parse(&format!("https://h/v1.0/{url}")).unwrap();
            let expected = format!("https://h/v1.0/{expected}");
            assert_eq!(shown(&Request::get(&url)), expected);
        }
    }

    #[test]
    fn of_a_url_that_is_a_secret_the_host_alone_is_shown() {
        let url = Url::parse("https://h:8443/up/fe6987415ace?tempauth=x").unwrap();
        let request = Request {
            is_secret: true,
            ..Request::get(&url)
        };
        assert_eq!(shown(&request), "https://h:8443/…");
    }
}

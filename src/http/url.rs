//! URLs, as far as it takes to say which origin a request goes to.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An absolute URL whose origin is certain: https (plain http on loopback only), no user name,
/// a host of plain ASCII, a port that is a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Url {
    text: String,
    origin: Origin,
    /// Where the path starts in `text`.
    path: usize,
}

/// Scheme, host and port ([RFC 6454](https://www.rfc-editor.org/rfc/rfc6454)): what a bearer
/// token is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    is_tls: bool,
    host: String,
    port: u16,
}

impl Url {
    /// Reads a URL; the error says in a few words what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let url = Self::read(text)?;
        let is_near = url.origin.is_loopback();
        url.check_plain(is_near)
    }

    /// Reads the URL of an endpoint that Azure puts beside a machine: plain http is let through on
    /// 169.254.0.0/16 too ([RFC 3927](https://www.rfc-editor.org/rfc/rfc3927)), which no router
    /// passes on.
    pub(crate) fn parse_near(text: &str) -> Result<Self, String> {
        let url = Self::read(text)?;
        let address = url.host().parse::<Ipv4Addr>();
        let is_link_local = address.is_ok_and(|address| address.is_link_local());
        let is_near = is_link_local || url.origin.is_loopback();
        url.check_plain(is_near)
    }

    fn check_plain(self, is_near: bool) -> Result<Self, String> {
        if self.origin.is_tls || is_near {
            Ok(self)
        } else {
            Err("is plain http, which would show the token to the network".to_owned())
        }
    }

    fn read(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").ok_or("is not an absolute url")?;
        let is_tls = if scheme.eq_ignore_ascii_case("https") {
            true
        } else if scheme.eq_ignore_ascii_case("http") {
            false
        } else {
            return Err(wrong_scheme(scheme));
        };
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let authority = &rest[..end];
        if rest[end..].starts_with('\\') {
            return Err("holds a backslash".to_owned());
        }
        if authority.contains('@') {
            return Err("holds a user name".to_owned());
        }
        let (host, port) = split_port(authority)?;
        let host = host.to_ascii_lowercase();
        check_host(&host)?;
        let port = port.unwrap_or(if is_tls { 443 } else { 80 });
        let origin = Origin { is_tls, host, port };
        let path = text.len() - rest.len() + end;
        Ok(Self {
            text: text.to_owned(),
            origin,
            path,
        })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    pub(crate) fn host(&self) -> &str {
        &self.origin.host
    }

    /// Path, query and fragment as they were given; empty, or starting with `/`, `?` or `#`.
    pub(crate) fn path_and_query(&self) -> &str {
        &self.text[self.path..]
    }
}

impl Origin {
    pub(crate) fn is_tls(&self) -> bool {
        self.is_tls
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }

    /// Whether its host is this machine, or an address that no router of the internet knows:
    /// link-local or private
    /// ([RFC 1918](https://www.rfc-editor.org/rfc/rfc1918), [RFC 3927](https://www.rfc-editor.org/rfc/rfc3927),
    /// [RFC 4193](https://www.rfc-editor.org/rfc/rfc4193)).
    pub(crate) fn is_private(&self) -> bool {
        let host = self.host.trim_matches(['[', ']']);
        self.is_loopback()
            || match host.parse() {
                Ok(IpAddr::V4(address)) => address.is_private() || address.is_link_local(),
                Ok(IpAddr::V6(address)) => {
                    address.is_unique_local() || address.is_unicast_link_local()
                }
                Err(_) => false,
            }
    }

    /// The host, and the port where it is not the usual one.
    pub(crate) fn name(&self) -> String {
        let usual = if self.is_tls { 443 } else { 80 };
        if self.port == usual {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_tls { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.name())
    }
}

/// A longer scheme may be anything: it is not quoted.
fn wrong_scheme(scheme: &str) -> String {
    if scheme.len() <= 5 && scheme.bytes().all(|b| b.is_ascii_lowercase()) {
        format!("has the scheme {scheme}, not https")
    } else {
        "has another scheme than https".to_owned()
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), String> {
    let (host, port) = match authority.rfind(']') {
        Some(end) => authority.split_at(end + 1),
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    if port.is_empty() {
        return Ok((host, None));
    }
    let digits = port.strip_prefix(':').unwrap_or_default();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err("has a port that is no number".to_owned());
    }
    let port = digits.parse().map_err(|_| "has a port above 65535")?;
    Ok((host, Some(port)))
}

fn check_host(host: &str) -> Result<(), String> {
    if host.is_empty() {
        return Err("has no host".to_owned());
    }
    if let Some(inner) = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        return match inner.parse::<Ipv6Addr>() {
            Ok(_) => Ok(()),
            Err(_) => Err("has a host that is no IPv6 address".to_owned()),
        };
    }
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    if host.bytes().all(is_plain) && !host.starts_with('.') {
        Ok(())
    } else {
        Err("has a host with characters that no host name has".to_owned())
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
        || host == "[::1]"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> String {
        match Url::parse(text) {
            Ok(url) => url.origin().to_string(),
            Err(reason) => reason,
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        assert_eq!(
            origin("https://Graph.Microsoft.com/v1.0"),
            "https://graph.microsoft.com"
        );
        assert_eq!(
            origin("HTTPS://graph.microsoft.com:443?x"),
            "https://graph.microsoft.com"
        );
        assert_eq!(
            origin("https://graph.microsoft.com:8443"),
            "https://graph.microsoft.com:8443"
        );
        assert_eq!(origin("http://127.0.0.1:80/"), "http://127.0.0.1");
        assert_eq!(origin("http://[::1]:81/"), "http://[::1]:81");
    }

    #[test]
    fn look_alikes_of_a_host_are_other_origins_or_no_urls() {
        let graph = Url::parse("https://graph.microsoft.com/v1.0/users").unwrap();
        for other in [
            "https://graph.microsoft.com.evil.example/v1.0/users",
            "https://graph.microsoft.com./v1.0/users",
            "https://graph.microsoft.com:444/v1.0/users",
            "http://localhost/v1.0/users",
        ] {
            assert_ne!(
                Url::parse(other).unwrap().origin(),
                graph.origin(),
                "{other}"
            );
        }
        for bad in [
            "https://graph.microsoft.com@evil.example/",
            "https://graph.microsoft.com\\@evil.example/",
            "https://gra\u{440}h.microsoft.com/",
            "https://graph.microsoft.com:443:1/",
            "https://graph.microsoft.com:/",
            "https://graph.microsoft.com%2eevil.example/",
            "http://graph.microsoft.com/",
            "file:///etc/passwd",
            "//graph.microsoft.com/",
            "/v1.0/users",
            "https:///users",
        ] {
            assert!(Url::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn plain_http_is_near_on_loopback_and_link_local_addresses_alone() {
        let near = "http://169.254.169.254/metadata";
        assert!(Url::parse(near).is_err());
        for text in [
            near,
            "http://169.254.130.2:8081/",
            "http://[::1]/",
            "https://h/",
        ] {
            assert!(Url::parse_near(text).is_ok(), "{text}");
        }
        for text in [
            "http://169.253.169.254/",
            "http://168.63.129.16/",
            "http://10.0.0.1/",
            "http://169.254.169.254.evil.example/",
            "http://169.254.169.254@evil.example/",
            "http://0251.254.169.254/",
            "http://2852039166/",
        ] {
            assert!(Url::parse_near(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_rest_of_the_url_is_kept_as_it_is() {
        let url = Url::parse("https://h/v1.0/u?$skiptoken=a%2b#x").unwrap();
        assert_eq!(url.path_and_query(), "/v1.0/u?$skiptoken=a%2b#x");
        assert_eq!(Url::parse("https://h").unwrap().path_and_query(), "");
    }
}

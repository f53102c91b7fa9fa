//! Which proxy a request goes through: curl's rules, read by us, because a proxy variable that
//! is wrong must be an error and never a direct connection.

use std::ffi::OsString;
use std::net::IpAddr;

use zeroize::Zeroizing;

use crate::error::Error;
use crate::form::percent_decoded;
use crate::http::url::Url;
use crate::secret::Secret;

/// Looks up an environment variable.
pub(crate) type Lookup<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// The proxy for `url`: `explicit` if given, else what the variables name, unless `no_proxy`
/// exempts the host. What is sent in the clear stays on this machine: to a proxy it would show the
/// secret.
///
/// # Errors
///
/// `Parameters` when the proxy is not one that can be used; the message names the variable and
/// never its value, which may hold a password.
pub(crate) fn choose(
    explicit: Option<&Secret>,
    variable: Lookup<'_>,
    url: &Url,
) -> Result<Option<Secret>, Error> {
    if !url.origin().is_tls() && url.origin().is_loopback() {
        return Ok(None);
    }
    let (name, value) = match explicit {
        Some(proxy) => ("proxy".to_owned(), proxy.clone()),
        None => match from_variables(variable, url)? {
            Some(found) => found,
            None => return Ok(None),
        },
    };
    if value.expose().trim().is_empty() {
        return Ok(None);
    }
    let exempt = text(variable, &["no_proxy", "NO_PROXY"])?;
    if exempt.is_some_and(|(_, list)| is_exempt(list.expose(), url.host())) {
        return Ok(None);
    }
    normalise(&name, value.expose()).map(Some)
}

fn from_variables(variable: Lookup<'_>, url: &Url) -> Result<Option<(String, Secret)>, Error> {
    // curl reads http_proxy in lower case only: a CGI server puts a request's `Proxy:` header
    // into HTTP_PROXY.
    let names: &[&str] = if url.origin().is_tls() {
        &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    } else {
        &["http_proxy", "all_proxy", "ALL_PROXY"]
    };
    text(variable, names)
}

fn text(variable: Lookup<'_>, names: &[&str]) -> Result<Option<(String, Secret)>, Error> {
    for name in names {
        // As in curl, an empty variable is as good as none.
        if let Some(value) = variable(name).filter(|value| !value.is_empty()) {
            let value = value
                .into_string()
                .map_err(|_| Error::parameters(format!("{name}: is not UTF-8")))?;
            return Ok(Some(((*name).to_owned(), Secret::new(value))));
        }
    }
    Ok(None)
}

/// The host and port of a proxy, for messages: never its user.
pub(crate) fn name(proxy: &Secret) -> &str {
    let proxy = proxy.expose();
    let host = proxy.rsplit_once('@').map_or(proxy, |(_, host)| host);
    host.rsplit_once("//").map_or(host, |(_, host)| host)
}

/// The password of a proxy, as the proxy gets it.
pub(crate) fn password(proxy: &Secret) -> Option<Secret> {
    let (user, _) = proxy.expose().rsplit_once('@')?;
    let (_, user) = user.split_once("//")?;
    let (_, password) = user.split_once(':')?;
    let password = Zeroizing::new(percent_decoded(password));
    Some(Secret::new(String::from_utf8_lossy(&password)))
}

/// The proxy as a URL with scheme and port.
fn normalise(name: &str, proxy: &str) -> Result<Secret, Error> {
    let fail = |reason: &str| {
        Error::parameters(format!("{name}: {reason}"))
            .hint("give http://HOST:PORT or https://HOST:PORT, or empty the variable")
    };
    let proxy = proxy.trim();
    let (scheme, rest) = match proxy.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => ("http".to_owned(), proxy),
    };
    if scheme != "http" && scheme != "https" {
        return Err(fail("is not an http or https proxy"));
    }
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (user, host) = match rest.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, rest),
    };
    if host.contains(['/', '?', '#', '\\']) {
        return Err(fail("holds a path"));
    }
    let origin = Url::parse(&format!("https://{host}")).map_err(|reason| fail(&reason))?;
    // The default ports of curl, not of the web.
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.contains(']'));
    let port = match (has_port, scheme.as_str()) {
        (true, _) => origin.origin().port(),
        (false, "https") => 443,
        (false, _) => 1080,
    };
    let user = match user {
        Some(user) if user.bytes().all(|b| b.is_ascii_graphic()) => format!("{user}@"),
        Some(_) => return Err(fail("holds a user name that is not percent-encoded")),
        None => String::new(),
    };
    Ok(Secret::new(format!(
        "{scheme}://{user}{}:{port}",
        origin.host()
    )))
}

fn is_exempt(list: &str, host: &str) -> bool {
    let host = host.trim_matches(['[', ']']).trim_end_matches('.');
    let address: Option<IpAddr> = host.parse().ok();
    list.split([',', ' ', '\t'])
        .map(str::trim)
        .filter(|rule| !rule.is_empty())
        .any(|rule| {
            if rule == "*" {
                return true;
            }
            if let Some(address) = address {
                return covers(rule, address);
            }
            let rule = rule
                .trim_start_matches('.')
                .trim_end_matches('.')
                .to_ascii_lowercase();
            !rule.is_empty()
                && host
                    .strip_suffix(&rule)
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
}

/// Whether an address, or a network such as `10.0.0.0/8`, holds `address`.
fn covers(rule: &str, address: IpAddr) -> bool {
    let (network, bits) = match rule.split_once('/') {
        Some((network, bits)) => (network, bits.parse::<u32>().ok()),
        None => (rule, Some(128)),
    };
    let network = network.trim_matches(['[', ']']).parse::<IpAddr>();
    let same = |a: u128, b: u128, width: u32| {
        bits.is_some_and(|bits| {
            let dropped = width.saturating_sub(bits);
            dropped >= 128 || a >> dropped == b >> dropped
        })
    };
    match (network, address) {
        (Ok(IpAddr::V4(a)), IpAddr::V4(b)) => same(a.to_bits().into(), b.to_bits().into(), 32),
        (Ok(IpAddr::V6(a)), IpAddr::V6(b)) => same(a.to_bits(), b.to_bits(), 128),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(variables: &[(&str, &str)], url: &str) -> Result<Option<String>, String> {
        let lookup = |name: &str| {
            let found = variables.iter().find(|(n, _)| *n == name);
            found.map(|(_, value)| OsString::from(value))
        };
        match choose(None, &lookup, &Url::parse(url).unwrap()) {
            Ok(proxy) => Ok(proxy.map(|proxy| proxy.expose().to_owned())),
            Err(error) => Err(error.to_string()),
        }
    }

    const URL: &str = "https://graph.microsoft.com/v1.0";

    #[test]
    fn the_variables_are_read_in_curls_order() {
        let all = [
            ("ALL_PROXY", "a:1"),
            ("HTTPS_PROXY", "b:2"),
            ("https_proxy", "c:3"),
            ("HTTP_PROXY", "d:4"),
        ];
        let some = |text: &str| Ok(Some(text.to_owned()));
        assert_eq!(chosen(&all, URL), some("http://c:3"));
        assert_eq!(chosen(&all[..2], URL), some("http://b:2"));
        assert_eq!(chosen(&all[..1], URL), some("http://a:1"));
        assert_eq!(chosen(&all[3..], URL), Ok(None));
        let lower = [("http_proxy", "e:5"), ("ALL_PROXY", "a:1")];
        for url in ["http://localhost/", "http://127.1.2.3:80/", "http://[::1]/"] {
            assert_eq!(chosen(&lower, url), Ok(None));
        }
        assert_eq!(chosen(&lower, "https://localhost/"), some("http://a:1"));
        let unset = [("https_proxy", ""), ("ALL_PROXY", "a:1")];
        assert_eq!(chosen(&unset, URL), some("http://a:1"));
    }

    #[test]
    fn a_proxy_has_curls_default_port_and_keeps_its_user() {
        let one = |value: &str| chosen(&[("https_proxy", value)], URL).unwrap().unwrap();
        assert_eq!(one("proxy.example"), "http://proxy.example:1080");
        assert_eq!(one("https://proxy.example/"), "https://proxy.example:443");
        assert_eq!(
            one("http://u:p%40ss@[::1]:8080"),
            "http://u:p%40ss@[::1]:8080"
        );
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_an_error_without_its_value() {
        for bad in [
            "ftp://canary:21",
            "socks5://canary:1080",
            "http://canary host",
            "http://:8080",
            "http://canary:99999",
            "http://canary:80/path",
            "http://",
            "http://us er@canary:1",
        ] {
            let error = chosen(&[("https_proxy", bad)], URL).unwrap_err();
            assert!(error.starts_with("https_proxy: "), "{bad}: {error}");
            assert!(!error.contains("canary"), "{error}");
        }
    }

    #[test]
    fn no_proxy_exempts_domains_addresses_and_networks() {
        let exempt = |list: &str, url: &str| {
            let variables = [("https_proxy", "p:1"), ("no_proxy", list)];
            chosen(&variables, url).unwrap().is_none()
        };
        assert!(exempt("*", URL));
        assert!(exempt("example.com, microsoft.com", URL));
        assert!(exempt(".Microsoft.com", URL));
        assert!(exempt("graph.microsoft.com", URL));
        assert!(!exempt("raph.microsoft.com", URL));
        assert!(!exempt("com.microsoft", URL));
        assert!(exempt("10.0.0.0/8", "https://10.1.2.3/"));
        assert!(exempt("10.1.2.3", "https://10.1.2.3/"));
        assert!(!exempt("10.0.0.0/16", "https://10.1.2.3/"));
        assert!(exempt("fd00::/8", "https://[fd12::1]/"));
        assert!(exempt("0.0.0.0/0", "https://10.1.2.3/"));
        assert!(!exempt("10.0.0.0/x", "https://10.1.2.3/"));
    }
}

//! What an authority says of itself, and how far it is believed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::auth::authority::Authority;
use crate::auth::authority::cloud::is_login_host;
use crate::http::Url;

/// What an authority says of itself.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Metadata {
    pub(crate) issuer: String,
    pub(crate) token_endpoint: String,
    /// When it was asked, in seconds since 1970.
    #[serde(default)]
    pub(crate) at: u64,
}

/// How long a response is believed.
const LIFETIME: Duration = Duration::from_secs(24 * 3600);
/// Microsoft's hosts for external identities, below which each customer has one.
const CUSTOMERS: [&str; 5] = [
    "ciamlogin.com",
    "b2clogin.com",
    "b2clogin.cn",
    "b2clogin.us",
    "b2clogin.de",
];

impl Metadata {
    /// Whether it is still believed.
    pub(crate) fn is_fresh_at(&self, now: SystemTime) -> bool {
        let age = UNIX_EPOCH
            .checked_add(Duration::from_secs(self.at))
            .and_then(|at| now.duration_since(at).ok());
        age.is_some_and(|age| age < LIFETIME)
    }

    /// The token endpoint, if issuer and endpoint belong to the authority.
    pub(crate) fn check(&self, authority: &Authority) -> Result<Url, String> {
        let base = authority.base();
        let host = base.host();
        let issuer = Url::parse(&self.issuer).map_err(|reason| format!("its issuer {reason}"))?;
        let is_same = issuer.as_str().trim_end_matches('/')
            == authority.text().trim_end_matches('/')
            || issuer.origin() == base.origin()
            || is_login_host(issuer.host())
            || has_one_label_more(issuer.host(), host)
            || issuer
                .host()
                .split_once('.')
                .is_some_and(|(_, rest)| is_login_host(rest))
            || CUSTOMERS
                .iter()
                .any(|customer| is_below(issuer.host(), customer));
        if !is_same {
            return Err(format!("its issuer is on another host, {}", issuer.host()));
        }
        let endpoint = Url::parse(&self.token_endpoint)
            .map_err(|reason| format!("its token endpoint {reason}"))?;
        let is_own = endpoint.origin() == base.origin()
            || endpoint.origin().is_tls()
                && (is_below(endpoint.host(), host) || is_login_host(endpoint.host()));
        if is_own {
            Ok(endpoint)
        } else {
            Err(format!(
                "its token endpoint is on another host, {}",
                endpoint.origin()
            ))
        }
    }
}

fn is_below(host: &str, parent: &str) -> bool {
    host.strip_suffix(parent)
        .is_some_and(|label| label.len() > 1 && label.ends_with('.'))
}

/// Whether `host` is `parent` with one label before it, such as a region.
fn has_one_label_more(host: &str, parent: &str) -> bool {
    is_below(host, parent) && !host[..host.len() - parent.len() - 1].contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(authority: &str, issuer: &str, endpoint: &str) -> Result<String, String> {
        let authority = Authority::parse_oidc(authority).unwrap();
        let metadata = Metadata {
            issuer: issuer.to_owned(),
            token_endpoint: endpoint.to_owned(),
            at: 0,
        };
        metadata
            .check(&authority)
            .map(|url| url.as_str().to_owned())
    }

    const OWN: &str = "https://login.contoso.com/t/v2.0";

    #[test]
    fn an_issuer_must_belong_to_the_authority() {
        let endpoint = "https://login.contoso.com/t/oauth2/v2.0/token";
        for issuer in [
            "https://login.contoso.com/t/v2.0",
            "https://login.contoso.com/t/v2.0/",
            "https://login.contoso.com/other/v2.0",
            "https://westus2.login.contoso.com/t",
            "https://login.microsoftonline.com/g/v2.0",
            "https://westus2.login.microsoft.com/g/v2.0",
            "https://contoso.ciamlogin.com/g/v2.0",
        ] {
            assert_eq!(
                check(OWN, issuer, endpoint).as_deref(),
                Ok(endpoint),
                "{issuer}"
            );
        }
        for issuer in [
            "https://evil.example/t/v2.0",
            "https://login.contoso.com.evil.example/t",
            "https://a.b.login.microsoft.com/g",
            "https://fakeb2clogin.com/g",
            "https://b2clogin.com.evil.com/g",
            "https://evil-ciamlogin.com/g",
            "http://login.contoso.com/t/v2.0",
            "",
        ] {
            assert!(check(OWN, issuer, endpoint).is_err(), "{issuer}");
        }
    }

    #[test]
    fn a_secret_goes_to_the_authoritys_own_hosts_only() {
        for endpoint in [
            "https://login.contoso.com/x/token",
            "https://eu.login.contoso.com/token",
            "https://login.microsoftonline.com/g/oauth2/v2.0/token",
        ] {
            assert!(check(OWN, OWN, endpoint).is_ok(), "{endpoint}");
        }
        for endpoint in [
            "https://evil.example/token",
            "https://xlogin.contoso.com/token",
            "https://login.contoso.com:444/token",
            "http://login.contoso.com/token",
            "http://localhost/token",
            "/token",
        ] {
            assert!(check(OWN, OWN, endpoint).is_err(), "{endpoint}");
        }
    }
}

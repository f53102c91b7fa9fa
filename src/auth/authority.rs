//! The authority: which tenant of which cloud vouches for the application.

pub(crate) mod cloud;
pub(crate) mod metadata;

use crate::auth::authority::cloud::{Cloud, WORLDWIDE, cloud_of, known_graph, login_hosts};
use crate::error::Error;
use crate::http::Url;
use crate::text::nearest;

/// Below this each customer of Microsoft Entra External ID has a login host.
const CUSTOMERS: &str = ".ciamlogin.com";

/// `https://{login host}/{tenant}`: the address of a directory at Entra ID.
#[derive(Clone, Debug)]
pub(crate) struct Authority {
    base: Url,
    tenant: String,
    text: String,
    /// Where it says what it is, when that cannot be computed.
    configuration: Option<Url>,
    /// Whether it is Azure that vouches for the machine, and no tenant for an application.
    is_managed: bool,
}

impl Authority {
    /// Reads an authority in the forms that people paste: with a slash or `/v2.0` at the end, in
    /// upper case.
    ///
    /// # Errors
    ///
    /// `Parameters` when it is no https URL, names no tenant or one that is none, or is on a host
    /// that is no login host of Microsoft's. Loopback is let through.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        // The text is not repeated: now and then it is a secret that belongs elsewhere.
        let fail = |cause: &str| Error::parameters(cause);
        let text = text.trim();
        let url = Url::parse(text).map_err(|reason| {
            fail(&reason).hint("give https://login.microsoftonline.com/ and your tenant id")
        })?;
        let origin = url.origin();
        if origin.host().ends_with(CUSTOMERS) {
            return Self::customer(&url).map_err(|reason| fail(&reason));
        }
        if !origin.is_loopback() {
            check_host(origin.host()).map_err(|(cause, hint)| fail(&cause).hint(hint))?;
        }
        let path = url.path_and_query();
        if path.contains(['?', '#']) {
            return Err(fail("holds a query").hint("end it after the tenant"));
        }
        let segments: Vec<_> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .collect();
        let tenant = match segments[..] {
            [tenant] => tenant,
            [tenant, version] if version.eq_ignore_ascii_case("v2.0") => tenant,
            [] => return Err(fail("names no tenant").hint("append / and your tenant id")),
            _ => return Err(fail("goes on after the tenant").hint("end it after the tenant")),
        };
        check_tenant(tenant).map_err(|(cause, hint)| fail(cause).hint(hint))?;
        let base = format!("{origin}/{tenant}");
        let base = Url::parse(&base).map_err(|reason| fail(&reason))?;
        Ok(Self {
            base,
            tenant: tenant.to_owned(),
            text: text.to_owned(),
            configuration: None,
            is_managed: false,
        })
    }

    /// Reads an authority that says by itself where its endpoints are: a custom domain, ADFS. Who
    /// names one this way is sure of its host.
    ///
    /// # Errors
    ///
    /// `Parameters` when it is no https URL with a path.
    pub(crate) fn parse_oidc(text: &str) -> Result<Self, Error> {
        let fail = |cause: &str| Error::parameters(cause);
        let text = text.trim().trim_end_matches('/');
        let url = Url::parse(text).map_err(|reason| fail(&reason))?;
        let path = url.path_and_query();
        if path.contains(['?', '#']) {
            return Err(fail("holds a query"));
        }
        let tenant = path.split('/').find(|segment| !segment.is_empty());
        let tenant = tenant.ok_or_else(|| {
            fail("has no path").hint("give it as in https://login.contoso.com/TENANT/v2.0")
        })?;
        let configuration = format!("{text}/.well-known/openid-configuration");
        let configuration = Url::parse(&configuration).map_err(|reason| fail(&reason))?;
        let base = format!("{}/{tenant}", url.origin());
        let base = Url::parse(&base).map_err(|reason| fail(&reason))?;
        let tenant = tenant.to_owned();
        Ok(Self {
            base,
            tenant,
            text: text.to_owned(),
            configuration: Some(configuration),
            is_managed: false,
        })
    }

    /// What stands in the place of an authority where Azure vouches for the machine: MSAL's names
    /// for it in the cache.
    pub(crate) fn managed_identity() -> Result<Self, Error> {
        let text = "https://localhost/managed_identity".to_owned();
        let base = Url::parse(&text).map_err(Error::parameters)?;
        let tenant = "managed_identity".to_owned();
        Ok(Self {
            base,
            tenant,
            text,
            configuration: None,
            is_managed: true,
        })
    }

    /// A customer's own host for external identities: without a path, the tenant is its name.
    fn customer(url: &Url) -> Result<Self, String> {
        let host = url.host();
        let path = url.path_and_query();
        let segments: Vec<_> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .collect();
        let tenant = match segments[..] {
            [tenant] => tenant.to_owned(),
            [tenant, version] if version.eq_ignore_ascii_case("v2.0") => tenant.to_owned(),
            [_, ..] => return Err("goes on after the tenant".to_owned()),
            [] => format!("{}.onmicrosoft.com", host.trim_end_matches(CUSTOMERS)),
        };
        check_tenant(&tenant).map_err(|(cause, _)| cause)?;
        let base = Url::parse(&format!("{}/{tenant}", url.origin()))?;
        let text = format!("{}/v2.0", base.as_str());
        let configuration = Url::parse(&format!("{text}/.well-known/openid-configuration"))?;
        Ok(Self {
            base,
            tenant,
            text,
            configuration: Some(configuration),
            is_managed: false,
        })
    }

    /// Where the authority says what it is; `None` where its endpoints are computed.
    pub(crate) fn configuration(&self) -> Option<&Url> {
        self.configuration.as_ref()
    }

    /// Host and tenant.
    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    /// The authority as it was given.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether Azure vouches for the machine, and no tenant for an application.
    pub(crate) fn is_managed(&self) -> bool {
        self.is_managed
    }

    /// Whether it is an AD FS server, which knows certificates by SHA-1 only.
    pub(crate) fn is_adfs(&self) -> bool {
        self.tenant.eq_ignore_ascii_case("adfs")
    }

    /// `https://{login host}`, the same cloud for any tenant.
    pub(crate) fn host_from(text: &str) -> String {
        let text = text.trim().trim_end_matches('/');
        if text.contains("://") {
            text.to_owned()
        } else {
            format!("https://{text}")
        }
    }

    /// Where tokens are asked for, known without asking (Microsoft identity platform, v2.0).
    pub(crate) fn token_endpoint(&self) -> Result<Url, Error> {
        Url::parse(&format!("{}/oauth2/v2.0/token", self.base.as_str()))
            .map_err(|reason| Error::parameters(format!("authority: {reason}")))
    }

    /// The page on which an administrator grants what the application asks for.
    pub(crate) fn consent_url(&self, client_id: &str) -> String {
        if self.is_managed {
            return "by an app role assignment to the managed identity".to_owned();
        }
        format!("{}/adminconsent?client_id={client_id}", self.base.as_str())
    }

    pub(crate) fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The login host without a port: MSAL's `environment`.
    pub(crate) fn environment(&self) -> &str {
        self.base.host()
    }

    /// Whether the host is one of Microsoft's, so that its rules are known.
    pub(crate) fn is_known(&self) -> bool {
        self.cloud().is_some()
    }

    /// The root of this cloud's Graph, where there is one known.
    pub(crate) fn graph_root(&self) -> Option<&'static str> {
        if self.is_managed || self.base.host().ends_with(CUSTOMERS) {
            return WORLDWIDE.graph.first().copied();
        }
        self.cloud()?.graph.first().copied()
    }

    /// Whether a known Graph host belongs to another cloud than this authority.
    pub(crate) fn is_foreign_graph(&self, host: &str) -> bool {
        self.cloud()
            .is_some_and(|cloud| known_graph(host).is_some() && !cloud.graph.contains(&host))
    }

    fn cloud(&self) -> Option<&'static Cloud> {
        cloud_of(self.base.host())
    }
}

fn check_host(host: &str) -> Result<(), (String, String)> {
    let known = login_hosts;
    if known().any(|login| login == host) {
        return Ok(());
    }
    let cause = format!("{host} is no login host of Microsoft's");
    let hint = match nearest(host, known()) {
        Some(login) => format!("did you mean {login}?"),
        None => format!("known are {}", known().collect::<Vec<_>>().join(", ")),
    };
    Err((cause, hint))
}

fn check_tenant(tenant: &str) -> Result<(), (&'static str, &'static str)> {
    const HINT: &str = "give the directory (tenant) id from the application's overview page";
    let lower = tenant.to_ascii_lowercase();
    if matches!(lower.as_str(), "common" | "organizations" | "consumers") {
        return Err(("an application needs one tenant, not all of them", HINT));
    }
    if matches!(lower.as_str(), "adfs" | "dstsv2") {
        return Err((
            "AD FS says by itself where its endpoints are",
            "give it as `oidc_authority`",
        ));
    }
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    if tenant.bytes().all(is_plain) {
        Ok(())
    } else {
        Err(("the tenant is neither a domain name nor a guid", HINT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(text: &str) -> Result<String, String> {
        let authority = Authority::parse(text).map_err(|error| error.to_string())?;
        Ok(authority.token_endpoint().unwrap().as_str().to_owned())
    }

    #[test]
    fn the_token_endpoint_is_computed_from_every_form_of_an_authority() {
        let expected = "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token";
        for text in [
            "https://login.microsoftonline.com/contoso.com",
            "https://login.microsoftonline.com/contoso.com/",
            " https://LOGIN.microsoftonline.COM/contoso.com/v2.0/ ",
            "https://login.microsoftonline.com:443//contoso.com/V2.0",
        ] {
            assert_eq!(endpoint(text).as_deref(), Ok(expected));
        }
        assert_eq!(
            endpoint("http://127.0.0.1:8080/t").as_deref(),
            Ok("http://127.0.0.1:8080/t/oauth2/v2.0/token")
        );
    }

    #[test]
    fn an_authority_that_cannot_be_one_is_refused() {
        for text in [
            "http://login.microsoftonline.com/t",
            "https://login.microsoftonline.com",
            "https://login.microsoftonline.com/common",
            "https://login.microsoftonline.com/Organizations/",
            "https://login.microsoftonline.com/t/oauth2/token",
            "https://login.microsoftonline.com/t?x=1",
            "https://login.microsoftonline.com@evil.example/t",
            "https://login.microsoftonline.com/a%2fb",
            "https://login.contoso.com/t",
            "contoso.com",
            "",
        ] {
            assert!(endpoint(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_misspelt_host_is_named_with_its_nearest_neighbour() {
        let error = Authority::parse("https://login.microsoftonlin.com/t").unwrap_err();
        let hint = error.report().hint.as_deref();
        assert_eq!(hint, Some("did you mean login.microsoftonline.com?"));
    }

    #[test]
    fn clouds_know_their_graph() {
        let us = Authority::parse("https://login.microsoftonline.us/t").unwrap();
        assert_eq!(us.graph_root(), Some("graph.microsoft.us"));
        assert!(us.is_foreign_graph("graph.microsoft.com"));
        assert!(!us.is_foreign_graph("dod-graph.microsoft.us"));
        assert!(!us.is_foreign_graph("api.contoso.com"));
    }

    const CUSTOMER: &str = "https://contoso.ciamlogin.com/contoso.onmicrosoft.com/v2.0\
                            /.well-known/openid-configuration";

    fn configuration(text: &str) -> Result<String, String> {
        let authority = Authority::parse(text).map_err(|error| error.to_string())?;
        let url = authority.configuration().ok_or("is computed")?;
        Ok(url.as_str().to_owned())
    }

    #[test]
    fn a_customers_own_host_is_its_tenant() {
        for text in [
            "https://contoso.ciamlogin.com",
            "https://contoso.ciamlogin.com/",
            " https://CONTOSO.CIAMlogin.com/ ",
            "https://contoso.ciamlogin.com/contoso.onmicrosoft.com",
            "https://contoso.ciamlogin.com/contoso.onmicrosoft.com/",
            "https://contoso.ciamlogin.com/contoso.onmicrosoft.com/v2.0",
            "https://contoso.ciamlogin.com//contoso.onmicrosoft.com/V2.0/",
        ] {
            assert_eq!(configuration(text).as_deref(), Ok(CUSTOMER), "{text}");
        }
        let authority = Authority::parse("https://contoso.ciamlogin.com").unwrap();
        assert_eq!(authority.tenant(), "contoso.onmicrosoft.com");
        assert_eq!(authority.environment(), "contoso.ciamlogin.com");
        assert_eq!(authority.graph_root(), Some("graph.microsoft.com"));
    }

    #[test]
    fn a_customers_tenant_may_be_named_by_its_guid() {
        const TENANT: &str = "3f6b1d52-8c0e-4a97-b1f4-6d2e90c75a18";
        let text = format!("https://contoso.ciamlogin.com/{TENANT}");
        let authority = Authority::parse(&text).unwrap();
        assert_eq!(authority.tenant(), TENANT);
        let expected = format!("{text}/v2.0/.well-known/openid-configuration");
        assert_eq!(configuration(&text), Ok(expected));
    }

    #[test]
    fn a_host_that_only_looks_like_a_customers_is_refused() {
        for text in [
            "https://ciamlogin.com/t",
            "https://evilciamlogin.com/t",
            "https://contoso.ciamlogin.com.evil.example/t",
            "http://contoso.ciamlogin.com/t",
            "https://contoso.ciamlogin.com@evil.example/t",
            "https://.ciamlogin.com/t",
        ] {
            assert!(Authority::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_customers_authority_ends_with_its_tenant() {
        for text in [
            "https://contoso.ciamlogin.com/common",
            "https://contoso.ciamlogin.com/t?p=1",
            "https://contoso.ciamlogin.com/?p=1",
            "https://contoso.ciamlogin.com/t/oauth2/v2.0/token",
        ] {
            assert!(Authority::parse(text).is_err(), "{text}");
        }
    }
}

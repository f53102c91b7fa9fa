//! Which source this machine has: told by the variables that each platform sets, in the order of
//! Microsoft's libraries.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::auth::credential::managed_identity::{Kind, Source};
use crate::error::Error;
use crate::http::Url;
use crate::secret::Secret;

/// Where the Azure Arc agent keeps the keys of its challenges.
const ARC_TOKENS: &str = "/var/opt/azcmagent/tokens";
const ARC_ENDPOINT: &str = "http://localhost:40342/metadata/identity/oauth2/token";
const CLOUD_SHELL_ENDPOINT: &str = "http://localhost:50342/oauth2/token";
const IMDS_HOST: &str = "http://169.254.169.254";
const IMDS_PATH: &str = "/metadata/identity/oauth2/token";

/// The source of this machine; nothing is sent. `has_arc_agent` says whether
/// `/opt/azcmagent/bin/himds` is there. IMDS is what remains: whether it is there shows when it is
/// asked.
///
/// # Errors
///
/// `Parameters` when a variable cannot be used, and on Service Fabric.
pub(crate) fn detect(
    variable: &dyn Fn(&str) -> Option<OsString>,
    has_arc_agent: bool,
) -> Result<Source, Error> {
    let get = |name: &'static str| get(variable, name);
    let identity_endpoint = get("IDENTITY_ENDPOINT")?;
    let identity_header = get("IDENTITY_HEADER")?.map(Secret::new);
    if let (Some(endpoint), Some(header)) = (&identity_endpoint, identity_header) {
        if get("IDENTITY_SERVER_THUMBPRINT")?.is_some() {
            return Err(service_fabric());
        }
        return source(
            Kind::AppService { header },
            "IDENTITY_ENDPOINT",
            endpoint.clone(),
        );
    }
    let msi_endpoint = get("MSI_ENDPOINT")?;
    let msi_secret = get("MSI_SECRET")?.map(Secret::new);
    if let (Some(endpoint), Some(secret)) = (&msi_endpoint, msi_secret) {
        let default_client_id = get("DEFAULT_IDENTITY_CLIENT_ID")?;
        let kind = Kind::MachineLearning {
            secret,
            default_client_id,
        };
        return source(kind, "MSI_ENDPOINT", endpoint.clone());
    }
    let arc_endpoint = match get("IMDS_ENDPOINT")? {
        Some(_) => identity_endpoint,
        None => None,
    };
    if arc_endpoint.is_some() || has_arc_agent {
        let tokens = PathBuf::from(ARC_TOKENS);
        let endpoint = arc_endpoint.unwrap_or_else(|| ARC_ENDPOINT.to_owned());
        return source(Kind::Arc { tokens }, "IDENTITY_ENDPOINT", endpoint);
    }
    let shell = get("AZUREPS_HOST_ENVIRONMENT")?;
    if msi_endpoint.is_some() || shell.is_some_and(|shell| shell.starts_with("cloud-shell")) {
        let endpoint = msi_endpoint.unwrap_or_else(|| CLOUD_SHELL_ENDPOINT.to_owned());
        return source(Kind::CloudShell, "MSI_ENDPOINT", endpoint);
    }
    let host = get("AZURE_POD_IDENTITY_AUTHORITY_HOST")?;
    let host = host.as_deref().unwrap_or(IMDS_HOST).trim_end_matches('/');
    let endpoint = format!("{host}{IMDS_PATH}");
    source(Kind::Imds, "AZURE_POD_IDENTITY_AUTHORITY_HOST", endpoint)
}

fn source(kind: Kind, variable: &'static str, endpoint: String) -> Result<Source, Error> {
    match Url::parse_near(&endpoint) {
        Ok(endpoint) => Ok(Source {
            kind,
            endpoint,
            variable,
        }),
        Err(reason) => Err(Error::parameters(format!("{variable}: {reason}"))),
    }
}

/// A variable that is set to something.
fn get(
    variable: &dyn Fn(&str) -> Option<OsString>,
    name: &'static str,
) -> Result<Option<String>, Error> {
    let value = variable(name).map(OsString::into_string).transpose();
    let value = value.map_err(|_| Error::parameters(format!("{name}: is not UTF-8")))?;
    Ok(value.filter(|value| !value.is_empty()))
}

fn service_fabric() -> Error {
    Error::parameters("managed identity (Service Fabric): its certificate is known by its thumbprint alone, which is not supported")
        .hint("use a certificate or a secret of the application")
}

impl Source {
    /// Refuses to send what proves where this machine runs to another network, because a variable
    /// says so and nobody else.
    ///
    /// # Errors
    ///
    /// `Parameters` when the endpoint is neither on this machine nor at a private address.
    pub(crate) fn check_private(self) -> Result<Self, Error> {
        if matches!(self.kind, Kind::Imds) || self.endpoint.origin().is_private() {
            return Ok(self);
        }
        let (variable, host) = (self.variable, self.endpoint.host());
        Err(
            Error::parameters(format!("{variable}: {host} is not a private address"))
                .hint("--auth managed-identity lets it have this machine's identity header"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(variables: &[(&str, &str)], has_arc_agent: bool) -> Result<Source, Error> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name)?;
            Some(OsString::from(found.1))
        };
        detect(&variable, has_arc_agent)
    }

    fn shown(variables: &[(&str, &str)], has_arc_agent: bool) -> String {
        match detected(variables, has_arc_agent) {
            Ok(source) => format!("{} {}", source.name(), source.endpoint.as_str()),
            Err(error) => error.to_string(),
        }
    }

    const ENDPOINT: (&str, &str) = ("IDENTITY_ENDPOINT", "http://127.0.0.1:41/msi/token");
    const HEADER: (&str, &str) = ("IDENTITY_HEADER", "canary");
    const THUMBPRINT: (&str, &str) = ("IDENTITY_SERVER_THUMBPRINT", "ab");
    const MSI: (&str, &str) = ("MSI_ENDPOINT", "http://127.0.0.1:42/MSI/auth");
    const MSI_SECRET: (&str, &str) = ("MSI_SECRET", "canary");
    const IMDS: (&str, &str) = ("IMDS_ENDPOINT", "http://localhost:40342");
    const SHELL: (&str, &str) = ("AZUREPS_HOST_ENVIRONMENT", "cloud-shell/1.0");
    const POD: (&str, &str) = ("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:43//");

    #[test]
    fn each_platform_is_known_by_its_variables_and_the_first_one_counts() {
        let mut all = vec![ENDPOINT, HEADER, MSI, MSI_SECRET, IMDS, SHELL, POD];
        let app_service = "App Service http://127.0.0.1:41/msi/token";
        assert_eq!(shown(&all, true), app_service);
        all.remove(1);
        assert_eq!(shown(&all, true), "Azure ML http://127.0.0.1:42/MSI/auth");
        all.remove(2);
        assert_eq!(
            shown(&all, false),
            "Azure Arc http://127.0.0.1:41/msi/token"
        );
        all.remove(0);
        let agent = "Azure Arc http://localhost:40342/metadata/identity/oauth2/token";
        assert_eq!(shown(&all, true), agent);
        assert_eq!(
            shown(&all, false),
            "Cloud Shell http://127.0.0.1:42/MSI/auth"
        );
        all.remove(0);
        assert_eq!(
            shown(&all, false),
            "Cloud Shell http://localhost:50342/oauth2/token"
        );
        assert_eq!(
            shown(&[POD], false),
            "IMDS http://127.0.0.1:43/metadata/identity/oauth2/token"
        );
        let imds = "IMDS http://169.254.169.254/metadata/identity/oauth2/token";
        assert_eq!(shown(&[], false), imds);
        assert_eq!(shown(&[ENDPOINT, (HEADER.0, "")], false), imds);
    }

    #[test]
    fn service_fabric_is_refused() {
        let error = detected(&[ENDPOINT, HEADER, THUMBPRINT], false).unwrap_err();
        assert!(matches!(error, Error::Parameters(_)));
        assert!(error.to_string().contains("(Service Fabric)"));
    }

    #[test]
    fn an_endpoint_in_the_network_is_refused_over_plain_http() {
        let plain = (ENDPOINT.0, "http://10.0.0.1/msi");
        assert_eq!(
            shown(&[plain, HEADER], false),
            "IDENTITY_ENDPOINT: is plain http, which would show the token to the network"
        );
        assert_eq!(
            shown(&[(POD.0, "http://pod.example")], false),
            "AZURE_POD_IDENTITY_AUTHORITY_HOST: is plain http, which would show the token to the network"
        );
    }

    #[test]
    fn the_secrets_of_a_source_are_not_shown() {
        for variables in [[ENDPOINT, HEADER], [MSI, MSI_SECRET]] {
            let source = detected(&variables, false).unwrap();
            assert!(!format!("{source:?}").contains("canary"));
        }
    }
}

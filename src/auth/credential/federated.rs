//! Workload identity federation: another issuer vouches for the application, and its token
//! stands for a secret (learn.microsoft.com/entra/workload-id/workload-identity-federation).

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::auth::credential::managed_identity::{Schedule, Selector, Source};
use crate::error::{Error, Report};
use crate::form;
use crate::fs::{SecretFile, shown};
use crate::http::{Failed, Failure, Http, Request, Response, Url};
use crate::secret::Secret;

/// Who vouches for the application.
#[derive(Clone, Debug)]
pub(crate) enum Federated {
    /// A file that somebody keeps fresh, as Kubernetes does.
    File(PathBuf),
    /// A job of GitHub Actions
    /// (docs.github.com/actions/reference/security/oidc).
    GitHub { url: Url, request_token: Secret },
    /// A managed identity that the application trusts
    /// (learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity).
    ManagedIdentity(Source, Selector),
}

/// The audience that Entra expects.
const AUDIENCE: &str = "api://AzureADTokenExchange";
const MAX_TOKEN: usize = 16 * 1024;
const MAX_ANSWER: usize = 1 << 20;

impl Federated {
    /// The job of GitHub Actions in which this process runs.
    ///
    /// # Errors
    ///
    /// `Parameters` when the variables are missing or cannot be used.
    pub(crate) fn github(variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Self, Error> {
        let get = |name: &str| {
            let missing = || {
                Error::parameters(format!("{name}: not set"))
                    .hint("inside GitHub Actions the job needs `permissions: id-token: write`")
            };
            let value = variable(name).filter(|value| !value.is_empty());
            let value = value.ok_or_else(missing)?;
            let value = value.into_string();
            value.map_err(|_| Error::parameters(format!("{name}: is not UTF-8")))
        };
        let request_token = Secret::new(get("ACTIONS_ID_TOKEN_REQUEST_TOKEN")?);
        let url = get("ACTIONS_ID_TOKEN_REQUEST_URL")?;
        let separator = if url.contains('?') { '&' } else { '?' };
        let audience = form::encode(&[("audience", AUDIENCE)]);
        let url = Url::parse(&format!("{url}{separator}{}", audience.expose()));
        let url = url.map_err(|reason| {
            Error::parameters(format!("ACTIONS_ID_TOKEN_REQUEST_URL: {reason}"))
        })?;
        Ok(Self::GitHub { url, request_token })
    }

    /// The managed identity, if it is one that vouches.
    pub(crate) fn managed(&self) -> Option<&Source> {
        match self {
            Self::ManagedIdentity(source, _) => Some(source),
            Self::File(_) | Self::GitHub { .. } => None,
        }
    }

    /// A token to send as `client_assertion`; fresh for each request, as it lives for minutes.
    ///
    /// # Errors
    ///
    /// `Parameters` when there is none, or what is there is no token; else what asking for it ends
    /// with.
    pub(crate) fn assertion(&self, http: &Http, schedule: &mut Schedule) -> Result<Secret, Failed> {
        match self {
            Self::File(path) => Ok(from_file(path)?),
            Self::GitHub { url, request_token } => from_github(url, request_token, http),
            Self::ManagedIdentity(source, selector) => {
                let token = source.attempt(http, selector, AUDIENCE, schedule)?;
                Ok(token.secret().clone())
            }
        }
    }
}

/// Whoever can read the file could as well ask for such a token, and it is gone within the hour:
/// Kubernetes leaves it open to all in the pod, so that its mode is not judged.
fn from_file(path: &Path) -> Result<Secret, Error> {
    const WHAT: &str = "federated token file";
    // A line end, even one of two bytes, is not counted.
    let file = SecretFile::read(path, WHAT, MAX_TOKEN + 2)?;
    let text = std::str::from_utf8(file.bytes()).unwrap_or_default();
    let token = text.trim_end_matches(['\r', '\n']);
    if is_jwt(token) {
        return Ok(Secret::new(token));
    }
    let cause = if file.bytes().is_empty() {
        "is empty"
    } else {
        "holds no token of at most 16 kB (three parts in base64url, joined by dots)"
    };
    Err(
        Error::parameters(format!("{WHAT} {}: {cause}", shown(path)))
            .hint("name the file into which the issuer's token is written, as it is"),
    )
}

/// Whether this could be a token
/// ([RFC 7515 §3.1](https://www.rfc-editor.org/rfc/rfc7515#section-3.1)): whatever else was
/// taken for one by mistake, a private key for instance, is not sent to anybody.
fn is_jwt(text: &str) -> bool {
    let is_base64url = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(is_base64url);
    text.len() <= MAX_TOKEN && text.split('.').count() == 3 && text.split('.').all(is_part)
}

fn from_github(url: &Url, request_token: &Secret, http: &Http) -> Result<Secret, Failed> {
    let at = |failed: Failed| Failed {
        error: failed.error.at("GitHub Actions"),
        ..failed
    };
    let request = Request {
        headers: &[("accept".to_owned(), "application/json".to_owned())],
        bearer: Some(request_token),
        ..Request::get(url)
    };
    let mut response = http.exchange(&request).map_err(Failed::from).map_err(at)?;
    let body = response
        .body
        .read_all_json(MAX_ANSWER)
        .map_err(Failed::from);
    let body = Zeroizing::new(body.map_err(at)?);
    read_github(&response, &body).map_err(|error| {
        at(Failed {
            error,
            failure: response.failure().unwrap_or(Failure::Final),
        })
    })
}

fn read_github(response: &Response, body: &[u8]) -> Result<Secret, Error> {
    #[derive(Deserialize)]
    struct Issued {
        value: String,
    }
    let status = response.status;
    if status == 200 {
        // Never quoted: it may hold a token.
        let issued = serde_json::from_slice::<Issued>(body).map(|issued| Secret::new(issued.value));
        return match issued {
            Ok(token) if is_jwt(token.expose()) => Ok(token),
            _ => Err(Error::protocol("the response holds no token").status(status)),
        };
    }
    let what = match response.redactor.excerpt(body) {
        excerpt if excerpt.is_empty() => "an empty body".to_owned(),
        excerpt => excerpt,
    };
    let mut report = Report::new(format!("HTTP {status} with {what}"));
    report.status = Some(status);
    report.retry_after = response.retry_after();
    report.client_request_id = Some(response.client_request_id.clone());
    Err(match status {
        408 | 429 | 500.. => Error::Unavailable(report),
        400..500 => Error::Token(report).hint(
            "the job needs `permissions: id-token: write`, and its token is good while it runs",
        ),
        _ => Error::Protocol(report),
    })
}

#[cfg(test)]
mod tests;

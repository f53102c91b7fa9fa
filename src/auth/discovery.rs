//! Where an authority that is not computed takes token requests
//! ([OpenID Connect Discovery 1.0](https://openid.net/specs/openid-connect-discovery-1_0.html)):
//! asked once and kept with the cache, believed only about places that belong to it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::auth::authority::metadata::Metadata;
use crate::auth::client::ConfidentialClient;
use crate::error::Error;
use crate::http::{Attempts, Failed, Failure, Request, Url};

const MAX_ANSWER: usize = 1 << 20;
impl ConfidentialClient {
    /// The token endpoint: computed where that can be done, else as the authority says.
    pub(crate) fn endpoint(&self) -> Result<Url, Error> {
        let Some(configuration) = self.authority.configuration() else {
            return self.authority.token_endpoint();
        };
        if let Some(endpoint) = self.endpoint.get() {
            return Ok(endpoint.clone());
        }
        let now = SystemTime::now();
        let kept = self.cache.kept_metadata(configuration.as_str());
        let is_fresh = kept
            .as_ref()
            .is_some_and(|metadata| metadata.is_fresh_at(now));
        let kept = kept.and_then(|metadata| metadata.check(&self.authority).ok());
        let endpoint = match kept {
            Some(kept) if is_fresh => kept,
            kept => match (self.discover(configuration, kept.is_some(), now), kept) {
                (Ok(endpoint), _) => endpoint,
                // An endpoint seldom moves; a token that is kept may still be good.
                (Err(Error::Unavailable(report)), Some(kept)) => {
                    let listener = self.http.listener();
                    listener.note(|| format!("using what is known of it: {}", report.message));
                    kept
                }
                (Err(error), _) => return Err(error),
            },
        };
        Ok(self.endpoint.get_or_init(|| endpoint).clone())
    }

    fn discover(&self, configuration: &Url, is_known: bool, now: SystemTime) -> Result<Url, Error> {
        let headers = [("accept".to_owned(), "application/json".to_owned())];
        let request = Request {
            headers: &headers,
            ..Request::get(configuration)
        };
        // With an older answer at hand nobody has to wait for a new one.
        let bound = if is_known {
            Duration::ZERO
        } else {
            self.http.retry_max_time()
        };
        let mut attempts = Attempts::new(bound);
        let (metadata, endpoint) =
            self.http
                .retry(configuration.origin(), &mut attempts, |_| {
                    self.look_up(&request)
                })?;
        let at = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        self.cache
            .keep_metadata(configuration.as_str(), Metadata { at, ..metadata });
        Ok(endpoint)
    }

    /// What the authority says of itself, and its token endpoint.
    fn look_up(&self, request: &Request<'_>) -> Result<(Metadata, Url), Failed> {
        let place = format!("authority {}", self.authority.text());
        let mut response = self
            .http
            .exchange(request)
            .map_err(|fault| fault.at(&place))?;
        let body = response.body.read_all_json(MAX_ANSWER);
        let body = body.map_err(|fault| fault.at(&place))?;
        let status = response.status;
        let fail = |cause: &str| format!("{place}: {cause}");
        if status != 200 {
            // The server's own words say whether it is the tenant that is wrong.
            let said = match response.redactor.excerpt(&body) {
                said if said.is_empty() => "an empty body".to_owned(),
                said => said,
            };
            let message = fail(&format!("HTTP {status}: {said}"));
            let error = match status {
                408 | 429 | 500.. => Error::unavailable(message),
                300..=399 => Error::protocol(message).hint("a redirect is not followed"),
                _ => Error::parameters(message).hint("check the spelling of host and tenant"),
            };
            return Err(Failed {
                error: error.status(status),
                failure: response.failure().unwrap_or(Failure::Final),
            });
        }
        let metadata: Metadata = serde_json::from_slice(&body).map_err(|_| {
            Error::protocol(fail(
                "its configuration names no issuer and no token_endpoint",
            ))
        })?;
        let endpoint = metadata.check(&self.authority).map_err(|reason| {
            let reason = response.redactor.redact(&reason);
            Error::protocol(fail(&reason)).hint("nothing was sent there; check the authority")
        })?;
        Ok((metadata, endpoint))
    }
}

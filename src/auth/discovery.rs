//! Where an authority that is not computed takes token requests
//! ([OpenID Connect Discovery 1.0](https://openid.net/specs/openid-connect-discovery-1_0.html)):
//! asked once and kept with the cache, believed only about places that belong to it.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::auth::client::ConfidentialClient;
use crate::auth::metadata::Metadata;
use crate::error::{Error, excerpt};
use crate::http::{Request, Url};

const MAX_ANSWER: usize = 1 << 20;
impl ConfidentialClient {
    /// The token endpoint: computed where that can be done, else as the authority says.
    pub(super) fn endpoint(&self) -> Result<Url, Error> {
        let Some(configuration) = self.authority.configuration() else {
            return self.authority.token_endpoint();
        };
        if let Some(endpoint) = self.endpoint.get() {
            return Ok(endpoint.clone());
        }
        let now = SystemTime::now();
        let kept = self.cache.kept_metadata(configuration.as_str());
        let kept = kept.filter(|metadata| metadata.is_fresh_at(now));
        let endpoint = match kept.and_then(|metadata| metadata.check(&self.authority).ok()) {
            Some(endpoint) => endpoint,
            None => self.discover(configuration, now)?,
        };
        Ok(self.endpoint.get_or_init(|| endpoint).clone())
    }

    fn discover(&self, configuration: &Url, now: SystemTime) -> Result<Url, Error> {
        let headers = [("accept".to_owned(), "application/json".to_owned())];
        let request = Request {
            headers: &headers,
            ..Request::get(configuration)
        };
        let mut answer = self.http.send(&request, &mut self.http.attempts())?;
        let status = answer.status;
        let body = answer
            .body
            .read_all(MAX_ANSWER)
            .map_err(|fault| fault.error)?;
        let fail = |cause: &str| format!("authority {}: {cause}", self.authority.text());
        if status != 200 {
            // The server's own words say whether it is the tenant that is wrong.
            let message = fail(&format!("HTTP {status}: {}", excerpt(&body)));
            let error = match status {
                408 | 429 | 500.. => Error::unavailable(message),
                _ => Error::parameters(message).hint("check the spelling of host and tenant"),
            };
            return Err(error.status(status));
        }
        let metadata: Metadata = serde_json::from_slice(&body).map_err(|_| {
            Error::protocol(fail(
                "its configuration names no issuer and no token_endpoint",
            ))
        })?;
        let endpoint = metadata.check(&self.authority).map_err(|reason| {
            Error::protocol(fail(&reason)).hint("nothing was sent there; check the authority")
        })?;
        let at = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        self.cache
            .keep_metadata(configuration.as_str(), Metadata { at, ..metadata });
        Ok(endpoint)
    }
}

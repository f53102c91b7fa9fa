//! The token request: what is sent, how often, and what a refusal means.

use std::sync::atomic::Ordering;
use std::time::SystemTime;

use zeroize::Zeroizing;

use crate::auth::cache::entry::Key;
use crate::auth::client::ConfidentialClient;
use crate::auth::credential::ASSERTION_TYPE;
use crate::auth::credential::assertion::AssertionRequest;
use crate::auth::credential::managed_identity::{Schedule, resource};
use crate::auth::remedy;
use crate::auth::token::{AccessToken, TokenErrorResponse, stray_report};
use crate::error::Error;
use crate::form;
use crate::http::{Failed, Failure, Origin, Request, Response, Url};
use crate::secret::Secret;

const MAX_ANSWER: usize = 1 << 20;

impl ConfidentialClient {
    /// Whom the attempts are counted for.
    pub(crate) fn token_origin(&self) -> Result<Origin, Error> {
        match self.credential.managed() {
            Some((source, _)) => Ok(source.origin().clone()),
            None => Ok(self.endpoint()?.origin().clone()),
        }
    }

    /// One attempt to get a token; one that comes is kept.
    pub(crate) fn ask(
        &self,
        key: &Key,
        claims: Option<&str>,
        schedule: &mut Schedule,
    ) -> Result<AccessToken, Failed> {
        if let Some((source, selector)) = self.credential.managed() {
            let resource = resource(&self.scope)?;
            let token = source.attempt(&self.http, selector, resource, schedule)?;
            self.keep(key, &token);
            return Ok(token);
        }
        let endpoint = self.endpoint()?;
        if let Some(warning) = self.credential.warning(SystemTime::now())
            && !self.has_warned_of_credential.swap(true, Ordering::Relaxed)
        {
            self.http.listener().warn(&warning);
        }
        self.ask_at(&endpoint, key, claims, schedule)
    }

    fn ask_at(
        &self,
        endpoint: &Url,
        key: &Key,
        claims: Option<&str>,
        schedule: &mut Schedule,
    ) -> Result<AccessToken, Failed> {
        // Entra throttles an application of a tenant.
        let account = self.account();
        if let Some(wait) = self.throttle.wait_for(&account) {
            return Err(Failed::throttled("token endpoint", wait));
        }
        // Made anew for each attempt: an assertion must not be sent twice.
        let proof = self.proof(endpoint.as_str(), schedule)?;
        let form = self.form(claims, &proof)?;
        for (_, secret) in proof.iter().filter(|(name, _)| *name != ASSERTION_TYPE) {
            self.http.redactor().add(secret);
        }
        let mut response = self.http.exchange(&Request {
            headers: &[("accept".to_owned(), "application/json".to_owned())],
            ..Request::form(endpoint, &form)
        })?;
        let record = |wait| {
            self.throttle.record(&account, wait, &self.http);
        };
        let failure = response.failure();
        if failure.is_some() {
            response.retry_after().into_iter().for_each(record);
        }
        let now = SystemTime::now();
        let body = response
            .body
            .read_all_json(MAX_ANSWER)
            .map(Zeroizing::new)?;
        if response.status == 200 {
            let token = AccessToken::from_answer(&body, &self.scope, now);
            let token = token.map_err(|error| contradiction(error, &response, &body))?;
            self.keep(key, &token);
            return Ok(token);
        }
        let (error, is_passing) = self.refusal(&response, &body);
        let failure = match failure {
            None if is_passing && response.status < 500 => {
                let asked = response.retry_after();
                asked.into_iter().for_each(record);
                Failure::Status(503, asked)
            }
            failure => failure.unwrap_or(Failure::Final),
        };
        Err(Failed { error, failure })
    }

    fn keep(&self, key: &Key, token: &AccessToken) {
        if let Err(reason) = self.cache.store(key, token, SystemTime::now()) {
            self.warn_of_cache(&reason);
        }
    }

    fn proof(&self, endpoint: &str, schedule: &mut Schedule) -> Result<Proof, Failed> {
        if self.scope.is_empty() {
            let error = Error::parameters("scope: missing, and this authority has no usual one");
            return Err(error.hint("give the Graph root and /.default").into());
        }
        let asked = AssertionRequest {
            endpoint,
            client_id: &self.client_id,
            is_adfs: self.authority.is_adfs(),
            now: SystemTime::now(),
        };
        self.credential.proof(&asked, &self.http, schedule)
    }

    fn form(&self, claims: Option<&str>, proof: &Proof) -> Result<Secret, Error> {
        let mut fields = vec![
            ("client_id", self.client_id.as_str()),
            ("grant_type", "client_credentials"),
            ("scope", &self.scope),
        ];
        fields.extend(proof.iter().map(|(name, value)| (*name, value.expose())));
        fields.extend(claims.map(|claims| ("claims", claims)));
        Ok(form::encode(&fields))
    }

    /// The response as an error, and whether it will pass by itself.
    fn refusal(&self, response: &Response, body: &[u8]) -> (Error, bool) {
        let status = response.status;
        let id = &response.client_request_id;
        let is_unavailable = matches!(status, 408 | 429 | 500..);
        let Some(refusal) = TokenErrorResponse::read(body, &response.redactor) else {
            let report = stray_report(response, body);
            return if is_unavailable {
                (
                    Error::Unavailable(report).retry_after(response.retry_after()),
                    true,
                )
            } else if (300..400).contains(&status) {
                let error = Error::Protocol(report);
                (
                    error.hint("a redirect would carry the secret to another host"),
                    false,
                )
            } else {
                let error = Error::Protocol(report);
                (
                    error.hint("a proxy or a captive portal may have responded"),
                    false,
                )
            };
        };
        let is_passing = is_unavailable || refusal.is_passing();
        let hint = remedy::remedy(&refusal.error_codes, &self.consent_url());
        let report = refusal.report(status, id);
        let mut error = if is_passing {
            Error::Unavailable(report).retry_after(response.retry_after())
        } else {
            Error::Token(report)
        };
        error.report_mut().hint = hint;
        (error, is_passing)
    }
}

/// What proved the identity in one request.
type Proof = Vec<(&'static str, Secret)>;

/// A success without a token: what it says instead is not lost.
fn contradiction(error: Error, response: &Response, body: &[u8]) -> Error {
    match TokenErrorResponse::read(body, &response.redactor) {
        Some(refusal) => {
            Error::Protocol(refusal.report(response.status, &response.client_request_id))
        }
        None => error,
    }
}

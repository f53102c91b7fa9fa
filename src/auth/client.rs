//! The confidential client: a token from the cache, else from the token endpoint, once for all
//! processes.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use zeroize::Zeroizing;

use crate::auth::advice;
use crate::auth::authority::Authority;
use crate::auth::cache::{Lock, TokenCache};
use crate::auth::credential::Credential;
use crate::auth::entry::Key;
use crate::auth::token::{AccessToken, Refusal, sorted, stray_report};
use crate::error::Error;
use crate::form;
use crate::http::{Answer, Attempts, Failure, Http, Network, Request, Url};
use crate::secret::Secret;

/// An application that can keep a secret
/// ([RFC 6749 §2.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.1)) and acts in its own
/// name.
#[derive(Debug)]
pub struct ConfidentialClient {
    authority: Authority,
    client_id: String,
    credential: Credential,
    scope: String,
    cache: TokenCache,
    http: Http,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    token: Option<AccessToken>,
    /// When a replacement for a good token failed last.
    failed_at: Option<Instant>,
    has_warned_of_lock: bool,
}

/// Why the token at hand will not do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Renewal<'r> {
    /// There is none, or it is about to expire.
    Missing,
    /// Graph refused this one.
    Refused(&'r AccessToken),
    /// Graph wants a token with these claims; none that is at hand has them.
    Claims(&'r str),
}

const MAX_ANSWER: usize = 1 << 20;
const LOCK_POLL: Duration = Duration::from_millis(40);
/// How long a failed replacement of a token that is still good is not tried again.
const PATIENCE: Duration = Duration::from_secs(30);

impl ConfidentialClient {
    /// An application of the tenant that `authority` names, for instance
    /// `https://login.microsoftonline.com/contoso.onmicrosoft.com`. Nothing is sent yet. The
    /// scope is that of the cloud's Graph; tokens are kept in memory.
    ///
    /// # Errors
    ///
    /// [`Error::Parameters`] when the authority cannot be one.
    pub fn new(
        authority: &str,
        client_id: impl Into<String>,
        credential: Credential,
    ) -> Result<Self, Error> {
        let authority = Authority::parse(authority)?;
        let scope = match authority.graph_root() {
            Some(host) => format!("https://{host}/.default"),
            None => String::new(),
        };
        Ok(Self {
            authority,
            client_id: client_id.into(),
            credential,
            scope,
            cache: TokenCache::none(),
            http: Http::new(Network::default()),
            state: Mutex::default(),
        })
    }

    /// Asks for these scopes, separated by spaces; an application's end in `/.default`.
    #[must_use]
    pub fn with_scope(mut self, scope: &str) -> Self {
        self.scope = sorted(scope);
        self
    }

    /// Keeps tokens there.
    #[must_use]
    pub fn with_token_cache(mut self, cache: TokenCache) -> Self {
        self.cache = cache;
        self
    }

    /// Uses the network in this way, for tokens and for Graph.
    #[must_use]
    pub fn with_network(mut self, network: Network) -> Self {
        self.http = Http::new(network);
        self
    }

    /// A token with more than 300 s to live: from memory, else from the cache, else from the
    /// token endpoint ([RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)).
    ///
    /// # Errors
    ///
    /// [`Error::Token`] when it is refused, [`Error::Unavailable`] when no answer came in time,
    /// [`Error::Protocol`] when the answer is none of a token endpoint,
    /// [`Error::Parameters`] when scope, proxy or CA file cannot be used.
    pub fn acquire_token(&self) -> Result<AccessToken, Error> {
        self.acquire(Renewal::Missing)
    }

    pub(crate) fn acquire(&self, renewal: Renewal<'_>) -> Result<AccessToken, Error> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let key = self.key();
        let now = SystemTime::now();
        let known = state
            .token
            .take()
            .filter(|token| renewal.accepts(token, now));
        let known = known.or_else(|| self.find(&key, renewal));
        let token = match known {
            Some(token) if token.is_aging_at(now) => self.refresh(token, &key, &mut state),
            Some(token) => token,
            None => self.renew(&key, renewal, &mut state)?,
        };
        state.token = Some(token.clone());
        Ok(token)
    }

    pub(crate) fn http(&self) -> &Http {
        &self.http
    }

    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    pub(crate) fn consent_url(&self) -> String {
        self.authority.consent_url(&self.client_id)
    }

    /// Replaces a token that is still good, if that can be had at once; else it does for now.
    fn refresh(&self, token: AccessToken, key: &Key, state: &mut State) -> AccessToken {
        let is_patient = state.failed_at.is_some_and(|at| at.elapsed() < PATIENCE);
        let is_told_to_wait = self.not_before(SystemTime::now()).is_some();
        // Whoever holds the lock is replacing it already.
        let lock = self.cache.try_lock();
        if is_patient || is_told_to_wait || matches!(lock, Lock::Busy) {
            return token;
        }
        if let Some(newer) = self.find(key, Renewal::Missing)
            && !newer.is_aging_at(SystemTime::now())
        {
            return newer;
        }
        match self.ask(key, None, &mut Attempts::new(Duration::ZERO)) {
            Ok(newer) => newer,
            Err(error) => {
                state.failed_at = Some(Instant::now());
                self.http
                    .listener()
                    .note(|| format!("the token is still good, though {error}"));
                token
            }
        }
    }

    /// Gets a new token, alone among all processes that share the cache.
    fn renew(
        &self,
        key: &Key,
        renewal: Renewal<'_>,
        state: &mut State,
    ) -> Result<AccessToken, Error> {
        let start = Instant::now();
        let deadline = start.checked_add(self.http.retry_max_time());
        let deadline = self.http.deadline().into_iter().chain(deadline).min();
        let _lock = loop {
            match self.cache.try_lock() {
                Lock::Busy if deadline.is_none_or(|deadline| Instant::now() < deadline) => {
                    self.http.pause(LOCK_POLL);
                    if let Some(token) = self.find_quietly(key, renewal) {
                        return Ok(token);
                    }
                }
                lock => break lock,
            }
        };
        match &_lock {
            Lock::Busy => self.warn_of_lock("is held for too long", state),
            Lock::Missing(reason) if !reason.is_empty() => self.warn_of_lock(reason, state),
            _ => {}
        }
        if let Some(token) = self.find_quietly(key, renewal) {
            return Ok(token);
        }
        let claims = match renewal {
            Renewal::Claims(claims) => Some(claims),
            Renewal::Missing | Renewal::Refused(_) => None,
        };
        let mut attempts = self.http.attempts();
        self.obey_not_before(&mut attempts)?;
        self.ask(key, claims, &mut attempts)
    }

    fn warn_of_lock(&self, reason: &str, state: &mut State) {
        if !std::mem::replace(&mut state.has_warned_of_lock, true)
            && let Some(path) = self.cache.path()
        {
            let path = path.display();
            self.http
                .listener()
                .warn(&format!("token cache {path}: no lock: {reason}"));
        }
    }

    fn obey_not_before(&self, attempts: &mut Attempts) -> Result<(), Error> {
        let now = SystemTime::now();
        let Some(wait) = self
            .not_before(now)
            .and_then(|at| at.duration_since(now).ok())
        else {
            return Ok(());
        };
        let reason = "token endpoint: this application was told to wait";
        match self
            .http
            .next_wait(attempts, Failure::Status(429, Some(wait)))
        {
            Some(wait) => {
                self.http.sleep(reason, wait);
                Ok(())
            }
            None => Err(Error::unavailable(format!(
                "{reason}, and may ask again in {} s",
                wait.as_secs()
            ))
            .retry_after(Some(wait))),
        }
    }

    /// One token request with its repeats; a token that comes is kept.
    fn ask(
        &self,
        key: &Key,
        claims: Option<&str>,
        attempts: &mut Attempts,
    ) -> Result<AccessToken, Error> {
        let endpoint = self.authority.token_endpoint()?;
        loop {
            // Made anew for each try: an assertion must not be sent twice.
            let form = self.form(claims)?;
            let mut answer = self.http.send(
                &Request {
                    url: &endpoint,
                    headers: &[("accept".to_owned(), "application/json".to_owned())],
                    bearer: None,
                    form: Some(&form),
                },
                attempts,
                &mut |wait| self.leave_word(wait),
            )?;
            let now = SystemTime::now();
            let body = answer.body.read_all(MAX_ANSWER).map(Zeroizing::new);
            let body = match body {
                Ok(body) => body,
                Err(fault) if fault.is_passing => {
                    self.try_again(attempts, Failure::Broken, fault.error)?;
                    continue;
                }
                Err(fault) => return Err(fault.error),
            };
            if answer.status == 200 {
                let token = AccessToken::from_answer(&body, &self.scope, now)?;
                self.cache.store(key, &token, now, self.http.listener());
                return Ok(token);
            }
            let (error, is_passing) = self.refusal(&answer, &body);
            if is_passing && answer.status < 500 && answer.status != 429 {
                let asked = answer.retry_after();
                asked.into_iter().for_each(|wait| self.leave_word(wait));
                let failure = Failure::Status(503, asked);
                self.try_again(attempts, failure, error)?;
            } else {
                return Err(error);
            }
        }
    }

    fn try_again(
        &self,
        attempts: &mut Attempts,
        failure: Failure,
        error: Error,
    ) -> Result<(), Error> {
        match self.http.next_wait(attempts, failure) {
            Some(wait) => {
                self.http.sleep(&error.to_string(), wait);
                Ok(())
            }
            None => Err(error),
        }
    }

    fn form(&self, claims: Option<&str>) -> Result<Secret, Error> {
        if self.scope.is_empty() {
            return Err(
                Error::parameters("scope: missing, and this authority has no usual one")
                    .hint("give the Graph root and /.default"),
            );
        }
        let proof = self.credential.fields();
        let mut fields = vec![
            ("client_id", self.client_id.as_str()),
            ("grant_type", "client_credentials"),
            ("scope", &self.scope),
        ];
        fields.extend(proof.iter().map(|(name, value)| (*name, value.expose())));
        fields.extend(claims.map(|claims| ("claims", claims)));
        Ok(form::encode(&fields))
    }

    /// The answer as an error, and whether it will pass by itself.
    fn refusal(&self, answer: &Answer, body: &[u8]) -> (Error, bool) {
        let status = answer.status;
        let id = &answer.client_request_id;
        let is_unavailable = matches!(status, 408 | 429 | 500..);
        let Some(refusal) = Refusal::read(body) else {
            let report = stray_report(status, body, id);
            return if is_unavailable {
                (
                    Error::Unavailable(report).retry_after(answer.retry_after()),
                    true,
                )
            } else if (300..400).contains(&status) {
                let error = Error::Protocol(report);
                (
                    error.hint("a redirect would carry the secret to another place"),
                    false,
                )
            } else {
                let error = Error::Protocol(report);
                (
                    error.hint("a proxy or a captive portal may have answered"),
                    false,
                )
            };
        };
        let is_passing = is_unavailable || refusal.is_passing();
        let hint = advice::remedy(&refusal.error_codes, &self.consent_url());
        let report = refusal.report(status, id);
        let mut error = if is_passing {
            Error::Unavailable(report).retry_after(answer.retry_after())
        } else {
            Error::Token(report)
        };
        error.report_mut().hint = hint;
        (error, is_passing)
    }

    fn find(&self, key: &Key, renewal: Renewal<'_>) -> Option<AccessToken> {
        let now = SystemTime::now();
        let token = self.cache.find(key, now, self.http.listener())?;
        let is_usable = renewal.accepts(&token, now);
        if is_usable {
            self.http
                .listener()
                .note(|| "the token comes from the cache".to_owned());
        }
        is_usable.then_some(token)
    }

    /// Looks again without a second warning.
    fn find_quietly(&self, key: &Key, renewal: Renewal<'_>) -> Option<AccessToken> {
        let now = SystemTime::now();
        let token = self.cache.find(key, now, &Default::default())?;
        renewal.accepts(&token, now).then_some(token)
    }

    fn key(&self) -> Key {
        Key {
            environment: self.authority.environment().to_owned(),
            client_id: self.client_id.clone(),
            realm: self.authority.tenant().to_ascii_lowercase(),
            target: self.scope.clone(),
        }
    }

    fn not_before(&self, now: SystemTime) -> Option<SystemTime> {
        self.cache.not_before(&self.wait_key(), now)
    }

    fn leave_word(&self, wait: Duration) {
        let now = SystemTime::now();
        if let Some(moment) = now.checked_add(wait) {
            self.cache.set_not_before(&self.wait_key(), moment, now);
        }
    }

    /// Entra throttles an application of a tenant.
    fn wait_key(&self) -> String {
        let endpoint = self.authority.token_endpoint();
        let endpoint = endpoint.as_ref().map(Url::as_str).unwrap_or_default();
        format!("{endpoint} {}", self.client_id)
    }
}

impl Renewal<'_> {
    /// Whether a token that is at hand will do.
    fn accepts(self, token: &AccessToken, now: SystemTime) -> bool {
        token.is_fresh_at(now)
            && match self {
                Self::Missing => true,
                Self::Refused(refused) => token.secret.expose() != refused.secret.expose(),
                Self::Claims(_) => false,
            }
    }
}

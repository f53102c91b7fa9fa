//! The confidential client: a token from the cache, else from the token endpoint, once for all
//! processes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use crate::auth::authority::Authority;
use crate::auth::cache::entry::Key;
use crate::auth::cache::store::TokenCache;
use crate::auth::cache::throttle::Throttle;
use crate::auth::credential::Credential;
use crate::auth::credential::managed_identity::resource;
use crate::auth::refresh_reason::RefreshReason;
use crate::auth::token::{AccessToken, sorted};
use crate::error::Error;
use crate::http::{Http, Network, Origin, Url};

/// An application that can keep a secret
/// ([RFC 6749 §2.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.1)) and acts in its own
/// name.
#[derive(Debug)]
pub struct ConfidentialClient {
    pub(crate) authority: Authority,
    pub(crate) client_id: String,
    pub(crate) credential: Credential,
    pub(crate) scope: String,
    pub(crate) cache: TokenCache,
    pub(crate) throttle: Throttle,
    pub(crate) http: Http,
    /// The token endpoint, once it was discovered.
    pub(crate) endpoint: OnceLock<Url>,
    /// The token in memory.
    token: Mutex<Option<AccessToken>>,
    has_warned: AtomicBool,
    pub(crate) has_warned_of_credential: AtomicBool,
    /// The command that clears the cache, for hints.
    clear_command: String,
}

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
        let authority = Authority::parse(authority).map_err(|error| error.at("authority"))?;
        Ok(Self::of(authority, client_id.into(), credential))
    }

    /// An application at an authority that says by itself where its endpoints are: a custom
    /// domain such as `https://login.contoso.com/TENANT/v2.0`, or AD FS.
    ///
    /// # Errors
    ///
    /// [`Error::Parameters`] when the authority cannot be one.
    pub fn with_oidc_authority(
        authority: &str,
        client_id: impl Into<String>,
        credential: Credential,
    ) -> Result<Self, Error> {
        let authority =
            Authority::parse_oidc(authority).map_err(|error| error.at("oidc authority"))?;
        Ok(Self::of(authority, client_id.into(), credential))
    }

    pub(crate) fn of(authority: Authority, client_id: String, credential: Credential) -> Self {
        let scope = match authority.graph_root() {
            Some(host) => format!("https://{host}/.default"),
            None => String::new(),
        };
        Self {
            http: new_http(Network::default(), &credential),
            authority,
            client_id,
            credential,
            scope,
            cache: TokenCache::none(),
            throttle: Throttle::default(),
            endpoint: OnceLock::new(),
            token: Mutex::default(),
            has_warned: AtomicBool::new(false),
            has_warned_of_credential: AtomicBool::new(false),
            clear_command: "mgd cache clear".to_owned(),
        }
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
        self.throttle = Throttle::beside(cache.path());
        self.cache = cache;
        self
    }

    /// Names this command where a hint says to clear the cache.
    pub(crate) fn with_clear_command(mut self, command: &str) -> Self {
        command.clone_into(&mut self.clear_command);
        self
    }

    /// Uses the network in this way, for tokens and for Graph.
    #[must_use]
    pub fn with_network(mut self, network: Network) -> Self {
        self.http = new_http(network, &self.credential);
        self
    }

    /// A token with more than 300 s to live: from memory, else from the cache, else from the
    /// token endpoint ([RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)).
    ///
    /// # Errors
    ///
    /// [`Error::Token`] when it is refused, [`Error::Unavailable`] when no response came in time,
    /// [`Error::Protocol`] when the response is none of a token endpoint,
    /// [`Error::Parameters`] when scope, proxy or CA file cannot be used.
    pub fn acquire_token(&self) -> Result<AccessToken, Error> {
        self.acquire(RefreshReason::Missing)
    }

    /// A new token from the token endpoint, whatever is in memory and in the cache; it takes the
    /// place of the old one in both. For a permission that was granted, or a credential that was
    /// changed, just now: a token keeps the permissions that it was made with. The old one stays
    /// good until it expires.
    ///
    /// # Errors
    ///
    /// As for [`acquire_token`](Self::acquire_token).
    pub fn acquire_token_by_force(&self) -> Result<AccessToken, Error> {
        self.acquire(RefreshReason::Forced)
    }

    pub(crate) fn acquire(&self, renewal: RefreshReason<'_>) -> Result<AccessToken, Error> {
        let mut in_memory = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        let key = self.key()?;
        let now = SystemTime::now();
        let known = in_memory.take().filter(|token| renewal.accepts(token, now));
        let known = known.or_else(|| self.find(&key, renewal));
        let token = match known {
            Some(token) if token.is_aging_at(now) => self.refresh(token, &key),
            Some(token) => token,
            None => self.renew(&key, renewal)?,
        };
        *in_memory = Some(token.clone());
        Ok(token)
    }

    /// How long this application must send nothing to a host that its token goes to: Graph
    /// throttles an application of a tenant (learn.microsoft.com/graph/throttling).
    pub(crate) fn throttled_for(&self, origin: &Origin) -> Option<Duration> {
        self.throttle.wait_for(&self.throttle_key(origin))
    }

    /// Records that a host that the token goes to asked for this wait.
    pub(crate) fn record_throttle(&self, origin: &Origin, wait: Duration) {
        let key = self.throttle_key(origin);
        self.throttle.record(&key, wait, &self.http);
    }

    fn throttle_key(&self, origin: &Origin) -> String {
        format!("{origin} {}", self.account())
    }

    /// The token in memory, if it can be used as it is.
    pub(crate) fn token_at_hand(&self) -> Option<AccessToken> {
        // Somebody who holds the lock may be asking for another token.
        let token = self.token.try_lock().ok()?;
        let now = SystemTime::now();
        let is_good = |token: &&AccessToken| token.is_fresh_at(now) && !token.is_aging_at(now);
        token.as_ref().filter(is_good).cloned()
    }

    pub(crate) fn http(&self) -> &Http {
        &self.http
    }

    pub(crate) fn token_cache(&self) -> &TokenCache {
        &self.cache
    }

    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The scopes that are asked for.
    pub(crate) fn scope(&self) -> &str {
        &self.scope
    }

    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The application and its tenant, in a word.
    pub(crate) fn account(&self) -> String {
        format!("{} {}", self.authority.base().as_str(), self.client_id)
    }

    pub(crate) fn clear_command(&self) -> &str {
        &self.clear_command
    }

    pub(crate) fn consent_url(&self) -> String {
        self.authority.consent_url(&self.client_id)
    }

    /// Tells what is wrong with the cache, once: the rest follows from it.
    pub(crate) fn warn_of_cache(&self, reason: &str) {
        if let Some(path) = self.cache.path()
            && !self.has_warned.swap(true, Ordering::Relaxed)
        {
            let path = path.display();
            self.http
                .listener()
                .warn(&format!("token cache {path}: {reason}"));
        }
    }

    pub(crate) fn find(&self, key: &Key, renewal: RefreshReason<'_>) -> Option<AccessToken> {
        let now = SystemTime::now();
        let found = self.cache.find(key, now).unwrap_or_else(|reason| {
            self.warn_of_cache(&reason);
            None
        });
        if let Some(reason) = self.cache.exposure() {
            self.warn_of_cache(&reason);
        }
        let token = found.filter(|token| renewal.accepts(token, now))?;
        self.http
            .listener()
            .note(|| "the token comes from the cache".to_owned());
        Some(token)
    }

    fn key(&self) -> Result<Key, Error> {
        let realm = match self.authority.configuration() {
            None => self.authority.tenant().to_ascii_lowercase(),
            // MSAL takes it from the endpoint, where Entra puts the tenant's GUID.
            Some(_) => {
                let endpoint = self.endpoint()?;
                let mut path = endpoint.path_and_query().split('/');
                let realm = path.find(|segment| !segment.is_empty());
                realm
                    .unwrap_or(self.authority.tenant())
                    .to_ascii_lowercase()
            }
        };
        Ok(Key {
            environment: self.authority.environment().to_owned(),
            client_id: self.client_id.clone(),
            realm,
            target: match self.credential.managed() {
                Some(_) => resource(&self.scope)?.to_owned(),
                None => self.scope.clone(),
            },
        })
    }
}

/// Nothing that comes over it is quoted with the secret in it.
fn new_http(network: Network, credential: &Credential) -> Http {
    let http = Http::new(network);
    let secret = credential.fixed_secret();
    secret.into_iter().for_each(|it| http.redactor().add(it));
    http
}

//! The content of the token cache: MSAL's unified schema, as MSAL Python writes it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;
use std::ops::{Deref, DerefMut};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::auth::token::{AccessToken, LONGEST_LIFETIME, is_sendable, sorted};
use crate::secret::{Secret, SecretBuffer};

/// What a token is kept under: the same in every process that may use it.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// The login host, without a port.
    pub(crate) environment: String,
    pub(crate) client_id: String,
    /// The tenant.
    pub(crate) realm: String,
    /// The scopes asked for, in order.
    pub(crate) target: String,
}

/// A token in the cache, without itself.
#[derive(Clone, Debug)]
pub(crate) struct CachedToken {
    pub(crate) client_id: String,
    pub(crate) tenant: String,
    pub(crate) scope: String,
    pub(crate) expires_on: SystemTime,
    /// The login host.
    pub(crate) environment: String,
}

/// A JSON object whose values stay as they were written. One kind of map for all that is kept:
/// the code of each further one is 6 kB.
///
/// Its values are wiped when it is dropped: those of the cache hold tokens.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct Members(BTreeMap<String, Box<RawValue>>);

impl Deref for Members {
    type Target = BTreeMap<String, Box<RawValue>>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Members {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl Drop for Members {
    fn drop(&mut self) {
        for (_, raw) in std::mem::take(&mut self.0) {
            wiped(raw);
        }
    }
}

/// A value as text that is wiped on drop.
fn wiped(raw: Box<RawValue>) -> Zeroizing<String> {
    Zeroizing::new(String::from(Box::<str>::from(raw)))
}

/// A value as JSON, with no copy left behind.
fn to_raw(value: &impl Serialize) -> Option<Box<RawValue>> {
    let mut buffer = SecretBuffer::default();
    serde_json::to_writer(&mut buffer, value).ok()?;
    let bytes = buffer.into_bytes();
    RawValue::from_string(str::from_utf8(&bytes).ok()?.to_owned()).ok()
}

/// A cache file in memory. What is not ours to read is kept as it was written.
#[derive(Debug, Default)]
pub(crate) struct Document {
    sections: Members,
    access_tokens: Members,
}

const ACCESS_TOKENS: &str = "AccessToken";
const APP_METADATA: &str = "AppMetadata";

impl Document {
    /// Reads a cache; `None` is one that is damaged.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() {
            return Some(Self::default());
        }
        let mut sections: Members = serde_json::from_slice(bytes).ok()?;
        let access_tokens = match sections.remove(ACCESS_TOKENS) {
            Some(section) => serde_json::from_str(&wiped(section)).ok()?,
            None => Members::default(),
        };
        Some(Self {
            sections,
            access_tokens,
        })
    }

    /// The token for `key` that lives longest, whatever name its entry has.
    pub(crate) fn find(&self, key: &Key, now: SystemTime) -> Option<AccessToken> {
        self.access_tokens
            .values()
            .filter_map(|raw| Entry::read(raw))
            .filter(|entry| entry.is_for(key))
            .filter_map(|entry| entry.token(now))
            .max_by_key(|token| token.expires_on)
    }

    /// Puts a token in and takes out those that have expired.
    pub(crate) fn store(&mut self, key: &Key, token: &AccessToken, now: SystemTime) -> Option<()> {
        self.access_tokens.retain(|_, raw| {
            // An entry that cannot be read is another's, and stays.
            Entry::read(raw)
                .and_then(|entry| moment(&entry.expires_on))
                .is_none_or(|expires_on| expires_on >= now)
        });
        let new = NewEntry {
            credential_type: ACCESS_TOKENS,
            secret: token.secret.expose(),
            home_account_id: None,
            environment: &key.environment,
            client_id: &key.client_id,
            target: &token.target,
            realm: &key.realm,
            token_type: "Bearer",
            cached_at: seconds(now),
            expires_on: seconds(token.expires_on),
            extended_expires_on: seconds(token.extended_expires_on),
            refresh_on: token.refresh_on.map(seconds),
        };
        let name = format!(
            "-{}-accesstoken-{}-{}-{}",
            key.environment, key.client_id, key.realm, token.target
        );
        let raw = to_raw(&new)?;
        self.access_tokens.insert(name.to_ascii_lowercase(), raw);
        self.store_metadata(key)
    }

    /// The tokens of applications.
    pub(crate) fn list(&self) -> Vec<CachedToken> {
        let raw = self.access_tokens.values();
        raw.filter_map(|raw| listed(raw)).collect()
    }

    /// Removes the tokens of applications that `is_meant` picks and says how many there were.
    pub(crate) fn remove(&mut self, is_meant: &dyn Fn(&CachedToken) -> bool) -> usize {
        let before = self.access_tokens.len();
        self.access_tokens
            .retain(|_, raw| !listed(raw).is_some_and(|token| is_meant(&token)));
        before - self.access_tokens.len()
    }

    fn store_metadata(&mut self, key: &Key) -> Option<()> {
        let mut section: Members = match self.sections.get(APP_METADATA) {
            Some(section) => serde_json::from_str(section.get()).ok()?,
            None => Members::default(),
        };
        let name = format!("appmetadata-{}-{}", key.environment, key.client_id);
        if let Slot::Vacant(slot) = section.entry(name) {
            let metadata = NewMetadata {
                client_id: &key.client_id,
                environment: &key.environment,
            };
            slot.insert(to_raw(&metadata)?);
            let section = to_raw(&section)?;
            self.sections.insert(APP_METADATA.to_owned(), section);
        }
        Some(())
    }

    /// The file's content.
    pub(crate) fn write(&self) -> Option<Zeroizing<Vec<u8>>> {
        let tokens = to_raw(&self.access_tokens)?;
        let mut sections = self.sections.clone();
        sections.insert(ACCESS_TOKENS.to_owned(), tokens);
        let mut buffer = SecretBuffer::default();
        serde_json::to_writer(&mut buffer, &sections).ok()?;
        Some(buffer.into_bytes())
    }
}

struct Entry {
    secret: Secret,
    home_account_id: Option<String>,
    environment: String,
    client_id: String,
    realm: String,
    target: String,
    credential_type: Option<String>,
    token_type: Option<String>,
    cached_at: Option<Box<RawValue>>,
    expires_on: Box<RawValue>,
    extended_expires_on: Option<Box<RawValue>>,
    refresh_on: Option<Box<RawValue>>,
    ext_cache_key: Option<Box<RawValue>>,
}

/// Seconds since 1970: a string in MSAL, a number in some older files.
fn moment(seconds: &RawValue) -> Option<SystemTime> {
    let seconds = seconds.get().trim_matches('"').parse().ok()?;
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

impl Entry {
    /// Reads an entry by hand: derived for thirteen members, that is 7 kB of code.
    fn read(raw: &RawValue) -> Option<Self> {
        let mut members: Members = serde_json::from_str(raw.get()).ok()?;
        let mut value = |name: &str| members.remove(name).filter(|raw| raw.get() != "null");
        let secret = wiped(value("secret")?);
        let secret = serde_json::from_str::<String>(&secret)
            .map(Secret::new)
            .ok()?;
        let mut text = |name: &str| match value(name) {
            Some(raw) => serde_json::from_str::<String>(raw.get()).map(Some).ok(),
            None => Some(None),
        };
        Some(Self {
            secret,
            home_account_id: text("home_account_id")?,
            environment: text("environment")??,
            client_id: text("client_id")??,
            realm: text("realm")??,
            target: text("target")??,
            credential_type: text("credential_type")?,
            token_type: text("token_type")?,
            cached_at: value("cached_at"),
            expires_on: value("expires_on")?,
            extended_expires_on: value("extended_expires_on"),
            refresh_on: value("refresh_on"),
            ext_cache_key: value("ext_cache_key"),
        })
    }

    /// Whether it is a bearer token that an application got in its own name.
    fn is_of_application(&self) -> bool {
        let is = |value: &Option<String>, expected: &str| {
            value
                .as_ref()
                .is_none_or(|value| value.eq_ignore_ascii_case(expected))
        };
        self.home_account_id.as_ref().is_none_or(String::is_empty)
            && self.ext_cache_key.is_none()
            && is(&self.credential_type, ACCESS_TOKENS)
            && is(&self.token_type, "Bearer")
    }

    fn is_for(&self, key: &Key) -> bool {
        self.environment == key.environment
            && self.client_id.eq_ignore_ascii_case(&key.client_id)
            && self.realm.eq_ignore_ascii_case(&key.realm)
            && self.is_of_application()
            && key
                .target
                .split(' ')
                .all(|scope| self.target.split(' ').any(|has| has == scope))
    }

    /// The token, unless its times show that a clock was wrong when it was written.
    fn token(self, now: SystemTime) -> Option<AccessToken> {
        if !is_sendable(self.secret.expose()) {
            return None;
        }
        let ahead = Duration::from_secs(300);
        let cached_at = self.cached_at.as_deref().and_then(moment);
        if cached_at.is_some_and(|at| at.duration_since(now).is_ok_and(|early| early > ahead)) {
            return None;
        }
        let expires_on = moment(&self.expires_on)?;
        if expires_on
            .duration_since(now)
            .is_ok_and(|left| left > LONGEST_LIFETIME)
        {
            return None;
        }
        let extended = self.extended_expires_on.as_deref().and_then(moment);
        Some(AccessToken {
            secret: self.secret,
            expires_on,
            extended_expires_on: extended.unwrap_or(expires_on),
            refresh_on: self.refresh_on.as_deref().and_then(moment),
            target: sorted(&self.target),
            is_lifetime_known: true,
        })
    }
}

/// What an entry says of a token, if it is one of an application's.
fn listed(raw: &RawValue) -> Option<CachedToken> {
    let entry = Entry::read(raw)?;
    entry.is_of_application().then_some(CachedToken {
        client_id: entry.client_id,
        tenant: entry.realm,
        scope: entry.target,
        expires_on: moment(&entry.expires_on)?,
        environment: entry.environment,
    })
}

/// An entry in the order in which MSAL Python writes it.
#[derive(Serialize)]
struct NewEntry<'t> {
    credential_type: &'t str,
    secret: &'t str,
    home_account_id: Option<&'t str>,
    environment: &'t str,
    client_id: &'t str,
    target: &'t str,
    realm: &'t str,
    token_type: &'t str,
    cached_at: String,
    expires_on: String,
    extended_expires_on: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_on: Option<String>,
}

#[derive(Serialize)]
struct NewMetadata<'t> {
    client_id: &'t str,
    environment: &'t str,
}

fn seconds(moment: SystemTime) -> String {
    moment
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key {
            environment: "login.microsoftonline.com".to_owned(),
            client_id: "0A-b".to_owned(),
            realm: "11-22".to_owned(),
            target: "https://graph.microsoft.com/.default".to_owned(),
        }
    }

    fn token(now: SystemTime, lives: u64) -> AccessToken {
        let body = format!(r#"{{"access_token":"t{lives}","expires_in":{lives}}}"#);
        AccessToken::from_answer(body.as_bytes(), &key().target, now).unwrap()
    }

    fn now() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_795_327_226)
    }

    #[test]
    fn a_token_comes_back_and_an_expired_one_is_cleared_away() {
        let mut document = Document::default();
        document.store(&key(), &token(now(), 3599), now()).unwrap();
        let bytes = document.write().unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let name = "-login.microsoftonline.com-accesstoken-0a-b-11-22-https://graph.microsoft.com/.default";
        assert!(text.contains(&format!("\"{name}\":{{\"credential_type\":\"AccessToken\"")));
        assert!(text.contains("\"appmetadata-login.microsoftonline.com-0A-b\""));
        assert!(text.contains("\"home_account_id\":null"));
        assert!(text.contains("\"cached_at\":\"1795327226\",\"expires_on\":\"1795330825\""));

        let mut document = Document::read(&bytes).unwrap();
        assert_eq!(
            document.find(&key(), now()).unwrap().secret.expose(),
            "t3599"
        );
        let later = now() + Duration::from_secs(4000);
        let other = Key {
            client_id: "other".to_owned(),
            ..key()
        };
        document.store(&other, &token(later, 100), later).unwrap();
        assert!(document.find(&key(), now()).is_none());
        assert!(document.find(&other, later).is_some());
    }

    #[test]
    fn what_is_not_ours_survives_to_the_last_digit() {
        let text = r#"{"AccessToken":{"odd":{"x":1e400}},"Account":{"a":12345678901234567890123},"New":[ 1.0 ]}"#;
        let mut document = Document::read(text.as_bytes()).unwrap();
        document.store(&key(), &token(now(), 10), now()).unwrap();
        let text = String::from_utf8(document.write().unwrap().to_vec()).unwrap();
        for kept in [
            "\"odd\":{\"x\":1e400}",
            "12345678901234567890123",
            "[ 1.0 ]",
        ] {
            assert!(text.contains(kept), "{kept} in {text}");
        }
    }

    #[test]
    fn only_a_token_for_exactly_this_application_is_found() {
        let mut document = Document::default();
        document.store(&key(), &token(now(), 3599), now()).unwrap();
        for other in [
            Key {
                environment: "login.windows.net".to_owned(),
                ..key()
            },
            Key {
                client_id: "x".to_owned(),
                ..key()
            },
            Key {
                realm: "x".to_owned(),
                ..key()
            },
            Key {
                target: "https://graph.microsoft.us/.default".to_owned(),
                ..key()
            },
        ] {
            assert!(document.find(&other, now()).is_none(), "{other:?}");
        }
    }

    #[test]
    fn a_token_from_a_wrong_clock_is_not_used() {
        let mut document = Document::default();
        document.store(&key(), &token(now(), 3599), now()).unwrap();
        assert!(
            document
                .find(&key(), now() - Duration::from_secs(301))
                .is_none()
        );
        assert!(
            document
                .find(&key(), now() - Duration::from_secs(299))
                .is_some()
        );
        for expires_on in ["\"9223372036854775807\"", "-5", "\"soon\"", "1e99", "null"] {
            let text = String::from_utf8(document.write().unwrap().to_vec()).unwrap();
            let text = text.replace("\"1795330825\"", expires_on);
            let document = Document::read(text.as_bytes()).unwrap();
            assert!(document.find(&key(), now()).is_none(), "{expires_on}");
        }
    }

    #[test]
    fn a_damaged_cache_is_recognised_at_every_length() {
        let mut document = Document::default();
        document.store(&key(), &token(now(), 3599), now()).unwrap();
        let bytes = document.write().unwrap();
        for end in 1..bytes.len() {
            assert!(Document::read(&bytes[..end]).is_none(), "cut at {end}");
        }
        for text in ["null", "[]", "7", "{\"AccessToken\":[]}"] {
            assert!(Document::read(text.as_bytes()).is_none(), "{text}");
        }
    }
}

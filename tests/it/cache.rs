//! The token cache: what is in it, who shares it, and what happens when it cannot be used.

mod bounds;
mod crowd;
mod damage;
mod folders;
mod kill;
mod memory;
mod obstacles;
mod places;
mod schema;

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::support::{Mgd, Run, three_users};
use crate::tenant::{CLIENT_ID, TENANT_ID, Tenant};

/// Seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

/// A cache with one token in it, as MSAL would have written it.
pub struct Cached {
    name: String,
    entry: Value,
}

impl Cached {
    /// A token that is good for 3000 s.
    pub fn new(tenant: &Tenant, token: &str) -> Self {
        let scope = tenant.url("/.default");
        let host = tenant.origin();
        let host = host.split([':', '/']).nth(3).unwrap();
        let entry = json!({
            "credential_type": "AccessToken",
            "secret": token,
            "home_account_id": null,
            "environment": host,
            "client_id": CLIENT_ID,
            "target": scope,
            "realm": TENANT_ID,
            "token_type": "Bearer",
            "cached_at": (now() - 500).to_string(),
            "expires_on": (now() + 3000).to_string(),
            "extended_expires_on": (now() + 3000).to_string(),
        });
        let name = format!("-{host}-accesstoken-{CLIENT_ID}-{TENANT_ID}-{scope}");
        Self {
            name: name.to_lowercase(),
            entry,
        }
    }

    pub fn with(mut self, member: &str, value: Value) -> Self {
        self.entry[member] = value;
        self
    }

    pub fn living(self, seconds: u64) -> Self {
        self.with("expires_on", json!((now() + seconds).to_string()))
    }

    pub fn document(&self) -> Value {
        json!({ "AccessToken": { &self.name: &self.entry } })
    }

    /// Puts it where the program looks.
    pub fn write(&self, mgd: &Mgd) {
        put(mgd, self.document().to_string());
    }
}

const FILE: &str = "cache/msal_token_cache.json";

/// Replaces the cache file.
fn put(mgd: &Mgd, bytes: impl AsRef<[u8]>) {
    mgd.scratch.write("cache/new", bytes, 0o600);
    std::fs::rename(mgd.scratch.path("cache/new"), mgd.cache()).unwrap();
}

/// The content of the cache file.
fn content(mgd: &Mgd) -> Value {
    serde_json::from_str(&mgd.scratch.read(FILE)).unwrap()
}

/// The listing came whole, with nothing or one warning on stderr.
#[track_caller]
fn whole(run: &Run, tenant: &Tenant, stderr: &str) {
    let told = (run.code, run.stderr.as_str(), run.stdout.as_str());
    assert_eq!(told, (0, stderr, three_users(tenant).as_str()));
}

/// The warning of the cache, which is named as the parameters file was.
fn warning(cause: &str) -> String {
    format!("mgd: warning: token cache {FILE}: {cause}\n")
}

/// After `mgd` has listed once more, the cache must hold a token that serves the next run.
#[track_caller]
fn is_good_again(mgd: &Mgd, tenant: &Tenant) {
    let posts = tenant.token_posts();
    whole(&mgd.list([] as [&str; 0]), tenant, "");
    assert_eq!(tenant.token_posts(), posts);
}

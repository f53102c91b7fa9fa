//! What the file holds: MSAL's unified schema, to the member.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{Cached, FILE, content, now, put, whole};
use crate::support::{Mgd, lines, run_by, tool};
use crate::tenant::{CLIENT_ID, TENANT_ID, Tenant};

const NOTHING: [&str; 0] = [];

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_token_is_kept_as_msal_keeps_it() {
    let tenant = Tenant::start();
    tenant.set_refresh_in(Some(1800));
    let mgd = Mgd::new(&tenant);
    mgd.edit(|parameters| parameters["client_id"] = CLIENT_ID.to_uppercase().into());
    // The tenant knows the application in lower case only, so the grant is scripted.
    let token = tenant.issue_token();
    let grant = json!({
        "token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 7199, "refresh_in": 1800,
        "access_token": token,
    });
    tenant.on(
        &tenant.token_path(),
        [crate::tenant::Reply::json(grant.to_string())],
    );
    let before = now();
    whole(&mgd.list(NOTHING), &tenant, "");
    let scope = tenant.url("/.default");
    let document = content(&mgd);
    let key = format!("-localhost-accesstoken-{CLIENT_ID}-{TENANT_ID}-{scope}");
    let cached_at = document["AccessToken"][&key]["cached_at"].as_str().unwrap();
    let cached_at: u64 = cached_at.parse().unwrap();
    assert!((before..=now()).contains(&cached_at));
    let id = CLIENT_ID.to_uppercase();
    let expected = json!({
        "AccessToken": { key: {
            "credential_type": "AccessToken",
            "secret": token,
            "home_account_id": null,
            "environment": "localhost",
            "client_id": id,
            "target": scope,
            "realm": TENANT_ID,
            "token_type": "Bearer",
            "cached_at": cached_at.to_string(),
            "expires_on": (cached_at + 3599).to_string(),
            "extended_expires_on": (cached_at + 7199).to_string(),
            "refresh_on": (cached_at + 1800).to_string(),
        }},
        "AppMetadata": { format!("appmetadata-localhost-{id}"): {
            "client_id": id,
            "environment": "localhost",
        }},
    });
    assert_eq!(document, expected);
}

#[test]
fn the_cache_is_its_owners_alone_whatever_the_umask() {
    let sh = need!(tool("sh"));
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    let command = mgd.command(["parameters.json"]);
    let mut command = run_by(&sh, &["-c", "umask 0; exec \"$0\" \"$@\""], &command);
    whole(&command.output().unwrap().into(), &tenant, "");
    assert_eq!(mode(&mgd.scratch.path("cache")), 0o700);
    let entries = std::fs::read_dir(mgd.scratch.path("cache")).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(
        names,
        ["msal_token_cache.json", "msal_token_cache.json.lock"]
    );
    for name in names {
        assert_eq!(mode(&mgd.scratch.path("cache").join(name)), 0o600);
    }
}

#[test]
fn what_other_programs_keep_there_survives() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    let other = Cached::new(&tenant, "other").with("realm", json!("another-tenant"));
    let mut document = other.document();
    let entries = document["AccessToken"].as_object_mut().unwrap();
    let (_, entry) = entries.iter().next().unwrap();
    let moved = entry.clone();
    *entries = json!({ "another": moved, "odd": { "x": [1, null] } })
        .as_object()
        .unwrap()
        .clone();
    document["Account"] = json!({ "who": { "n": "1" } });
    document["RefreshToken"] = json!({ "r": { "secret": "kept" } });
    document["AppMetadata"] = json!({ "appmetadata-x": { "family_id": "1" } });
    document["Unknown"] = json!([1.5, "é", { "a": true }]);
    put(&mgd, document.to_string());
    whole(&mgd.list(NOTHING), &tenant, "");
    let mut after = content(&mgd);
    let ours = |key: &String| key.starts_with("-localhost-") || key.contains("-localhost-");
    for section in ["AccessToken", "AppMetadata"] {
        let entries = after[section].as_object_mut().unwrap();
        let count = entries.len();
        entries.retain(|key, _| !ours(key));
        assert_eq!(entries.len(), count - 1, "{section}");
    }
    assert_eq!(after, document);
    assert_eq!(tenant.token_posts(), 1);
}

#[test]
fn numbers_of_other_programs_survive_to_the_last_digit() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    put(
        &mgd,
        r#"{"New":{"a":12345678901234567890123,"b":1.10,"c":"\u00e9\/"}}"#,
    );
    whole(&mgd.list(NOTHING), &tenant, "");
    let text = mgd.scratch.read(FILE);
    for kept in ["12345678901234567890123", "1.10", r#""\u00e9\/""#] {
        assert!(text.contains(kept), "{kept} in {text}");
    }
}

#[test]
fn an_expired_token_is_cleared_away_and_another_tenants_good_one_is_not() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    let expired = Cached::new(&tenant, "old").with("expires_on", json!((now() - 5).to_string()));
    let good = Cached::new(&tenant, "good").with("realm", json!("another-tenant"));
    let value = |cached: &Cached| {
        cached.document()["AccessToken"]
            .as_object()
            .unwrap()
            .clone()
    };
    let one = |cached: &Cached| value(cached).into_iter().next().unwrap().1;
    let document = json!({ "AccessToken": { "expired": one(&expired), "good": one(&good) } });
    put(&mgd, document.to_string());
    whole(&mgd.list(NOTHING), &tenant, "");
    let after = content(&mgd);
    assert_eq!(after["AccessToken"]["expired"], Value::Null);
    assert_eq!(after["AccessToken"]["good"], one(&good));
    assert_eq!(tenant.token_posts(), 1);
}

#[test]
fn a_token_that_msal_kept_is_found_however_it_was_written() {
    type Change = fn(&Tenant, &str) -> Value;
    let cases: [Change; 7] = [
        |tenant, token| Cached::new(tenant, token).document(),
        |tenant, token| {
            Cached::new(tenant, token)
                .with("home_account_id", json!(""))
                .document()
        },
        |tenant, token| {
            Cached::new(tenant, token)
                .with("expires_on", json!(now() + 3000))
                .document()
        },
        |tenant, token| {
            let realm = json!(TENANT_ID.to_uppercase());
            Cached::new(tenant, token).with("realm", realm).document()
        },
        |tenant, token| {
            let target = format!("https://a/.default {}", tenant.url("/.default"));
            Cached::new(tenant, token)
                .with("target", json!(target))
                .document()
        },
        |tenant, token| {
            let mut document = Cached::new(tenant, token).document();
            let entries = document["AccessToken"].as_object_mut().unwrap();
            let (_, mut entry) = entries.clone().into_iter().next().unwrap();
            entry.as_object_mut().unwrap().remove("home_account_id");
            *entries = json!({ "by another name": entry })
                .as_object()
                .unwrap()
                .clone();
            document
        },
        |tenant, token| {
            let mut document = Cached::new(tenant, token).document();
            document["AppMetadata"] = json!({});
            document
        },
    ];
    for change in cases {
        let tenant = Tenant::start();
        let mgd = Mgd::new(&tenant);
        let document = change(&tenant, &tenant.issue_token());
        // As json.dumps(cache, indent=4) writes it.
        put(&mgd, format!("{document:#}"));
        whole(&mgd.list(NOTHING), &tenant, "");
        assert_eq!(lines(&tenant), ["GET /v1.0/users"], "{document}");
    }
}

#[test]
fn a_token_with_299_or_300_seconds_to_live_is_replaced() {
    for seconds in [299, 300] {
        let tenant = Tenant::start();
        let mgd = Mgd::new(&tenant);
        let token = tenant.issue_token();
        Cached::new(&tenant, &token).living(seconds).write(&mgd);
        whole(&mgd.list(NOTHING), &tenant, "");
        assert_eq!(tenant.token_posts(), 1);
        assert!(!mgd.scratch.read(FILE).contains(&token));
    }
}

#[test]
fn a_token_with_301_seconds_to_live_is_used() {
    // The file counts in whole seconds, so the run has to fit into one of them.
    for _ in 0..30 {
        let tenant = Tenant::start();
        let mgd = Mgd::new(&tenant);
        let part = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .subsec_millis();
        std::thread::sleep(Duration::from_millis(1001 - u64::from(part)));
        let written = now();
        Cached::new(&tenant, &tenant.issue_token())
            .living(301)
            .write(&mgd);
        let run = mgd.list(NOTHING);
        if now() == written {
            whole(&run, &tenant, "");
            assert_eq!(lines(&tenant), ["GET /v1.0/users"]);
            return;
        }
    }
    panic!("no run ended within the second in which it began");
}

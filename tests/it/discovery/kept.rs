//! What an authority said is kept beside the token cache for a day.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use super::{FOUND, KEPT, NOTHING, configuration, discovery, metadata, post, saying, with_oidc};
use crate::cache::now;
use crate::federated::{grant, whole};
use crate::support::{Mgd, lines};
use crate::tenant::{Reply, Tenant};

/// A tenant that has been asked once, and the program whose token is gone since.
fn asked_once() -> (Tenant, Mgd) {
    let (tenant, mgd) = saying(|_, _| ());
    whole(&mgd.list(NOTHING), &tenant);
    std::fs::remove_file(mgd.cache()).unwrap();
    tenant.on(FOUND, [grant(&tenant)]);
    (tenant, mgd)
}

fn say_again(tenant: &Tenant) {
    tenant.on(
        &configuration(),
        [Reply::json(metadata(tenant).to_string())],
    );
}

/// Changes what is kept of the one authority.
fn edit(mgd: &Mgd, change: impl FnOnce(&mut Value)) {
    let mut kept: Value = serde_json::from_str(&mgd.scratch.read(KEPT)).unwrap();
    let kept_of = kept.as_object_mut().unwrap().values_mut().next();
    change(kept_of.unwrap());
    mgd.scratch.write(KEPT, kept.to_string(), 0o600);
}

/// What was asked after the first run.
fn since(tenant: &Tenant) -> Vec<String> {
    lines(tenant).split_off(3)
}

#[test]
fn with_a_token_in_the_cache_nobody_is_asked() {
    let (tenant, mgd) = saying(|_, _| ());
    whole(&mgd.list(NOTHING), &tenant);
    whole(&mgd.list(NOTHING), &tenant);
    assert_eq!(since(&tenant), ["GET /v1.0/users"]);
}

#[test]
fn without_a_token_the_endpoint_is_known_still() {
    let (tenant, mgd) = asked_once();
    whole(&mgd.list(NOTHING), &tenant);
    assert_eq!(since(&tenant), [&post(), "GET /v1.0/users"]);
    let mode = std::fs::metadata(mgd.scratch.path(KEPT)).unwrap();
    assert_eq!(mode.permissions().mode() & 0o7777, 0o600);
    let kept: Value = serde_json::from_str(&mgd.scratch.read(KEPT)).unwrap();
    let kept = &kept[tenant.url(&configuration())];
    assert_eq!(kept["token_endpoint"], tenant.url(FOUND));
    assert!((now() - 60..=now()).contains(&kept["at"].as_u64().unwrap()));
}

#[test]
fn it_is_asked_again_after_a_day() {
    for (at, is_believed) in [
        (now() - 86_300, true),
        (now() - 86_400, false),
        (0, false),
        (now() + 3600, false),
        (u64::MAX, false),
    ] {
        let (tenant, mgd) = asked_once();
        edit(&mgd, |kept| kept["at"] = at.into());
        say_again(&tenant);
        whole(&mgd.list(NOTHING), &tenant);
        let asked = [discovery(), post(), "GET /v1.0/users".to_owned()];
        assert_eq!(since(&tenant), asked[usize::from(is_believed)..]);
    }
}

#[test]
fn a_place_that_has_moved_is_found_within_a_day() {
    let (tenant, mgd) = asked_once();
    edit(&mgd, |kept| kept["at"] = 0.into());
    let moved = "/moved/oauth2/v2.0/token";
    let mut metadata = metadata(&tenant);
    metadata["token_endpoint"] = tenant.url(moved).into();
    tenant.on(&configuration(), [Reply::json(metadata.to_string())]);
    tenant.on(moved, [grant(&tenant)]);
    whole(&mgd.list(NOTHING), &tenant);
    assert_eq!(since(&tenant)[1], format!("POST {moved}"));
}

#[test]
fn a_kept_answer_that_was_tampered_with_is_not_believed() {
    let stranger = Tenant::start();
    for change in [
        json!({ "token_endpoint": stranger.url(FOUND) }),
        json!({ "issuer": "https://evil.example/t" }),
        json!({ "token_endpoint": "" }),
    ] {
        let (tenant, mgd) = asked_once();
        edit(&mgd, |kept| {
            for (member, value) in change.as_object().unwrap() {
                kept[member] = value.clone();
            }
        });
        say_again(&tenant);
        whole(&mgd.list(NOTHING), &tenant);
        assert_eq!(since(&tenant), [&discovery(), &post(), "GET /v1.0/users"]);
    }
    assert_eq!(stranger.connections(), 0);
}

#[test]
fn a_damaged_file_is_passed_over() {
    for content in [
        "",
        "{",
        "[]",
        "null",
        "{\"x\":1}",
        "\u{1}\u{2}",
        "{\"x\":{\"issuer\":7}}",
    ] {
        let (tenant, mgd) = asked_once();
        mgd.scratch.write(KEPT, content, 0o600);
        say_again(&tenant);
        whole(&mgd.list(NOTHING), &tenant);
        assert_eq!(since(&tenant)[0], discovery());
        // It has been made anew.
        let kept: Value = serde_json::from_str(&mgd.scratch.read(KEPT)).unwrap();
        assert_eq!(kept.as_object().unwrap().len(), 1, "{kept}");
    }
}

#[test]
fn a_file_that_others_could_have_changed_is_not_believed() {
    let (tenant, mgd) = asked_once();
    let path = mgd.scratch.path(KEPT);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
    say_again(&tenant);
    whole(&mgd.list(NOTHING), &tenant);
    assert_eq!(since(&tenant)[0], discovery());

    let (tenant, mgd) = asked_once();
    let path = mgd.scratch.path(KEPT);
    std::fs::rename(&path, mgd.scratch.path("real")).unwrap();
    std::os::unix::fs::symlink(mgd.scratch.path("real"), &path).unwrap();
    say_again(&tenant);
    whole(&mgd.list(NOTHING), &tenant);
    assert_eq!(since(&tenant)[0], discovery());
}

#[test]
fn a_folder_in_the_place_of_the_file_costs_a_question_and_no_more() {
    let (tenant, mgd) = asked_once();
    std::fs::remove_file(mgd.scratch.path(KEPT)).unwrap();
    std::fs::create_dir(mgd.scratch.path(KEPT)).unwrap();
    say_again(&tenant);
    whole(&mgd.list(NOTHING), &tenant);
    assert_eq!(since(&tenant), [&discovery(), &post(), "GET /v1.0/users"]);
}

#[test]
fn without_a_cache_nothing_is_kept() {
    let (tenant, _) = saying(|_, _| ());
    say_again(&tenant);
    tenant.on(FOUND, [grant(&tenant)]);
    let mgd = with_oidc(&tenant);
    for _ in 0..2 {
        whole(&mgd.list(["--token-cache=none"]), &tenant);
    }
    assert_eq!(since(&tenant), [&discovery(), &post(), "GET /v1.0/users"]);
    assert_eq!(mgd.scratch.names(), ["ca.pem", "parameters.json"]);
}

//! Answers that grant a token, or seem to.

use serde_json::json;

use super::{USERS, bearer, post};
use crate::support::{Mgd, Run, lines, three_users};
use crate::tenant::{Reply, Tenant};

fn granted(fields: &serde_json::Value) -> Reply {
    Reply::json(fields.to_string())
}

/// Lists twice; the answer to the first token request is `fields` and a good token.
fn twice(fields: serde_json::Value) -> (Tenant, Mgd, [Run; 2]) {
    let tenant = Tenant::start();
    let mut fields = fields;
    fields["access_token"] = tenant.issue_token().into();
    tenant.on(&tenant.token_path(), [granted(&fields)]);
    let mgd = Mgd::new(&tenant);
    let runs = [mgd.list([] as [&str; 0]), mgd.list([] as [&str; 0])];
    for run in &runs {
        let told = (run.code, run.stdout.as_str(), run.stderr.as_str());
        assert_eq!(told, (0, three_users(&tenant).as_str(), ""));
    }
    (tenant, mgd, runs)
}

/// The times that the only token in the cache was kept and expires at.
fn kept(mgd: &Mgd) -> (u64, u64) {
    let cache = std::fs::read_to_string(mgd.cache()).unwrap();
    let cache: serde_json::Value = serde_json::from_str(&cache).unwrap();
    let entries = cache["AccessToken"].as_object().unwrap();
    assert_eq!(entries.len(), 1);
    let entry = entries.values().next().unwrap();
    let seconds = |name: &str| entry[name].as_str().unwrap().parse().unwrap();
    (seconds("cached_at"), seconds("expires_on"))
}

#[test]
fn a_lifetime_may_be_a_string() {
    for expires_in in [json!("3000"), json!(3000), json!("3000.0")] {
        let (tenant, mgd, _) = twice(json!({"token_type": "Bearer", "expires_in": expires_in}));
        assert_eq!(lines(&tenant), [post().as_str(), USERS, USERS]);
        let (cached_at, expires_on) = kept(&mgd);
        assert_eq!(expires_on - cached_at, 3000);
    }
}

#[test]
fn a_moment_of_expiry_does_where_there_is_no_lifetime() {
    let moment = crate::cache::now() + 3000;
    for expires_on in [json!(moment), json!(moment.to_string())] {
        let (tenant, mgd, _) = twice(json!({"expires_on": expires_on}));
        assert_eq!(lines(&tenant), [post().as_str(), USERS, USERS]);
        let (_, expires_on) = kept(&mgd);
        assert!(
            moment.abs_diff(expires_on) <= 1,
            "{expires_on} for {moment}"
        );
    }
}

#[test]
fn a_token_of_unknown_lifetime_is_used_and_not_kept() {
    for fields in [
        json!({}),
        json!({"expires_in": null}),
        json!({"expires_in": "soon"}),
    ] {
        let (tenant, mgd, _) = twice(fields);
        let both = [post(), USERS.to_owned()];
        assert_eq!(lines(&tenant), [both.clone(), both].concat());
        let requests = tenant.requests();
        assert_ne!(bearer(&requests[1]), bearer(&requests[3]));
        // Kept is the second token, whose lifetime is known.
        assert!(kept(&mgd).1 > kept(&mgd).0);
    }
}

#[test]
fn the_type_of_a_token_may_be_in_any_case_or_missing() {
    for token_type in [json!("bearer"), json!("BEARER"), json!(null)] {
        twice(json!({"token_type": token_type, "expires_in": 3600}));
    }
}

#[test]
fn a_grant_without_a_usable_token_is_an_answer_that_cannot_be_right() {
    let cases = [
        (
            json!({"token_type": "Bearer", "expires_in": 3599}),
            "the response holds no access_token",
        ),
        (
            json!({"access_token": "", "expires_in": 3599}),
            "the response holds no access_token",
        ),
        (
            json!({"token_type": "pop", "expires_in": 3599, "access_token": "canary-token-x"}),
            "the token is not of the type Bearer",
        ),
        (
            json!({"access_token": ["canary-token-x"]}),
            "the response is not the JSON of a token",
        ),
        (json!([]), "the response is not the JSON of a token"),
    ];
    let bodies = cases.map(|(body, cause)| (body.to_string(), cause));
    let bodies = bodies.into_iter().chain([
        (
            r#"{"access_token":"canary-token-x""#.to_owned(),
            "the response is not the JSON of a token",
        ),
        (String::new(), "the response is not the JSON of a token"),
        (
            "<html>sign in</html>".to_owned(),
            "the response is not the JSON of a token",
        ),
    ]);
    for (body, cause) in bodies {
        let tenant = Tenant::start();
        tenant.on(&tenant.token_path(), [Reply::json(body)]);
        let mgd = Mgd::new(&tenant);
        let run = mgd.list([] as [&str; 0]);
        run.refused(5, &format!("mgd: token endpoint: {cause}\n"));
        assert_eq!(lines(&tenant), [post()]);
        assert!(!mgd.cache().exists());
    }
}

#[test]
fn an_error_inside_a_grant_is_not_lost() {
    let tenant = Tenant::start();
    let body = json!({"error": "invalid_client", "error_description": "AADSTS7000215: no"});
    tenant.on(&tenant.token_path(), [granted(&body)]);
    let run = Mgd::new(&tenant).list([] as [&str; 0]);
    assert_eq!((run.code, run.stdout.as_str()), (5, ""));
    assert!(run.stderr.contains("AADSTS7000215: no"), "{}", run.stderr);
}

#[test]
fn a_token_that_no_header_can_carry_is_an_answer_that_cannot_be_right() {
    let tenant = Tenant::start();
    let body = json!({"access_token": "a\r\nX-Evil: b", "expires_in": 3599});
    tenant.on(&tenant.token_path(), [granted(&body)]);
    let run = Mgd::new(&tenant).list([] as [&str; 0]);
    run.refused(
        5,
        "mgd: token endpoint: the token holds what no header can\n",
    );
    assert_eq!(lines(&tenant), [post()]);
}

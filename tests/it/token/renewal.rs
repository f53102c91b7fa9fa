//! A token that Graph refuses, or that is due to be replaced.

use std::time::Duration;

use serde_json::json;

use super::{USERS, bearer, entra, post, told};
use crate::cache::{Cached, now};
use crate::support::{Mgd, Run, lines, three_users, wait_until};
use crate::tenant::{Reply, Tenant};

const BODY: &str =
    r#"{"error":{"code":"InvalidAuthenticationToken","message":"The token is not accepted."}}"#;
const TOLD: &str = "mgd: graph: InvalidAuthenticationToken: The token is not accepted. \
                    (HTTP 401, request-id r-1)\n";

fn unauthorised(challenge: &str) -> Reply {
    Reply::bare(401)
        .header("Content-Type", "application/json")
        .header("request-id", "r-1")
        .header("WWW-Authenticate", challenge)
        .body(BODY)
}

/// The `claims` of each token request.
fn claims(tenant: &Tenant) -> Vec<Option<String>> {
    let requests = tenant.requests();
    let posts = requests.iter().filter(|seen| seen.method == "POST");
    let claims = |form: Vec<(String, String)>| {
        let found = form.into_iter().find(|(name, _)| name == "claims");
        found.map(|(_, value)| value)
    };
    posts.map(|post| claims(post.form())).collect()
}

fn both_twice() -> [String; 4] {
    [post(), USERS.to_owned(), post(), USERS.to_owned()]
}

#[test]
fn a_claims_challenge_gets_one_token_with_these_claims() {
    let cases = [
        (
            "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNjA0MTA2NjUxIn19fQ==",
            r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"#,
        ),
        (
            "eyJhY2Nlc3NfdG9rZW4iOnsieG1zIjp7InZhbHVlIjoiw6k_Pn7DvyJ9fX0",
            "{\"access_token\":{\"xms\":{\"value\":\"é?>~ÿ\"}}}",
        ),
        (
            "eyJhY2Nlc3NfdG9rZW4iOnsieG1zIjp7InZhbHVlIjoiw6k/Pn7DvyJ9fX0=",
            "{\"access_token\":{\"xms\":{\"value\":\"é?>~ÿ\"}}}",
        ),
    ];
    for (encoded, decoded) in cases {
        let challenge = format!(
            "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", \
             error=\"insufficient_claims\", claims=\"{encoded}\""
        );
        for is_lasting in [false, true] {
            let tenant = Tenant::start();
            let replies = vec![unauthorised(&challenge); if is_lasting { 2 } else { 1 }];
            tenant.on("/v1.0/users", replies);
            let run = Mgd::new(&tenant).list([] as [&str; 0]);
            if is_lasting {
                run.refused(3, TOLD);
            } else {
                let told = (run.code, run.stdout, run.stderr.as_str());
                assert_eq!(told, (0, three_users(&tenant), ""));
            }
            assert_eq!(lines(&tenant), both_twice());
            assert_eq!(claims(&tenant), [None, Some(decoded.to_owned())]);
        }
    }
}

#[test]
fn a_refusal_without_a_challenge_gets_one_fresh_token_and_never_a_loop() {
    let tenant = Tenant::start();
    tenant.always("/v1.0/users", unauthorised("Bearer realm=\"\""));
    let run = Mgd::new(&tenant).list([] as [&str; 0]);
    run.refused(3, TOLD);
    assert_eq!(lines(&tenant), both_twice());
    assert_eq!(claims(&tenant), [None, None]);
    let requests = tenant.requests();
    assert_ne!(bearer(&requests[1]), bearer(&requests[3]));
}

#[test]
fn a_token_from_the_cache_that_was_revoked_is_replaced() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    mgd.list([] as [&str; 0]).ok();
    tenant.revoke_tokens();
    let run = mgd.list([] as [&str; 0]).ok();
    assert_eq!(
        (run.stdout, run.stderr.as_str()),
        (three_users(&tenant), "")
    );
    let users = USERS.to_owned();
    let second = [users.clone(), post(), users];
    assert_eq!(lines(&tenant)[2..], second);
    let run = mgd.list([] as [&str; 0]).ok();
    assert_eq!(run.stdout, three_users(&tenant));
    assert_eq!(lines(&tenant)[5..], [USERS]);
}

#[test]
fn a_fresh_token_that_is_refused_too_is_told_in_entras_words() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    mgd.list([] as [&str; 0]).ok();
    tenant.revoke_tokens();
    let refusal = entra(400, "invalid_request", 4242, "Not now.");
    tenant.on(&tenant.token_path(), [refusal]);
    let run = mgd.list([] as [&str; 0]);
    run.refused(3, &told("invalid_request", 4242, "Not now.", &tenant));
    assert_eq!(lines(&tenant)[2..], [USERS.to_owned(), post()]);
}

#[test]
fn tokens_that_are_revoked_in_the_middle_of_a_listing_cost_one_request() {
    let tenant = Tenant::with_users(250);
    tenant.on(
        "/v1.0/users",
        [Reply::pass().delay(Duration::from_millis(300))],
    );
    let mgd = Mgd::new(&tenant);
    let child = mgd.start(["parameters.json", "-o", "jsonl"]);
    wait_until(|| tenant.requests().len() == 2);
    tenant.revoke_tokens();
    let run = Run::from(child.wait_with_output().unwrap()).ok();
    assert_eq!((run.ids().len(), run.stderr.as_str()), (250, ""));
    let ids: std::collections::BTreeSet<_> = run.ids().into_iter().collect();
    assert_eq!(ids.len(), 250);
    let lines = lines(&tenant);
    assert_eq!(lines[..2], [post(), USERS.to_owned()]);
    assert_eq!((&lines[3], &lines[2]), (&post(), &lines[4]));
    assert!(lines[2].starts_with("GET /v1.0/users?"));
    assert_eq!(lines.len(), 6);
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn a_page_that_stays_refused_ends_the_listing_with_the_place_to_go_on_from() {
    let tenant = Tenant::with_users(250);
    tenant.always("/v1.0/users?", unauthorised("Bearer realm=\"\""));
    let run = Mgd::new(&tenant).list(["-o", "jsonl"]);
    let lines = lines(&tenant);
    let link = tenant.url(lines[2].strip_prefix("GET ").unwrap());
    let link = link.replace('\'', "'\\''");
    let hint = format!("mgd: hint: go on with --resume '{link}' --skip 0\n");
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (3, (TOLD.to_owned() + &hint).as_str())
    );
    assert_eq!(run.ids().len(), 100);
    assert_eq!(lines.len(), 5);
    assert_eq!((&lines[3], &lines[2]), (&post(), &lines[4]));
}

#[test]
fn a_newer_token_that_another_process_got_meanwhile_is_taken() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    let (old, new) = (tenant.issue_token(), tenant.issue_token());
    Cached::new(&tenant, &old).write(&mgd);
    let refusal = unauthorised("Bearer realm=\"\"").delay(Duration::from_millis(300));
    tenant.on("/v1.0/users", [refusal]);
    let child = mgd.start(["parameters.json"]);
    wait_until(|| tenant.requests().len() == 1);
    Cached::new(&tenant, &new).write(&mgd);
    let run = Run::from(child.wait_with_output().unwrap()).ok();
    assert_eq!(
        (run.stdout, run.stderr.as_str()),
        (three_users(&tenant), "")
    );
    assert_eq!(lines(&tenant), [USERS, USERS]);
    let requests = tenant.requests();
    assert_eq!(
        (bearer(&requests[0]), bearer(&requests[1])),
        (old.as_str(), new.as_str())
    );
}

/// A cached token that is good for 3000 s and due to be replaced.
fn aging(tenant: &Tenant, mgd: &Mgd) -> String {
    let token = tenant.issue_token();
    Cached::new(tenant, &token)
        .with("refresh_on", json!((now() - 10).to_string()))
        .write(mgd);
    token
}

#[test]
fn a_token_that_is_due_is_replaced_while_it_is_still_good() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    let old = aging(&tenant, &mgd);
    for _ in 0..2 {
        let run = mgd.list([] as [&str; 0]).ok();
        assert_eq!(
            (run.stdout, run.stderr.as_str()),
            (three_users(&tenant), "")
        );
    }
    assert_eq!(lines(&tenant), [post().as_str(), USERS, USERS]);
    let requests = tenant.requests();
    assert_ne!(bearer(&requests[1]), old);
    assert_eq!(bearer(&requests[1]), bearer(&requests[2]));
}

#[test]
fn a_good_token_serves_when_its_replacement_fails_in_whatever_way() {
    let faults = [
        Reply::bare(503),
        Reply::html(503),
        Reply::html(200),
        Reply::json("{}"),
        Reply::hang_up(),
        Reply::pass().reset_after(10),
        entra(401, "invalid_client", 7000215, "No."),
        entra(429, "throttled", 4242, "No.").retry_after("60"),
        Reply::bare(500),
    ];
    for fault in faults {
        let tenant = Tenant::with_users(250);
        let mgd = Mgd::new(&tenant);
        let token = aging(&tenant, &mgd);
        tenant.always(&tenant.token_path(), fault.clone());
        let run = mgd.list(["-o", "jsonl"]).ok();
        assert_eq!(
            (run.ids().len(), run.stderr.as_str()),
            (250, ""),
            "{fault:?}"
        );
        assert_eq!(
            (tenant.token_posts(), lines(&tenant).len()),
            (1, 4),
            "{fault:?}"
        );
        assert!(
            tenant.requests()[1..]
                .iter()
                .all(|seen| bearer(seen) == token)
        );
    }
}

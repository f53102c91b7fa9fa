//! What is sent: the form, the assertion in it, and a fresh one for each try.

use std::collections::HashSet;
use std::time::{SystemTime, UNIX_EPOCH};

use super::maker::{other, own};
use super::{NOTHING, assertions, tenant_of, with_one_file, works};
use crate::support::lines;
use crate::tenant::{CLIENT_ID, Reply, Tenant};

/// The ids of all assertions that came.
#[track_caller]
fn ids(tenant: &Tenant) -> HashSet<String> {
    let assertions = assertions(tenant);
    let ids = assertions
        .iter()
        .map(|(_, claims)| claims["jti"].as_str().unwrap().to_owned());
    ids.collect()
}

#[test]
fn the_form_and_the_assertion_are_those_of_the_rfc() {
    let own = need!(own());
    let tenant = tenant_of(own);
    works(&with_one_file(&tenant, own.pem()).list(NOTHING), &tenant);
    let requests = tenant.requests();
    let form = requests[0].form();
    let names: Vec<_> = form.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "client_id",
        "grant_type",
        "scope",
        "client_assertion",
        "client_assertion_type",
    ];
    assert_eq!(names, expected);
    assert_eq!(
        form[4].1,
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    );
    let (header, claims) = &assertions(&tenant)[0];
    let names = |json: &serde_json::Value| -> Vec<String> {
        let mut names: Vec<_> = json.as_object().unwrap().keys().cloned().collect();
        names.sort();
        names
    };
    assert_eq!(names(header), ["alg", "typ", "x5t#S256"]);
    assert_eq!(header["alg"], "PS256");
    assert_eq!(
        names(claims),
        ["aud", "exp", "iat", "iss", "jti", "nbf", "sub"]
    );
    assert_eq!(claims["aud"], tenant.url(&tenant.token_path()));
    assert_eq!(
        (&claims["iss"], &claims["sub"]),
        (&CLIENT_ID.into(), &CLIENT_ID.into())
    );
    let moment = |name: &str| claims[name].as_u64().unwrap();
    assert_eq!(moment("nbf"), moment("iat") - 60);
    assert_eq!(moment("exp"), moment("iat") + 600);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    assert!((now - 30..=now).contains(&moment("iat")));
    assert!(
        !form.iter().any(|(_, value)| value.contains('=')),
        "{form:?}"
    );
}

#[test]
fn every_run_and_every_repeat_has_an_id_of_its_own() {
    let own = need!(own());
    for reply in [
        Reply::entra_error(429, "throttled", 4242, "Slower.").retry_after("0"),
        Reply::entra_error(503, "server_error", 4242, "Later.").retry_after("0"),
        Reply::entra_error(400, "temporarily_unavailable", 90_033, "Later."),
        Reply::html(503).retry_after("0"),
        Reply::pass().reset_after(0),
        Reply::pass().reset_after(20),
        Reply::pass().cut_after(20),
        Reply::hang_up(),
    ] {
        let tenant = tenant_of(own);
        tenant.on(&tenant.token_path(), [reply]);
        works(&with_one_file(&tenant, own.pem()).list(NOTHING), &tenant);
        assert_eq!(tenant.token_posts(), 2);
        assert_eq!(ids(&tenant).len(), 2);
    }
}

#[test]
fn a_fresh_token_after_a_401_has_a_fresh_id() {
    let own = need!(own());
    let tenant = tenant_of(own);
    tenant.on("/v1.0/users", [Reply::status(401)]);
    works(&with_one_file(&tenant, own.pem()).list(NOTHING), &tenant);
    assert_eq!((tenant.token_posts(), ids(&tenant).len()), (2, 2));
}

#[test]
fn a_token_that_is_kept_is_used_without_another_assertion() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = with_one_file(&tenant, own.pem());
    works(&mgd.list(NOTHING), &tenant);
    works(&mgd.list(NOTHING), &tenant);
    let post = format!("POST {}", tenant.token_path());
    assert_eq!(
        lines(&tenant),
        [&post, "GET /v1.0/users", "GET /v1.0/users"]
    );
}

#[test]
fn a_certificate_that_is_not_registered_is_refused_once_with_the_remedy() {
    let own = need!(own());
    let tenant = tenant_of(other());
    let run = with_one_file(&tenant, own.pem()).list(NOTHING);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""));
    assert!(run.stderr.contains("AADSTS700027"), "{}", run.stderr);
    let hint = "mgd: hint: upload this certificate to the application, and check that thumbprint \
                and key belong to it\n";
    assert!(run.stderr.ends_with(hint), "{}", run.stderr);
    assert_eq!(tenant.token_posts(), 1);
}

#[test]
fn a_certificate_that_was_not_valid_when_it_was_asked_is_told_whole() {
    let own = need!(own());
    let cases = [
        (
            700_024,
            "the assertion is outside its time: set this machine's clock (NTP); a federated token \
             file must be written anew before its token expires",
        ),
        (
            50_012,
            "check the tenant in `authority`, that the certificate is registered, and this \
             machine's clock",
        ),
    ];
    for (code, hint) in cases {
        let tenant = tenant_of(own);
        let refusal = Reply::entra_error(401, "invalid_client", code, "No.");
        tenant.on(&tenant.token_path(), [refusal]);
        let run = with_one_file(&tenant, own.pem()).list(NOTHING);
        assert_eq!((run.code, run.stdout.as_str()), (3, ""));
        assert!(
            run.stderr.contains(&format!("AADSTS{code}: No.")),
            "{}",
            run.stderr
        );
        assert!(
            run.stderr.ends_with(&format!("mgd: hint: {hint}\n")),
            "{}",
            run.stderr
        );
        assert_eq!(tenant.token_posts(), 1);
    }
}

#[test]
fn several_processes_make_several_ids() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = with_one_file(&tenant, own.pem());
    let children: Vec<_> = (0..6)
        .map(|_| mgd.start(["parameters.json", "--token-cache=none"]))
        .collect();
    for child in children {
        crate::support::Run::from(child.wait_with_output().unwrap()).ok();
    }
    assert_eq!((tenant.token_posts(), ids(&tenant).len()), (6, 6));
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

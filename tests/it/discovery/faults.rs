//! An authority that does not say what it is, in its words where it has some.

use super::{FOUND, NOTHING, configuration, discovery, metadata, post, with_oidc};
use crate::federated::{grant, whole};
use crate::support::{Mgd, lines};
use crate::tenant::{Reply, Tenant};

/// A tenant whose configuration is this, and the program.
fn answering(reply: Reply) -> (Tenant, Mgd) {
    let tenant = Tenant::start();
    tenant.always(&configuration(), reply);
    let mgd = with_oidc(&tenant);
    (tenant, mgd)
}

#[test]
fn a_tenant_that_is_not_there_is_told_in_the_servers_own_words() {
    let text = "Tenant 'contoso' not found. Check to make sure you have the correct tenant ID.";
    let refusal = Reply::entra_error(400, "invalid_tenant", 90_002, text);
    for (reply, status, words) in [
        (refusal, 400, "AADSTS90002: Tenant 'contoso' not found."),
        (Reply::html(404), 404, "404 Not Found"),
        (Reply::bare(404), 404, ""),
    ] {
        let (tenant, mgd) = answering(reply);
        let run = mgd.list(NOTHING);
        let authority = tenant.url(&super::base());
        let line = format!("mgd: authority {authority}: HTTP {status}");
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(run.stderr.starts_with(&line), "{}", run.stderr);
        assert!(run.stderr.contains(words), "{}", run.stderr);
        let hint = "\nmgd: hint: check the spelling of host and tenant\n";
        assert!(run.stderr.ends_with(hint), "{}", run.stderr);
        assert_eq!(lines(&tenant), [discovery()]);
    }
}

#[test]
fn an_answer_without_a_body_is_not_told_as_if_something_followed() {
    let (tenant, mgd) = answering(Reply::bare(404));
    let run = mgd.list(NOTHING);
    let first = run.stderr.lines().next().unwrap_or_default();
    assert!(!first.trim_end().ends_with(':'), "{first:?}");
    assert_eq!(lines(&tenant).len(), 1);
}

#[test]
fn what_is_no_configuration_is_told_so_and_no_secret_is_sent() {
    for reply in [
        Reply::html(200),
        Reply::text(""),
        Reply::json("{}"),
        Reply::json("[]"),
        Reply::json("null"),
        Reply::json("{"),
        Reply::json(r#"{"issuer":"https://localhost/t"}"#),
        Reply::json(r#"{"issuer":7,"token_endpoint":"https://localhost/t"}"#),
        Reply::text("\u{1}\u{2}"),
    ] {
        let (tenant, mgd) = answering(reply);
        let run = mgd.list(NOTHING);
        assert_eq!((run.code, run.stdout.as_str()), (5, ""), "{}", run.stderr);
        let place = tenant.url(&super::base());
        let begins = run.stderr.starts_with(&format!("mgd: authority {place}: "));
        assert!(begins, "{}", run.stderr);
        assert_eq!(lines(&tenant), [discovery()]);
        assert!(!mgd.scratch.path(super::KEPT).exists());
    }
}

#[test]
fn an_answer_without_end_is_not_read_to_it() {
    let large = format!("{{\"issuer\":\"{}", "x".repeat(2 << 20));
    let (tenant, mgd) = answering(Reply::json(large));
    let run = mgd.list(NOTHING);
    assert_eq!((run.code, run.stdout.as_str()), (5, ""), "{}", run.stderr);
    let told = "the response is larger than 1048576 bytes\n";
    assert!(run.stderr.ends_with(told), "{}", run.stderr);
    assert_eq!(lines(&tenant), [discovery()]);
}

#[test]
fn an_answer_that_breaks_off_is_asked_for_again() {
    let tenant = Tenant::start();
    let body = metadata(&tenant).to_string();
    for reply in [
        Reply::json(body.as_str()).cut_after(20),
        Reply::json(body.as_str()).chunked().reset_after(20),
        Reply::hang_up(),
    ] {
        tenant.on(&configuration(), [reply, Reply::json(body.as_str())]);
        tenant.on(FOUND, [grant(&tenant)]);
        let run = with_oidc(&tenant).list(NOTHING);
        whole(&run, &tenant);
    }
    assert_eq!(tenant.token_posts(), 3);
}

#[test]
fn a_redirect_is_not_followed() {
    let stranger = Tenant::start();
    let away = stranger.url(&configuration());
    let (tenant, mgd) = answering(Reply::bare(302).header("Location", &away));
    let run = mgd.list(NOTHING);
    assert!(matches!(run.code, 2 | 5), "{}", run.stderr);
    assert_eq!((lines(&tenant).len(), stranger.connections()), (1, 0));
}

#[test]
fn an_authority_that_is_busy_is_asked_again() {
    let tenant = Tenant::start();
    tenant.on(
        &configuration(),
        [
            Reply::bare(429).retry_after("1"),
            Reply::bare(503).retry_after("1"),
            Reply::json(metadata(&tenant).to_string()),
        ],
    );
    tenant.on(FOUND, [grant(&tenant)]);
    whole(&with_oidc(&tenant).list(NOTHING), &tenant);
    let asked = discovery();
    let expected = [&*asked, &asked, &asked, &post(), "GET /v1.0/users"];
    assert_eq!(lines(&tenant), expected);
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn an_authority_that_stays_busy_is_given_up_in_time() {
    for status in [429, 500, 503] {
        let (tenant, mgd) = answering(Reply::bare(status));
        let run = mgd.list(["--retry-max-time=1"]);
        let authority = tenant.url(&super::base());
        let line = format!("mgd: authority {authority}: HTTP {status}");
        assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{}", run.stderr);
        assert!(run.stderr.starts_with(&line), "{}", run.stderr);
        assert_eq!(tenant.token_posts(), 0);
    }
}

#[test]
fn a_token_that_is_good_still_is_used_though_the_authority_is_down() {
    let tenant = Tenant::start();
    let body = Reply::json(metadata(&tenant).to_string());
    tenant.on(&configuration(), [body]);
    tenant.on(FOUND, [grant(&tenant)]);
    let mgd = with_oidc(&tenant);
    whole(&mgd.list(NOTHING), &tenant);
    // What was said is a day old by now, and nobody can say it anew.
    let kept = mgd.scratch.read(super::KEPT);
    let mut kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
    kept[tenant.url(&configuration())]["at"] = (crate::cache::now() - 90_000).into();
    mgd.scratch.write(super::KEPT, kept.to_string(), 0o600);
    tenant.always(&configuration(), Reply::bare(503));
    let run = mgd.list(["--retry-max-time=1"]);
    assert_eq!(
        (run.code, run.stdout),
        (0, crate::support::three_users(&tenant))
    );
}

//! A token that is refused for good: whose fault it is, in Entra's words and ours.

use serde_json::json;

use super::{correlation_id, entra, post, told};
use crate::support::{Mgd, lines};
use crate::tenant::{CLIENT_ID, Reply, SECRET, TENANT_ID, Tenant};

#[test]
fn a_refusal_is_told_whole_and_with_its_remedy() {
    let consent = "{origin}/{tenant}/adminconsent?client_id={client}";
    let cases = [
        (
            (
                401,
                "invalid_client",
                7000215,
                "Invalid client secret provided.",
            ),
            "paste the secret's Value, not its Secret ID; check client_id, and that no quote or \
             line end came along",
        ),
        (
            (
                401,
                "invalid_client",
                7000222,
                "The provided client secret keys are expired.",
            ),
            "the secret has expired: create a new one (or move to a certificate) and update \
             parameters.json",
        ),
        (
            (
                400,
                "unauthorized_client",
                700016,
                "Application 'x' was not found.",
            ),
            "check client_id and the tenant in `authority`; if both are right, the application \
             is not installed there: {consent}",
        ),
        (
            (400, "invalid_request", 90002, "Tenant 'x' not found."),
            "the tenant in `authority` is misspelt, or in another cloud",
        ),
        (
            (
                400,
                "invalid_grant",
                65001,
                "The administrator has not consented.",
            ),
            "an administrator must consent: {consent}",
        ),
        ((400, "invalid_request", 4242, "Something new."), ""),
    ];
    for ((status, error, code, text), hint) in cases {
        let tenant = Tenant::start();
        tenant.on(&tenant.token_path(), [entra(status, error, code, text)]);
        let run = Mgd::new(&tenant).list([] as [&str; 0]);
        let hint = hint
            .replace("{consent}", consent)
            .replace("{origin}", &tenant.origin())
            .replace("{tenant}", TENANT_ID)
            .replace("{client}", CLIENT_ID);
        let mut stderr = told(error, code, text, &tenant);
        if !hint.is_empty() {
            stderr.push_str(&format!("mgd: hint: {hint}\n"));
        }
        run.refused(3, &stderr);
        assert_eq!(lines(&tenant), [post()]);
    }
}

#[test]
fn a_refusal_is_one_object_for_programs() {
    let tenant = Tenant::start();
    let refusal = entra(401, "invalid_client", 7000222, "Expired.");
    tenant.on(&tenant.token_path(), [refusal]);
    let run = Mgd::new(&tenant).list(["--errors", "json"]);
    let id = correlation_id(&tenant);
    let message = told("invalid_client", 7000222, "Expired.", &tenant);
    let message = message.strip_prefix("mgd: ").unwrap().trim_end();
    let expected = json!({
        "level": "error",
        "code": "invalid_client",
        "message": message,
        "hint": "the secret has expired: create a new one (or move to a certificate) and update \
                 parameters.json",
        "exit": 3,
        "status": 401,
        "request_id": "0d1c2b3a-4f5e-4d6c-8b7a-998877665500",
        "client_request_id": id,
    });
    assert_eq!(run.stderr.lines().count(), 1);
    let told: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
    assert_eq!((told, run.code, run.stdout.as_str()), (expected, 3, ""));
}

#[test]
fn a_wrong_secret_client_or_tenant_is_refused_by_the_service_once() {
    let cases = [
        ("secret", "another secret", "AADSTS7000215"),
        (
            "client_id",
            "0a1b2c3d-aaaa-bbbb-cccc-0123456789ab",
            "AADSTS700016",
        ),
        ("authority", "{origin}/contoso.example", "AADSTS90002"),
    ];
    for (key, value, code) in cases {
        let tenant = Tenant::start();
        let mgd = Mgd::new(&tenant);
        let value = value.replace("{origin}", &tenant.origin());
        mgd.edit(|parameters| parameters[key] = value.into());
        let run = mgd.list([] as [&str; 0]);
        assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{}", run.stderr);
        assert!(run.stderr.contains(code), "{}", run.stderr);
        assert!(
            run.stderr.contains(&correlation_id(&tenant)),
            "{}",
            run.stderr
        );
        assert_eq!(tenant.requests().len(), 1);
    }
}

#[test]
fn a_refusal_without_a_correlation_id_gets_that_of_the_request() {
    let tenant = Tenant::start();
    let body = r#"{"error":"invalid_client","error_description":"no","suberror":"bad_token"}"#;
    tenant.on(&tenant.token_path(), [Reply::bare(400).body(body)]);
    let run = Mgd::new(&tenant).list([] as [&str; 0]);
    let id = correlation_id(&tenant);
    let line =
        format!("mgd: token endpoint: invalid_client (bad_token): no (correlation id {id})\n");
    run.refused(3, &line);
}

#[test]
fn text_of_the_service_cannot_steer_the_terminal() {
    let tenant = Tenant::start();
    let text = "a\u{1b}[31mb\u{202e}c";
    tenant.on(
        &tenant.token_path(),
        [entra(400, "invalid_request", 4242, text)],
    );
    let run = Mgd::new(&tenant).list([] as [&str; 0]);
    let line = told("invalid_request", 4242, r"a\u{1b}[31mb\u{202e}c", &tenant);
    run.refused(3, &line);
}

#[test]
fn an_answer_of_a_box_in_between_is_kept_and_the_secret_follows_no_redirect() {
    let page = "no JSON: <html> <head><title>403 Forbidden</title></head> \
                <body><h1>403 Forbidden</h1></body> </html>";
    let cases = [
        (
            Reply::html(403),
            page,
            403,
            "a proxy or a captive portal may have responded",
        ),
        (
            Reply::bare(307).header("Location", "{origin}/elsewhere"),
            "an empty body",
            307,
            "a redirect would carry the secret to another host",
        ),
    ];
    for (reply, what, status, hint) in cases {
        let tenant = Tenant::start();
        tenant.on(&tenant.token_path(), [reply]);
        let run = Mgd::new(&tenant).list([] as [&str; 0]);
        let id = correlation_id(&tenant);
        let stderr = format!(
            "mgd: token endpoint: HTTP {status} with {what} (correlation id {id})\n\
             mgd: hint: {hint}\n"
        );
        run.refused(5, &stderr);
        assert_eq!(lines(&tenant), [post()]);
    }
}

/// The text as JSON with every character escaped.
fn escaped(text: &str) -> String {
    text.encode_utf16()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect()
}

#[test]
fn a_service_that_sends_the_secret_back_in_any_spelling_does_not_get_it_printed() {
    let secret = escaped(SECRET);
    for body in [
        format!("{{\"error\":\"no\",\"error_description\":\"you sent {secret} to us\"}}"),
        format!("{{\"error\":\"{secret}\",\"trace_id\":\"{secret}\"}}"),
        format!("{{\"error\":\"no\",\"suberror\":\"{secret}\",\"correlation_id\":\"{secret}\"}}"),
    ] {
        for status in [200, 400] {
            let tenant = Tenant::start();
            let refusal = Reply::bare(status).body(body.clone());
            tenant.on(&tenant.token_path(), [refusal]);
            let run = Mgd::new(&tenant).list(["--errors=json"]);
            assert!(run.stderr.contains("[redacted]"), "{}", run.stderr);
            assert!(!run.stderr.contains("cana"), "{}", run.stderr);
            assert_eq!(
                (run.code, run.stdout.as_str()),
                (if status == 200 { 5 } else { 3 }, "")
            );
        }
    }
}

#[test]
fn a_graph_that_sends_the_token_back_in_any_spelling_does_not_get_it_printed() {
    let tenant = Tenant::start();
    let token = "canary-token-bearer";
    let granted = serde_json::json!({
        "token_type": "Bearer", "expires_in": 3599, "access_token": token,
    });
    tenant.on(&tenant.token_path(), [Reply::json(granted.to_string())]);
    let token = escaped(token);
    let body =
        format!("{{\"error\":{{\"code\":\"{token}\",\"message\":\"you sent {token} to us\"}}}}");
    tenant.on("/v1.0/users", [Reply::bare(403).body(body)]);
    let run = Mgd::new(&tenant).get(&["users", "--errors=json"]);
    assert!(run.stderr.contains("[redacted]"), "{}", run.stderr);
    assert!(!run.stderr.contains("canary"), "{}", run.stderr);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
}

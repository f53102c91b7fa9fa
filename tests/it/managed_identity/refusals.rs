//! A machine that gives no token: whose fault it is, in the platform's words and ours.

use serde_json::json;

use super::{IDENTITY, IMDS, NOT_AZURE, POD, on_a_machine, with_identity};
use crate::support::lines;
use crate::tenant::{Reply, Tenant};

const NOTHING: [&str; 0] = [];
const STRANGER: &str = "something else responds at this address";

#[test]
fn an_identity_that_is_not_assigned_is_told_with_its_remedy() {
    let system = "assign a system-assigned identity to this machine, or name a user-assigned one \
                  by its client id";
    let user = "assign this identity to the machine, and check that the id is of the kind given";
    for (identity, hint) in [(json!(true), system), (json!(IDENTITY), user)] {
        let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
        let body = json!({ "error": "invalid_request", "error_description": "Identity not found" });
        imds.on(IMDS, [Reply::bare(400).body(body.to_string())]);
        let mgd = with_identity(&tenant, identity).env(POD, imds.origin());
        let line = "mgd: managed identity (IMDS): invalid_request: Identity not found\n";
        mgd.list(NOTHING)
            .refused(3, &format!("{line}mgd: hint: {hint}\n"));
        assert_eq!((lines(&imds).len(), tenant.connections()), (1, 0));
    }
}

#[test]
fn a_refusal_is_told_in_the_words_of_any_platform() {
    for (body, told) in [
        (
            json!({ "error": { "code": "No_Identity", "message": "None found." } }),
            "No_Identity: None found.",
        ),
        (
            json!({ "statusCode": 400, "message": "No such." }),
            "No such.",
        ),
        (
            json!({ "error": "unauthorized_client" }),
            "unauthorized_client",
        ),
    ] {
        let (tenant, platform) = (Tenant::start(), Tenant::start_plain());
        platform.on("/msi", [Reply::bare(400).body(body.to_string())]);
        let mgd = with_identity(&tenant, json!(true))
            .env("IDENTITY_ENDPOINT", platform.url("/msi"))
            .env("IDENTITY_HEADER", "canary-header");
        let run = mgd.list(NOTHING);
        let line = format!("mgd: managed identity (App Service): {told}\n");
        assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{}", run.stderr);
        assert!(run.stderr.starts_with(&line), "{}", run.stderr);
    }
}

#[test]
fn a_refusal_is_one_object_for_programs() {
    let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
    let body = json!({ "error": "invalid_request", "error_description": "Identity not found" });
    imds.on(IMDS, [Reply::bare(400).body(body.to_string())]);
    let run = on_a_machine(&tenant, &imds).list(["--errors", "json"]);
    let id = imds.requests()[0]
        .header("x-ms-client-request-id")
        .map(str::to_owned);
    let told: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
    let expected = json!({
        "level": "error",
        "code": "invalid_request",
        "message": "managed identity (IMDS): invalid_request: Identity not found",
        "hint": "assign a system-assigned identity to this machine, or name a user-assigned one \
                 by its client id",
        "exit": 3,
        "status": 400,
        "client_request_id": id,
    });
    assert_eq!((told, run.code), (expected, 3));
}

#[test]
fn what_is_no_answer_of_a_platform_is_told_so() {
    let page = "another body: <html> <head><title>";
    for (reply, told) in [
        (
            Reply::html(200),
            format!("HTTP 200 with {page}200 OK</title></head> "),
        ),
        (
            Reply::html(403),
            format!("HTTP 403 with {page}403 Forbidden</title></head> "),
        ),
        (Reply::bare(400), "HTTP 400 with an empty body".to_owned()),
        (Reply::bare(200), "HTTP 200 with an empty body".to_owned()),
        (
            Reply::bare(302).header("Location", "{origin}/x"),
            "HTTP 302 with an empty body".to_owned(),
        ),
    ] {
        let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
        imds.on(IMDS, [reply]);
        let run = on_a_machine(&tenant, &imds).list(NOTHING);
        let line = format!("mgd: managed identity (IMDS): {told}");
        assert_eq!((run.code, run.stdout.as_str()), (5, ""), "{}", run.stderr);
        assert!(run.stderr.starts_with(&line), "{}", run.stderr);
        let hint = format!("\nmgd: hint: {STRANGER}\n");
        assert!(run.stderr.ends_with(&hint), "{}", run.stderr);
        assert_eq!((lines(&imds).len(), tenant.connections()), (1, 0));
    }
}

#[test]
fn json_without_a_token_is_told_and_nothing_of_it_is_shown() {
    for body in [
        r#"{"expires_in":"60"}"#,
        r#"{"access_token":7,"x":"canary"}"#,
        r#"{"access_token":"","x":"canary"}"#,
        r#"{"access_token":"canary-token_cut"#,
        r#"["canary"]"#,
    ] {
        let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
        imds.on(IMDS, [Reply::json(body)]);
        let run = on_a_machine(&tenant, &imds).list(NOTHING);
        assert_eq!((run.code, run.stdout.as_str()), (5, ""), "{}", run.stderr);
        assert!(run.stderr.starts_with("mgd: managed identity (IMDS): "));
        assert!(!run.stderr.contains("canary"), "{}", run.stderr);
        assert_eq!(tenant.connections(), 0);
    }
}

#[test]
fn a_platform_that_sends_its_header_back_does_not_have_it_shown() {
    for (endpoint, secret) in [
        ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"),
        ("MSI_ENDPOINT", "MSI_SECRET"),
    ] {
        for reply in [
            Reply::bare(403).body("<pre>secret: canary-header</pre>"),
            Reply::bare(400).body(r#"{"error":"no","message":"canary-header is wrong"}"#),
            Reply::bare(400).body(format!("{}canary-header", "x".repeat(190))),
        ] {
            let (tenant, platform) = (Tenant::start(), Tenant::start_plain());
            platform.on("/msi", [reply]);
            let mgd = with_identity(&tenant, json!(true))
                .env(endpoint, platform.url("/msi"))
                .env(secret, "canary-header");
            let run = mgd.list(["-vv"]);
            assert!(matches!(run.code, 3 | 5), "{}", run.stderr);
            assert!(!run.stderr.contains("canary"), "{}", run.stderr);
        }
    }
}

#[test]
fn docker_that_answers_for_an_address_out_of_reach_is_no_azure() {
    let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
    let text = "connecting to 169.254.169.254:80: connecting to 169.254.169.254:80: dial tcp \
                169.254.169.254:80: connectex: A socket operation was attempted to an \
                unreachable network.";
    imds.on(IMDS, [Reply::bare(403).body(text)]);
    let run = on_a_machine(&tenant, &imds).list(NOTHING);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{}", run.stderr);
    let hint = format!("\nmgd: hint: {NOT_AZURE}\n");
    assert!(run.stderr.ends_with(&hint), "{}", run.stderr);
}

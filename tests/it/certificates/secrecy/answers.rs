//! What a service or a box in between may answer, which is our own request now and then.

use serde_json::json;

use super::{Canaries, NONE};
use crate::certificates::maker::own;
use crate::certificates::{client, tenant_of};
use crate::tenant::{Reply, SECRET, Tenant};

#[test]
fn an_assertion_never_shows_whatever_the_service_answers() {
    let own = need!(own());
    let canaries = Canaries::new(&[&own.key]);
    let description = json!({
        "error": "invalid_client",
        "error_description": "refused: {request-body}",
        "error_codes": [700_027],
    });
    let replies = [
        Reply::entra_error(401, "invalid_client", 700_027, "No."),
        Reply::entra_error(429, "throttled", 4242, "No.").retry_after("0"),
        Reply::html(503).retry_after("0"),
        Reply::html(403),
        Reply::hang_up(),
        Reply::bare(307).header("Location", "{origin}/elsewhere"),
        // A box in between that sends the form back.
        Reply::html(403).body("Blocked: {request-body}"),
        Reply::html(403).body("<html><pre>\n{request-body}\n</pre></html>"),
        Reply::html(503).body("Blocked: {request-body}"),
        Reply::bare(400)
            .header("Content-Type", "application/json")
            .body(description.to_string()),
        Reply::bare(200)
            .header("Content-Type", "application/json")
            .body(description.to_string()),
    ];
    let mut found = Vec::new();
    for (number, reply) in replies.into_iter().enumerate() {
        for loudness in [&["-vv"][..], &["--errors", "json", "-vv"]] {
            let tenant = tenant_of(own);
            tenant.always(&tenant.token_path(), reply.clone());
            let mgd = client(&tenant, &json!({ "certificate_file": "c.pem" }));
            mgd.scratch.write("c.pem", own.pem(), 0o600);
            let run = mgd.list(loudness.iter().chain(&["--retry-max-time", "0.2"]));
            assert_ne!(run.code, 0);
            assert_ne!(tenant.token_posts(), 0);
            let what = format!("answer {number}");
            found.extend(canaries.left_by(&what, &mgd, &run, &tenant));
        }
    }
    assert_eq!(found, NONE);
}

#[test]
fn a_secret_that_is_sent_back_in_a_success_without_a_token_does_not_show() {
    let encoded = "cana%26ry%2Bs%25cret";
    let body = json!({ "error": "blocked", "error_description": "it was {request-body}" });
    for status in [200, 400] {
        let tenant = Tenant::start();
        let reply = Reply::bare(status).body(body.to_string());
        tenant.on(&tenant.token_path(), [reply]);
        let run = client(&tenant, &json!({ "secret": SECRET })).list(["-vv"]);
        assert_ne!(run.code, 0);
        assert!(!run.stderr.contains(encoded), "{status}: {}", run.stderr);
    }
}

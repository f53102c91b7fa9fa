//! Faults of the token endpoint that pass: asked again within the time given, then exit 4.

use super::{USERS, correlation_id, entra, post, told};
use crate::support::{Mgd, lines, three_users};
use crate::tenant::{Reply, Tenant};

const TEXT: &str = "A passing fault.";
const HINT: &str = "mgd: hint: a passing fault of Entra's: try again later\n";

/// Each fault, and whether its code has a remedy.
fn faults() -> [(u16, &'static str, u32, &'static str); 5] {
    [
        (400, "temporarily_unavailable", 4242, ""),
        (400, "invalid_request", 90033, HINT),
        (429, "throttled", 4242, ""),
        (503, "service_unavailable", 4242, ""),
        (504, "server_error", 90006, HINT),
    ]
}

fn soon(status: u16, error: &str, code: u32) -> Reply {
    entra(status, error, code, TEXT).retry_after("0")
}

#[test]
fn a_passing_fault_is_asked_again_and_leaves_no_trace() {
    for (status, error, code, _) in faults() {
        let tenant = Tenant::start();
        tenant.on(&tenant.token_path(), [soon(status, error, code)]);
        let run = Mgd::new(&tenant).list([] as [&str; 0]).ok();
        assert_eq!(
            (run.stdout, run.stderr.as_str()),
            (three_users(&tenant), "")
        );
        assert_eq!(lines(&tenant), [post(), post(), USERS.to_owned()]);
    }
}

#[test]
fn a_fault_that_does_not_pass_in_time_is_told_whole() {
    for (status, error, code, hint) in faults() {
        let tenant = Tenant::start();
        tenant.always(&tenant.token_path(), soon(status, error, code));
        let run = Mgd::new(&tenant).list(["--retry-max-time", "0.7"]);
        run.refused(4, &(told(error, code, TEXT, &tenant) + hint));
        assert_eq!(lines(&tenant), [post(), post()]);
    }
}

#[test]
fn a_server_error_is_asked_three_times() {
    let tenant = Tenant::start();
    let replies = [500, 502, 500].map(|status| soon(status, "server_error", 4242));
    tenant.on(&tenant.token_path(), replies);
    let run = Mgd::new(&tenant).list([] as [&str; 0]);
    run.refused(4, &told("server_error", 4242, TEXT, &tenant));
    assert_eq!(lines(&tenant), [post(), post(), post()]);
}

#[test]
fn the_wait_that_was_asked_for_is_kept() {
    let tenant = Tenant::start();
    let replies = [429, 503].map(|status| entra(status, "busy", 4242, TEXT).retry_after("1"));
    tenant.on(&tenant.token_path(), replies);
    let run = Mgd::new(&tenant).list([] as [&str; 0]).ok();
    assert_eq!(
        (run.stdout, run.stderr.as_str()),
        (three_users(&tenant), "")
    );
    assert_eq!(lines(&tenant), [post(), post(), post(), USERS.to_owned()]);
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn a_wait_past_the_time_given_is_not_begun_and_is_told_to_programs() {
    let tenant = Tenant::start();
    let fault = entra(429, "throttled", 4242, TEXT).retry_after("7200");
    tenant.on(&tenant.token_path(), [fault]);
    let run = Mgd::new(&tenant).list(["--errors=json"]);
    let told: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
    assert_eq!((run.code, run.stdout.as_str()), (4, ""));
    assert_eq!(
        (&told["retry_after"], &told["status"]),
        (&7200.0.into(), &429.into())
    );
    assert_eq!(
        (&told["exit"], &told["code"]),
        (&4.into(), &"throttled".into())
    );
    assert_eq!(lines(&tenant), [post()]);
}

#[test]
fn a_body_that_is_no_error_of_entras_is_kept() {
    let page = "no JSON: <html> <head><title>503 Service Unavailable</title></head> \
                <body><h1>503 Service Unavailable</h1></body> </html>";
    let cases = [
        (Reply::html(503), 503, page),
        (Reply::bare(503), 503, "an empty body"),
        (
            Reply::bare(504).body("upstream\r\n timed out"),
            504,
            "no JSON: upstream timed out",
        ),
    ];
    for (reply, status, what) in cases {
        let tenant = Tenant::start();
        tenant.on(&tenant.token_path(), [reply]);
        let run = Mgd::new(&tenant).list(["--retry-max-time", "0.1"]);
        let id = correlation_id(&tenant);
        let stderr =
            format!("mgd: token endpoint: HTTP {status} with {what} (correlation id {id})\n");
        run.refused(4, &stderr);
        assert_eq!(lines(&tenant), [post()]);
    }
}

#[test]
fn json_that_is_no_error_of_entras_is_not_called_something_else() {
    let tenant = Tenant::start();
    let reply = Reply::bare(503).body(r#"{"error":{"code":"gateway"}}"#);
    tenant.on(&tenant.token_path(), [reply]);
    let run = Mgd::new(&tenant).list(["--retry-max-time", "0.1"]);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""));
    assert!(
        run.stderr.contains(r#"{"error":{"code":"gateway"}}"#),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("no JSON"), "{}", run.stderr);
}

#[test]
fn an_answer_that_breaks_off_is_asked_for_again() {
    let cases = [
        Reply::pass().reset_after(20),
        Reply::pass().cut_after(20),
        Reply::hang_up(),
        Reply::pass().chunked().gzip().cut_after(30),
    ];
    for reply in cases {
        let tenant = Tenant::start();
        tenant.on(&tenant.token_path(), [reply]);
        let run = Mgd::new(&tenant).list([] as [&str; 0]).ok();
        assert_eq!(
            (run.stdout, run.stderr.as_str()),
            (three_users(&tenant), "")
        );
        assert_eq!(lines(&tenant), [post(), post(), USERS.to_owned()]);
    }
}

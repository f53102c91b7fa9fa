//! Error bodies in every form.

use serde_json::json;

use super::USERS;
use crate::support::{Mgd, Run, lines};
use crate::tenant::{Reply, Tenant};

pub(super) fn listing(reply: Reply, arguments: &[&str]) -> Run {
    let tenant = Tenant::start();
    tenant.always(USERS, reply);
    let run = Mgd::new(&tenant).list(arguments);
    assert_eq!(lines(&tenant)[1..], ["GET /v1.0/users"]);
    run
}

#[track_caller]
pub(super) fn assert_line(reply: Reply, code: i32, line: &str) {
    let run = listing(reply, &["--retry-max-time", "0.3"]);
    assert_eq!((run.code, run.stdout.as_str()), (code, ""));
    assert_eq!(run.stderr, format!("mgd: graph: {line}\n"));
}

pub(super) fn failed(status: u16, body: impl Into<Vec<u8>>) -> Reply {
    Reply::bare(status)
        .header("Content-Type", "application/json")
        .body(body)
}

#[test]
fn an_error_without_a_graph_error_is_quoted() {
    assert_line(failed(404, ""), 1, "an error without a text (HTTP 404)");
    assert_line(
        Reply::html(404),
        1,
        "no Graph error: <html> <head><title>404 Not Found</title></head> \
         <body><h1>404 Not Found</h1></body> </html> (HTTP 404)",
    );
    assert_line(
        failed(400, r#"{"error":{"code":"Bad"#),
        1,
        r#"no Graph error: {"error":{"code":"Bad (HTTP 400)"#,
    );
    let deep = failed(400, r#"{"error":"#.repeat(100_000));
    let quoted = r#"{"error":"#.repeat(23);
    let line = format!("no Graph error: {}… (HTTP 400)", &quoted[..200]);
    assert_line(deep, 1, &line);
}

#[test]
fn an_empty_error_is_judged_by_its_status() {
    let tenant = Tenant::start();
    let replies = [429, 503, 504].map(|status| Reply::bare(status).retry_after("0.1"));
    tenant.on(USERS, replies);
    let run = Mgd::new(&tenant).list([] as [&str; 0]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!((run.ids().len(), tenant.replies_left()), (3, 0));
    for (status, exit) in [(400, 1), (403, 1), (404, 1), (429, 4), (501, 1), (503, 4)] {
        let run = listing(Reply::bare(status), &["--retry-max-time", "0.3"]);
        assert_eq!((run.code, run.stdout.as_str()), (exit, ""), "{status}");
        let line = format!("mgd: graph: an error without a text (HTTP {status})");
        assert_eq!(run.stderr.lines().next(), Some(line.as_str()));
    }
}

#[test]
fn the_codes_of_inner_errors_are_found() {
    let inner = json!({"error": {"code": "", "message": "no", "innererror":
        {"code": "outer", "innererror": {"code": "inner", "requestId": "r-1"}}}});
    let line = "outer: no (HTTP 400, request-id r-1)";
    assert_line(failed(400, inner.to_string()), 1, line);
    let plain =
        json!({"error": {"code": "c", "message": "m", "innerError": {"request-id": "r-2"}}});
    assert_line(
        failed(409, plain.to_string()),
        1,
        "c: m (HTTP 409, request-id r-2)",
    );
    let rfc = json!({"error": "invalid_request", "error_description": "no such thing"});
    assert_line(
        failed(400, rfc.to_string()),
        1,
        "invalid_request: no such thing (HTTP 400)",
    );
}

#[test]
fn the_request_id_of_the_header_wins() {
    let body = json!({"error": {"code": "c", "message": "m", "innerError": {"requestId": "r-2"}}});
    let reply = failed(404, body.to_string()).header("request-id", "r-1");
    assert_line(reply, 1, "c: m (HTTP 404, request-id r-1)");
}

#[test]
fn an_error_body_that_breaks_off_is_not_called_empty() {
    let tenant = Tenant::start();
    tenant.always(USERS, Reply::status(403).cut_after(20));
    let run = Mgd::new(&tenant).list(["--retry-max-time", "0.3"]);
    assert!(matches!(run.code, 1 | 4), "{run:?}");
    assert!(!run.stderr.contains("empty body"), "{}", run.stderr);
}

#[test]
fn an_error_without_a_length_is_judged_by_its_status() {
    let reply = || Reply::status(503).close_delimited().retry_after("0.1");
    let tenant = Tenant::start();
    tenant.on(USERS, [reply(), reply()]);
    let run = Mgd::new(&tenant).list([] as [&str; 0]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(tenant.violations(), [] as [String; 0]);
    let run = listing(Reply::status(403).close_delimited(), &[]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    let start = "mgd: graph: Authorization_RequestDenied: Insufficient privileges";
    assert!(run.stderr.starts_with(start), "{}", run.stderr);
}

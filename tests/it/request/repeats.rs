//! A write is sent again only where it cannot have been carried out.

use std::net::TcpListener;

use super::{answered, created, request, sent};
use crate::support::Mgd;
use crate::tenant::{Reply, Tenant};

const UNSURE: &str = "mgd: hint: it may have been applied: look before you send it again";

fn statuses(tenant: &Tenant) -> Vec<u16> {
    sent(tenant).iter().map(|seen| seen.status).collect()
}

#[test]
fn a_throttled_write_is_sent_again_whole() {
    let body = r#"{"a":1}"#;
    let replies = [
        Reply::status(429).retry_after("0.2"),
        Reply::status(429),
        Reply::status(503).retry_after("0"),
        created(),
    ];
    let (tenant, run) = answered(replies, &["users", "--body", body]);
    run.ok();
    assert_eq!(statuses(&tenant), [429, 429, 503, 201]);
    assert!(
        sent(&tenant)
            .iter()
            .all(|seen| seen.body == body.as_bytes())
    );
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn a_write_that_may_have_been_applied_is_not_sent_again() {
    for status in [408, 500, 502, 503, 504] {
        let (tenant, run) = answered([Reply::status(status)], &["x", "--body", "{}"]);
        assert_eq!(statuses(&tenant), [status]);
        assert_eq!(run.code, 4);
        assert!(run.stderr.contains(UNSURE), "{status}: {}", run.stderr);
    }
}

#[test]
fn a_write_whose_connection_broke_is_not_sent_again() {
    let (tenant, run) = answered([Reply::hang_up()], &["PATCH", "x", "-fa=b"]);
    assert_eq!(sent(&tenant).len(), 1);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""));
    assert!(run.stderr.contains(UNSURE), "{}", run.stderr);
}

#[test]
fn a_read_is_sent_again_as_get_does() {
    let replies = [Reply::status(503), Reply::hang_up(), created()];
    let (tenant, run) = answered(replies, &["x"]);
    run.ok();
    assert_eq!(statuses(&tenant), [503, 0, 201]);
}

#[test]
fn a_definite_no_is_not_called_unsure() {
    let (_tenant, run) = answered([Reply::status(403)], &["DELETE", "x"]);
    assert!(
        !run.stderr.contains("may have been applied"),
        "{}",
        run.stderr
    );
}

#[test]
fn where_no_connection_comes_about_nothing_was_applied() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    mgd.get(&["users"]).ok();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let graph = format!("https://localhost:{}", closed.local_addr().unwrap().port());
    drop(closed);
    let arguments = ["DELETE", "x", "--graph", &graph, "--retry-max-time", "1"];
    let run = request(&mgd, &arguments);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("connection refused"), "{}", run.stderr);
    assert!(
        !run.stderr.contains("may have been applied"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_stream_that_was_read_is_not_sent_again() {
    let tenant = Tenant::start();
    tenant.on("/v1.0/", [Reply::status(429).retry_after("0.1"), created()]);
    let mgd = Mgd::new(&tenant);
    let run = mgd.shell("echo '{}' | mgd -p parameters.json request x --body -");
    assert_eq!((run.code, statuses(&tenant)), (4, vec![429]));
}

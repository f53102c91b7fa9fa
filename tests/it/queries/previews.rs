//! `--dry-run` and `--curl`: what would be sent, and how another program sends it.

use crate::support::{Mgd, Run, tool};
use crate::tenant::{Reply, Seen, Tenant};

fn preview(arguments: &[&str]) -> (Tenant, Mgd, Run) {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    let run = mgd.list(arguments);
    (tenant, mgd, run)
}

#[test]
fn a_dry_run_prints_the_request_and_sends_nothing() {
    let arguments = ["get", "users", "--count", "--prefer", "x", "--dry-run"];
    let (tenant, _mgd, run) = preview(&arguments);
    let expected = format!(
        "GET {}/v1.0/users?$count=true\nPrefer: x\nConsistencyLevel: eventual\n\
         Authorization: Bearer (mgd token prints it)\n\n",
        tenant.origin()
    );
    run.ended(0, &expected, "");
    assert_eq!(tenant.requests().len(), 0);
}

#[test]
fn a_dry_run_shows_the_body_too() {
    let arguments = ["request", "PATCH", "users/x", "-F", "a=1", "--dry-run"];
    let (tenant, _mgd, run) = preview(&arguments);
    let expected = format!(
        "PATCH {}/v1.0/users/x\nContent-Type: application/json\n\
         Authorization: Bearer (mgd token prints it)\n\n{{\"a\":1}}\n",
        tenant.origin()
    );
    run.ended(0, &expected, "");
    assert_eq!(tenant.requests().len(), 0);
}

/// Runs what `--curl` printed.
fn run_curl(mgd: &Mgd, command: &str) -> Option<Run> {
    tool("curl")?;
    Some(mgd.shell(command))
}

#[test]
fn the_curl_command_reads_the_same_and_shows_no_token() {
    let (tenant, mgd, run) = preview(&["get", "users", "--select", "id,mail", "--curl"]);
    let command = run.ok().stdout;
    assert!(!command.contains("Bearer"), "{command}");
    assert!(command.starts_with("mgd token --header -p 'parameters.json' | curl "));
    let run = need!(run_curl(&mgd, &command));
    assert_eq!(run.ok().ids().len(), 3);
    let seen = tenant.requests();
    assert_eq!(seen[1].line(), "GET /v1.0/users?$select=id,mail");
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn the_curl_command_takes_the_body_from_a_file() {
    let arguments = [
        "request", "users", "-F", "a=it's", "-H", "X-A: 'q'", "--curl",
    ];
    let (tenant, mgd, run) = preview(&arguments);
    tenant.on("/v1.0/users", [Reply::json("{}")]);
    let command = run.ok().stdout;
    assert!(!command.contains(" -d"), "{command}");
    let run = need!(run_curl(&mgd, &command));
    run.ended(0, "{}", "");
    let seen = tenant.requests().remove(1);
    assert_eq!(seen.line(), "POST /v1.0/users");
    assert_eq!(seen.body, br#"{"a":"it's"}"#);
    assert_eq!(seen.header("X-A"), Some("'q'"));
    assert_eq!(seen.header("Content-Type"), Some("application/json"));
}

#[test]
fn curl_cannot_have_stdin_twice() {
    let (_tenant, _mgd, run) = preview(&["request", "x", "--body", "-", "--curl"]);
    run.refused(
        2,
        "mgd: --curl: stdin is where curl reads the token\n\
         mgd: hint: give the body as a file: --body @FILE\n",
    );
}

/// The request that the command printed for these arguments makes.
fn sent_by_curl(arguments: &[&str]) -> Option<Seen> {
    let (tenant, mgd, run) = preview(&[&["request"], arguments, &["--curl"]].concat());
    tenant.on("/v1.0/", [Reply::json("{}")]);
    run_curl(&mgd, &run.ok().stdout)?.ok();
    Some(tenant.requests().remove(1))
}

#[test]
fn the_curl_command_of_a_write_without_a_body_says_so_too() {
    let seen = need!(sent_by_curl(&["POST", "users/x/restore"]));
    assert_eq!(seen.header("Content-Length"), Some("0"));
}

#[test]
fn the_curl_command_of_a_head_waits_for_no_body() {
    let seen = need!(sent_by_curl(&["HEAD", "users/x"]));
    assert_eq!(seen.line(), "HEAD /v1.0/users/x");
}

#[test]
fn the_curl_command_sends_an_empty_header_as_well() {
    let seen = need!(sent_by_curl(&["users/x", "-HX-A:"]));
    assert_eq!(seen.header("X-A"), Some(""));
}

#[test]
fn the_curl_command_of_a_get_with_a_body_is_no_post() {
    let Some(seen) = sent_by_curl(&["GET", "users/x", "--body", r#"{"a":1}"#]) else {
        return;
    };
    assert_eq!(seen.line(), "GET /v1.0/users/x");
    assert_eq!(seen.body, br#"{"a":1}"#);
}

#[test]
fn curl_cannot_send_a_body_with_head() {
    let arguments = ["request", "HEAD", "users/x", "--body", "{}", "--curl"];
    let (_tenant, _mgd, run) = preview(&arguments);
    run.refused(2, "mgd: --curl: curl sends no body with HEAD\n");
}

//! Where a body comes from, and that the wire carries it whole.

use std::io::Write as _;
use std::process::Stdio;

use super::{answered, created, only, request};
use crate::support::{Mgd, Run};
use crate::tenant::Tenant;

#[test]
fn without_a_body_it_is_a_get_and_with_one_a_post() {
    for (arguments, line) in [
        (&["users"][..], "GET /v1.0/users"),
        (&["users", "--body", "{}"], "POST /v1.0/users"),
        (&["users", "-fa=b"], "POST /v1.0/users"),
        (&["patch", "users/x", "-fa=b"], "PATCH /v1.0/users/x"),
        (&["DELETE", "users/x"], "DELETE /v1.0/users/x"),
        (&["POST", "users/x/restore"], "POST /v1.0/users/x/restore"),
        (&["PUT", "beta/x", "--body={}"], "PUT /beta/x"),
    ] {
        let tenant = Tenant::start();
        tenant.always("/", created());
        tenant.always(&tenant.token_path(), crate::tenant::Reply::pass());
        request(&Mgd::new(&tenant), arguments).ok();
        assert_eq!(only(&tenant).line(), line);
    }
}

#[test]
fn json_is_sent_as_it_was_typed() {
    let body = r#"{ "big": 12345678901234567890123, "a":"\u00e9" }"#;
    let (tenant, run) = answered([created()], &["users", "--body", body]);
    run.ended(0, r#"{"id": "1"}"#, "");
    let seen = only(&tenant);
    assert_eq!(seen.body, body.as_bytes());
    assert_eq!(seen.header("Content-Type"), Some("application/json"));
    assert_eq!(
        seen.header("Content-Length"),
        Some(body.len().to_string().as_str())
    );
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn a_write_without_a_body_says_that_it_has_none() {
    let (tenant, run) = answered([created()], &["POST", "users/x/restore"]);
    run.ok();
    let seen = only(&tenant);
    assert_eq!(seen.header("Content-Length"), Some("0"));
    assert_eq!(seen.header("Content-Type"), None);
}

#[test]
fn a_file_is_sent_with_its_length_and_its_type() {
    let tenant = Tenant::start();
    tenant.on("/v1.0/", [created()]);
    let mgd = Mgd::new(&tenant);
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    mgd.scratch.write("photo.jpg", &bytes, 0o600);
    let arguments = [
        "PUT",
        "users/x/photo/$value",
        "--body",
        "@photo.jpg",
        "-HContent-Type: image/jpeg",
    ];
    request(&mgd, &arguments).ok();
    let seen = only(&tenant);
    assert!(seen.body == bytes);
    assert_eq!(seen.header("Content-Length"), Some("3000000"));
    assert_eq!(seen.header("Content-Type"), Some("image/jpeg"));
}

fn piped(mgd: &Mgd, arguments: &[&str], input: &[u8]) -> Run {
    let mut command = mgd.command([&["-p", "parameters.json", "request"], arguments].concat());
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    // The program may end before it has read all.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap().into()
}

#[test]
fn stdin_is_streamed() {
    let tenant = Tenant::start();
    tenant.on("/v1.0/", [created()]);
    let input = vec![b'x'; 1_500_000];
    let arguments = [
        "PUT",
        "users/x",
        "--body",
        "-",
        "-H",
        "Content-Type: text/plain",
    ];
    piped(&Mgd::new(&tenant), &arguments, &input).ok();
    let seen = only(&tenant);
    assert!(seen.body == input);
    assert_eq!(seen.header("Transfer-Encoding"), Some("chunked"));
}

#[test]
fn a_file_that_does_not_tell_its_length_is_sent_whole() {
    let tenant = Tenant::start();
    tenant.on("/v1.0/", [created()]);
    let arguments = [
        "PUT",
        "users/x",
        "--body=@/proc/version",
        "-HContent-Type: text/plain",
    ];
    request(&Mgd::new(&tenant), &arguments).ok();
    assert_eq!(only(&tenant).body, std::fs::read("/proc/version").unwrap());
}

#[test]
fn a_body_that_a_shell_has_spoilt_is_not_sent() {
    let hint = "mgd: hint: put it into single quotes, or give a file: --body @FILE; another type \
                needs -H 'Content-Type: …'\n";
    for (body, column) in [("{a:1}", 2), ("", 0), ("{\"a\":}", 6)] {
        let (tenant, run) = answered([], &["users", "--body", body]);
        run.refused(
            2,
            &format!("mgd: --body: is not JSON at character {column}\n{hint}"),
        );
        assert_eq!(tenant.requests().len(), 0);
    }
}

#[test]
fn a_body_that_cannot_be_read_is_told_before_anything_is_sent() {
    for (body, cause) in [
        ("@missing", "missing: no such file or directory"),
        ("@.", ".: is a directory"),
    ] {
        let (tenant, run) = answered([], &["users", "--body", body]);
        run.refused(2, &format!("mgd: body {cause}\n"));
        assert_eq!(tenant.requests().len(), 0);
    }
}

#[test]
fn operands_that_make_no_request_are_usage_errors() {
    for (arguments, line) in [
        (&[][..], "path: missing"),
        (&["DELETE"], "path: missing"),
        (&["FETCH", "users"], "method FETCH: is not one of HTTP"),
        (&["GET", "users", "x"], "x: one operand too many"),
        (
            &["x", "--body={}", "-fa=b"],
            "--body and fields do not go together",
        ),
    ] {
        let (tenant, run) = answered([], arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        assert!(run.stderr.starts_with(&format!("mgd: {line}\n")), "{run:?}");
        assert_eq!(tenant.requests().len(), 0);
    }
}

#[test]
fn input_that_is_not_sent_is_warned_of_and_not_waited_for() {
    let warning = "mgd: warning: stdin holds data that is not sent: --body - sends it\n";
    let ask = "mgd parameters.json request POST users";
    for (line, expected) in [
        (format!("printf '{{}}' > in.json; {ask} < in.json"), warning),
        (
            format!("mkfifo in; exec 3<>in; printf '{{}}' >&3; {ask} <&3"),
            warning,
        ),
        // Nobody has written anything, and nobody will.
        (format!("mkfifo in; exec 3<>in; {ask} <&3"), ""),
        (format!(": > in.json; {ask} < in.json"), ""),
        (format!("printf '{{}}' > in.json; {ask} -q < in.json"), ""),
        (
            format!("printf '{{}}' > in.json; {ask} -f a=b < in.json"),
            "",
        ),
        (
            format!("printf '{{}}' > in.json; {ask} --body - < in.json"),
            "",
        ),
        (
            "printf '{}' > in.json; mgd parameters.json request GET users < in.json".to_owned(),
            "",
        ),
        (format!("{ask} < /dev/null"), ""),
    ] {
        let tenant = Tenant::start();
        tenant.always("/v1.0/", created());
        let run = Mgd::new(&tenant).shell(&line);
        assert_eq!((run.code, run.stderr.as_str()), (0, expected), "{line}");
        let sent = only(&tenant).body;
        let is_sent = line.contains("--body -") || line.contains("-f");
        assert_eq!(sent.is_empty(), !is_sent, "{line}");
    }
}

//! `-F` and `-f`: a body put together on the command line.

use super::{answered, created, only, request};
use crate::support::Mgd;
use crate::tenant::Tenant;

#[test]
fn fields_make_a_json_body() {
    let (tenant, run) = answered(
        [created()],
        &[
            "users",
            "-F",
            "accountEnabled=true",
            "-Fage=041",
            "-F",
            "big=12345678901234567890.10",
            "-F",
            "passwordProfile[forceChange]=false",
            "-Fphones[]=+49",
            "-Fphones[]=+1",
            "-f",
            "displayName=true",
        ],
    );
    run.ok();
    let seen = only(&tenant);
    assert_eq!(
        String::from_utf8(seen.body.clone()).unwrap(),
        r#"{"accountEnabled":true,"age":"041","big":12345678901234567890.10,"passwordProfile":{"forceChange":false},"phones":["+49","+1"],"displayName":"true"}"#
    );
    assert_eq!(seen.header("Content-Type"), Some("application/json"));
}

#[test]
fn a_field_can_be_the_text_of_a_file() {
    let tenant = Tenant::start();
    tenant.on("/v1.0/", [created()]);
    let mgd = Mgd::new(&tenant);
    mgd.scratch.write("note", "a \"b\"\n", 0o600);
    request(&mgd, &["users", "-F", "text=@note", "-f", "plain=@note"]).ok();
    let body = String::from_utf8(only(&tenant).body).unwrap();
    assert_eq!(body, r#"{"text":"a \"b\"\n","plain":"@note"}"#);
}

#[test]
fn of_a_get_they_are_the_query() {
    let (tenant, run) = answered(
        [created()],
        &["GET", "users", "-F", "$top=5", "-f", "x=a b&c"],
    );
    run.ok();
    assert_eq!(only(&tenant).line(), "GET /v1.0/users?$top=5&x=a%20b%26c");
}

#[test]
fn what_is_no_field_is_not_sent() {
    for (field, line) in [
        ("a", "field a: is no key=value"),
        ("=a", "field =a: is no key=value"),
        ("a[=1", "field a[=1: is no key=value"),
        ("a=@missing", "field 'missing': no such file or directory"),
    ] {
        let (tenant, run) = answered([], &["users", "-F", field]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        assert!(run.stderr.starts_with(&format!("mgd: {line}\n")), "{run:?}");
        assert_eq!(tenant.requests().len(), 0);
    }
}

#[test]
fn two_fields_cannot_both_be_stdin() {
    for method in ["GET", "POST"] {
        let arguments = [method, "users", "-F", "a=@-", "-F", "b=@-"];
        let (tenant, run) = answered([], &arguments);
        run.refused(2, "mgd: field b=@-: stdin is that of another field\n");
        assert_eq!(tenant.requests().len(), 0);
    }
}

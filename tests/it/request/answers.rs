//! What comes back: as it came, errors too, and nothing that could be taken for more.

use super::{answered, created, only, sent};
use crate::support::{Mgd, masked};
use crate::tenant::{Reply, Tenant};

#[test]
fn the_body_of_an_error_is_written_as_it_came() {
    let body = r#"{ "error" : {"code":"Conflict", "message":"There is one.","n":1.10} }"#;
    let (tenant, run) = answered(
        [Reply::bare(409)
            .header("Content-Type", "application/json")
            .body(body)],
        &["users", "--body", "{}"],
    );
    run.ended(1, body, "mgd: graph: Conflict: There is one. (HTTP 409)\n");
    assert_eq!(only(&tenant).line(), "POST /v1.0/users");
}

#[test]
fn the_status_says_the_exit_code() {
    for (status, code) in [(400, 1), (403, 1), (412, 1), (501, 1), (507, 1), (302, 5)] {
        let (_tenant, run) = answered([Reply::status(status)], &["PATCH", "x", "-fa=b"]);
        assert_eq!(run.code, code, "{status}: {}", run.stderr);
    }
}

#[test]
fn status_and_headers_stand_first_if_asked_for() {
    let (_tenant, run) = answered(
        [Reply::bare(201)
            .header("ETag", "W/\"1\"")
            .header("Location", "{origin}/v1.0/x")
            .body("{}")],
        &["-i", "x", "--body={}"],
    );
    let (head, body) = run.stdout.split_once("\n\n").unwrap();
    assert_eq!(body, "{}");
    let mut lines = head.lines();
    assert_eq!(lines.next(), Some("HTTP/1.1 201"));
    assert!(lines.any(|line| line == "etag: W/\"1\""), "{head}");
}

#[test]
fn a_204_writes_nothing() {
    let (tenant, run) = answered([Reply::bare(204)], &["DELETE", "users/x"]);
    run.ended(0, "", "");
    assert_eq!(only(&tenant).line(), "DELETE /v1.0/users/x");
}

#[test]
fn an_etag_goes_along_and_an_unchanged_object_is_no_error() {
    let arguments = ["PATCH", "x", "-fa=b", "--if-match", "W/\"JzEt\""];
    let (tenant, run) = answered([Reply::status(412)], &arguments);
    assert_eq!(run.code, 1);
    assert_eq!(only(&tenant).header("If-Match"), Some("W/\"JzEt\""));
    let (_tenant, run) = answered([Reply::bare(304)], &["x", "-H", "If-None-Match: \"1\""]);
    run.ended(0, "", "");
}

#[test]
fn it_never_pages_and_says_so() {
    let page = r#"{"value":[{"id":"1"}],"@odata.nextLink":"{origin}/v1.0/users?p=2"}"#;
    let (tenant, run) = answered([Reply::json(page)], &["users"]);
    assert_eq!(run.stdout, page.replace("{origin}", &tenant.origin()));
    assert_eq!(run.stderr, "mgd: more pages follow: mgd get follows them\n");
    assert_eq!(only(&tenant).line(), "GET /v1.0/users");
}

#[test]
fn a_file_keeps_its_old_text_when_graph_says_no() {
    let tenant = Tenant::start();
    tenant.on("/v1.0/", [Reply::status(403), created()]);
    let mgd = Mgd::new(&tenant);
    mgd.scratch.write("out", "yesterday", 0o600);
    let run = super::request(&mgd, &["x", "-O", "out"]);
    assert_eq!(
        (run.code, mgd.scratch.read("out").as_str()),
        (1, "yesterday")
    );
    super::request(&mgd, &["x", "-O", "out"]).ended(0, "", "");
    assert_eq!(mgd.scratch.read("out"), r#"{"id": "1"}"#);
}

#[test]
fn a_file_keeps_its_old_text_when_nothing_has_changed() {
    let tenant = Tenant::start();
    tenant.on("/v1.0/", [Reply::bare(304)]);
    let mgd = Mgd::new(&tenant);
    mgd.scratch.write("out", "yesterday", 0o600);
    let arguments = ["x", "-O", "out", "-H", "If-None-Match: \"1\""];
    super::request(&mgd, &arguments).ended(0, "", "");
    assert_eq!(mgd.scratch.read("out"), "yesterday");
}

#[test]
fn a_path_that_would_name_another_object_is_never_touched() {
    for path in [
        "groups/G/members/U/",
        "groups/G/members/U//$ref",
        "groups//members",
        "users/../groups",
        "users/U%2f..%2fV",
        "users/..\\V",
        "users?=x",
        "https://graph.example/v1.0/users/U",
    ] {
        let (tenant, run) = answered([], &["DELETE", path]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{path}");
        assert_eq!(tenant.requests().len(), 0, "{path}");
    }
    let (tenant, run) = answered([Reply::bare(204)], &["DELETE", "users/a_b#EXT#@c.d"]);
    run.ok();
    assert_eq!(only(&tenant).target, "/v1.0/users/a_b%23EXT%23@c.d");
}

#[test]
fn a_refused_token_is_replaced_and_the_write_sent_once_more() {
    let refused = Reply::status(401);
    let (tenant, run) = answered([refused, created()], &["users", "--body", "{}"]);
    run.ok();
    let statuses: Vec<_> = sent(&tenant).iter().map(|seen| seen.status).collect();
    assert_eq!(statuses, [401, 201]);
    assert_eq!(tenant.token_posts(), 2);
}

#[test]
fn an_answer_that_breaks_off_says_that_the_write_was_carried_out() {
    let (tenant, run) = answered([created().cut_after(3)], &["users", "--body", "{}"]);
    let told = masked(&run.stderr);
    assert_eq!(run.code, 4);
    assert!(
        told.ends_with("mgd: hint: Graph responded with 201: the request was carried out\n"),
        "{told}"
    );
    assert_eq!(sent(&tenant).len(), 1);
}

#[test]
fn a_part_that_nobody_asked_for_is_not_taken_for_the_whole() {
    for (media, body) in [("text/plain", "hello"), ("application/json", "{\"a\":1}")] {
        let part = Reply::bare(206)
            .header("Content-Type", media)
            .header("Content-Range", "bytes 0-6/200")
            .body(body);
        let tenant = Tenant::start();
        tenant.always("/v1.0/", part);
        let mgd = Mgd::new(&tenant);
        for command in [
            &["get", "x"][..],
            &["get", "x", "-o", "raw"],
            &["request", "x"],
            &["download", "x", "-O", "-"],
        ] {
            let run = mgd.list(command);
            assert_eq!((run.code, run.stdout.as_str()), (5, ""), "{}", run.stderr);
        }
        let asked = ["request", "x", "-H", "Range: bytes=0-6"];
        mgd.list(asked).ended(0, body, "");
    }
}

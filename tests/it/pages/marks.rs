//! Byte order marks, which some services put before what they send.

use std::time::Duration;

use crate::support::{Mgd, asked, items, jsonl, page, script};
use crate::tenant::{Reply, Tenant};

const MARK: &str = "\u{feff}";

#[test]
fn a_mark_before_a_page_is_dropped() {
    let first = format!(
        "{MARK}{{\"value\":[{}],\"@odata.nextLink\":\"{{origin}}/v1.0/items?p=2\"}}",
        items("1")
    );
    let second = format!("{MARK} {{\"value\":[{}]}}", items("2"));
    for step in [1, 2, 1000] {
        let (tenant, mgd) = script([
            (
                "items",
                Reply::json(first.clone()).drip(step, Duration::ZERO),
            ),
            ("items?p=2", Reply::json(second.clone()).gzip()),
        ]);
        mgd.get(&["items", "-ojsonl"]).ended(0, &jsonl("1 2"), "");
        asked(&tenant, &["items", "items?p=2"]);
    }
}

#[test]
fn a_mark_before_an_object_is_dropped() {
    let (_tenant, mgd) = script([("thing", Reply::json(format!("{MARK}{{\"a\":1}}")))]);
    mgd.get(&["thing"]).ended(0, "{\"a\":1}\n", "");
}

#[test]
fn what_is_passed_on_as_it_came_is_read_behind_its_mark() {
    let body = format!("{MARK}{{\"value\":[],\"@odata.nextLink\":\"x\"}}");
    let (_tenant, mgd) = script([("items", Reply::json(body.clone()))]);
    let note = "mgd: more pages follow: -o raw is one response\n";
    mgd.get(&["items", "-oraw"]).ended(0, &body, note);
}

#[test]
fn a_mark_before_a_text_is_dropped() {
    for step in [1, 2, 1000] {
        for (text, expected) in [
            (format!("{MARK}1234"), "1234"),
            (format!("{MARK} x"), " x"),
            (MARK.to_owned(), ""),
            (format!("{MARK} {{\"a\":1}}"), "{\"a\":1}\n"),
            (" \n 7".to_owned(), " \n 7"),
        ] {
            let reply = Reply::text(text).drip(step, Duration::ZERO);
            let (_tenant, mgd) = script([("users/$count", reply)]);
            mgd.get(&["users/$count"]).ended(0, expected, "");
        }
    }
}

#[test]
fn a_mark_before_an_error_hides_neither_code_nor_message() {
    let body = format!("{MARK}{{\"error\":{{\"code\":\"BadRequest\",\"message\":\"No.\"}}}}");
    let reply = Reply::bare(400).body(body.clone());
    let (_tenant, mgd) = script([("items", reply.clone())]);
    let line = "mgd: graph: BadRequest: No. (HTTP 400)\n";
    mgd.get(&["items"]).refused(1, line);
    let (_tenant, mgd) = script([("items", reply)]);
    let run = mgd.list(["request", "GET", "items"]);
    run.ended(1, &body, line);
}

#[test]
fn the_details_of_an_error_are_told() {
    let body = r#"{"error":{"code":"invalidRequest","message":"Invalid.","details":[{"code":"x","target":"startTime","message":"Is in the past."},{"code":"tooLong","message":""}]}}"#;
    let (_tenant, mgd) = script([("items", Reply::bare(422).body(body))]);
    let line = "mgd: graph: invalidRequest: Invalid.; startTime: Is in the past. (HTTP 422)\n";
    mgd.get(&["items"]).refused(1, line);
}

#[test]
fn a_page_behind_a_mark_that_breaks_off_goes_on() {
    let body = format!("{MARK}{{\"value\":[{}]}}", items("1 2"));
    let (tenant, mgd) = script([]);
    let cut = Reply::json(body).cut_after(30);
    tenant.on("/v1.0/items", [cut, page("1 2", "")]);
    mgd.get(&["items", "-ojsonl"]).ended(0, &jsonl("1 2"), "");
    assert_eq!(tenant.replies_left(), 0);
}

#[test]
fn a_mark_before_the_response_of_the_token_endpoint_is_dropped() {
    let tenant = Tenant::start();
    let path = tenant.token_path();
    let refused = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid."}"#;
    let token = format!(
        r#"{{"expires_in":3599,"access_token":"{}"}}"#,
        tenant.issue_token()
    );
    let refused = Reply::bare(401).body(format!("{MARK}{refused}"));
    tenant.on(&path, [refused, Reply::json(format!("{MARK}{token}"))]);
    let mgd = Mgd::new(&tenant);
    let run = mgd.get(&["users"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(
        run.stderr.contains("AADSTS7000215: Invalid."),
        "{}",
        run.stderr
    );
    mgd.get(&["users"]).ok();
}

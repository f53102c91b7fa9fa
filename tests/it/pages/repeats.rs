//! Pages that Graph refuses, and the link that a page gives which took more than one try.

use crate::support::{DIFFERS, Mgd, asked, jsonl, page, resume_hint, script, skipping};
use crate::tenant::{Reply, Tenant};

/// A Graph error without the request id, which nobody could foresee.
fn error(status: u16, code: &str) -> Reply {
    let body = format!("{{\"error\":{{\"code\":\"{code}\",\"message\":\"No.\"}}}}");
    Reply::bare(status)
        .header("Content-Type", "application/json")
        .body(body)
}

fn throttled() -> Reply {
    error(429, "TooManyRequests").retry_after("0.05")
}

fn lost() -> Reply {
    error(400, "DirectoryPageTokenNotFoundException")
}

#[test]
fn a_throttled_page_keeps_the_order_and_every_item_once() {
    let (tenant, mgd) = script([
        ("items", page("1 2", "items?p=2")),
        ("items?p=2", throttled()),
        ("items?p=3", page("5", "")),
    ]);
    tenant.on("/v1.0/items?p=2", [throttled(), page("3 4", "items?p=3")]);
    let run = mgd.get(&["items", "-ojsonl"]);
    run.ended(0, &jsonl("1 2 3 4 5"), "");
    asked(
        &tenant,
        &["items", "items?p=2", "items?p=2", "items?p=2", "items?p=3"],
    );
}

#[test]
fn a_throttled_page_with_an_empty_body_is_tried_again() {
    for status in [408, 429, 503, 504, 509] {
        let (tenant, mgd) = script([("items", page("1", "items?p=2"))]);
        let empty = Reply::bare(status).retry_after("0.05");
        tenant.on("/v1.0/items?p=2", [empty, page("2", "")]);
        mgd.get(&["items", "-ojsonl"]).ended(0, &jsonl("1 2"), "");
        asked(&tenant, &["items", "items?p=2", "items?p=2"]);
    }
}

#[test]
fn a_refused_page_ends_the_listing_where_it_can_be_taken_up() {
    let (tenant, mgd) = script([
        ("items", page("1 2", "items?p=2")),
        ("items?p=2", page("3", "items?p=3")),
        ("items?p=3", error(404, "Request_ResourceNotFound")),
    ]);
    let run = mgd.get(&["items", "-ojsonl"]);
    // Graph has refused the link of the third page: the second has another.
    let hint = resume_hint(&tenant, "items?p=2", "3");
    let stderr = format!("mgd: graph: Request_ResourceNotFound: No. (HTTP 404)\n{hint}");
    run.ended(1, &jsonl("1 2 3"), &stderr);
    asked(&tenant, &["items", "items?p=2", "items?p=3"]);
}

#[test]
fn a_refused_page_leaves_the_document_open() {
    let (tenant, mgd) = script([
        ("items", page("1", "items?p=2")),
        ("items?p=2", error(403, "accessDenied")),
    ]);
    let run = mgd.get(&["items", "--errors", "json"]);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (1, r#"{"value":[{"id":"1"}"#)
    );
    let line: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
    let expected = serde_json::json!({
        "link": tenant.url("/v1.0/items"),
        "skip": 1,
        "hash": skipping("1").strip_prefix("1:"),
    });
    assert_eq!(line["resume"], expected);
    assert_eq!((&line["exit"], &line["status"]), (&1.into(), &403.into()));
    asked(&tenant, &["items", "items?p=2"]);
}

#[test]
fn a_page_with_a_server_error_is_tried_three_times() {
    let (tenant, mgd) = script([("items", page("1 2", "items?p=2"))]);
    let broken = error(500, "generalException").retry_after("0.05");
    tenant.always("/v1.0/items?p=2", broken);
    let run = mgd.get(&["items", "-ojsonl"]);
    let hint = resume_hint(&tenant, "items?p=2", "");
    let stderr = format!("mgd: graph: generalException: No. (HTTP 500)\n{hint}");
    run.ended(4, &jsonl("1 2"), &stderr);
    asked(&tenant, &["items", "items?p=2", "items?p=2", "items?p=2"]);
}

#[test]
fn a_first_page_that_is_refused_has_nothing_to_go_on_with() {
    let (tenant, mgd) = script([("items", error(404, "x"))]);
    mgd.get(&["items"])
        .refused(1, "mgd: graph: x: No. (HTTP 404)\n");
    asked(&tenant, &["items"]);
}

/// A second page that is throttled once, and whose link is then unknown to Graph.
fn poisoned() -> (Tenant, Mgd) {
    let (tenant, mgd) = script([
        ("items", page("1", "items?p=2")),
        ("items?p=2", throttled()),
        ("items?p=bad", lost()),
        ("items?p=3", page("4", "")),
    ]);
    tenant.on("/v1.0/items?p=2", [page("2 3", "items?p=bad")]);
    (tenant, mgd)
}

#[test]
fn a_lost_place_after_a_repeat_is_found_again_from_the_page_before() {
    let (tenant, mgd) = poisoned();
    tenant.on("/v1.0/items?p=2", [page("2 3", "items?p=3")]);
    let run = mgd.get(&["items", "-ojsonl"]);
    run.ended(0, &jsonl("1 2 3 4"), "");
    let (two, bad) = ("items?p=2", "items?p=bad");
    asked(&tenant, &["items", two, two, bad, two, "items?p=3"]);
}

#[test]
fn a_lost_place_is_told_on_any_level_of_the_error() {
    let (tenant, mgd) = script([
        ("items", throttled()),
        ("items?p=2", Reply::bare(400).body(
            r#"{"error":{"code":"Request_BadRequest","message":"m","innerError":{"code":"DirectoryPageTokenNotFoundException"}}}"#,
        )),
    ]);
    tenant.on(
        "/v1.0/items",
        [page("1", "items?p=2"), page("1", "items?p=3")],
    );
    tenant.on("/v1.0/items?p=3", [page("2", "")]);
    mgd.get(&["items", "-ojsonl"]).ended(0, &jsonl("1 2"), "");
    asked(
        &tenant,
        &["items", "items", "items?p=2", "items", "items?p=3"],
    );
}

#[test]
fn the_way_back_may_end_in_the_same_link() {
    let (tenant, mgd) = poisoned();
    tenant.on("/v1.0/items?p=2", [page("2 3", "items?p=bad")]);
    tenant.on("/v1.0/items?p=bad", [page("4", "")]);
    mgd.get(&["items", "-ojsonl"])
        .ended(0, &jsonl("1 2 3 4"), "");
    let (two, bad) = ("items?p=2", "items?p=bad");
    asked(&tenant, &["items", two, two, bad, two, bad]);
}

const LOST: &str = "mgd: graph: DirectoryPageTokenNotFoundException: No. (HTTP 400)\n";

#[test]
fn a_place_that_is_lost_twice_is_an_error() {
    let (tenant, mgd) = poisoned();
    tenant.on("/v1.0/items?p=2", [page("2 3", "items?p=bad")]);
    tenant.on("/v1.0/items?p=bad", [lost()]);
    let run = mgd.get(&["items", "-ojsonl"]);
    let hint = resume_hint(&tenant, "items?p=2", "2 3");
    run.ended(1, &jsonl("1 2 3"), &format!("{LOST}{hint}"));
    let (two, bad) = ("items?p=2", "items?p=bad");
    asked(&tenant, &["items", two, two, bad, two, bad]);
}

#[test]
fn a_place_that_is_lost_twice_is_an_error_though_the_way_back_was_throttled() {
    let (tenant, mgd) = poisoned();
    tenant.on("/v1.0/items?p=2", [throttled(), page("2 3", "items?p=bad")]);
    tenant.on("/v1.0/items?p=bad", [lost()]);
    let run = mgd.get(&["items", "-ojsonl"]);
    let hint = resume_hint(&tenant, "items?p=2", "2 3");
    run.ended(1, &jsonl("1 2 3"), &format!("{LOST}{hint}"));
    let (two, bad) = ("items?p=2", "items?p=bad");
    asked(&tenant, &["items", two, two, bad, two, two, bad]);
}

#[test]
fn a_lost_place_without_a_repeat_before_is_an_error() {
    let (tenant, mgd) = script([("items", page("1", "items?p=2")), ("items?p=2", lost())]);
    let run = mgd.get(&["items", "-ojsonl"]);
    let hint = resume_hint(&tenant, "items", "1");
    run.ended(1, &jsonl("1"), &format!("{LOST}{hint}"));
    asked(&tenant, &["items", "items?p=2"]);
}

#[test]
fn a_page_before_that_has_changed_is_no_way_back() {
    for again in ["2 9", "2", "2 3 9", "3 2"] {
        let (tenant, mgd) = poisoned();
        tenant.on("/v1.0/items?p=2", [page(again, "items?p=3")]);
        let run = mgd.get(&["items", "-ojsonl"]);
        run.ended(4, &jsonl("1 2 3"), DIFFERS);
        let (two, bad) = ("items?p=2", "items?p=bad");
        asked(&tenant, &["items", two, two, bad, two]);
    }
}
